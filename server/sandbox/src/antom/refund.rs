//! `refund` and `inquiryRefund`: money goes back (`protocols/antom.md` 7).

use serde_json::{Value, json};

use super::methods::Method;
use super::verdict::Verdict;
use super::{numbers, wire};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::faults::{Fault, Moment};
use crate::ledger::{Line, Payment, Refund, Status};
use crate::money::Money;
use crate::notices;
use crate::world::{Desk, World};

pub(super) async fn refund(world: &World, body: &[u8]) -> Result<Value, Unwritten> {
    let checked = wire::read::<wire::Refund>(body).and_then(|ask| {
        let amount = ask.refund_amount.check()?;
        Ok((ask, amount))
    });
    let (ask, amount) = match checked {
        Ok(checked) => checked,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let now = clock::now();
    let decided = world.decide(|desk| decide(world, desk, &ask, &amount, now)).await?;
    match decided {
        Ok(Decided { payment, refund, is_new }) => {
            if is_new && let Some(url) = &ask.refund_notify_url {
                notices::tell_refund(world, &payment, &refund, url);
            }
            Ok(told(&payment, &refund, now))
        }
        Err(verdict) => Ok(verdict.alone()),
    }
}

struct Decided {
    payment: Payment,
    refund: Refund,
    is_new: bool,
}

fn decide(
    world: &World,
    desk: &mut Desk,
    ask: &wire::Refund,
    amount: &Money,
    now: i64,
) -> Result<Decided, Verdict> {
    if let Some((payment, refund)) = desk.ledger.refund(Name::Antom, &ask.refund_request_id) {
        let is_same = payment.opened.payment_id == ask.payment_id
            && payment.amount().with_value(refund.value) == *amount;
        if !is_same {
            let why = "this refundRequestId was used with other parameters";
            return Err(Verdict::refused("REPEAT_REQ_INCONSISTENT", why));
        }
        return Ok(Decided { payment: payment.clone(), refund: refund.clone(), is_new: false });
    }
    let payment = desk.ledger.by_payment_id(Name::Antom, &ask.payment_id).cloned();
    let missing = || Verdict::refused("ORDER_NOT_EXIST", "there is no such payment");
    let payment = payment.ok_or_else(missing)?;
    allowed(&payment, amount, now)?;
    if world.strikes(&Moment::of(Fault::RefundRefused, &payment.opened.key)).is_some() {
        return Err(Verdict::refused("REFUND_WINDOW_EXCEED", "it is too late for a refund"));
    }
    let refund = made(world, &payment, ask, amount, now);
    desk.write(Line::Refunded(refund.clone()));
    Ok(Decided { payment, refund, is_new: true })
}

fn made(world: &World, payment: &Payment, ask: &wire::Refund, amount: &Money, now: i64) -> Refund {
    let strikes = |fault| world.strikes(&Moment::of(fault, &payment.opened.key));
    let fails = strikes(Fault::RefundFails);
    let slow = fails.clone().or_else(|| strikes(Fault::RefundPending));
    Refund {
        key: payment.opened.key.clone(),
        refund_request: ask.refund_request_id.clone(),
        refund_id: numbers::refund_id(now),
        value: amount.value,
        at_ms: now,
        settles_ms: now + slow.map_or(0, |hit| hit.ms as i64),
        fails: fails.is_some(),
    }
}

fn allowed(payment: &Payment, amount: &Money, now: i64) -> Result<(), Verdict> {
    if payment.status(now) != Status::Paid {
        return Err(Verdict::refused("ORDER_STATUS_INVALID", "only a paid payment is refunded"));
    }
    if !Method::find(&payment.opened.method).is_none_or(Method::can_refund) {
        return Err(Verdict::refused("BUSINESS_NOT_SUPPORT", "this method cannot be refunded"));
    }
    if amount.currency != payment.amount().currency {
        return Err(Verdict::illegal("the refund is in another currency than the payment"));
    }
    if payment.refunded_value() + amount.value > payment.captured_value() {
        return Err(Verdict::refused("REFUND_AMOUNT_EXCEED", "more than was paid"));
    }
    Ok(())
}

fn told(payment: &Payment, refund: &Refund, now: i64) -> Value {
    let verdict = match refund.word(now) {
        "SUCCESS" => Verdict::success(),
        "FAIL" => Verdict::refused("PROCESS_FAIL", "the refund has failed"),
        _ => Verdict::refund_in_process(),
    };
    let mut answer = body(payment, refund);
    answer["result"] = verdict.to_wire();
    answer["paymentId"] = payment.opened.payment_id.clone().into();
    answer
}

/// What every statement about a refund has in common.
pub(super) fn body(payment: &Payment, refund: &Refund) -> Value {
    json!({
        "refundRequestId": refund.refund_request,
        "refundId": refund.refund_id,
        "refundAmount": payment.amount().with_value(refund.value).to_wire(),
        "refundTime": clock::iso(refund.at_ms),
    })
}

pub(super) async fn inquire(world: &World, body: &[u8]) -> Result<Value, Unwritten> {
    let which: wire::WhichRefund = match wire::read(body) {
        Ok(which) => which,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let Some(number) = which.refund_id.or(which.refund_request_id) else {
        return Ok(Verdict::illegal("refundRequestId or refundId is needed").alone());
    };
    let now = clock::now();
    let told = world.decide(|desk| match desk.ledger.refund(Name::Antom, &number) {
        Some((payment, refund)) => known(payment, refund, now),
        None => Verdict::refused("ORDER_NOT_EXIST", "there is no such refund").alone(),
    });
    told.await
}

fn known(payment: &Payment, refund: &Refund, now: i64) -> Value {
    let mut answer = body(payment, refund);
    answer["result"] = Verdict::success().to_wire();
    answer["refundStatus"] = refund.word(now).into();
    answer
}
