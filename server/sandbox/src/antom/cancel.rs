//! `cancel`: closes a payment, and gives the money back if there was any (`protocols/antom.md` 6).

use serde_json::{Value, json};

use super::methods::{Cancel, Method};
use super::verdict::Verdict;
use super::{inquire, wire};
use crate::book::Unwritten;
use crate::clock;
use crate::faults::{Fault, Moment};
use crate::ledger::{Line, Payment, Status};
use crate::notices::{self, News};
use crate::world::{Desk, World};

/// The answer, and the payment if the payer was faster than the cancel.
type Outcome = (Value, Option<Payment>);

pub(super) async fn cancel(world: &World, body: &[u8]) -> Result<Value, Unwritten> {
    let which: wire::WhichPayment = match wire::read(body) {
        Ok(which) => which,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let now = clock::now();
    let (answer, paid_meanwhile) = world.decide(|desk| decide(world, desk, &which, now)).await?;
    if let Some(payment) = paid_meanwhile {
        notices::tell(world, &payment, News::Paid);
    }
    Ok(answer)
}

fn decide(world: &World, desk: &mut Desk, which: &wire::WhichPayment, now: i64) -> Outcome {
    let payment = match inquire::find(&desk.ledger, which) {
        Ok(payment) => payment.clone(),
        Err(verdict) => return (verdict.alone(), None),
    };
    if let Err(verdict) = allowed(&payment, now) {
        return (verdict.alone(), None);
    }
    let key = payment.opened.key.clone();
    match payment.status(now) {
        // Nothing to cancel: it stays what it is.
        Status::Declined | Status::Expired => (done(&payment, now), None),
        Status::Cancelled => (done(&payment, payment.cancelled_ms.unwrap_or(now)), None),
        Status::Paid | Status::Pending => {
            let returned = payment.amount().value;
            desk.write(Line::Cancelled { key, at_ms: now, returned });
            (done(&payment, now), None)
        }
        Status::Processing => close(world, desk, payment, now),
    }
}

/// Closes an open payment; with `cancel_returns_money` the payer pays at that very moment.
fn close(world: &World, desk: &mut Desk, payment: Payment, now: i64) -> Outcome {
    let key = payment.opened.key.clone();
    let raced = world.strikes(&Moment::of(Fault::CancelReturnsMoney, &key)).is_some();
    let mut returned = 0;
    if raced {
        returned = payment.amount().value;
        desk.write(Line::Captured { key: key.clone(), at_ms: now, settles_ms: now });
    }
    desk.write(Line::Cancelled { key: key.clone(), at_ms: now, returned });
    let paid_meanwhile = raced.then(|| desk.ledger.payment(&key).cloned()).flatten();
    (done(&payment, now), paid_meanwhile)
}

fn allowed(payment: &Payment, now: i64) -> Result<(), Verdict> {
    let has_paid = matches!(payment.status(now), Status::Paid | Status::Pending);
    let rule = Method::find(&payment.opened.method).map_or(Cancel::Any, Method::cancel);
    if rule == Cancel::Never {
        let why = "this method has no cancel; let its time run out, or refund";
        return Err(Verdict::refused("BUSINESS_NOT_SUPPORT", why));
    }
    if has_paid && rule == Cancel::Unpaid {
        return Err(Verdict::refused("ORDER_STATUS_INVALID", "it is paid: use refund"));
    }
    if has_paid && !payment.refunds.is_empty() {
        return Err(Verdict::refused("PROCESS_FAIL", "money was refunded already"));
    }
    let paid_ms = payment.captured.map_or(now, |capture| capture.at_ms);
    if has_paid && now >= end_of_cancel_window(paid_ms) {
        return Err(Verdict::refused("CANCEL_WINDOW_EXCEED", "it is too late: use refund"));
    }
    Ok(())
}

fn done(payment: &Payment, at_ms: i64) -> Value {
    json!({
        "result": Verdict::success().to_wire(),
        "paymentId": payment.opened.payment_id,
        "paymentRequestId": payment.opened.key.request,
        "cancelTime": clock::iso(at_ms),
    })
}

/// 00:15 at +08:00 of the day after: until then a wallet payment may be cancelled.
fn end_of_cancel_window(paid_ms: i64) -> i64 {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    const EIGHT_HOURS: i64 = 8 * 60 * 60 * 1000;
    let midnight = (paid_ms + EIGHT_HOURS).div_euclid(DAY) * DAY + DAY - EIGHT_HOURS;
    midnight + 15 * 60 * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_may_be_cancelled_until_a_quarter_past_midnight() {
        let paid = clock::parse_iso("2026-11-18T23:59:00+08:00").unwrap();
        assert_eq!(clock::iso(end_of_cancel_window(paid)), "2026-11-19T00:15:00+08:00");
    }
}
