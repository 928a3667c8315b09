//! The overlay: a `<dialog>` over the inert page. The browser keeps the focus inside and gives it back.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

use super::button::{bare, button};
use super::icon::{AGAIN, CROSS, disc, sign, tile, turning};
use super::methods::note;
use super::result::{is_twice, paid};
use super::scan::{qr, scan};
use crate::dom::{El, watch};
use crate::method::{Looks, looks};
use crate::state::{Attempt, Checkout, Event, LEAVE_AFTER_MS, Stage};
use crate::texts::joined;
use crate::till::Till;

/// The dialog; open exactly while the state says so.
pub(crate) fn overlay(till: Till) -> El {
    watch(till, sheet_key, |till, _, key| show(till, !key.is_empty()));
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
        .with(till.el("div", "sheet").swap(sheet_key, contents))
}

/// What the overlay shows. It is drawn anew when this changes, and not when a clock does; empty when it is shut.
fn sheet_key(till: Till) -> String {
    let state = till.state();
    let Some(checkout) = state.checkout().filter(|checkout| checkout.is_over()) else {
        return String::new();
    };
    let order = checkout.attempt().map_or("", |attempt| &attempt.order);
    let name = match &checkout.stage {
        Stage::Waiting { .. } => "waiting",
        Stage::RunOut { .. } => "run out",
        Stage::Closing { .. } => "closing",
        Stage::Declined { .. } => "declined",
        Stage::Opening { .. } => "opening",
        Stage::Paid { .. } if is_twice(checkout) => "twice",
        Stage::Paid { .. } | Stage::Choosing { .. } | Stage::Ended => "paid",
    };
    joined(&[name, " ", order])
}

fn is_over(till: Till) -> bool {
    till.state_now().is_some_and(|state| state.checkout().is_some_and(Checkout::is_over))
}

fn show(till: Till, open: bool) {
    let Some(dialog) = till.find("dialog") else { return };
    let dialog: HtmlDialogElement = dialog.unchecked_into();
    if !open {
        return dialog.close();
    }
    if !dialog.open() {
        let _it_is_in_the_page = dialog.show_modal();
    }
    focus_heading(till, "dialog h2");
}

/// A screen reader begins at the heading, and the keyboard just before the first control.
pub(crate) fn focus_heading(till: Till, heading: &str) {
    if let Some(heading) = till.find(heading) {
        let _focusable = heading.unchecked_ref::<HtmlElement>().focus();
    }
}

/// Draws the inside of a sheet below its top.
type Inside = fn(Till, &Looks, &Checkout) -> Vec<El>;

fn contents(till: Till) -> Vec<El> {
    let state = till.state_now();
    let checkout =
        state.as_ref().and_then(|state| state.checkout()).filter(|checkout| checkout.is_over());
    let Some(checkout) = checkout else { return vec![] };
    let (method, inside): (&str, Inside) = match &checkout.stage {
        Stage::Waiting { attempt, .. } => (&attempt.method, scan),
        Stage::RunOut { attempt, .. } => (&attempt.method, run_out),
        Stage::Closing { attempt, .. } => (&attempt.method, closing),
        Stage::Declined { method, .. } => (method, declined),
        Stage::Opening { method, .. } => (method, opening),
        Stage::Paid { .. } | Stage::Choosing { .. } | Stage::Ended => {
            (paid_by(checkout), |till, _, _| paid(till))
        }
    };
    let looks = looks(method, &till.words());
    let heading = matches!(checkout.stage, Stage::Waiting { .. });
    let top = top(till, Some(&looks).filter(|_| !method.is_empty()), heading);
    let mut shown = inside(till, &looks, checkout);
    shown.insert(0, top);
    shown
}

/// The method that paid; none where another one's return is told, so that neither is taken for the other.
fn paid_by(checkout: &Checkout) -> &str {
    let state = &checkout.view.state;
    state.method.as_deref().filter(|_| state.notice.is_none()).unwrap_or_default()
}

/// The method and the cross. While waiting the method is the heading; a result has its own.
fn top(till: Till, looks: Option<&Looks>, heading: bool) -> El {
    let mut via = till.el("span", "via");
    if let Some(looks) = looks {
        let name = if heading { titled(till, "") } else { till.el("span", "") };
        via = via.with(tile(till, looks.mark)).with(name.text(&looks.name));
    }
    let cross = bare(till, "cross")
        .attr("aria-label", &till.words().close())
        .with(sign(till, CROSS))
        .tells(Event::Left);
    till.el("header", "").with(via).with(cross)
}

/// The heading of a result, which takes the focus.
pub(crate) fn heading(till: Till, words: &str) -> El {
    titled(till, "big").text(words)
}

fn titled(till: Till, class: &str) -> El {
    till.el("h2", class).attr("id", "sheet").attr("tabindex", "-1")
}

/// A sentence below a heading.
pub(crate) fn say(till: Till, words: &str) -> El {
    till.el("p", "say").attr("part", "message").text(words)
}

fn opening(till: Till, looks: &Looks, _: &Checkout) -> Vec<El> {
    let words = till.words();
    let give_up = button(till, "ghost wide", &words.another_way(), Event::Left);
    let trouble = till.el("p", "note").say(note);
    vec![turning(till), heading(till, &words.opening(&looks.name)), trouble, give_up]
}

fn run_out(till: Till, looks: &Looks, checkout: &Checkout) -> Vec<El> {
    let words = till.words();
    let again = bare(till, "primary over")
        .with(sign(till, AGAIN))
        .text(&words.new_code())
        .tells(Event::Renewed);
    let framed = match checkout.attempt().and_then(Attempt::scannable) {
        Some(text) => till.el("div", "frame dim").maybe(qr(till, text, &looks.name)),
        None => till.el("div", "alone"),
    };
    let why = till.el("p", "say").say(|till| {
        let words = till.words();
        if is_settled(till) { words.run_out_settled() } else { words.run_out_unsettled() }
    });
    let paid =
        button(till, "soft", &words.have_paid(), Event::AskedNow).attr_if("hidden", is_settled);
    let ways = till
        .el("div", "row2")
        .with(button(till, "ghost", &words.another_way(), Event::Left))
        .with(paid);
    vec![framed.with(again), heading(till, &words.run_out()), why, ways]
}

fn is_settled(till: Till) -> bool {
    matches!(
        till.state().checkout().map(|checkout| &checkout.stage),
        Some(Stage::RunOut { settled: true, .. })
    )
}

fn closing(till: Till, looks: &Looks, _: &Checkout) -> Vec<El> {
    let words = till.words();
    let early = |till: Till| match till.state().checkout().map(|checkout| &checkout.stage) {
        Some(Stage::Closing { since, .. }) => till.now().saturating_sub(*since) < LEAVE_AFTER_MS,
        _ => true,
    };
    let leave = button(till, "ghost wide", &words.leave(), Event::Left).attr_if("disabled", early);
    vec![
        turning(till),
        heading(till, &words.closing()),
        say(till, &words.closing_why(&looks.name)),
        leave,
    ]
}

fn declined(till: Till, looks: &Looks, checkout: &Checkout) -> Vec<El> {
    let words = till.words();
    let title = match checkout.stage {
        Stage::Declined { by_payer: true, .. } => words.declined(&looks.name),
        _ => words.not_worked(&looks.name),
    };
    vec![
        disc(till, false),
        heading(till, &title),
        say(till, &words.nothing_taken()),
        button(till, "primary", &words.choose_another(), Event::Left),
        button(till, "ghost wide", &words.try_method_again(&looks.name), Event::Renewed),
    ]
}
