//! Refunds (`protocols/wechatpay-v3.md` 6). The answer to a refund says that it was accepted and no more.

use serde_json::{Value, json};

use super::ask::{check_length, check_notify_url};
use super::refusal::{Refusal, well};
use super::transaction::By;
use super::{numbers, wire};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::faults::{Fault, Moment};
use crate::gate::Said;
use crate::ledger::{Line, Payment, Refund, Status};
use crate::notices;
use crate::world::{Desk, World};

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;
/// Between two refunds of an order: the real minute, scaled down as the pauses of notifications are.
const PAUSE_MS: i64 = 1000;
/// How many refunds an order may have.
const MOST: usize = 50;

pub(super) async fn refund(world: &World, body: &[u8]) -> Result<Said, Unwritten> {
    let ask = match wire::read(body).and_then(check) {
        Ok(ask) => ask,
        Err(refusal) => return Ok(refusal.said()),
    };
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(world, desk, &ask, now)).await?;
    Ok(match decided {
        Err(refusal) => refusal.said(),
        Ok((payment, refund, true)) => {
            if let Some(url) = &ask.notify_url {
                notices::tell_refund(world, &payment, &refund, url);
            }
            well(&object(&payment, &refund, "PROCESSING"))
        }
        Ok((payment, refund, false)) => well(&object(&payment, &refund, word(&refund, now))),
    })
}

fn check(ask: wire::Refund) -> Result<wire::Refund, Refusal> {
    check_length("/out_refund_no", &ask.out_refund_no, 1, 64)?;
    check_length("/reason", ask.reason.as_deref().unwrap_or_default(), 0, 80)?;
    if let Some(url) = &ask.notify_url {
        check_notify_url(url)?;
    }
    if ask.amount.refund < 1 {
        return Err(Refusal::parameter("/amount/refund", "it is a whole number of fen above 0"));
    }
    match ask.amount.currency == "CNY" {
        true => Ok(ask),
        false => Err(Refusal::parameter("/amount/currency", "it is CNY")),
    }
}

/// The payment, its refund, and whether the refund is a new one.
fn decide(
    world: &World,
    desk: &mut Desk,
    ask: &wire::Refund,
    now: i64,
) -> Result<(Payment, Refund, bool), Refusal> {
    let payment = find(desk, ask)?;
    if let Some((of, made)) = desk.ledger.refund(Name::Wechatpay, &ask.out_refund_no) {
        let is_same = of.opened.key == payment.opened.key
            && made.value == ask.amount.refund
            && payment.amount().value == ask.amount.total;
        let why = "this out_refund_no was used with other parameters";
        return match is_same {
            true => Ok((of.clone(), made.clone(), false)),
            false => Err(Refusal::against_rules(why)),
        };
    }
    allowed(&payment, ask, now)?;
    if world.strikes(&Moment::of(Fault::RefundRefused, &payment.opened.key)).is_some() {
        return Err(Refusal::against_rules("it is too late for a refund"));
    }
    let made = made(world, &payment, ask, now);
    desk.write(Line::Refunded(made.clone()));
    Ok((payment, made, true))
}

fn find(desk: &Desk, ask: &wire::Refund) -> Result<Payment, Refusal> {
    let by = match (&ask.transaction_id, &ask.out_trade_no) {
        (Some(id), None) => By::TransactionId(id),
        (None, Some(number)) => By::OutTradeNo(number),
        _ => {
            return Err(Refusal::parameter("/out_trade_no", "this or transaction_id, one of them"));
        }
    };
    let missing = || Refusal::missing("RESOURCE_NOT_EXISTS", "there is no such order");
    by.find(&desk.ledger).cloned().ok_or_else(missing)
}

fn allowed(payment: &Payment, ask: &wire::Refund, now: i64) -> Result<(), Refusal> {
    let no = |why: &str| Err(Refusal::against_rules(why));
    if payment.status(now) != Status::Paid {
        return no("only a paid order is refunded");
    }
    if ask.amount.total != payment.amount().value {
        return no("amount.total is not the order's");
    }
    if payment.refunded_value() + ask.amount.refund > payment.captured_value() {
        return no("more than was paid");
    }
    if payment.captured.is_some_and(|capture| now > capture.at_ms + YEAR_MS) {
        return no("it is too late for a refund");
    }
    if payment.refunds.len() >= MOST {
        return no("an order has fifty refunds at most");
    }
    match payment.refunds.last().is_some_and(|last| now < last.at_ms + PAUSE_MS) {
        true => Err(Refusal::too_fast("one refund of an order a minute")),
        false => Ok(()),
    }
}

fn made(world: &World, payment: &Payment, ask: &wire::Refund, now: i64) -> Refund {
    let strikes = |fault| world.strikes(&Moment::of(fault, &payment.opened.key));
    let fails = strikes(Fault::RefundFails);
    let slow = fails.clone().or_else(|| strikes(Fault::RefundPending));
    Refund {
        key: payment.opened.key.clone(),
        refund_request: ask.out_refund_no.clone(),
        refund_id: numbers::refund_id(now),
        value: ask.amount.refund,
        at_ms: now,
        settles_ms: now + slow.map_or(0, |hit| hit.ms as i64),
        fails: fails.is_some(),
    }
}

pub(super) async fn query(world: &World, number: &str) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let told = world.decide(|desk| {
        // By the merchant's own number only; the channel's id is no answer here.
        let found = desk.ledger.refund(Name::Wechatpay, number);
        match found.filter(|(_, refund)| refund.refund_request == number) {
            Some((payment, refund)) => well(&object(payment, refund, word(refund, now))),
            None => Refusal::missing("RESOURCE_NOT_EXISTS", "there is no such refund").said(),
        }
    });
    told.await
}

/// `status`, which a failed refund leaves to be mended by hand.
pub(super) fn word(refund: &Refund, now: i64) -> &'static str {
    match now < refund.settles_ms {
        true => "PROCESSING",
        false if refund.fails => "ABNORMAL",
        false => "SUCCESS",
    }
}

fn object(payment: &Payment, refund: &Refund, status: &str) -> Value {
    let (total, back) = (payment.amount().value, refund.value);
    let mut object = json!({
        "refund_id": refund.refund_id,
        "out_refund_no": refund.refund_request,
        "transaction_id": payment.opened.payment_id,
        "out_trade_no": payment.opened.key.request,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": clock::iso(refund.at_ms),
        "status": status,
        "funds_account": "AVAILABLE",
        "amount": {
            "total": total,
            "refund": back,
            "payer_total": total,
            "payer_refund": back,
            "settlement_total": total,
            "settlement_refund": back,
            "discount_refund": 0,
            "currency": payment.amount().currency,
        },
    });
    if status == "SUCCESS" {
        object["success_time"] = clock::iso(refund.settles_ms).into();
    }
    object
}
