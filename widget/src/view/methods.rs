//! The list: radios in a form, so that arrow keys, Enter and a screen reader work by themselves.

use florin_shared::money::Amount;
use florin_shared::shopper::{Offer, Unavailable};
use leptos::prelude::*;

use super::countdown::session_clock;
use super::icon::{LOCK, sign, spinner, tile};
use super::button::button;
use crate::method::looks;
use crate::money;
use crate::state::{Event, Note, Stage};
use crate::texts::Texts;
use crate::till::Till;

/// The card with the payee, the amount, the methods and the one button.
pub(crate) fn list(till: Till) -> impl IntoView {
    let methods = Memo::new(move |_| till.checkout(|checkout| checkout.view.methods.clone()).unwrap_or_default());
    let opening = Memo::new(move |_| till.checkout(|checkout| opening(&checkout.stage)).flatten());
    let locked = Memo::new(move |_| {
        till.checkout(|checkout| !matches!(checkout.stage, Stage::Choosing { .. })).unwrap_or_default()
    });
    let words = move || match opening.get() {
        Some(method) => {
            let words = till.texts(|texts| texts.opening(&looks(&method, texts).name));
            view! { {spinner("spin")} {words} }.into_any()
        }
        None => till.texts(|texts| texts.pay(&till.amount())).into_any(),
    };
    view! {
        {header(till, true)}
        <div class={"sum"}>
            <span class={"label"}>{till.texts(Texts::total)}</span>
            <strong dir={"auto"}>{move || till.amount()}</strong>
        </div>
        {move || note(till).map(|words| view! { <p class={"note"}>{words}</p> })}
        <form on:submit=move |event| {
            event.prevent_default();
            till.tell(Event::Confirmed);
        }>
            <fieldset disabled=move || locked.get()>
                <legend>{till.texts(Texts::how)}</legend>
                {move || methods.get().into_iter().map(|offer| row(till, offer).into_any()).collect_view()}
            </fieldset>
            // Not `disabled`: that would lose the focus, which comes back here when the overlay closes.
            <button class={"primary pay"} part="button" aria-disabled=move || locked.get().to_string()>{words}</button>
        </form>
        {move || may_give_up(till).then(|| button(till, "ghost wide", till.texts(Texts::another_way), Event::Left))}
        <p class={"foot"}>{sign("sign", LOCK)} {till.texts(Texts::assurance)}</p>
    }
}

/// The payee, and on the right the clock.
pub(crate) fn header(till: Till, with_clock: bool) -> impl IntoView {
    let payee = till.payee();
    let initial: String = payee.chars().take(1).flat_map(char::to_uppercase).collect();
    let test = till.checkout(|checkout| !checkout.view.livemode).unwrap_or_default().then(|| {
        view! { <span class={"test"} title=till.texts(Texts::test_mode_why)>{till.texts(Texts::test_mode)}</span> }
    });
    view! {
        <header>
            <span class={"payee"}>
                <span class={"mark"} aria-hidden="true">{initial}</span>
                <span class={"name"} dir="auto">{payee}</span>
                {test}
            </span>
            {with_clock.then(|| session_clock(till))}
        </header>
    }
}

fn row(till: Till, offer: Offer) -> impl IntoView {
    let looks = till.texts(|texts| Some(looks(&offer.method, texts)));
    let Some(looks) = looks else { return ().into_any() };
    let chosen = {
        let method = offer.method.clone();
        move || till.checkout(|checkout| checkout.chosen.as_ref() == Some(&method)).unwrap_or_default()
    };
    let chosen = Memo::new(move |_| chosen());
    let off = offer.unavailable.is_some();
    let hint = match &offer.unavailable {
        Some(why) => reason(till, why),
        None => looks.hint,
    };
    let method = offer.method.clone();
    view! {
        <label class={"row"} class:on=move || chosen.get() class:off=off part="method">
            <input
                type={"radio"}
                name="method"
                value=offer.method
                disabled=off
                prop:checked=move || chosen.get()
                on:change=move |_| till.tell(Event::Chose(method.clone()))
            />
            {tile(looks.mark)}
            <span class={"text"}>
                <span class={"name"}>{looks.name}</span>
                <span class={"hint"}>{hint}</span>
            </span>
            <span class={"dot"} aria-hidden="true"></span>
        </label>
    }
    .into_any()
}

/// Why a method cannot be had, and what it would take.
fn reason(till: Till, why: &Unavailable) -> String {
    let limit = || {
        let ours = till.state.with_untracked(|state| match state {
            crate::state::State::Ready(checkout) => Some(checkout.view.amount.clone()),
            _ => None,
        });
        let amount = why.needs.first().cloned().unwrap_or_default();
        ours.map(|ours| till.texts(|texts| money::written(&Amount { amount, ..ours }, &texts.locale))).unwrap_or_default()
    };
    till.texts(|texts| match why.reason.as_str() {
        "CURRENCY" => texts.only_for(&why.needs.join(", ")),
        "COUNTRY" => texts.not_in_country(),
        "AMOUNT_TOO_LOW" => texts.from_amount(&limit()),
        "AMOUNT_TOO_HIGH" => texts.up_to_amount(&limit()),
        "TIME_TOO_SHORT" => texts.time_too_short(),
        _ => texts.down(),
    })
}

fn opening(stage: &Stage) -> Option<String> {
    match stage {
        Stage::Opening { method, over: false, .. } => Some(method.clone()),
        _ => None,
    }
}

/// While the channel keeps us waiting, the way out is there already.
fn may_give_up(till: Till) -> bool {
    let waits = |stage: &Stage| matches!(stage, Stage::Opening { attempt: Some(_), over: false, .. });
    till.checkout(|checkout| waits(&checkout.stage)).unwrap_or_default()
}

fn note(till: Till) -> Option<String> {
    let note = till.checkout(|checkout| match &checkout.stage {
        Stage::Choosing { note } => note.clone(),
        _ => None,
    });
    note.flatten().map(|note| noted(till, &note))
}

/// What is said above the list.
pub(crate) fn noted(till: Till, note: &Note) -> String {
    till.texts(|texts| {
        let name = |method: &str| looks(method, texts).name;
        match note {
            Note::AmountChanged => texts.amount_changed(&till.amount()),
            Note::NotOpened(method) => texts.not_opened(&name(method)),
            Note::Cancelled(method) => texts.was_cancelled(&name(method)),
            Note::Returned(method) => texts.was_returned(&name(method)),
            Note::Confirming(method) => texts.still_confirming(&name(method)),
        }
    })
}
