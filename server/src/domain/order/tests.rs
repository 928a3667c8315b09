//! Every pair of state and evidence, as tables.

use florin_shared::{Method, PaymentId, SessionId};

use super::*;
use crate::domain::payment::Evidence;

mod closing;

const EXPIRES: Millis = 10_000;
const FINAL: Millis = 20_000;

pub(crate) fn hkd(minor: i64) -> Money {
    Money::new(minor, "HKD".parse().unwrap()).unwrap()
}

fn php(minor: i64) -> Money {
    Money::new(minor, "PHP".parse().unwrap()).unwrap()
}

fn order() -> Order {
    Order {
        amount: hkd(800),
        is_paid: false,
        session: SessionState::Open,
        has_newer_session: false,
        late_success: LateSuccess::Reverse,
        was_denied: false,
    }
}

pub(crate) fn payment(state: PaymentState) -> Payment {
    Payment {
        id: PaymentId::of([1; 16]),
        session: SessionId::of([2; 20]),
        merchant: "1".parse().unwrap(),
        trans_id: "t".into(),
        method: Method::Gcash,
        channel: "antom".into(),
        product: "GCASH".into(),
        request_id: "GW".into(),
        terminal: "WEB".into(),
        payer_ip: String::new(),
        cancellable: true,
        amount: hkd(800),
        state,
        role: Role::None,
        confirming: false,
        reason: String::new(),
        got: None,
        paid: None,
        action: String::new(),
        expires: EXPIRES,
        final_after: FINAL,
        cancels_sent: 0,
        cancels_answered: 0,
        cancel_until: 0,
        asks: 0,
        next_ask: None,
        created: 0,
        changed: 0,
    }
}

fn success(role: Role) -> Payment {
    Payment { role, got: Some(hkd(800)), ..payment(PaymentState::Success) }
}

/// A cancel has gone out, and been answered.
fn cancelled(state: PaymentState) -> Payment {
    Payment { cancels_sent: 1, cancels_answered: 1, ..payment(state) }
}

fn paid(amount: Money) -> Said {
    Said::Paid { amount, at: Some(7), returned: 0 }
}

fn notice(said: Said) -> Statement {
    from(Source::Notice, said, None)
}

fn query(said: Said) -> Statement {
    from(Source::Query, said, None)
}

fn query_after_cancel(said: Said) -> Statement {
    from(Source::Query, said, Some(1))
}

fn from(source: Source, said: Said, after_cancel: Option<i64>) -> Statement {
    let evidence = Evidence { said, reason: "DECLINED".into() };
    Statement { evidence, source, after_cancel, after_confirming: false }
}

fn query_after_confirming(said: Said) -> Statement {
    Statement { after_confirming: true, ..query(said) }
}

#[track_caller]
fn check(order: Order, payment: &Payment, statement: &Statement, expected: Step) {
    assert_eq!(order.on_statement(payment, statement, 500), expected, "{payment:?} {statement:?}");
}

const LIVE: [PaymentState; 4] =
    [PaymentState::Intent, PaymentState::Sent, PaymentState::Unknown, PaymentState::Processing];

#[test]
fn the_first_right_payment_of_an_open_order_is_kept() {
    for state in LIVE {
        check(
            order(),
            &payment(state),
            &notice(paid(hkd(800))),
            Step::Accept(hkd(800), Some(7), 0),
        );
    }
    for state in PaymentState::ALL.iter().copied().filter(|state| *state != PaymentState::Success) {
        check(order(), &payment(state), &query(paid(hkd(800))), Step::Accept(hkd(800), Some(7), 0));
    }
    let closing = Order { session: SessionState::Closing, ..order() };
    check(
        closing,
        &payment(PaymentState::Processing),
        &query(paid(hkd(800))),
        Step::Accept(hkd(800), Some(7), 0),
    );
}

#[test]
fn a_success_after_the_end_is_asked_about_and_then_believed() {
    for state in [PaymentState::Fail, PaymentState::Cancelled] {
        check(order(), &payment(state), &notice(paid(hkd(800))), Step::Ask);
        check(order(), &payment(state), &query(paid(hkd(800))), Step::Accept(hkd(800), Some(7), 0));
    }
}

#[test]
fn a_success_that_contradicts_or_meets_our_closing_is_asked_about_first() {
    check(order(), &payment(PaymentState::Cancelling), &notice(paid(hkd(800))), Step::Ask);
    let late =
        order().on_statement(&payment(PaymentState::Processing), &notice(paid(hkd(800))), EXPIRES);
    assert_eq!(late, Step::Ask);
    let denied = Order { was_denied: true, ..order() };
    check(denied, &payment(PaymentState::Processing), &notice(paid(hkd(800))), Step::Ask);
    check(
        denied,
        &payment(PaymentState::Processing),
        &query(paid(hkd(800))),
        Step::Accept(hkd(800), Some(7), 0),
    );
}

#[test]
fn a_second_success_goes_back() {
    let paid_already = Order { is_paid: true, session: SessionState::Paid, ..order() };
    let expected = Step::GiveBack(hkd(800), Some(7), 0, Reason::Surplus);
    check(
        paid_already,
        &payment(PaymentState::Processing),
        &notice(paid(hkd(800))),
        expected.clone(),
    );
    check(paid_already, &payment(PaymentState::Cancelled), &query(paid(hkd(800))), expected);
}

#[test]
fn a_late_success_goes_back_unless_the_merchant_keeps_it() {
    for session in [SessionState::Expired, SessionState::Cancelled] {
        let late = Order { session, ..order() };
        let state = payment(PaymentState::Cancelled);
        check(
            late,
            &state,
            &query(paid(hkd(800))),
            Step::GiveBack(hkd(800), Some(7), 0, Reason::Late),
        );
        let keeps = Order { late_success: LateSuccess::Accept, ..late };
        check(keeps, &state, &query(paid(hkd(800))), Step::Accept(hkd(800), Some(7), 0));
        // D8: a newer session of the same order waits to be paid, and this is what it waited for.
        let newer = Order { has_newer_session: true, ..late };
        check(newer, &state, &query(paid(hkd(800))), Step::Accept(hkd(800), Some(7), 0));
    }
}

#[test]
fn another_amount_is_a_conflict_until_a_query_says_so_too() {
    for wrong in [hkd(799), hkd(801), php(800)] {
        let state = payment(PaymentState::Processing);
        check(order(), &state, &notice(paid(wrong)), Step::Conflict);
        check(order(), &state, &from(Source::Reply, paid(wrong), None), Step::Conflict);
        check(
            order(),
            &state,
            &query(paid(wrong)),
            Step::GiveBack(wrong, Some(7), 0, Reason::Mismatch),
        );
    }
}

#[test]
fn what_somebody_else_gave_back_never_counts() {
    let back = Said::Paid { amount: hkd(800), at: None, returned: 800 };
    check(
        order(),
        &payment(PaymentState::Processing),
        &query(back),
        Step::AlreadyBack(hkd(800), None),
    );
    let partly = Said::Paid { amount: hkd(800), at: None, returned: 300 };
    check(
        order(),
        &payment(PaymentState::Processing),
        &query(partly),
        Step::Accept(hkd(800), None, 300),
    );
    check(order(), &success(Role::Accepted), &query(partly), Step::Returned(300));
    check(order(), &success(Role::Accepted), &query(Said::Cancelled), Step::Returned(800));
}

#[test]
fn success_stands_whatever_comes_after_it() {
    for role in [Role::Accepted, Role::Surplus] {
        for said in [Said::Pending, Said::NotFound, Said::Confirming, paid(hkd(800))] {
            check(order(), &success(role), &query(said), Step::Stay);
            check(order(), &success(role), &notice(said), Step::Stay);
        }
        check(order(), &success(role), &notice(Said::Failed), Step::Conflict);
        check(order(), &success(role), &notice(Said::Cancelled), Step::Conflict);
    }
}

#[test]
fn a_decline_is_a_failure_and_a_code_that_ran_out_is_not() {
    for state in LIVE {
        let failed = Step::Become(PaymentState::Fail, "DECLINED".into());
        check(order(), &payment(state), &from(Source::Reply, Said::Failed, None), failed.clone());
        let ran_out = Step::Become(PaymentState::Cancelled, RUN_OUT.into());
        // The channel's clock may be a second ahead of ours.
        for (at, step) in [
            (0, &failed),
            (EXPIRES - 1001, &failed),
            (EXPIRES - 1000, &ran_out),
            (EXPIRES, &ran_out),
        ] {
            assert_eq!(
                &order().on_statement(&payment(state), &query(Said::Failed), at),
                step,
                "{at}"
            );
        }
    }
}

#[test]
fn a_message_that_nothing_was_paid_is_only_a_hint_to_ask() {
    for state in LIVE.into_iter().chain([PaymentState::Cancelling]) {
        check(order(), &payment(state), &notice(Said::Failed), Step::Ask);
        check(order(), &payment(state), &notice(Said::Cancelled), Step::Ask);
    }
}

#[test]
fn not_found_means_not_paid_only_after_the_codes_life() {
    for state in LIVE.into_iter().chain([PaymentState::Cancelling]) {
        let at = |now| order().on_statement(&payment(state), &query(Said::NotFound), now);
        assert_eq!(at(EXPIRES + SHOWS_AFTER - 1), Step::Stay);
        assert_eq!(
            at(EXPIRES + SHOWS_AFTER),
            Step::Become(PaymentState::Cancelled, RUN_OUT.into())
        );
    }
}

#[test]
fn a_scanned_code_that_nobody_knows_is_unpaid_when_its_call_can_no_longer_show() {
    use crate::domain::payment::IN_STORE;

    let by_code =
        Payment { terminal: IN_STORE.into(), expires: 90_000, ..payment(PaymentState::Unknown) };
    let at = |now| order().on_statement(&by_code, &query(Said::NotFound), now);
    assert_eq!(at(90_000), Step::Stay);
    assert_eq!(at(119_999), Step::Stay);
    assert_eq!(at(120_000), Step::Become(PaymentState::Cancelled, RUN_OUT.into()));
}

#[test]
fn pending_never_lowers_a_state() {
    for state in [PaymentState::Intent, PaymentState::Sent, PaymentState::Unknown] {
        check(
            order(),
            &payment(state),
            &query(Said::Pending),
            Step::Become(PaymentState::Processing, String::new()),
        );
    }
    for state in [
        PaymentState::Processing,
        PaymentState::Cancelling,
        PaymentState::Fail,
        PaymentState::Cancelled,
    ] {
        check(order(), &payment(state), &query(Said::Pending), Step::Stay);
    }
}

#[test]
fn a_state_never_falls() {
    let words = [
        Said::NotFound,
        Said::Pending,
        Said::Confirming,
        Said::Failed,
        Said::Cancelled,
        paid(hkd(800)),
    ];
    for state in PaymentState::ALL.iter().copied() {
        for said in words {
            for statement in [notice(said), query(said), query_after_cancel(said)] {
                for now in [500, EXPIRES, FINAL, EXPIRES + SHOWS_AFTER] {
                    if let Step::Become(next, _) =
                        order().on_statement(&payment(state), &statement, now)
                    {
                        assert!(next > state, "{state:?} fell to {next:?} on {statement:?}");
                    }
                }
            }
        }
    }
}
