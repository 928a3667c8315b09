//! Lakala's words: what is asked, and how a call ended (`protocols/lakala.md` 1, 3 and 5).

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{MERCHANT, TERMINAL};

/// Around everything that is asked.
#[derive(Deserialize)]
pub(super) struct Request {
    req_time: String,
    version: String,
    req_data: Value,
}

/// `special_create`.
#[derive(Deserialize)]
pub(super) struct Create {
    pub(super) out_order_no: String,
    pub(super) merchant_no: String,
    /// Whole fen, and a number: digits in quotes are refused.
    pub(super) total_amount: i64,
    pub(super) order_efficient_time: String,
    pub(super) order_info: String,
    pub(super) notify_url: Option<String>,
    pub(super) callback_url: Option<String>,
    pub(super) support_refund: Option<u8>,
    pub(super) support_repeat_pay: Option<u8>,
}

/// `query` and `close`.
#[derive(Default, Deserialize)]
pub(super) struct Which {
    pub(super) merchant_no: Option<String>,
    pub(super) out_order_no: Option<String>,
    pub(super) pay_order_no: Option<String>,
}

/// `relation/refund`.
#[derive(Deserialize)]
pub(super) struct Refund {
    merchant_no: String,
    term_no: String,
    pub(super) out_trade_no: String,
    /// Whole fen, as digits.
    refund_amount: String,
    #[serde(default)]
    refund_reason: String,
    pub(super) origin_trade_no: String,
    location_info: Location,
}

#[derive(Deserialize)]
struct Location {
    request_ip: String,
}

/// `idmrefundquery`.
#[derive(Deserialize)]
pub(super) struct WhichRefund {
    merchant_no: String,
    term_no: String,
    pub(super) out_refund_order_no: String,
}

impl Refund {
    /// How much, if all of it may be asked.
    pub(super) fn checked(&self) -> Result<i64, Verdict> {
        check_terminal(&self.merchant_no, &self.term_no)?;
        check_number("out_trade_no", &self.out_trade_no)?;
        if self.refund_reason.chars().count() > 32 {
            return Err(Verdict::illegal("refund_reason has 32 characters at most"));
        }
        if self.location_info.request_ip.parse::<std::net::IpAddr>().is_err() {
            return Err(Verdict::illegal("request_ip is an address"));
        }
        let is_digits = self.refund_amount.bytes().all(|byte| byte.is_ascii_digit());
        let fen = self.refund_amount.parse().ok().filter(|fen| is_digits && *fen > 0);
        fen.ok_or_else(|| Verdict::illegal("refund_amount is fen, in digits"))
    }
}

impl WhichRefund {
    pub(super) fn checked(&self) -> Result<(), Verdict> {
        check_terminal(&self.merchant_no, &self.term_no)
    }
}

fn check_terminal(merchant: &str, terminal: &str) -> Result<(), Verdict> {
    check_merchant(merchant)?;
    match terminal == TERMINAL {
        true => Ok(()),
        false => Err(Verdict::new("SANDBOX_TERMINAL", "终端不存在")),
    }
}

pub(super) fn check_merchant(merchant: &str) -> Result<(), Verdict> {
    match merchant == MERCHANT {
        true => Ok(()),
        false => Err(Verdict::new("SANDBOX_MERCHANT", "商户不存在")),
    }
}

/// A number of the merchant's own.
pub(super) fn check_number(name: &str, number: &str) -> Result<(), Verdict> {
    let is_plain = number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match (1..=32).contains(&number.len()) && is_plain {
        true => Ok(()),
        false => {
            Err(Verdict::illegal(format!("{name} has 1 to 32 letters, digits and underscores")))
        }
    }
}

/// How a call ended that was not carried out. Lakala's list of errors is not public: but for those of refunds that are under way
/// and for "busy", the codes are the sandbox's own, and only the sentence tells what is meant.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    code: &'static str,
    msg: String,
}

impl Verdict {
    pub(super) fn new(code: &'static str, msg: impl Into<String>) -> Verdict {
        Verdict { code, msg: msg.into() }
    }

    pub(super) fn illegal(why: impl Into<String>) -> Verdict {
        Verdict::new("SANDBOX_PARAMETER", why)
    }

    pub(super) fn no_order() -> Verdict {
        Verdict::new("SANDBOX_NO_ORDER", "订单不存在")
    }

    pub(super) fn unknown() -> Verdict {
        Verdict::new("BBS10000", "系统繁忙，请稍后查询")
    }

    pub(super) fn answer(&self, now: i64) -> Value {
        json!({ "code": self.code, "msg": self.msg, "resp_time": time(now), "resp_data": null })
    }
}

/// What the cashier says when a call has worked.
pub(super) fn counter(now: i64, data: Value) -> Value {
    json!({ "code": "000000", "msg": "操作成功", "resp_time": time(now), "resp_data": data })
}

/// What everything else says then.
pub(super) fn labs(now: i64, data: Value) -> Value {
    json!({ "code": "BBS00000", "msg": "成功", "resp_time": time(now), "resp_data": data })
}

/// What is asked, out of its envelope.
pub(super) fn open(body: &[u8]) -> Result<Value, Verdict> {
    let request: Request =
        serde_json::from_slice(body).map_err(|error| Verdict::illegal(error.to_string()))?;
    if request.version != "3.0" || parse_time(&request.req_time).is_none() {
        return Err(Verdict::illegal("version is 3.0, req_time is yyyyMMddHHmmss"));
    }
    Ok(request.req_data)
}

pub(super) fn read<T: DeserializeOwned>(data: &Value) -> Result<T, Verdict> {
    serde_json::from_value(data.clone()).map_err(|error| Verdict::illegal(error.to_string()))
}

/// Beijing's time.
pub(super) fn time(at_ms: i64) -> String {
    crate::clock::stamp(at_ms)
}

pub(super) fn parse_time(text: &str) -> Option<i64> {
    let is_whole = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let local = DateTime::strptime("%Y%m%d%H%M%S", text).ok().filter(|_| is_whole)?;
    Offset::constant(8).to_timestamp(local).ok().map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_beijings() {
        let at = crate::clock::parse_iso("2026-11-18T12:00:00+08:00").unwrap();
        assert_eq!((time(at).as_str(), parse_time("20261118120000")), ("20261118120000", Some(at)));
        assert_eq!((parse_time("2026-11-18"), parse_time("2026111812000")), (None, None));
    }
}
