//! Alipay's methods, by which calls are told apart, and the notification it sends.

use crate::faults::{Call, Kind};

pub(super) const PRECREATE: &str = "alipay.trade.precreate";
pub(super) const CHARGE: &str = "alipay.trade.pay";
pub(super) const CANCEL: &str = "alipay.trade.cancel";
pub(super) const CREATE: &str = "alipay.trade.create";
pub(super) const QUERY: &str = "alipay.trade.query";
pub(super) const CLOSE: &str = "alipay.trade.close";
pub(super) const REFUND: &str = "alipay.trade.refund";
pub(super) const REFUND_QUERY: &str = "alipay.trade.fastpay.refund.query";
/// Pages: browsers come to them, and no server asks for one.
pub(super) const WAP: &str = "alipay.trade.wap.pay";
pub(super) const PAGE: &str = "alipay.trade.page.pay";
/// Alipay's SDK in a merchant's app comes with the text that it was handed.
pub(super) const APP: &str = "alipay.trade.app.pay";
/// Of the login, and about no trade: no fault befalls it.
pub(super) const TOKEN: &str = "alipay.system.oauth.token";

pub(super) static QUERYING: &Call = &CALLS[1];
pub(super) static CHARGING: &Call = &CALLS[6];

pub(super) static CALLS: [Call; 9] = [
    Call::new(PRECREATE, Kind::Pay),
    Call::with_amount(QUERY, Kind::Query),
    Call::new(CLOSE, Kind::Cancel),
    Call::new(REFUND, Kind::Refund),
    Call::new(REFUND_QUERY, Kind::RefundQuery),
    Call::with_amount("trade_status_sync", Kind::Notification),
    Call::with_amount(CHARGE, Kind::Pay),
    Call::new(CANCEL, Kind::Cancel),
    Call::new(CREATE, Kind::Pay),
];

/// The call of this method, if servers ask for it.
pub(super) fn of_servers(method: &str) -> Option<&'static Call> {
    let mut asked = CALLS.iter().filter(|call| call.kind != Kind::Notification);
    asked.find(|call| call.name == method)
}
