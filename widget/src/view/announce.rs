//! The one polite voice of the widget. It says what has changed, and the time at five, two and one minute and at thirty
//! seconds.

use super::countdown::{clock, code_left, milestone};
use super::methods::noted;
use super::result::{is_twice, returned};
use super::scan::is_at_terminal;
use crate::dom::{El, watch};
use crate::method::looks;
use crate::money;
use crate::state::{Checkout, Link, Stage, State, Trouble};
use crate::texts::Texts;
use crate::till::Till;
use crate::timer::after;

/// A region must be in the page for a moment before its words are heard.
const BEFORE_SPEAKING_MS: u32 = 150;

/// The live region. While the dialog is open everything outside is silent, so it moves along.
pub(crate) fn announce(till: Till) -> El {
    watch(
        till,
        |till| spoken(&till.state(), &till.words()),
        |till, _, words| speak(till, words.to_owned()),
    );
    watch(
        till,
        |till| code_left(till).map(|left| milestone(left).to_string()).unwrap_or_default(),
        speak_time,
    );
    till.el("div", "heard voice").attr("role", "status").attr("aria-live", "polite")
}

/// Only a time that falls is news: the clock itself is read with the sheet.
fn speak_time(till: Till, before: Option<&str>, now: &str) {
    let number = |time: &str| time.parse::<u64>().ok();
    if before.and_then(number).zip(number(now)).is_some_and(|(before, now)| now < before) {
        speak(till, till.words().code_left(&clock(code_left(till).unwrap_or_default())));
    }
}

fn speak(till: Till, words: String) {
    let Some(region) = till.find(".voice") else { return };
    let place = till.find("dialog[open]").or_else(|| till.root().map(Into::into));
    if let Some(place) = place.filter(|place| region.parent_element().as_ref() != Some(place)) {
        let _of_the_same_tree = place.append_with_node_1(&region);
    }
    after(BEFORE_SPEAKING_MS, Box::new(move || region.set_text_content(Some(&words)))).forget();
}

/// What has changed, in a sentence.
fn spoken(state: &State, words: &Texts) -> String {
    match state {
        State::Loading => String::new(),
        State::Failed(Trouble::Offline) => words.not_shown_offline(),
        State::Failed(_) => words.not_shown(),
        State::Ready(checkout) => spoken_at(checkout, words),
    }
}

fn spoken_at(checkout: &Checkout, words: &Texts) -> String {
    let name = |method: &str| looks(method, words).name;
    match (&checkout.stage, checkout.link) {
        (Stage::Waiting { .. } | Stage::RunOut { .. }, Link::Offline) => words.offline(),
        (Stage::Waiting { .. } | Stage::RunOut { .. }, Link::Late) => words.late(),
        (Stage::Choosing { .. }, _) | (Stage::Opening { .. }, Link::Offline | Link::Late) => {
            noted(checkout, words)
        }
        (Stage::Opening { method, .. }, _) => words.opening(&name(method)),
        (Stage::Waiting { confirming: true, .. }, _) => words.confirming(),
        (Stage::Waiting { away: true, .. }, _) => words.come_back(),
        (Stage::Waiting { .. }, _) if is_at_terminal(checkout) => words.at_terminal(),
        (Stage::Waiting { .. }, _) => words.waiting(),
        (Stage::RunOut { .. }, _) => words.run_out(),
        (Stage::Closing { .. }, _) => words.closing(),
        (Stage::Declined { method, by_payer: true }, _) => words.declined(&name(method)),
        (Stage::Declined { method, .. }, _) => words.not_worked(&name(method)),
        (Stage::Paid { .. }, _) if is_twice(checkout) => {
            words.twice(&name(returned(checkout).unwrap_or_default()))
        }
        (Stage::Paid { .. }, _) => {
            words.paid(&money::written(&checkout.view.amount, &words.locale))
        }
        (Stage::Ended, _) => words.ended(),
    }
}
