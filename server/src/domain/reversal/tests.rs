//! What may go back, and what a channel's words make of it, as tables.

use florin_shared::{Money, PaymentId, ReversalId};

use super::*;
use crate::domain::payment::{PaymentState, Role};

const NOW: Millis = 100_000;

fn php(minor: i64) -> Money {
    Money::new(minor, "PHP".parse().unwrap()).unwrap()
}

fn payment(role: Role) -> Payment {
    let got = (role != Role::None).then(|| php(1000));
    let state = if got.is_some() { PaymentState::Success } else { PaymentState::Processing };
    Payment {
        id: PaymentId::of([1; 16]),
        session: florin_shared::SessionId::of([2; 20]),
        merchant: "1".parse().unwrap(),
        trans_id: "t".into(),
        method: florin_shared::Method::Gcash,
        channel: "antom".into(),
        product: "GCASH".into(),
        request_id: "GW".into(),
        terminal: "WEB".into(),
        payer_ip: String::new(),
        cancellable: true,
        amount: php(1000),
        state,
        role,
        confirming: false,
        reason: String::new(),
        got,
        paid: None,
        action: String::new(),
        expires: 1,
        final_after: 2,
        cancels_sent: 0,
        cancels_answered: 0,
        cancel_until: 0,
        asks: 0,
        next_ask: None,
        created: 0,
        changed: 0,
    }
}

/// A reversal of so much, in this state, sent if the state says so.
fn back(number: u8, reason: Reason, amount: i64, state: ReversalState) -> Reversal {
    let id = ReversalId::of([number; 16]);
    let fresh = Reversal::fresh(id, &payment(Role::Accepted), php(amount), reason, 0);
    let sends = i64::from(state != ReversalState::Intent);
    Reversal { state, sends, sent: (sends > 0).then_some(NOW), ..fresh }
}

use Reason::{External, Late, Merchant, Mismatch, Surplus};
use ReversalState::{Fail, Intent, Kept, Manual, Sent, Success, Unknown};

/// What is there already, what is wanted (all, if nothing), and what that gives.
type Case<'a> = (&'a [(i64, ReversalState)], Option<i64>, Result<i64, NotRefundable>);

#[test]
fn never_more_than_was_taken_less_what_has_gone_or_is_going() {
    let cases: &[Case<'_>] = &[
        (&[], None, Ok(1000)),
        (&[], Some(1000), Ok(1000)),
        (&[], Some(1), Ok(1)),
        (&[], Some(1001), Err(NotRefundable::TooMuch(php(1000)))),
        (&[(400, Success)], None, Ok(600)),
        (&[(400, Success)], Some(601), Err(NotRefundable::TooMuch(php(600)))),
        (&[(400, Intent)], Some(601), Err(NotRefundable::TooMuch(php(600)))),
        (&[(400, Sent)], Some(601), Err(NotRefundable::TooMuch(php(600)))),
        (&[(400, Unknown)], Some(601), Err(NotRefundable::TooMuch(php(600)))),
        (&[(400, Manual)], Some(601), Err(NotRefundable::TooMuch(php(600)))),
        (&[(400, Kept)], Some(601), Err(NotRefundable::TooMuch(php(600)))),
        (&[(400, Fail)], Some(1000), Ok(1000)),
        (&[(400, Fail), (300, Success), (300, Unknown)], None, Ok(400)),
        (&[(1000, Intent)], None, Err(NotRefundable::NothingLeft)),
        (&[(600, Success), (400, Sent)], Some(1), Err(NotRefundable::NothingLeft)),
    ];
    for (before, wanted, expected) in cases {
        let before: Vec<Reversal> =
            before.iter().map(|(amount, state)| back(1, Merchant, *amount, *state)).collect();
        let found = refundable(&payment(Role::Accepted), &before, wanted.map(php));
        assert_eq!(found.map(Money::minor), *expected, "{before:?} {wanted:?}");
    }
}

#[test]
fn only_what_was_kept_is_refunded_and_in_its_currency() {
    let refused = |role, wanted| refundable(&payment(role), &[], wanted);
    assert_eq!(refused(Role::None, None), Err(NotRefundable::NotPaid));
    assert_eq!(refused(Role::Surplus, None), Err(NotRefundable::GoesBackAnyway));
    let dollars = Money::new(1, "USD".parse().unwrap()).unwrap();
    assert_eq!(refused(Role::Accepted, Some(dollars)), Err(NotRefundable::OtherCurrency));
}

#[track_caller]
fn check(reversal: &Reversal, said: &ReversalSaid, by_query: bool, spent: usize, expected: Turn) {
    let turn = on_reversal_said(reversal, said, by_query, spent, NOW);
    assert_eq!(turn, expected, "{:?} {said:?} {by_query} {spent}", reversal.state);
}

fn failed() -> ReversalSaid {
    ReversalSaid::Failed("NO".into())
}

fn never() -> ReversalSaid {
    ReversalSaid::Never("NO".into())
}

#[test]
fn done_is_done_whoever_says_it() {
    for state in [Intent, Sent, Unknown, Manual] {
        for by_query in [false, true] {
            check(&back(1, Merchant, 1, state), &ReversalSaid::Done, by_query, 0, Turn::Done);
        }
    }
}

#[test]
fn a_no_in_a_reply_or_a_message_is_only_a_reason_to_ask() {
    for reason in [Merchant, Surplus, Late, Mismatch] {
        for state in [Sent, Unknown] {
            let reversal = back(1, reason, 1, state);
            check(&reversal, &failed(), false, 4, Turn::Refused(Refusal::Once, "NO".into(), NOW));
            check(&reversal, &never(), false, 4, Turn::Refused(Refusal::Never, "NO".into(), NOW));
        }
    }
}

#[test]
fn a_query_proves_that_nothing_was_returned() {
    check(&back(1, Merchant, 1, Sent), &failed(), true, 0, Turn::Fail("NO".into()));
    for reason in [Surplus, Late, Mismatch] {
        let reversal = back(1, reason, 1, Unknown);
        check(&reversal, &failed(), true, 0, Turn::Renew("NO".into()));
        check(&reversal, &failed(), true, 3, Turn::Renew("NO".into()));
        check(&reversal, &failed(), true, 4, Turn::Manual("NO".into()));
        check(&reversal, &never(), true, 0, Turn::Manual("NO".into()));
    }
}

#[test]
fn not_found_is_sent_again_unless_it_was_refused() {
    let lost = back(1, Merchant, 1, Unknown);
    check(&lost, &ReversalSaid::NotFound, true, 0, Turn::Wait(Intent, NOW));
    let no =
        |reason, refusal| Reversal { refusal, failure: "NO".into(), ..back(1, reason, 1, Unknown) };
    let not_found = ReversalSaid::NotFound;
    check(&no(Merchant, Refusal::Once), &not_found, true, 0, Turn::Fail("NO".into()));
    check(&no(Merchant, Refusal::Never), &not_found, true, 0, Turn::Fail("NO".into()));
    check(&no(Surplus, Refusal::Once), &not_found, true, 0, Turn::Renew("NO".into()));
    check(&no(Surplus, Refusal::Never), &not_found, true, 0, Turn::Manual("NO".into()));
}

#[test]
fn not_found_proves_nothing_while_an_earlier_send_may_still_arrive() {
    let twice = Reversal {
        sends: 2,
        refusal: Refusal::Never,
        failure: "NO".into(),
        ..back(1, Merchant, 1, Unknown)
    };
    let later = NOW + 20_000;
    check(&twice, &never(), false, 0, Turn::Refused(Refusal::Never, "NO".into(), later));
    check(&twice, &ReversalSaid::NotFound, true, 0, Turn::Wait(Unknown, later));
    let old = Reversal { sent: Some(NOW - 20_000), ..twice };
    check(&old, &ReversalSaid::NotFound, true, 0, Turn::Fail("NO".into()));
}

#[test]
fn what_is_over_stays_so_and_a_contradiction_is_asked_about() {
    let all =
        [ReversalSaid::Done, ReversalSaid::Pending, ReversalSaid::NotFound, failed(), never()];
    for said in &all {
        for by_query in [false, true] {
            check(&back(1, Merchant, 1, Success), said, by_query, 0, Turn::Stay);
            check(&back(1, Surplus, 1, Kept), said, by_query, 0, Turn::Stay);
            let expected =
                if *said == ReversalSaid::Done { Turn::Contradicted } else { Turn::Stay };
            check(&back(1, Merchant, 1, Fail), said, by_query, 0, expected);
        }
    }
}

#[test]
fn what_a_person_has_goes_on_only_if_the_channel_has_really_begun() {
    let manual = back(1, Surplus, 1, Manual);
    check(&manual, &ReversalSaid::Pending, true, 0, Turn::Wait(Sent, NOW));
    check(&manual, &ReversalSaid::Pending, false, 0, Turn::Stay);
    for said in [ReversalSaid::NotFound, failed(), never()] {
        check(&manual, &said, true, 0, Turn::Stay);
    }
}

#[track_caller]
fn corrects(before: &[Reversal], total: i64, external: i64, beyond: i64, crowded: &[(u8, i64)]) {
    let crowded = crowded.iter().map(|(id, rest)| (ReversalId::of([*id; 16]), *rest)).collect();
    assert_eq!(
        correct(1000, before, total),
        Correction { external, beyond, crowded },
        "{before:?}"
    );
}

#[test]
fn what_nobody_asked_for_is_external() {
    corrects(&[], 0, 0, 0, &[]);
    corrects(&[], 300, 300, 0, &[]);
    corrects(&[back(1, Merchant, 300, Success)], 300, 0, 0, &[]);
    corrects(&[back(1, Merchant, 300, Success)], 500, 200, 0, &[]);
    corrects(&[back(1, External, 300, Success)], 300, 0, 0, &[]);
    corrects(&[back(1, Merchant, 300, Fail)], 300, 300, 0, &[]);
    corrects(&[back(1, Merchant, 300, Success)], 100, 0, 0, &[]);
}

#[test]
fn what_is_under_way_may_be_the_reason() {
    for state in [Sent, Unknown] {
        corrects(&[back(1, Merchant, 300, state)], 300, 0, 0, &[]);
        corrects(&[back(1, Merchant, 300, state)], 500, 200, 0, &[]);
    }
}

#[test]
fn what_was_never_sent_explains_nothing_and_makes_room() {
    corrects(&[back(1, Merchant, 300, Intent)], 300, 300, 0, &[]);
    corrects(&[back(1, Merchant, 300, Intent)], 800, 800, 0, &[(1, 0)]);
    corrects(&[back(1, Surplus, 1000, Intent)], 300, 300, 0, &[(1, 700)]);
    corrects(&[back(1, Surplus, 1000, Manual)], 1000, 1000, 0, &[(1, 0)]);
    let two = [back(1, Merchant, 400, Intent), back(2, Merchant, 400, Intent)];
    corrects(&two, 300, 300, 0, &[(2, 0)]);
    corrects(&two, 700, 700, 0, &[(1, 0), (2, 0)]);
}

#[test]
fn more_than_was_taken_is_alarmed_and_never_booked() {
    let by_hand = Reversal { outcome: Outcome::Returned, ..back(1, Surplus, 1000, Success) };
    corrects(&[by_hand], 1000, 0, 1000, &[]);
    corrects(&[back(1, Surplus, 1000, Kept)], 400, 0, 400, &[]);
}
