//! What we ask of UnionPay (`protocols/unionpay-qr.md` 1). A request depends on nothing but its arguments, and its time is that
//! of its number, so that repeating it repeats every byte: the same number at another time would be another transaction.

use super::Account;
use super::fields::Fields;
use super::text::{CNY, beijing, time_of};
use crate::channel::transport::not_sent;
use crate::channel::{Asking, ChannelError};
use crate::domain::payment::Payment;
use crate::domain::reversal::Reversal;
use crate::domain::scanned::Scanned;

/// The kinds of transactions: `txnType` and `txnSubType`.
const CODE: (&str, &str) = ("01", "07");
const CHARGE: (&str, &str) = ("01", "06");
const QUERY: (&str, &str) = ("00", "00");
const REFUND: (&str, &str) = ("04", "00");

/// A code that the shopper scans. Nobody can call it back, so it says itself when it ends.
pub(super) fn code(
    account: &Account,
    payment: &Payment,
    asking: &Asking,
) -> Result<Fields, ChannelError> {
    let (amount, ends) = (payment.amount.minor().to_string(), beijing(payment.expires));
    let own = [
        ("txnAmt", amount.as_str()),
        ("currencyCode", CNY),
        ("backUrl", &asking.notify_url),
        ("payTimeout", &ends),
    ];
    request(account, CODE, &payment.request_id, &own)
}

/// The payer's own code, which the merchant has scanned.
pub(super) fn charge(
    account: &Account,
    payment: &Payment,
    asking: &Asking,
    scanned: &Scanned,
) -> Result<Fields, ChannelError> {
    let amount = payment.amount.minor().to_string();
    let own = [
        ("txnAmt", amount.as_str()),
        ("currencyCode", CNY),
        ("backUrl", &asking.notify_url),
        ("qrNo", scanned.code()),
        ("termId", account.term_id.as_deref().unwrap_or_default()),
    ];
    request(account, CHARGE, &payment.request_id, &own)
}

/// What is known of the transaction with this number of ours.
pub(super) fn known(account: &Account, number: &str) -> Result<Fields, ChannelError> {
    request(account, QUERY, number, &[])
}

/// Money back, of the payment that UnionPay knows by `number`.
pub(super) fn refund(
    account: &Account,
    reversal: &Reversal,
    number: &str,
    notify_url: &str,
) -> Result<Fields, ChannelError> {
    let amount = reversal.amount.minor().to_string();
    let own = [("txnAmt", amount.as_str()), ("origQryId", number), ("backUrl", notify_url)];
    request(account, REFUND, &reversal.request_id, &own)
}

/// `bizType` is that of codes and `channelType` that of phones: who pays by a code pays by a phone.
fn request(
    account: &Account,
    (txn_type, txn_sub_type): (&str, &str),
    number: &str,
    own: &[(&str, &str)],
) -> Result<Fields, ChannelError> {
    let time = time_of(number).ok_or_else(|| not_sent("the number does not say its time"))?;
    let common = [
        ("version", "5.1.0"),
        ("encoding", "UTF-8"),
        ("signMethod", "01"),
        ("certId", account.cert_id.as_str()),
        ("txnType", txn_type),
        ("txnSubType", txn_sub_type),
        ("bizType", "000000"),
        ("channelType", "08"),
        ("accessType", "0"),
        ("merId", account.mer_id.as_str()),
        ("orderId", number),
        ("txnTime", &time),
    ];
    Ok(Fields::asked(common.into_iter().chain(own.iter().copied())))
}
