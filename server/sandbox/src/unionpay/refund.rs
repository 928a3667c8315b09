//! Money back (`04`/`00`), wholly or in parts, of the payment that `origQryId` names.

use super::admit::Asked;
use super::apply::{Refusal, USED, key};
use super::{front, speak, wire};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::faults::{Fault, Moment};
use crate::gate::Said;
use crate::ledger::{Line, Payment, Refund, Status};
use crate::notices;
use crate::numbers::random_digits;
use crate::world::{Desk, World};

/// `00` says that it was taken up; what became of it tells the query, and a message when it is done.
pub(super) async fn refund(world: &World, asked: &Asked) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(world, desk, asked, now)).await?;
    Ok(match decided {
        Err((code, why)) => speak::refused(&asked.fields, code, why),
        Ok((payment, refund)) => {
            if !asked.get("backUrl").is_empty() {
                notices::tell_refund(world, &payment, &refund, asked.get("backUrl"));
            }
            let more = [
                ("queryId", refund.refund_id.clone()),
                ("origQryId", payment.opened.payment_id.clone()),
                ("txnAmt", refund.value.to_string()),
            ];
            speak::well(&asked.fields, &more)
        }
    })
}

fn decide(
    world: &World,
    desk: &mut Desk,
    asked: &Asked,
    now: i64,
) -> Result<(Payment, Refund), Refusal> {
    let number = asked.get("orderId");
    let is_used = desk.ledger.refund(Name::Unionpay, number).is_some();
    if is_used || desk.ledger.payment(&key(asked)).is_some() {
        return Err(USED);
    }
    let amount = wire::money(asked.get("txnAmt"), "156").ok_or(("13", "txnAmt is fen"))?;
    let paid = desk.ledger.by_payment_id(Name::Unionpay, asked.get("origQryId"));
    let payment = paid.cloned().ok_or(("34", "there is no such payment"))?;
    if asked.get("bizType") != front::biz_type(&payment) {
        return Err(("13", "bizType is that of the payment"));
    }
    allowed(&payment, amount.value, now)?;
    let strikes = |fault| world.strikes(&Moment::of(fault, &payment.opened.key));
    if strikes(Fault::RefundRefused).is_some() {
        return Err(("60", "it is too late for a refund"));
    }
    let fails = strikes(Fault::RefundFails);
    let slow = fails.clone().or_else(|| strikes(Fault::RefundPending));
    let refund = Refund {
        key: payment.opened.key.clone(),
        refund_request: number.to_owned(),
        // Its own queryId, which begins with its time.
        refund_id: format!("{}{}", asked.get("txnTime"), random_digits(7)),
        value: amount.value,
        at_ms: now,
        settles_ms: now + slow.map_or(0, |hit| hit.ms as i64),
        fails: fails.is_some(),
    };
    desk.write(Line::Refunded(refund.clone()));
    let payment = desk.ledger.payment(&payment.opened.key).cloned().unwrap_or(payment);
    Ok((payment, refund))
}

fn allowed(payment: &Payment, value: i64, now: i64) -> Result<(), Refusal> {
    if payment.status(now) != Status::Paid {
        return Err(("61", "only what is paid goes back"));
    }
    if payment.refunded_value() + value > payment.captured_value() {
        return Err(("62", "more than was paid"));
    }
    Ok(())
}
