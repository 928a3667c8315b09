//! How it ended: paid, ended unpaid, or not to be shown at all.

use leptos::prelude::*;

use super::button::button;
use super::icon::disc;
use super::methods::header;
use super::overlay::heading;
use crate::method::looks;
use crate::state::{Event, Stage, Trouble};
use crate::texts::Texts;
use crate::till::Till;

/// Paid, in the overlay or in the card: the truth about the money first, then the way on.
pub(crate) fn paid(till: Till) -> impl IntoView {
    let twice = till.checkout(|checkout| {
        let state = &checkout.view.state;
        state.notice.is_some().then(|| state.notice_method.clone().unwrap_or_default())
    });
    let twice = twice.flatten().map(|method| till.texts(|texts| texts.twice(&looks(&method, texts).name)));
    let alone = twice.is_none();
    let going = Memo::new(move |_| seconds_to_go(till));
    let say = move || {
        till.texts(|texts| match going.get() {
            Some(seconds) => texts.thanks_going(&till.payee(), &seconds.to_string()),
            None => texts.thanks(),
        })
    };
    let bar = move || going.get().is_some();
    let bar = Memo::new(move |_| bar());
    let on = till.checkout(|checkout| checkout.return_url().is_some()).unwrap_or_default();
    view! {
        {disc(true)}
        {heading(till.texts(|texts| texts.paid(&till.amount())))}
        {twice.map(|words| view! { <p class={"note"}>{words}</p> })}
        {alone.then(|| view! { <p class={"say"}>{say}</p> })}
        {move || bar.get().then(|| view! { <div class={"bar"} aria-hidden="true"><i class={"run"}></i></div> })}
        {on.then(|| move || {
            let words = till.texts(|texts| if bar.get() { texts.go_now() } else { texts.back_to(&till.payee()) });
            button(till, "primary", words, Event::WentOn)
        })}
    }
}

fn seconds_to_go(till: Till) -> Option<u64> {
    let now = till.now.get();
    let go_at = till.checkout(|checkout| match checkout.stage {
        Stage::Paid { go_at, .. } => go_at,
        _ => None,
    });
    go_at.flatten().map(|at| super::countdown::seconds_left(at, now).max(1))
}

/// Paid, where there was no overlay.
pub(crate) fn paid_card(till: Till) -> impl IntoView {
    view! { {header(till, false)} {paid(till)} }
}

/// Expired or closed.
pub(crate) fn ended(till: Till) -> impl IntoView {
    let order = till.checkout(|checkout| checkout.view.trans_id.clone()).unwrap_or_default();
    let returned = till.checkout(|checkout| {
        let state = &checkout.view.state;
        state.notice.is_some().then(|| state.notice_method.clone().unwrap_or_default())
    });
    let why = till.texts(|texts| match returned.flatten() {
        Some(method) => texts.ended_returned(&looks(&method, texts).name, &order),
        None => texts.ended_why(&order),
    });
    let back = till.checkout(|checkout| checkout.return_url().is_some()).unwrap_or_default();
    view! {
        {header(till, false)}
        {heading(till.texts(Texts::ended))}
        <p class={"say"}>{why}</p>
        {back.then(|| button(till, "primary", till.texts(|texts| texts.back_to(&till.payee())), Event::WentOn))}
    }
}

/// The checkout cannot be shown: why, and the page that always works.
pub(crate) fn failed(till: Till, trouble: &Trouble) -> impl IntoView {
    let why = till.texts(|texts| match trouble {
        Trouble::Offline => texts.not_shown_offline(),
        Trouble::NoAnswer => texts.not_shown_server(),
        Trouble::Refused { .. } => texts.not_shown_refused(),
    });
    // For whoever builds the page: the server's own sentence, such as how to register an origin.
    let sentence = match trouble {
        Trouble::Refused { sentence, .. } => Some(view! { <p class={"say small"}>{sentence.clone()}</p> }),
        Trouble::Offline | Trouble::NoAnswer => None,
    };
    let again = !matches!(trouble, Trouble::Refused { .. });
    let hosted = till.errands(|errands| errands.hosted.clone()).unwrap_or_default();
    view! {
        {heading(till.texts(Texts::not_shown))}
        <p class={"say"}>{why}</p>
        {sentence}
        {again.then(|| button(till, "primary", till.texts(Texts::try_again), Event::Retried))}
        <a class={"ghost wide"} part="button" href=hosted>{till.texts(Texts::open_page)}</a>
    }
}
