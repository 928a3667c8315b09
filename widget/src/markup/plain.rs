//! The checkout of a page without a program: the same state and the same views, and what is pressed is sent by a form.

use std::sync::Arc;

use florin_shared::session::SessionStatus;
use florin_shared::shopper::{
    CheckoutView, NextAction, OpenTransaction, PaymentStatus, Phase, StatusView,
};

use super::till::{Sent, draw};
use crate::state::{Event, Stage, State};
use crate::texts::Texts;
use crate::view::card::{card, section};
use crate::view::overlay::contents;

/// How long such a page stands before it looks again, while something is under way.
const LOOK_AFTER_S: u64 = 4;

/// What has happened since the page was last drawn.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// Nothing.
    Nothing,
    /// A method was not opened.
    NotOpened {
        /// Which.
        method: &'a str,
        /// `AMOUNT_CHANGED`, …
        code: &'a str,
    },
    /// This attempt was on the page.
    Order(&'a str),
}

/// A page without a program.
#[derive(Clone, Debug)]
pub struct Page {
    /// The card, for a `<form>` to stand around.
    pub html: String,
    /// After how many seconds the page looks again, or leaves for `leaves_for`; while nothing is under way it stands.
    pub after_s: Option<u64>,
    /// Where the shopper goes then.
    pub leaves_for: Option<String>,
    /// The attempt that is shown.
    pub order: Option<String>,
    /// Its method.
    pub method: Option<String>,
}

/// Draws the page.
pub fn page(view: &CheckoutView, texts: &Arc<Texts>, told: Told<'_>) -> Page {
    let state = after(view, told);
    let checkout = state.checkout();
    let stage = checkout.map(|checkout| &checkout.stage);
    let attempt = checkout.and_then(|checkout| checkout.attempt());
    let method = match stage {
        Some(Stage::Declined { method, .. }) => Some(method.clone()),
        _ => attempt.map(|attempt| attempt.method.clone()),
    };
    let leaves = matches!(stage, Some(Stage::Paid { go_at: Some(_), .. }));
    let leaves_for = checkout.filter(|_| leaves).and_then(|checkout| checkout.return_url());
    let after_s = match stage {
        Some(Stage::Paid { go_at, .. }) => leaves_for.and(*go_at).map(|at| at.div_ceil(1000)),
        // Nothing happens by itself here, and a page that reloads takes a reader's place away.
        Some(Stage::Choosing { .. } | Stage::Declined { .. } | Stage::Ended) | None => None,
        Some(Stage::RunOut { settled: true, .. }) => None,
        Some(_) => Some(LOOK_AFTER_S),
    };
    Page {
        after_s,
        leaves_for: leaves_for.map(str::to_owned),
        order: attempt.map(|attempt| attempt.order.clone()),
        method,
        html: draw(state, texts.clone(), Sent::Page, |till| {
            let is_over = till.state().checkout().is_some_and(|checkout| checkout.is_over());
            vec![section(till).all(if is_over { contents(till) } else { card(till) })]
        }),
    }
}

/// The state that a program would have now. What follows from it is for a program to do.
pub(super) fn after(view: &CheckoutView, told: Told<'_>) -> State {
    let viewed = |view: &CheckoutView| {
        let mut state = State::Loading;
        let _effects = state.on(Event::Viewed(Ok(Box::new(view.clone()))), 0);
        state
    };
    match told {
        Told::NotOpened { method, code } => {
            let mut state = viewed(view);
            state.was_refused(method.into(), code.into(), 0);
            state
        }
        Told::Order(order) if is_over(view, order) => {
            let mut state = viewed(&before(view, order));
            let _effects = state.on(Event::Told(Ok(view.state.clone())), 0);
            state
        }
        Told::Order(_) | Told::Nothing => viewed(view),
    }
}

fn is_over(view: &CheckoutView, order: &str) -> bool {
    view.open.is_none()
        && view.status == SessionStatus::Processing
        && view.state.order_id.as_deref() == Some(order)
}

/// The view while that attempt was open.
fn before(view: &CheckoutView, order: &str) -> CheckoutView {
    let code = NextAction {
        kind: "show_code".into(),
        text: None,
        code_kind: None,
        app_link: None,
        url: None,
        transfer: None,
    };
    let state = StatusView {
        payment_status: Some(PaymentStatus::Processing),
        phase: Some(Phase::Waiting),
        code_expires_in_ms: 1,
        notice: None,
        ..view.state.clone()
    };
    let open = OpenTransaction {
        order_id: order.into(),
        method: view.state.method.clone().unwrap_or_default(),
        next_action: Some(code),
        code_expires_in_ms: 1,
        state: state.clone(),
    };
    CheckoutView { open: Some(open), state, ..view.clone() }
}
