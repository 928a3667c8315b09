//! The overlay: a `<dialog>` over the inert page. The browser keeps the focus inside and gives it back.

use florin_shared::shopper::NextAction;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::button::button;
use super::icon::{AGAIN, CROSS, disc, sign, spinner, tile};
use super::result::paid;
use super::scan::{qr, scan};
use crate::method::{Looks, looks};
use crate::state::{Attempt, Event, LEAVE_AFTER_MS, Stage};
use crate::texts::Texts;
use crate::till::Till;

/// What the overlay shows. A new one is drawn when this changes, and not when a clock does.
#[derive(Clone, PartialEq)]
enum Sheet {
    Shut,
    Opening { method: String },
    Waiting { order: String, method: String, action: Option<NextAction> },
    RunOut { method: String, action: Option<NextAction> },
    Closing { method: String },
    Declined { method: String, by_payer: bool },
    Paid,
}

impl Sheet {
    fn of(stage: &Stage) -> Sheet {
        match stage {
            Stage::Opening { method, over: true, .. } => Sheet::Opening { method: method.clone() },
            Stage::Waiting { attempt: Attempt { order, method, action, .. }, .. } => {
                Sheet::Waiting { order: order.clone(), method: method.clone(), action: action.clone() }
            }
            Stage::RunOut { attempt, .. } => {
                Sheet::RunOut { method: attempt.method.clone(), action: attempt.action.clone() }
            }
            Stage::Closing { attempt, .. } => Sheet::Closing { method: attempt.method.clone() },
            Stage::Declined { method, by_payer } => Sheet::Declined { method: method.clone(), by_payer: *by_payer },
            Stage::Paid { over: true, .. } => Sheet::Paid,
            Stage::Choosing { .. } | Stage::Opening { .. } | Stage::Paid { .. } | Stage::Ended => Sheet::Shut,
        }
    }

    fn method(&self) -> Option<&str> {
        match self {
            Sheet::Opening { method } | Sheet::Waiting { method, .. } | Sheet::RunOut { method, .. } => Some(method),
            Sheet::Closing { method } | Sheet::Declined { method, .. } => Some(method),
            Sheet::Shut | Sheet::Paid => None,
        }
    }
}

/// The dialog; open exactly while the state says so.
pub(crate) fn overlay(till: Till) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let sheet = Memo::new(move |_| till.checkout(|checkout| Sheet::of(&checkout.stage)).unwrap_or(Sheet::Shut));
    Effect::new(move |_| {
        let shut = sheet.get() == Sheet::Shut;
        let Some(dialog) = dialog.get() else { return };
        if shut {
            dialog.close();
        } else {
            if !dialog.open() {
                let _it_is_in_the_page = dialog.show_modal();
            }
            focus_heading(&dialog);
        }
    });
    view! {
        <dialog
            node_ref=dialog
            aria-labelledby="sheet"
            part="overlay"
            on:cancel=move |event: ev::Event| {
                // Escape asks; a payment is not cancelled silently.
                event.prevent_default();
                till.tell(Event::Left);
            }
            on:close=move |_| reopen(till, dialog)
        >
            {move || contents(till, sheet.get())}
        </dialog>
    }
}

/// A browser closes a dialog at the second Escape, whatever we say: it was the same wish as the first.
fn reopen(till: Till, dialog: NodeRef<html::Dialog>) {
    till.tell(Event::Left);
    let over = till.state.with_untracked(|state| match state {
        crate::state::State::Ready(checkout) => checkout.is_over(),
        _ => false,
    });
    if let Some(dialog) = dialog.get_untracked().filter(|dialog| over && !dialog.open()) {
        let _it_is_in_the_page = dialog.show_modal();
    }
}

/// A screen reader begins at the heading, and the keyboard just before the first control.
pub(crate) fn focus_heading(inside: &web_sys::Element) {
    let heading = inside.query_selector("h2").ok().flatten();
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let _focusable = heading.focus();
    }
}

fn contents(till: Till, sheet: Sheet) -> AnyView {
    let looks = sheet.method().and_then(|method| till.texts(|texts| Some(looks(method, texts))));
    let name = looks.as_ref().map(|looks| looks.name.clone()).unwrap_or_default();
    let waiting = matches!(sheet, Sheet::Waiting { .. });
    let top = top(till, looks.clone(), waiting);
    let inside = match (sheet, looks) {
        (Sheet::Shut, _) => return ().into_any(),
        (Sheet::Waiting { action: Some(action), .. }, Some(looks)) => scan(till, looks, action).into_any(),
        (Sheet::RunOut { action, .. }, _) => run_out(till, &name, action).into_any(),
        (Sheet::Closing { .. }, _) => closing(till, &name).into_any(),
        (Sheet::Declined { by_payer, .. }, _) => declined(till, &name, by_payer).into_any(),
        (Sheet::Paid, _) => paid(till).into_any(),
        (Sheet::Opening { .. } | Sheet::Waiting { .. }, _) => opening(till, &name).into_any(),
    };
    view! { <div class={"sheet"}>{top} {inside}</div> }.into_any()
}

/// The method and the cross. While waiting the method is the heading; a result has its own.
fn top(till: Till, looks: Option<Looks>, heading: bool) -> impl IntoView {
    let via = looks.map(|looks| {
        let name = if heading {
            view! { <h2 id={"sheet"} tabindex="-1">{looks.name}</h2> }.into_any()
        } else {
            view! { <span>{looks.name}</span> }.into_any()
        };
        view! { {tile(looks.mark)} {name} }
    });
    view! {
        <header>
            <span class={"via"}>{via}</span>
            <button type="button" class={"cross"} aria-label=till.texts(Texts::close) on:click=move |_| till.tell(Event::Left)>
                {sign("sign", CROSS)}
            </button>
        </header>
    }
}

/// The heading of a result, which takes the focus.
pub(crate) fn heading(words: String) -> impl IntoView {
    view! { <h2 id={"sheet"} class="big" tabindex="-1">{words}</h2> }
}

fn opening(till: Till, name: &str) -> impl IntoView {
    view! {
        <div class={"disc"}>{spinner("spin big")}</div>
        {heading(till.texts(|texts| texts.opening(name)))}
        {move || till.checkout(|checkout| checkout.attempt().is_some()).unwrap_or_default().then(|| {
            button(till, "ghost wide", till.texts(Texts::another_way), Event::Left)
        })}
    }
}

fn run_out(till: Till, name: &str, action: Option<NextAction>) -> impl IntoView {
    let settled = move || till.checkout(|checkout| matches!(checkout.stage, Stage::RunOut { settled: true, .. }));
    let settled = Memo::new(move |_| settled().unwrap_or_default());
    let say = move || {
        till.texts(|texts| if settled.get() { texts.run_out_settled() } else { texts.run_out_unsettled() })
    };
    let again = view! {
        <button type="button" class={"primary over"} part="button" on:click=move |_| till.tell(Event::Renewed)>
            {sign("sign", AGAIN)} {till.texts(Texts::new_code)}
        </button>
    };
    let name = name.to_owned();
    let code = action.filter(|action| action.code_kind.as_deref() != Some("passcode")).and_then(|action| action.text);
    let framed = match code {
        Some(text) => view! { <div class={"frame dim"}>{qr(till, &text, name)} {again}</div> }.into_any(),
        None => view! { <div class={"alone"}>{again}</div> }.into_any(),
    };
    view! {
        {framed}
        {heading(till.texts(Texts::run_out))}
        <p class={"say"}>{say}</p>
        <div class={"row2"}>
            {button(till, "ghost", till.texts(Texts::another_way), Event::Left)}
            {move || (!settled.get()).then(|| button(till, "soft", till.texts(Texts::have_paid), Event::AskedNow))}
        </div>
    }
}

fn closing(till: Till, name: &str) -> impl IntoView {
    let may_leave = Memo::new(move |_| {
        let now = till.now.get();
        let since = till.checkout(|checkout| match checkout.stage {
            Stage::Closing { since, .. } => since,
            _ => u64::MAX,
        });
        since.is_some_and(|since| now.saturating_sub(since) >= LEAVE_AFTER_MS)
    });
    let words = till.texts(Texts::leave);
    view! {
        <div class={"disc"}>{spinner("spin big")}</div>
        {heading(till.texts(Texts::closing))}
        <p class={"say"}>{till.texts(|texts| texts.closing_why(name))}</p>
        <button
            type="button"
            class={"ghost wide"}
            part="button"
            disabled=move || !may_leave.get()
            on:click=move |_| till.tell(Event::Left)
        >
            {words}
        </button>
    }
}

fn declined(till: Till, name: &str, by_payer: bool) -> impl IntoView {
    let title = till.texts(|texts| if by_payer { texts.declined(name) } else { texts.not_worked(name) });
    view! {
        {disc(false)}
        {heading(title)}
        <p class={"say"}>{till.texts(Texts::nothing_taken)}</p>
        {button(till, "primary", till.texts(Texts::choose_another), Event::Left)}
        {button(till, "ghost wide", till.texts(|texts| texts.try_method_again(name)), Event::Renewed)}
    }
}
