//! What became of a transaction (`00`/`00`), of a payment or of a refund: by its number and its time together.

use super::admit::Asked;
use super::apply::{key, traces};
use super::calls::QUERYING;
use super::charge::{NO, is_charge};
use super::{speak, wire};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::gate::Said;
use crate::ledger::{Payment, Refund, Status};
use crate::notices::amount_told;
use crate::world::World;

pub(super) async fn query(world: &World, asked: &Asked) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let told = world.decide(|desk| {
        let number = asked.get("orderId");
        if let Some((_, refund)) = desk.ledger.refund(Name::Unionpay, number) {
            return of_refund(asked, refund, now);
        }
        match desk.ledger.payment(&key(asked)) {
            Some(payment) => of_payment(world, asked, payment, now),
            None => not_found(asked),
        }
    });
    told.await
}

fn not_found(asked: &Asked) -> Said {
    speak::refused(&asked.fields, "34", "查无此交易[2600000]")
}

fn of_payment(world: &World, asked: &Asked, payment: &Payment, now: i64) -> Said {
    let is_known = payment.captured.is_some() || is_charge(payment);
    if payment.opened.attach != asked.get("txnTime") || !is_known {
        return not_found(asked);
    }
    let amount = amount_told(world, &payment.opened, QUERYING);
    let (code, message) = match payment.status(now) {
        Status::Paid => ("00", "成功[0000000]"),
        Status::Processing | Status::Pending => ("05", "交易处理中"),
        Status::Declined | Status::Expired | Status::Cancelled => NO,
    };
    let mut more = vec![
        ("origRespCode", code.to_owned()),
        ("origRespMsg", message.to_owned()),
        ("txnAmt", amount.value.to_string()),
        ("currencyCode", wire::number_of(&amount.currency).into()),
    ];
    if let Some(capture) = payment.captured {
        more.extend(traces(payment, capture.at_ms));
    }
    speak::well(&asked.fields, &more)
}

fn of_refund(asked: &Asked, refund: &Refund, now: i64) -> Said {
    if !refund.refund_id.starts_with(asked.get("txnTime")) {
        return not_found(asked);
    }
    let (code, message) = match refund.word(now) {
        "SUCCESS" => ("00", "成功[0000000]"),
        "PROCESSING" => ("05", "交易处理中"),
        _ => NO,
    };
    let more = [
        ("origRespCode", code.to_owned()),
        ("origRespMsg", message.to_owned()),
        ("txnAmt", refund.value.to_string()),
        ("currencyCode", "156".into()),
        ("queryId", refund.refund_id.clone()),
    ];
    speak::well(&asked.fields, &more)
}
