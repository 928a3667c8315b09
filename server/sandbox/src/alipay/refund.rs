//! `alipay.trade.refund` and its query (`protocols/alipay.md` 4).

use serde_json::Value;

use super::admit::Asked;
use super::wire::{self, Verdict, WhichRefund};
use super::{open, trade};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::faults::{Fault, Moment};
use crate::ledger::{Line, Payment, Refund, Status};
use crate::money::Money;
use crate::notices;
use crate::numbers::random_digits;
use crate::world::{Desk, World};

pub(super) async fn refund(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let read = wire::read::<wire::Refund>(&asked.content).and_then(|ask| {
        let amount = wire::money(&ask.refund_amount)?;
        Ok((ask, amount))
    });
    let (ask, amount) = match read {
        Ok(read) => read,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(world, desk, &ask, &amount, now)).await?;
    Ok(match decided {
        Err(verdict) => verdict.alone(),
        Ok((payment, refund, is_new)) => {
            if is_new && let Some(url) = &payment.opened.notify_url {
                notices::tell_refund(world, &payment, &refund, url);
            }
            told(&payment, &refund, is_new, now)
        }
    })
}

type Decided = Result<(Payment, Refund, bool), Verdict>;

fn decide(world: &World, desk: &mut Desk, ask: &wire::Refund, amount: &Money, now: i64) -> Decided {
    let payment = trade::find(&desk.ledger, &ask.which)?.clone();
    if let Some((of, refund)) = desk.ledger.refund(Name::Alipay, &ask.out_request_no) {
        let is_same = of.opened.key == payment.opened.key && refund.value == amount.value;
        let why = "this out_request_no was used with other data";
        let other = || Verdict::refused("ACQ.CONTEXT_INCONSISTENT", why);
        return is_same.then(|| (payment, refund.clone(), false)).ok_or_else(other);
    }
    allowed(&payment, amount, now)?;
    if world.strikes(&Moment::of(Fault::RefundRefused, &payment.opened.key)).is_some() {
        return Err(Verdict::refused("ACQ.TRADE_HAS_FINISHED", "it is too late for a refund"));
    }
    let refund = made(world, &payment, ask, amount, now);
    desk.write(Line::Refunded(refund.clone()));
    let payment = desk.ledger.payment(&payment.opened.key).cloned().unwrap_or(payment);
    Ok((payment, refund, true))
}

fn made(world: &World, payment: &Payment, ask: &wire::Refund, amount: &Money, now: i64) -> Refund {
    let strikes = |fault| world.strikes(&Moment::of(fault, &payment.opened.key));
    let fails = strikes(Fault::RefundFails);
    let slow = fails.clone().or_else(|| strikes(Fault::RefundPending));
    Refund {
        key: payment.opened.key.clone(),
        refund_request: ask.out_request_no.clone(),
        refund_id: format!("{}R{}", clock::day(now), random_digits(16)),
        value: amount.value,
        at_ms: now,
        settles_ms: now + slow.map_or(0, |hit| hit.ms as i64),
        fails: fails.is_some(),
    }
}

fn allowed(payment: &Payment, amount: &Money, now: i64) -> Result<(), Verdict> {
    if payment.status(now) != Status::Paid {
        return Err(Verdict::refused("ACQ.TRADE_STATUS_ERROR", "only what is paid goes back"));
    }
    if payment.refunded_value() + amount.value > payment.captured_value() {
        return Err(Verdict::refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "more than was paid"));
    }
    Ok(())
}

/// `refund_fee` counts every refund of the trade; `fund_change` says whether this very call moved money.
fn told(payment: &Payment, refund: &Refund, is_new: bool, now: i64) -> Value {
    let moved = is_new && refund.word(now) == "SUCCESS";
    let mut answer = with_names(payment);
    answer["fund_change"] = if moved { "Y" } else { "N" }.into();
    answer["refund_fee"] = wire::yuan(payment.refunded_by(now)).into();
    answer["gmt_refund_pay"] = wire::time(refund.at_ms).into();
    answer
}

fn with_names(payment: &Payment) -> Value {
    let mut answer = wire::success();
    for (name, value) in open::names(payment).as_object().into_iter().flatten() {
        answer[name] = value.clone();
    }
    answer
}

/// `alipay.trade.fastpay.refund.query`: what is not back has no status.
pub(super) async fn query(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let ask: WhichRefund = match wire::read(&asked.content) {
        Ok(ask) => ask,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let now = world.clock.now();
    let told = world.decide(|desk| match trade::find(&desk.ledger, &ask.which) {
        Err(verdict) => verdict.alone(),
        Ok(payment) => found(payment, &ask.out_request_no, now),
    });
    told.await
}

fn found(payment: &Payment, number: &str, now: i64) -> Value {
    let mut refunds = payment.refunds.iter();
    let done =
        refunds.find(|refund| refund.refund_request == number && refund.word(now) == "SUCCESS");
    let Some(refund) = done else { return wire::success() };
    let mut answer = with_names(payment);
    answer["out_request_no"] = number.into();
    answer["refund_status"] = "REFUND_SUCCESS".into();
    answer["total_amount"] = wire::yuan(payment.amount().value).into();
    answer["refund_amount"] = wire::yuan(refund.value).into();
    answer
}
