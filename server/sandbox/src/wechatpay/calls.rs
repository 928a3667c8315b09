//! WeChat Pay's calls, by the names that rules give them, and how they are found behind an address.

use axum::http::Method;
use url::form_urlencoded;

use super::account::{APPID, MINI_APPID, MOBILE_APPID};
use crate::faults::{Call, Kind};
use crate::gate::Heard;

pub(super) static CALLS: [Call; 12] = [
    Call::new("native", Kind::Pay),
    Call::new("jsapi", Kind::Pay),
    Call::new("h5", Kind::Pay),
    Call::new("app", Kind::Pay),
    Call::with_amount("codepay", Kind::Pay),
    Call::with_amount("query", Kind::Query),
    Call::new("close", Kind::Cancel),
    Call::new("reverse", Kind::Cancel),
    Call::new("refund", Kind::Refund),
    Call::new("refundQuery", Kind::RefundQuery),
    Call::with_amount("notification", Kind::Notification),
    Call::new("certificates", Kind::Other),
];

pub(super) static CODEPAY: &Call = &CALLS[4];
pub(super) static QUERY: &Call = &CALLS[5];
static CLOSE: &Call = &CALLS[6];
static REVERSE: &Call = &CALLS[7];
static REFUND: &Call = &CALLS[8];
static REFUND_QUERY: &Call = &CALLS[9];
static CERTIFICATES: &Call = &CALLS[11];

/// What is asked for, with the number that stands in the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Order(Trade),
    QueryByNumber(String),
    QueryById(String),
    Close(String),
    Reverse(String),
    Refund,
    RefundQuery(String),
    Certificates,
}

/// How an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trade {
    Native,
    Jsapi,
    H5,
    App,
    Code,
}

impl Trade {
    const ALL: [Trade; 5] = [Trade::Native, Trade::Jsapi, Trade::H5, Trade::App, Trade::Code];

    /// The `trade_type` of its transaction.
    pub(super) fn word(self) -> &'static str {
        match self {
            Trade::Native => "NATIVE",
            Trade::Jsapi => "JSAPI",
            Trade::H5 => "MWEB",
            Trade::App => "APP",
            Trade::Code => "MICROPAY",
        }
    }

    /// Whose orders of this kind are. Those of a known payer may also be the mini-program's.
    pub(super) fn appids(self) -> &'static [&'static str] {
        match self {
            Trade::App => &[MOBILE_APPID],
            Trade::Jsapi => &[APPID, MINI_APPID],
            Trade::Native | Trade::H5 | Trade::Code => &[APPID],
        }
    }

    fn call(self) -> &'static Call {
        &CALLS[self as usize]
    }
}

impl Asked {
    pub(super) fn call(&self) -> &'static Call {
        match self {
            Asked::Order(trade) => trade.call(),
            Asked::QueryByNumber(_) | Asked::QueryById(_) => QUERY,
            Asked::Close(_) => CLOSE,
            Asked::Reverse(_) => REVERSE,
            Asked::Refund => REFUND,
            Asked::RefundQuery(_) => REFUND_QUERY,
            Asked::Certificates => CERTIFICATES,
        }
    }

    /// What this request asks for; nothing if there is no such call.
    pub(super) fn of(heard: &Heard) -> Option<Asked> {
        let path = heard.path().strip_prefix("/v3/")?;
        let parts: Vec<&str> = path.split('/').collect();
        match (&heard.method, parts.as_slice()) {
            (&Method::POST, ["pay", "transactions", how]) => {
                let named = |trade: &Trade| trade.call().name == *how;
                Trade::ALL.into_iter().find(named).map(Asked::Order)
            }
            (&Method::GET, ["pay", "transactions", "out-trade-no", number]) => {
                Some(Asked::QueryByNumber(decoded(number)))
            }
            (&Method::GET, ["pay", "transactions", "id", id]) => {
                Some(Asked::QueryById(decoded(id)))
            }
            (&Method::POST, ["pay", "transactions", "out-trade-no", number, "close"]) => {
                Some(Asked::Close(decoded(number)))
            }
            (&Method::POST, ["pay", "transactions", "out-trade-no", number, "reverse"]) => {
                Some(Asked::Reverse(decoded(number)))
            }
            (&Method::POST, ["refund", "domestic", "refunds"]) => Some(Asked::Refund),
            (&Method::GET, ["refund", "domestic", "refunds", number]) => {
                Some(Asked::RefundQuery(decoded(number)))
            }
            (&Method::GET, ["certificates"]) => Some(Asked::Certificates),
            _ => None,
        }
    }
}

/// A part of the path without its percent signs: an order number may hold `|` and `*`.
fn decoded(part: &str) -> String {
    let part = part.replace('+', "%2B");
    let decoded = form_urlencoded::parse(part.as_bytes()).next();
    decoded.map(|(key, _)| key.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_found_behind_its_address() {
        let asked = |method: Method, uri: &str| {
            let uri = uri.parse().unwrap();
            let (headers, body) = Default::default();
            Asked::of(&Heard { uri, method, headers, body })
        };
        let orders = [("native", Trade::Native), ("h5", Trade::H5), ("codepay", Trade::Code)];
        for (word, trade) in orders {
            let found = asked(Method::POST, &format!("/v3/pay/transactions/{word}")).unwrap();
            assert_eq!((&found, found.call().name), (&Asked::Order(trade), word));
        }
        let number = "/v3/pay/transactions/out-trade-no/A%7CB?mchid=1900000001";
        assert_eq!(asked(Method::GET, number), Some(Asked::QueryByNumber("A|B".into())));
        let close = asked(Method::POST, "/v3/pay/transactions/out-trade-no/A1/close").unwrap();
        assert_eq!(close.call().name, "close");
        let list = asked(Method::GET, "/v3/certificates").unwrap();
        assert_eq!((&list, list.call().name), (&Asked::Certificates, "certificates"));
        assert_eq!(asked(Method::POST, number), None);
        assert_eq!(asked(Method::GET, "/v3/pay/transactions/native"), None);
    }
}
