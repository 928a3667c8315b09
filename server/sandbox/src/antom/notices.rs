//! What Antom tells the merchant unasked (`protocols/antom.md` 8).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::verdict::Verdict;
use super::{reason, refund};
use crate::channel::Told;
use crate::clock;
use crate::ledger::{Payment, Refund};
use crate::money::Money;

/// Antom tries eight times in a day: at once, then after 2 min, 10 min, 10 min, 1 h, 2 h, 6 h and 15 h. These stand for them.
pub(super) const PAUSES_MS: [u64; 7] = [2_000, 5_000, 15_000, 60_000, 120_000, 300_000, 600_000];

pub(super) fn payment(payment: &Payment, amount: &Money, told: Told) -> Value {
    match told {
        Told::Pending => body(payment, amount, "PAYMENT_PENDING"),
        Told::Paid | Told::Failed => result(payment, amount, told),
    }
}

fn result(payment: &Payment, amount: &Money, told: Told) -> Value {
    let mut body = body(payment, amount, "PAYMENT_RESULT");
    if told == Told::Failed {
        let why = "the payment was refused";
        body["result"] = Verdict::refused(reason(payment), why).to_wire();
    } else {
        let paid_ms = payment.captured.map_or_else(clock::now, |capture| capture.at_ms);
        body["paymentTime"] = clock::iso(paid_ms).into();
    }
    body
}

fn body(payment: &Payment, amount: &Money, kind: &str) -> Value {
    let opened = &payment.opened;
    json!({
        "notifyType": kind,
        "result": Verdict::success().to_wire(),
        "paymentRequestId": opened.key.request,
        "paymentId": opened.payment_id,
        "paymentAmount": amount.to_wire(),
        "paymentCreateTime": clock::iso(opened.at_ms),
    })
}

pub(super) fn refund(payment: &Payment, made: &Refund) -> Value {
    let mut body = refund::body(payment, made);
    body["notifyType"] = "REFUND_RESULT".into();
    body["refundStatus"] = made.word(made.settles_ms).into();
    body["paymentId"] = payment.opened.payment_id.clone().into();
    body["result"] = match made.fails {
        true => Verdict::refused("PROCESS_FAIL", "the refund has failed").to_wire(),
        false => Verdict::success().to_wire(),
    };
    body
}

/// Nothing but the exact acknowledgement is one.
pub(super) fn is_acknowledged(status: StatusCode, body: &[u8]) -> bool {
    let exact = json!({
        "result": {
            "resultCode": "SUCCESS",
            "resultStatus": "S",
            "resultMessage": "success",
        }
    });
    status == StatusCode::OK
        && serde_json::from_slice::<Value>(body).is_ok_and(|answer| answer == exact)
}
