//! `alipay.trade.cancel`: the end of a trade, whatever has become of it. What is not paid is closed, and what is paid goes back
//! (`protocols/alipay.md` 4).

use serde_json::Value;

use super::admit::Asked;
use super::wire::{self, Verdict, Which};
use super::{open, trade};
use crate::book::Unwritten;
use crate::clock;
use crate::faults::{Fault, Moment};
use crate::ledger::{Line, Payment, Status};
use crate::notices::{self, News};
use crate::world::{Desk, World};

pub(super) async fn cancel(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let which = match wire::read::<Which>(&asked.content) {
        Ok(which) => which,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let now = world.clock.now();
    let (mut answer, paid) = world.decide(|desk| decide(world, desk, &which, now)).await?;
    answer["retry_flag"] = "N".into();
    if let Some(payment) = paid {
        notices::tell(world, &payment, News::Paid);
    }
    Ok(answer)
}

/// The answer, and the payment if its payer paid at that very moment: they are told of that too, as of every payment.
fn decide(world: &World, desk: &mut Desk, which: &Which, now: i64) -> (Value, Option<Payment>) {
    let payment = match trade::find(&desk.ledger, which) {
        Ok(payment) => payment.clone(),
        Err(verdict) => return (verdict.alone(), None),
    };
    let key = payment.opened.key.clone();
    match payment.status(now) {
        Status::Declined | Status::Expired | Status::Cancelled => (done(&payment, ""), None),
        Status::Paid | Status::Pending => match returnable(&payment, now) {
            Err(verdict) => (verdict.alone(), None),
            Ok(()) => {
                let returned = payment.amount().value;
                desk.write(Line::Cancelled { key, at_ms: now, returned });
                (done(&payment, "refund"), None)
            }
        },
        Status::Processing => {
            let raced = world.strikes(&Moment::of(Fault::CancelReturnsMoney, &key)).is_some();
            if raced {
                desk.write(Line::Captured { key: key.clone(), at_ms: now, settles_ms: now });
            }
            let returned = if raced { payment.amount().value } else { 0 };
            desk.write(Line::Cancelled { key: key.clone(), at_ms: now, returned });
            let paid = raced.then(|| desk.ledger.payment(&key).cloned()).flatten();
            (done(&payment, if raced { "refund" } else { "close" }), paid)
        }
    }
}

/// Only on the day of the payment, and only where nothing has gone back.
fn returnable(payment: &Payment, now: i64) -> Result<(), Verdict> {
    let paid_ms = payment.captured.map_or(now, |capture| capture.at_ms);
    if clock::day(paid_ms) != clock::day(now) {
        return Err(Verdict::refused("ACQ.TRADE_CANCEL_TIME_OUT", "its day is over: refund it"));
    }
    if !payment.refunds.is_empty() {
        return Err(Verdict::refused("ACQ.TRADE_STATUS_ERROR", "a part has gone back: refund it"));
    }
    Ok(())
}

fn done(payment: &Payment, action: &str) -> Value {
    let mut answer = wire::success();
    for (name, value) in open::names(payment).as_object().into_iter().flatten() {
        answer[name] = value.clone();
    }
    if !action.is_empty() {
        answer["action"] = action.into();
    }
    answer
}
