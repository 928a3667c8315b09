//! The root: one card, and over it one overlay. Which of them shows what follows from the state alone.

use leptos::{html, prelude::*};

use crate::state::{Stage, State, Trouble};
use crate::theme;
use crate::till::Till;
use crate::view::announce::announce;
use crate::view::methods::list;
use crate::view::overlay::{focus_heading, overlay};
use crate::view::result::{ended, failed, paid_card};

/// What the card shows. It is drawn anew when this changes, and not when a clock does.
#[derive(Clone, PartialEq)]
enum Card {
    Loading,
    List,
    Paid,
    Ended,
    Failed(Trouble),
}

impl Card {
    fn of(state: &State) -> Card {
        let checkout = match state {
            State::Loading => return Card::Loading,
            State::Failed(trouble) => return Card::Failed(trouble.clone()),
            State::Ready(checkout) => checkout,
        };
        match checkout.stage {
            Stage::Paid { over: false, .. } => Card::Paid,
            Stage::Ended => Card::Ended,
            _ => Card::List,
        }
    }
}

/// Everything inside the element.
pub(crate) fn checkout(till: Till) -> impl IntoView {
    let card = Memo::new(move |_| till.state.with(Card::of));
    let section = NodeRef::<html::Section>::new();
    Effect::new(move |before: Option<Card>| {
        let card = card.get();
        wear(till);
        // The button that was pressed is gone: the reader goes on at the result.
        if before.is_some_and(|before| before == Card::List && before != card)
            && let Some(section) = section.get_untracked()
        {
            focus_heading(&section);
        }
        card
    });
    view! {
        <section class={"card"} part="card" node_ref=section aria-busy=move || (card.get() == Card::Loading).to_string()>
            {move || match card.get() {
                Card::Loading => skeleton().into_any(),
                Card::List => list(till).into_any(),
                Card::Paid => paid_card(till).into_any(),
                Card::Ended => ended(till).into_any(),
                Card::Failed(trouble) => failed(till, &trouble).into_any(),
            }}
        </section>
        {overlay(till)}
        {announce(till)}
    }
}

/// Grey bars where the list will be, as the loader paints them.
fn skeleton() -> impl IntoView {
    let rows = (0..4).map(|_| {
        view! { <div class={"row bone"}><i class={"b1"}></i><span class={"text"}><i class={"b2"}></i><i class={"b3"}></i></span></div> }
    });
    view! { <div class={"sum"}><i class={"b4"}></i></div> {rows.collect_view()} }
}

/// Puts the merchant's colours on, once the root is in the page.
fn wear(till: Till) {
    let looks = till.state.with_untracked(|state| match state {
        State::Ready(checkout) => Some(checkout.view.appearance.clone()),
        State::Loading | State::Failed(_) => None,
    });
    till.errands(|errands| {
        if let Some(rule) = &errands.rule {
            theme::put_on(&looks.unwrap_or_default(), rule, &errands.root);
        }
    });
}
