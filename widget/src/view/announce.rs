//! The one polite voice of the widget. It says what has changed, and the time at five, two and one minute and at thirty
//! seconds.

use gloo_timers::callback::Timeout;
use leptos::{html, prelude::*};

use super::countdown::code_left;
use super::methods::noted;
use crate::method::looks;
use crate::state::{Checkout, Link, Stage, State, Trouble};
use crate::texts::Texts;
use crate::till::Till;

/// A region must be in the page for a moment before its words are heard.
const BEFORE_SPEAKING_MS: u32 = 150;

/// The live region. While the dialog is open everything outside is silent, so it moves along.
pub(crate) fn announce(till: Till) -> impl IntoView {
    let region = NodeRef::<html::Div>::new();
    let words = Memo::new(move |_| till.state.with(|state| till.texts(|texts| spoken(till, state, texts))));
    let left = code_left(till);
    let time = Memo::new(move |_| left.get().and_then(|left| milestone(left)));
    Effect::new(move |_| {
        let words = words.get();
        say(region, words);
    });
    Effect::new(move |before: Option<Option<u64>>| {
        let time = time.get();
        // The first is not news: the clock is read with the sheet.
        if before.is_some_and(|before| before.is_some_and(|before| time.is_some_and(|time| time < before))) {
            let left = left.get_untracked().unwrap_or_default();
            say(region, till.texts(|texts| time_left(texts, left)));
        }
        time
    });
    view! { <div node_ref=region class={"heard"} role="status" aria-live="polite"></div> }
}

fn say(region: NodeRef<html::Div>, words: String) {
    let Some(region) = region.get_untracked() else { return };
    move_to_where_it_is_heard(&region);
    Timeout::new(BEFORE_SPEAKING_MS, move || region.set_text_content(Some(&words))).forget();
}

fn move_to_where_it_is_heard(region: &web_sys::Element) {
    let Some(home) = region.closest(".florin").ok().flatten() else { return };
    let place = home.query_selector("dialog[open]").ok().flatten().unwrap_or(home);
    if region.parent_element().as_ref() != Some(&place) {
        let _of_the_same_tree = place.append_with_node_1(region);
    }
}

/// The smallest milestone that is still ahead, in seconds; the voice speaks when it falls.
fn milestone(left: u64) -> Option<u64> {
    [30, 60, 120, 300, u64::MAX].into_iter().find(|milestone| left <= *milestone)
}

fn time_left(texts: &Texts, seconds: u64) -> String {
    match seconds {
        0..60 => texts.seconds_left(seconds),
        _ => texts.minutes_left(seconds.div_ceil(60)),
    }
}

/// What has changed, in a sentence.
fn spoken(till: Till, state: &State, texts: &Texts) -> String {
    match state {
        State::Loading => String::new(),
        State::Failed(Trouble::Offline) => texts.not_shown_offline(),
        State::Failed(_) => texts.not_shown(),
        State::Ready(checkout) => spoken_at(till, checkout, texts),
    }
}

fn spoken_at(till: Till, checkout: &Checkout, texts: &Texts) -> String {
    let name = |method: &str| looks(method, texts).name;
    match (&checkout.stage, checkout.link) {
        (Stage::Waiting { .. } | Stage::RunOut { .. }, Link::Offline) => texts.offline(),
        (Stage::Waiting { .. } | Stage::RunOut { .. }, Link::Late) => texts.late(),
        (Stage::Choosing { note }, _) => note.as_ref().map(|note| noted(till, note)).unwrap_or_default(),
        (Stage::Opening { method, .. }, _) => texts.opening(&name(method)),
        (Stage::Waiting { confirming: true, .. }, _) => texts.confirming(),
        (Stage::Waiting { .. }, _) => texts.waiting(),
        (Stage::RunOut { .. }, _) => texts.run_out(),
        (Stage::Closing { .. }, _) => texts.closing(),
        (Stage::Declined { method, by_payer: true }, _) => texts.declined(&name(method)),
        (Stage::Declined { method, .. }, _) => texts.not_worked(&name(method)),
        (Stage::Paid { .. }, _) => texts.paid(&till.amount()),
        (Stage::Ended, _) => texts.ended(),
    }
}

#[cfg(test)]
mod tests {
    use super::milestone;

    #[test]
    fn the_time_is_spoken_rarely() {
        let mut spoken = vec![];
        for left in (1..=899).rev() {
            if milestone(left) < milestone(left + 1) {
                spoken.push(left);
            }
        }
        assert_eq!(spoken, [300, 120, 60, 30]);
    }
}
