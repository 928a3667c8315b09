//! The root: one card, and over it one overlay. Which of them shows what follows from the state alone.

use crate::dom::{El, watch};
use crate::state::{Checkout, Event, Stage, State};
use crate::texts::joined;
use crate::theme;
use crate::till::Till;
use crate::view::announce::announce;
use crate::view::card::{card, section};
use crate::view::dialog::overlay;
use crate::view::result::is_twice;

/// Everything inside the element.
pub(crate) fn checkout(till: Till) -> El {
    watch(till, looks_key, |till, _, _| wear(till));
    watch(till, card_key, |till, before, now| {
        // The page may have changed its own colours.
        wear(till);
        // The button that was pressed is gone: the reader goes on at the result.
        if before.is_some_and(|before| before.starts_with("list")) && !now.starts_with("list") {
            till.focus(".card h2");
        }
    });
    let card = section(till).swap(card_key, card);
    // The page around a framed checkout says only afterwards that it prevents what follows a success.
    let root = till.el("div", "").tells_on("stay", Event::Stayed);
    root.with(card).with(overlay(till)).with(announce(till))
}

/// What the card shows. It is drawn anew when this changes, and not when a clock does.
fn card_key(till: Till) -> String {
    let state = till.state();
    let checkout = match &*state {
        State::Loading => return "loading".to_owned(),
        State::Failed(_) => return "failed".to_owned(),
        State::Ready(checkout) => checkout,
    };
    match checkout.stage {
        Stage::Paid { over: false, .. } if is_twice(checkout) => "twice".to_owned(),
        Stage::Paid { over: false, .. } => "paid".to_owned(),
        Stage::Ended => "ended".to_owned(),
        _ => joined(&["list ", &checkout.view.payee, &offers_key(checkout)]),
    }
}

/// Which methods the list has, and why it has some of them not.
pub(crate) fn offers_key(checkout: &Checkout) -> String {
    let mut key = String::new();
    for offer in &checkout.view.methods {
        key.push(' ');
        key.push_str(&offer.method);
        key.push_str(offer.unavailable.as_ref().map_or("", |why| &why.reason));
    }
    key
}

pub(crate) fn looks_key(till: Till) -> String {
    let state = till.state();
    state.checkout().map(|checkout| checkout.view.appearance.css.clone()).unwrap_or_default()
}

/// Puts the merchant's looks on, once the root is in the page.
pub(crate) fn wear(till: Till) {
    let Some(state) = till.state_now() else { return };
    let css = state.checkout().map_or("", |checkout| &checkout.view.appearance.css);
    if let Some((rule, root)) = till.rule().zip(till.root()) {
        theme::put_on(css, &rule, &root);
    }
}
