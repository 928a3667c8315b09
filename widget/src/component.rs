//! The root where the merchant places the parts: the overlay and the voice, and a card for what no part tells.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::Node;

use crate::api::got;
use crate::checkout::{looks_key, wear};
use crate::dom::{El, watch};
use crate::parts::Show;
use crate::read::Reader;
use crate::state::{Checkout, Event};
use crate::till::Till;
use crate::view::announce::announce;
use crate::view::card::{card, section};
use crate::view::dialog::overlay;
use crate::view::methods::note;
use crate::view::part::{place_key, tells_notes, told_by};

/// Everything inside the checkout's own element; the parts come one by one.
pub(crate) fn component(till: Till) -> El {
    watch(till, looks_key, |till, _, _| wear(till));
    watch(till, place_key, |till, before, now| {
        // The page may have changed its own colours.
        wear(till);
        if let Some(before) = before {
            follow(till, before, now);
        }
    });
    let own = till.el("div", "").swap(own_key, own);
    let root = till.el("div", "").tells_on("stay", Event::Stayed);
    root.with(own).with(overlay(till)).with(announce(till))
}

/// The reader goes on where it is told now, wherever the merchant has put that. A checkout that is just being put together
/// takes nobody anywhere: it tells by itself, until a part takes over that was placed after it.
fn follow(till: Till, before: &str, now: &str) {
    if !is_free() {
        return;
    }
    let is = |key: &str, place: &str| key.starts_with(place);
    if is(now, "result") && !is(before, "card") {
        till.any(Show::Result, &|part| focus(part, "h2"));
    } else if is(now, "code") && (before.is_empty() || is(before, "code")) {
        till.any(Show::Code, &|part| focus(part, "h2"));
    } else if is(now, "card") && !is(before, "card") {
        focus(till, ".card h2");
    } else if now.is_empty() && is(before, "code") {
        // The button would pay again while a bank confirms: what is said about that comes first.
        let awaits = till.state_now().and_then(|state| state.checkout().map(Checkout::awaits_bank));
        let place = if awaits == Some(true) { ".note" } else { ".pay" };
        let _one_of_them = till
            .any(Show::Method, &|part| tells_notes(part) && focus(part, "button"))
            || till.any(Show::Methods, &|part| focus(part, place));
    }
}

/// Whether the focus is nobody's, or ours: whoever writes into the merchant's own fields is left there.
fn is_free() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let Some(active) = document.and_then(|document| document.active_element()) else { return true };
    let mut at = JsValue::from(active);
    while let Some(inner) = got(&at, "shadowRoot").and_then(|root| got(&root, "activeElement")) {
        at = inner;
    }
    let host = got(&at.unchecked_ref::<Node>().get_root_node(), "host");
    let name = got(host.as_ref().unwrap_or(&at), "localName").and_then(|name| name.text());
    name.is_none_or(|name| name == "body" || name.starts_with("florin-"))
}

/// Gives something in a part the focus; false when it cannot be seen there.
fn focus(part: Till, what: &str) -> bool {
    part.focus(what);
    part.find(what).is_some_and(|element| element.matches(":focus").unwrap_or_default())
}

/// What the checkout's own place tells, since no part does.
fn own_key(till: Till) -> String {
    let card = told_by(till, "card");
    let is_told =
        !card.is_empty() || till.has(Show::Methods) || till.any(Show::Method, &tells_notes);
    if is_told { card } else { "note".to_owned() }
}

fn own(till: Till) -> Vec<El> {
    match own_key(till).as_str() {
        "" => vec![],
        "note" => vec![till.el("p", "note").attr("part", "message").say(note)],
        _ => vec![section(till).all(card(till))],
    }
}
