//! The overlay: a `<dialog>` over the inert page. The browser keeps the focus inside and gives it back.

use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use super::overlay::contents;
use super::result::is_twice;
use crate::dom::{El, watch};
use crate::parts::Teller;
use crate::state::{Checkout, Event, Stage};
use crate::texts::joined;
use crate::till::Till;

/// The dialog; open exactly while the state says so.
pub(crate) fn overlay(till: Till) -> El {
    // Not by the key: a part that shows the code may have been placed since.
    watch(till, sheet_key, |till, _, _| show(till, is_over(till)));
    let cancel = |till: Till, event: web_sys::Event| {
        // Escape asks; a payment is not cancelled silently.
        event.prevent_default();
        till.tell(Event::Left);
    };
    let close = |till: Till, _| {
        // A browser closes a dialog at the second Escape, whatever we say: it was the same wish as the first.
        if is_over(till) {
            till.tell(Event::Left);
            show(till, is_over(till));
        }
    };
    till.el("dialog", "")
        .attr("part", "dialog")
        .attr("aria-labelledby", "sheet")
        .on("cancel", Box::new(cancel))
        .on("close", Box::new(close))
        // The voice stands beside the sheet while the dialog is open.
        .with(till.el("div", "sheet").swap(sheet_key, sheet))
}

/// What the overlay shows. It is drawn anew when this changes, and not when a clock does; empty when it is shut.
fn sheet_key(till: Till) -> String {
    let state = till.state();
    match state.checkout().filter(|_| till.teller() == Teller::Overlay) {
        Some(checkout) => scene(checkout),
        None => String::new(),
    }
}

fn sheet(till: Till) -> Vec<El> {
    if is_over(till) { contents(till) } else { vec![] }
}

/// What is under way, or how it ended: nothing of it changes but what follows the state by itself.
pub(crate) fn scene(checkout: &Checkout) -> String {
    let order = checkout.attempt().map_or("", |attempt| &attempt.order);
    let name = match &checkout.stage {
        Stage::Waiting { .. } => "waiting",
        Stage::RunOut { .. } => "run out",
        Stage::Closing { .. } => "closing",
        Stage::Declined { .. } => "declined",
        Stage::Opening { .. } => "opening",
        Stage::Paid { .. } if is_twice(checkout) => "twice",
        Stage::Paid { .. } => "paid",
        Stage::Choosing { .. } | Stage::Ended => "ended",
    };
    joined(&[name, " ", order])
}

fn is_over(till: Till) -> bool {
    till.teller() == Teller::Overlay
}

fn show(till: Till, open: bool) {
    let Some(dialog) = till.find("dialog") else { return };
    let dialog: HtmlDialogElement = dialog.unchecked_into();
    if !open {
        dialog.close();
        // The button that was pressed would pay again: the reader goes on at what is said about that.
        let awaits = till.state_now().and_then(|state| state.checkout().map(Checkout::awaits_bank));
        if awaits == Some(true) {
            till.focus(".card .note");
        }
        return;
    }
    if !dialog.open() {
        let _it_is_in_the_page = dialog.show_modal();
    }
    till.focus("dialog h2");
}
