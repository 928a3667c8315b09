//! `inquiryPayment`: the truth about a payment (`protocols/antom.md` 6).

use serde_json::{Value, json};

use super::calls::INQUIRY;
use super::verdict::Verdict;
use super::{reason, wire};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::ledger::{Key, Ledger, Payment, Refund, Status};
use crate::notices::amount_told;
use crate::world::World;

pub(super) async fn payment(world: &World, body: &[u8]) -> Result<Value, Unwritten> {
    let which: wire::WhichPayment = match wire::read(body) {
        Ok(which) => which,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let now = clock::now();
    let told = world.decide(|desk| match find(&desk.ledger, &which) {
        Ok(payment) => told(world, payment, now),
        Err(verdict) => verdict.alone(),
    });
    told.await
}

/// `paymentId` wins where both are given.
pub(super) fn find<'a>(
    ledger: &'a Ledger,
    which: &wire::WhichPayment,
) -> Result<&'a Payment, Verdict> {
    let payment = match (&which.payment_id, &which.payment_request_id) {
        (Some(id), _) => ledger.by_payment_id(Name::Antom, id),
        (None, Some(request)) => ledger.payment(&Key::new(Name::Antom, request)),
        (None, None) => return Err(Verdict::illegal("paymentRequestId or paymentId is needed")),
    };
    payment.ok_or_else(|| Verdict::refused("ORDER_NOT_EXIST", "there is no such payment"))
}

fn told(world: &World, payment: &Payment, now: i64) -> Value {
    let opened = &payment.opened;
    let status = payment.status(now);
    let mut answer = json!({
        "result": Verdict::success().to_wire(),
        "paymentStatus": status.word(),
        "paymentResultCode": result_code(payment, status),
        "paymentResultMessage": sentence(status),
        "paymentRequestId": opened.key.request,
        "paymentId": opened.payment_id,
        "paymentAmount": amount_told(world, opened, INQUIRY).to_wire(),
        "paymentCreateTime": clock::iso(opened.at_ms),
        "paymentMethodType": opened.method,
        "transactions": transactions(payment, now),
    });
    if let (Status::Paid, Some(capture)) = (status, payment.captured) {
        answer["paymentTime"] = clock::iso(capture.at_ms).into();
    }
    answer
}

/// The `paymentResultCode` of a payment that stands like this.
fn result_code(payment: &Payment, status: Status) -> &str {
    match status {
        Status::Processing | Status::Pending => "PAYMENT_IN_PROCESS",
        Status::Paid => "SUCCESS",
        Status::Declined | Status::Expired => reason(payment),
        Status::Cancelled => "ORDER_IS_CANCELED",
    }
}

fn sentence(status: Status) -> &'static str {
    match status {
        Status::Processing => "waiting for the payer",
        Status::Pending => "the payer has paid; the bank has not confirmed it yet",
        Status::Paid => "success",
        Status::Declined => "the payment was refused",
        Status::Expired => "the payment's time has run out",
        Status::Cancelled => "the payment was cancelled",
    }
}

fn transactions(payment: &Payment, now: i64) -> Vec<Value> {
    let amount = |refund: &Refund| payment.amount().with_value(refund.value).to_wire();
    let row = |refund: &Refund| {
        json!({
            "transactionType": "REFUND",
            "transactionStatus": refund.word(now),
            "transactionId": refund.refund_id,
            "transactionRequestId": refund.refund_request,
            "transactionAmount": amount(refund),
            "transactionTime": clock::iso(refund.at_ms),
            "transactionResult": Verdict::success().to_wire(),
        })
    };
    payment.refunds.iter().map(row).collect()
}
