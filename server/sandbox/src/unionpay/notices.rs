//! What UnionPay tells the merchant unasked: a form, and only of success (`protocols/unionpay-qr.md` 4).

use super::MER_ID;
use super::apply::traces;
use super::charge::{NO, is_charge};
use super::front;
use super::wire::{self, Fields};
use crate::channel::Told;
use crate::ledger::{Payment, Refund};
use crate::money::Money;

/// UnionPay tries five times, 1, 2, 4 and 5 minutes apart. Seconds stand for them.
pub(super) const PAUSES_MS: [u64; 4] = [1_000, 2_000, 4_000, 5_000];

/// None tells of a payment under way, and none that it failed: a contradiction says so of one that was paid.
pub(super) fn payment(payment: &Payment, amount: &Money, told: Told, now: i64) -> Option<String> {
    let (code, message) = match told {
        Told::Paid => ("00", "成功[0000000]"),
        Told::Failed if payment.captured.is_some() => NO,
        Told::Pending | Told::Failed => return None,
    };
    let opened = &payment.opened;
    let sub_type = match () {
        () if is_charge(payment) => "06",
        () if front::is_gateways(payment) => "01",
        () => "07",
    };
    let paid_ms = payment.captured.map_or(now, |capture| capture.at_ms);
    let mut fields = common(payment, ("01", sub_type), &opened.key.request, &opened.attach);
    for (name, value) in traces(payment, paid_ms) {
        fields.insert(name.into(), value);
    }
    for (name, value) in [
        ("respCode", code.to_owned()),
        ("respMsg", message.to_owned()),
        ("txnAmt", amount.value.to_string()),
        ("currencyCode", wire::number_of(&amount.currency).into()),
    ] {
        fields.insert(name.into(), value);
    }
    Some(wire::form(&fields))
}

pub(super) fn refund(payment: &Payment, made: &Refund, _now: i64) -> Option<String> {
    if made.fails {
        return None;
    }
    let time = made.refund_id.get(..14)?;
    let mut fields = common(payment, ("04", "00"), &made.refund_request, time);
    for (name, value) in [
        ("respCode", "00".to_owned()),
        ("respMsg", "成功[0000000]".to_owned()),
        ("txnAmt", made.value.to_string()),
        ("currencyCode", "156".to_owned()),
        ("queryId", made.refund_id.clone()),
        ("origQryId", payment.opened.payment_id.clone()),
    ] {
        fields.insert(name.into(), value);
    }
    Some(wire::form(&fields))
}

pub(super) fn common(
    payment: &Payment,
    (txn_type, sub_type): (&str, &str),
    number: &str,
    time: &str,
) -> Fields {
    let fields = [
        ("accessType", "0"),
        ("bizType", front::biz_type(payment)),
        ("encoding", "UTF-8"),
        ("merId", MER_ID),
        ("orderId", number),
        ("txnSubType", sub_type),
        ("txnTime", time),
        ("txnType", txn_type),
        ("version", "5.1.0"),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
