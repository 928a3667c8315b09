//! What we ask of UnionPay (`protocols/unionpay-qr.md` 1). A request depends on nothing but its arguments, and its time is that
//! of its number, so that repeating it repeats every byte: the same number at another time would be another transaction.

use super::fields::Fields;
use super::text::{CNY, beijing, time_of};
use super::{Account, table};
use crate::channel::transport::not_sent;
use crate::channel::{Asking, Bank, ChannelError};
use crate::domain::payment::Payment;
use crate::domain::reversal::Reversal;
use crate::domain::scanned::Scanned;

/// A kind of transaction: `txnType`, `txnSubType` and `bizType`.
type Kind = (&'static str, &'static str, &'static str);

const CODE: Kind = ("01", "07", CODES);
const CHARGE: Kind = ("01", "06", CODES);
const PAGE: Kind = ("01", "01", GATEWAY);
const QUERY: Kind = ("00", "00", CODES);

/// The `bizType` of codes, and of every question.
const CODES: &str = "000000";

/// The `bizType` of UnionPay's own pages, and of its control in apps.
const GATEWAY: &str = "000201";

/// A code that the shopper scans. Nobody can call it back, so it says itself when it ends.
pub(super) fn code(
    account: &Account,
    payment: &Payment,
    asking: &Asking,
) -> Result<Fields, ChannelError> {
    let ends = beijing(payment.expires);
    of_payment(account, CODE, payment, asking, &[("payTimeout", &ends)])
}

/// The payer's own code, which the merchant has scanned.
pub(super) fn charge(
    account: &Account,
    payment: &Payment,
    asking: &Asking,
    scanned: &Scanned,
) -> Result<Fields, ChannelError> {
    let terminal = account.term_id.as_deref().unwrap_or_default();
    let own = [("qrNo", scanned.code()), ("termId", terminal)];
    of_payment(account, CHARGE, payment, asking, &own)
}

/// UnionPay's own page, for the browser that sends these fields, or by way of it a bank's (`banks`). It brings whoever leaves it to
/// `front_url`. Nobody can call it back, so it says itself when it ends.
pub(super) fn page(
    account: &Account,
    payment: &Payment,
    asking: &Asking,
    front_url: &str,
    bank: Option<&Bank>,
) -> Result<Fields, ChannelError> {
    let ends = beijing(payment.expires);
    let bank = bank.map_or("", |bank| bank.code);
    let own = [("frontUrl", front_url), ("payTimeout", &ends), ("issInsCode", bank)];
    of_payment(account, PAGE, payment, asking, &own)
}

/// What the merchant's app hands to UnionPay's SDK. Nobody can call it back, so it says itself when it ends.
pub(super) fn in_app(
    account: &Account,
    payment: &Payment,
    asking: &Asking,
) -> Result<Fields, ChannelError> {
    let ends = beijing(payment.expires);
    of_payment(account, PAGE, payment, asking, &[("payTimeout", &ends)])
}

/// A payment of this kind, in fen, told of at our address.
fn of_payment(
    account: &Account,
    kind: Kind,
    payment: &Payment,
    asking: &Asking,
    more: &[(&str, &str)],
) -> Result<Fields, ChannelError> {
    let amount = payment.amount.minor().to_string();
    let own = [("txnAmt", amount.as_str()), ("currencyCode", CNY), ("backUrl", &asking.notify_url)];
    let channel_type = table::channel_type(&payment.product);
    request(account, kind, &payment.request_id, channel_type, &[&own, more].concat())
}

/// What is known of the transaction with this number of ours.
pub(super) fn known(account: &Account, number: &str) -> Result<Fields, ChannelError> {
    request(account, QUERY, number, table::PHONE, &[])
}

/// Money back, of the payment that UnionPay knows by `number`: of the same `bizType` as that.
pub(super) fn refund(
    account: &Account,
    payment: &Payment,
    reversal: &Reversal,
    number: &str,
    notify_url: &str,
) -> Result<Fields, ChannelError> {
    let amount = reversal.amount.minor().to_string();
    let own = [("txnAmt", amount.as_str()), ("origQryId", number), ("backUrl", notify_url)];
    let biz_type = if table::is_gateways(&payment.product) { GATEWAY } else { CODES };
    let channel_type = table::channel_type(&payment.product);
    request(account, ("04", "00", biz_type), &reversal.request_id, channel_type, &own)
}

fn request(
    account: &Account,
    (txn_type, txn_sub_type, biz_type): Kind,
    number: &str,
    channel_type: &str,
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
        ("bizType", biz_type),
        ("channelType", channel_type),
        ("accessType", "0"),
        ("merId", account.mer_id.as_str()),
        ("orderId", number),
        ("txnTime", &time),
    ];
    Ok(Fields::asked(common.into_iter().chain(own.iter().copied())))
}
