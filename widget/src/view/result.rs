//! How it ended: paid, ended unpaid, or not to be shown at all.

use super::button::{bare, button, link};
use super::countdown::seconds_left;
use super::icon::disc;
use super::methods::header;
use super::overlay::{heading, say};
use super::scan::label;
use crate::dom::El;
use crate::method::looks;
use crate::state::{Checkout, Event, Stage, Trouble};
use crate::till::Till;

/// Paid, in the overlay or in the card: the truth about the money first, then the way on.
pub(crate) fn paid(till: Till) -> Vec<El> {
    let (words, state) = (till.words(), till.state_now());
    let Some(checkout) = state.as_ref().and_then(|state| state.checkout()) else { return vec![] };
    let view = &checkout.view;
    let to = till
        .el("div", "sum middle")
        .with(label(till, &words.to_payee(&view.payee)))
        .with(label(till, &words.order(&view.trans_id)));
    let mut shown = vec![disc(till, true), heading(till, &words.paid(&till.amount())), to];
    match returned(checkout) {
        Some(method) => {
            shown.push(till.el("p", "note").text(&words.twice(&looks(method, &words).name)))
        }
        None => {
            match own(&checkout.view.appearance.texts, &words.locale) {
                [_, title, text, ..] => {
                    shown.push(till.el("p", "own").attr("part", "message").text(title));
                    shown.push(say(till, text));
                }
                _ => shown.push(till.el("p", "say").attr("part", "message").say(thanks)),
            }
            let bar = till.el("div", "bar").with(till.el("i", ""));
            shown.push(bar.attr_if("hidden", |till| seconds_to_go(till).is_none()));
        }
    }
    if checkout.return_url().is_some() {
        let on = till.el("span", "").say(way_on);
        shown.push(bare(till, "primary").with(on).tells(Event::WentOn));
    }
    shown
}

/// Whether a second payment has arrived.
#[cfg(target_arch = "wasm32")]
pub(crate) fn is_twice(checkout: &Checkout) -> bool {
    checkout.view.state.notice.is_some()
}

/// The method of the payment that is on its way back.
pub(crate) fn returned(checkout: &Checkout) -> Option<&str> {
    let state = &checkout.view.state;
    state.notice.as_ref().map(|_| state.notice_method.as_deref().unwrap_or_default())
}

/// The merchant's own words for that language: those whose tag it begins with, else the first.
fn own<'a>(texts: &'a [String], locale: &str) -> &'a [String] {
    let speaks = |text: &&[String]| {
        let rest = text.first().and_then(|tag| locale.strip_prefix(tag.as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    texts.chunks(3).find(speaks).unwrap_or(texts)
}

fn thanks(till: Till) -> String {
    let (words, state) = (till.words(), till.state());
    match (seconds_to_go(till), state.checkout()) {
        (Some(seconds), Some(checkout)) => {
            words.thanks_going(&checkout.view.payee, &seconds.to_string())
        }
        _ => words.thanks(),
    }
}

fn way_on(till: Till) -> String {
    let (words, state) = (till.words(), till.state());
    match (seconds_to_go(till), state.checkout()) {
        (None, Some(checkout)) => words.back_to(&checkout.view.payee),
        _ => words.go_now(),
    }
}

fn seconds_to_go(till: Till) -> Option<u64> {
    let state = till.state();
    let checkout = state.checkout()?;
    let after = checkout.view.appearance.go_after_ms.unwrap_or_default();
    match checkout.stage {
        Stage::Paid { go_at, .. } => go_at.map(|at| until_going(at, till.now(), after)),
        _ => None,
    }
}

/// The shown time lags behind by up to a tick, and the last second is shown until we leave.
fn until_going(at: u64, now: u64, after: u64) -> u64 {
    seconds_left(at, now).min(after / 1000).max(1)
}

/// Paid, where there was no overlay.
pub(crate) fn paid_card(till: Till) -> Vec<El> {
    let mut shown = paid(till);
    shown.insert(0, header(till, false));
    shown
}

/// Expired or closed.
pub(crate) fn ended(till: Till) -> Vec<El> {
    let (words, state) = (till.words(), till.state_now());
    let Some(checkout) = state.as_ref().and_then(|state| state.checkout()) else { return vec![] };
    let order = &checkout.view.trans_id;
    let why = match returned(checkout) {
        Some(method) => words.ended_returned(&looks(method, &words).name, order),
        None => words.ended_why(order),
    };
    let mut shown = vec![header(till, false), heading(till, &words.ended()), say(till, &why)];
    if checkout.return_url().is_some() {
        shown.push(button(till, "primary", &words.back_to(&checkout.view.payee), Event::WentOn));
    }
    shown
}

/// The checkout cannot be shown: why, and the page that always works.
pub(crate) fn failed(till: Till, trouble: &Trouble) -> Vec<El> {
    let words = till.words();
    let why = match trouble {
        Trouble::Offline => words.not_shown_offline(),
        Trouble::NoAnswer => words.not_shown_server(),
        Trouble::Refused { .. } => words.not_shown_refused(),
    };
    let mut shown = vec![heading(till, &words.not_shown()), say(till, &why)];
    if let Trouble::Refused { sentence, .. } = trouble {
        // For whoever builds the page: the server's own sentence, such as how to register an origin.
        shown.push(till.el("p", "say small").text(sentence));
    }
    // A refusal stays one, but on the hosted page there is no other way.
    let hosted = till.hosted();
    if hosted.is_empty() || !matches!(trouble, Trouble::Refused { .. }) {
        shown.push(button(till, "primary", &words.try_again(), Event::Retried));
    }
    if !hosted.is_empty() {
        shown.push(link(till, "ghost wide", &words.open_page(), &hosted));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{own, until_going};

    const GO_AFTER_MS: u64 = 3_000;

    #[test]
    fn the_shopper_is_never_told_to_wait_longer_than_it_takes() {
        for (lag, expected) in
            [(-499, 3), (0, 3), (1, 3), (1000, 2), (2999, 1), (3000, 1), (3400, 1)]
        {
            let now = 10_000_u64.saturating_add_signed(lag);
            let left = until_going(10_000 + GO_AFTER_MS, now, GO_AFTER_MS);
            assert_eq!(left, expected, "{lag}");
        }
        assert_eq!(until_going(10_000, 10_000, 0), 1);
    }

    #[test]
    fn own_words_are_said_in_the_shoppers_language() {
        let texts = ["", "Thanks", "", "fi", "Kiitos", "", "zh-Hans", "谢谢", ""].map(String::from);
        for (locale, expected) in [
            ("en", "Thanks"),
            ("fi-FI", "Kiitos"),
            ("fil", "Thanks"),
            ("zh-Hans", "谢谢"),
            ("zh-Hant", "Thanks"),
        ] {
            assert_eq!(own(&texts, locale)[1], expected, "{locale}");
        }
        assert!(own(&[], "en").is_empty());
    }
}
