//! What WeChat Pay tells the merchant unasked, encrypted (`protocols/wechatpay-v3.md` 7).

use serde_json::{Value, json};

use super::account::MCHID;
use super::{cipher, numbers, refund, transaction};
use crate::channel::Told;
use crate::clock;
use crate::ledger::{Payment, Refund};
use crate::money::Money;

/// WeChat Pay tries sixteen times: at once, then after 15 s, 15 s, 30 s, 3 min, 10 min, 20 min, 30 min (3), 60 min, 3 h (3), 6 h (2).
/// These stand for them.
pub(super) const PAUSES_MS: [u64; 15] = [
    1_000, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 30_000, 30_000, 60_000, 120_000, 120_000,
    120_000, 300_000, 300_000,
];

/// There is one for success. None tells of a payment under way, or of one that failed; a contradiction says it in the words of the
/// other.
pub(super) fn payment(payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
    let state = match told {
        Told::Pending => return None,
        Told::Paid => "SUCCESS",
        Told::Failed => "PAYERROR",
    };
    let plain = transaction::object_in(payment, amount, state, now);
    envelope("TRANSACTION.SUCCESS", "支付成功", "transaction", &plain, now)
}

pub(super) fn refund(payment: &Payment, made: &Refund, now: i64) -> Option<String> {
    let (total, back) = (payment.amount().value, made.value);
    let status = refund::word(made, made.settles_ms);
    let mut plain = json!({
        "mchid": MCHID,
        "out_trade_no": payment.opened.key.request,
        "transaction_id": payment.opened.payment_id,
        "out_refund_no": made.refund_request,
        "refund_id": made.refund_id,
        "refund_status": status,
        "user_received_account": "支付用户零钱",
        "amount": { "total": total, "refund": back, "payer_total": total, "payer_refund": back },
    });
    if status == "SUCCESS" {
        plain["success_time"] = clock::iso(made.settles_ms).into();
    }
    let (event, summary) = match made.fails {
        true => ("REFUND.ABNORMAL", "退款异常"),
        false => ("REFUND.SUCCESS", "退款成功"),
    };
    envelope(event, summary, "refund", &plain, now)
}

/// The same body whenever it is sent again: the merchant may know it by its id.
fn envelope(event: &str, summary: &str, kind: &str, plain: &Value, now: i64) -> Option<String> {
    let nonce = numbers::cipher_nonce();
    let body = json!({
        "id": numbers::event_id(now),
        "create_time": clock::iso(now),
        "event_type": event,
        "resource_type": "encrypt-resource",
        "summary": summary,
        "resource": {
            "original_type": kind,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": cipher::seal(&nonce, kind, &plain.to_string())?,
            "associated_data": kind,
            "nonce": nonce,
        },
    });
    Some(body.to_string())
}
