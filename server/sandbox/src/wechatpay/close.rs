//! `close` for unpaid orders, `reverse` for payment codes (`protocols/wechatpay-v3.md` 4).

use axum::http::StatusCode;
use serde_json::json;

use super::account::{APPID, MCHID};
use super::refusal::{Refusal, well};
use super::transaction::{By, is_code};
use super::wire;
use crate::book::Unwritten;
use crate::faults::{Fault, Moment};
use crate::gate::Said;
use crate::ledger::{Line, Payment, Status};
use crate::notices::{self, News};
use crate::world::{Desk, World};

/// How long after a payment its code can be reversed.
const REVERSIBLE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What came of it, and the payment if the payer was faster.
type Outcome = (Result<(), Refusal>, Option<Payment>);

pub(super) async fn close(world: &World, number: &str, body: &[u8]) -> Result<Said, Unwritten> {
    if let Err(refusal) = wire::read(body).and_then(|whose: wire::Whose| whose.check()) {
        return Ok(refusal.said());
    }
    let now = world.clock.now();
    let (closed, paid) = world.decide(|desk| decide(world, desk, number, now)).await?;
    if let Some(payment) = paid {
        notices::tell(world, &payment, News::Paid);
    }
    Ok(match closed {
        Ok(()) => Said { status: StatusCode::NO_CONTENT, body: String::new() },
        Err(refusal) => refusal.said(),
    })
}

fn decide(world: &World, desk: &mut Desk, number: &str, now: i64) -> Outcome {
    let payment = match By::OutTradeNo(number).find(&desk.ledger).cloned() {
        Some(payment) => payment,
        None => {
            let missing = Refusal::missing("ORDER_NOT_EXIST", "there is no such order");
            return (Err(missing), None);
        }
    };
    let key = payment.opened.key.clone();
    match allowed(&payment, now) {
        Err(refusal) => (Err(refusal), None),
        Ok(()) if world.strikes(&Moment::of(Fault::CancelReturnsMoney, &key)).is_some() => {
            desk.write(Line::Captured { key: key.clone(), at_ms: now, settles_ms: now });
            (Err(Refusal::against_rules("this order is paid")), desk.ledger.payment(&key).cloned())
        }
        Ok(()) => {
            desk.write(Line::Cancelled { key, at_ms: now, returned: 0 });
            (Ok(()), None)
        }
    }
}

fn allowed(payment: &Payment, now: i64) -> Result<(), Refusal> {
    match payment.status(now) {
        _ if is_code(payment) => Err(Refusal::against_rules("a payment code is reversed")),
        Status::Processing => Ok(()),
        Status::Pending | Status::Paid => Err(Refusal::against_rules("this order is paid")),
        Status::Declined | Status::Expired | Status::Cancelled => {
            Err(Refusal::bad("ORDER_CLOSED", "this order is closed"))
        }
    }
}

pub(super) async fn reverse(world: &World, number: &str, body: &[u8]) -> Result<Said, Unwritten> {
    if let Err(refusal) = wire::read(body).and_then(|whose: wire::Whose| whose.check()) {
        return Ok(refusal.said());
    }
    let now = world.clock.now();
    let decided = world.decide(|desk| undo(world, desk, number, now)).await?;
    Ok(match decided {
        Ok(()) => well(&json!({ "appid": APPID, "mchid": MCHID, "out_trade_no": number })),
        Err(refusal) => refusal.said(),
    })
}

/// A paid one is given back, an open one closed; what has failed or was reversed stays as it is.
fn undo(world: &World, desk: &mut Desk, number: &str, now: i64) -> Result<(), Refusal> {
    let found = By::OutTradeNo(number).find(&desk.ledger).cloned();
    let missing = || Refusal::missing("ORDER_NOT_EXIST", "there is no such order");
    let payment = found.ok_or_else(missing)?;
    if !is_code(&payment) {
        return Err(Refusal::against_rules("only a payment code is reversed: close, or refund"));
    }
    let key = payment.opened.key.clone();
    let returned = match payment.status(now) {
        Status::Declined | Status::Expired | Status::Cancelled => return Ok(()),
        Status::Paid | Status::Pending => returnable(&payment, now)?,
        Status::Processing => {
            let raced = world.strikes(&Moment::of(Fault::CancelReturnsMoney, &key)).is_some();
            if raced {
                desk.write(Line::Captured { key: key.clone(), at_ms: now, settles_ms: now });
            }
            if raced { payment.amount().value } else { 0 }
        }
    };
    desk.write(Line::Cancelled { key, at_ms: now, returned });
    Ok(())
}

fn returnable(payment: &Payment, now: i64) -> Result<i64, Refusal> {
    let paid_ms = payment.captured.map_or(now, |capture| capture.at_ms);
    if !payment.refunds.is_empty() || now > paid_ms + REVERSIBLE_MS {
        return Err(Refusal::against_rules("it was refunded, or is too old: use a refund"));
    }
    Ok(payment.amount().value)
}
