//! No order of presses and answers ends where nothing is under way and nothing can be pressed.

use std::collections::HashSet;

use super::*;

/// A state, and whether the answer to a `Pay` is still to come.
#[derive(Clone)]
struct Moment {
    state: State,
    pays: bool,
    way: Vec<String>,
}

fn attempt(order: &str, method: &str, has_code: bool, phase: Phase) -> OpenTransaction {
    let state = StatusView {
        order_id: Some(order.into()),
        method: Some(method.into()),
        ..of_gw1(3, PaymentStatus::Processing, phase)
    };
    let next_action = has_code.then(code);
    OpenTransaction { order_id: order.into(), method: method.into(), next_action, state, ..open(3) }
}

/// Everything that a server may have under way: by us or in another window, with a code or before it has one, or with a
/// status that is newer than the rest of the answer.
fn attempts() -> Vec<OpenTransaction> {
    let mut all = vec![];
    for (order, method) in [("GW1", "GCASH"), ("GW2", "ALIPAY_PLUS"), ("GW3", "GCASH")] {
        all.push(attempt(order, method, true, Phase::Waiting));
        all.push(attempt(order, method, false, Phase::Opening));
        all.push(attempt(order, method, false, Phase::Waiting));
        all.push(attempt(order, method, false, Phase::Closing));
    }
    let newer = attempt("GW2", "ALIPAY_PLUS", true, Phase::Waiting).state;
    all.push(OpenTransaction { state: newer, ..attempt("GW1", "GCASH", false, Phase::Waiting) });
    all
}

fn viewed(view: CheckoutView) -> Event {
    Event::Viewed(Ok(Box::new(view)))
}

/// What may happen at any time.
fn anything() -> Vec<Event> {
    let mut all = vec![
        Event::Chose("ALIPAY_PLUS".into()),
        Event::Chose("GCASH".into()),
        Event::Confirmed,
        Event::Left,
        Event::Returned,
        Event::Due,
        Event::Told(Err(Trouble::NoAnswer)),
        Event::Viewed(Err(Trouble::NoAnswer)),
        viewed(view()),
        viewed(CheckoutView { version: 2, state: status(3), ..view() }),
    ];
    for open in attempts() {
        let state = open.state.clone();
        all.push(Event::Told(Ok(state.clone())));
        all.push(viewed(CheckoutView { open: Some(open), state, ..view() }));
    }
    for payment in [PaymentStatus::Cancelled, PaymentStatus::Fail] {
        all.push(Event::Told(Ok(over(3, payment))));
    }
    all
}

/// What a `Pay` may be answered with.
fn answers() -> Vec<Event> {
    let refusals = ["AMOUNT_CHANGED", "CHANNEL_UNAVAILABLE", "BEING_CONFIRMED", "BUSY"];
    let mut all: Vec<_> = refusals.map(|code| Event::Opened(Err(refused(code)))).into();
    all.push(Event::Opened(Err(Trouble::NoAnswer)));
    all.extend(attempts().into_iter().map(|open| Event::Opened(Ok(open))));
    all
}

impl Moment {
    fn after(&self, event: Event) -> Moment {
        let mut next = self.clone();
        next.way.push(format!("{event:.60?}"));
        next.pays &= !matches!(event, Event::Opened(_));
        let effects = next.state.on(event, NOW);
        next.pays |= effects.iter().any(|effect| matches!(effect, Effect::Pay { .. }));
        next
    }

    fn is_stuck(&self) -> bool {
        let checkout = self.state.checkout().unwrap();
        let waits = !matches!(checkout.stage, Stage::Choosing { .. } | Stage::Declined { .. });
        waits && !self.pays && self.state.asks_after().is_none()
    }
}

#[test]
fn whatever_comes_in_whatever_order_something_is_under_way_or_can_be_pressed() {
    let (anything, answers) = (anything(), answers());
    let first = Moment { state: Story::choosing().state, pays: false, way: vec![] };
    let (mut known, mut now) = (HashSet::new(), vec![first]);
    for _ in 0..4 {
        let mut next = vec![];
        for moment in &now {
            let late = if moment.pays { &answers[..] } else { &[] };
            for event in anything.iter().chain(late) {
                let moment = moment.after(event.clone());
                assert!(!moment.is_stuck(), "{:?}: {:#?}", moment.state, moment.way);
                if known.insert(format!("{:?}{}", moment.state, moment.pays)) {
                    next.push(moment);
                }
            }
        }
        now = next;
    }
    assert!(known.len() > 500, "only {} states were seen", known.len());
}
