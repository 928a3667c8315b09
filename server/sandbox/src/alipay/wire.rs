//! Alipay's words: what is asked, how money and times are written, and how a call ended (`protocols/alipay.md` 1, 3 and 4).

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock;
use crate::money::Money;

/// What opens a trade, whichever way.
#[derive(Deserialize)]
pub(super) struct Open {
    pub(super) out_trade_no: String,
    pub(super) total_amount: String,
    pub(super) subject: String,
    pub(super) product_code: String,
    pub(super) time_expire: Option<String>,
    pub(super) timeout_express: Option<String>,
    /// Of `alipay.trade.pay`: where the code was read, and the code.
    pub(super) scene: Option<String>,
    pub(super) auth_code: Option<String>,
}

/// `alipay.trade.create`: for whom, and in which application.
#[derive(Deserialize)]
pub(super) struct Whose {
    pub(super) buyer_id: Option<String>,
    pub(super) op_app_id: Option<String>,
}

/// Which trade; its own number wins.
#[derive(Default, Deserialize)]
pub(super) struct Which {
    pub(super) out_trade_no: Option<String>,
    pub(super) trade_no: Option<String>,
}

/// `alipay.trade.refund`.
#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) out_request_no: String,
    pub(super) refund_amount: String,
    #[serde(flatten)]
    pub(super) which: Which,
}

/// `alipay.trade.fastpay.refund.query`.
#[derive(Deserialize)]
pub(super) struct WhichRefund {
    pub(super) out_request_no: String,
    #[serde(flatten)]
    pub(super) which: Which,
}

/// How a call ended.
#[derive(Debug)]
pub(super) struct Verdict {
    code: &'static str,
    sub_code: &'static str,
    pub(super) sub_msg: String,
}

impl Verdict {
    pub(super) fn new(
        code: &'static str,
        sub_code: &'static str,
        sub_msg: impl Into<String>,
    ) -> Verdict {
        Verdict { code, sub_code, sub_msg: sub_msg.into() }
    }

    /// A business failure.
    pub(super) fn refused(sub_code: &'static str, why: &str) -> Verdict {
        Verdict::new("40004", sub_code, why)
    }

    pub(super) fn illegal(why: impl Into<String>) -> Verdict {
        Verdict::new("40004", "ACQ.INVALID_PARAMETER", why)
    }

    pub(super) fn not_there() -> Verdict {
        Verdict::refused("ACQ.TRADE_NOT_EXIST", "there is no such trade")
    }

    pub(super) fn unknown() -> Verdict {
        Verdict::new("20000", "isp.unknow-error", "nobody knows what happened")
    }

    pub(super) fn alone(&self) -> Value {
        let msg = match self.code {
            "20000" => "Service Currently Unavailable",
            "40002" => "Invalid Arguments",
            _ => "Business Failed",
        };
        json!({ "code": self.code, "msg": msg, "sub_code": self.sub_code, "sub_msg": self.sub_msg })
    }
}

/// What is said when a call has worked; the rest is the caller's to add.
pub(super) fn success() -> Value {
    json!({ "code": "10000", "msg": "Success" })
}

/// It works, and waits for the payer.
pub(super) fn waiting() -> Value {
    json!({ "code": "10003", "msg": "order success pay inprocess" })
}

pub(super) fn read<T: DeserializeOwned>(content: &str) -> Result<T, Verdict> {
    serde_json::from_str(content).map_err(|error| Verdict::illegal(error.to_string()))
}

/// Yuan, with two decimals.
pub(super) fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// From one fen to a hundred million yuan.
pub(super) fn money(text: &str) -> Result<Money, Verdict> {
    let illegal = || Verdict::illegal(format!("{text} is not from 0.01 to 100000000.00"));
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.is_empty() || part.len() > 2 {
        return Err(illegal());
    }
    let value = format!("{whole}{part:0<2}").parse::<i64>().map_err(|_| illegal())?;
    let is_allowed = !whole.is_empty() && (1..=10_000_000_000).contains(&value);
    is_allowed.then(|| Money { currency: "CNY".into(), value }).ok_or_else(illegal)
}

const FORM: &str = "%Y-%m-%d %H:%M:%S";

/// Beijing's time.
pub(super) fn time(at_ms: i64) -> String {
    clock::shown(at_ms, FORM)
}

pub(super) fn parse_time(text: &str) -> Option<i64> {
    let local = DateTime::strptime(FORM, text).ok()?;
    Offset::constant(8).to_timestamp(local).ok().map(jiff::Timestamp::as_millisecond)
}

/// `90m`, `2h` or `15d`, in milliseconds: a minute at the least, and fifteen days at the most.
pub(super) fn parse_span(text: &str) -> Option<i64> {
    const MINUTE: i64 = 60 * 1000;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return None,
    };
    let number = digits.parse::<u16>().ok().filter(|_| !digits.starts_with('+'))?;
    let span = i64::from(number) * minutes * MINUTE;
    (MINUTE..=15 * 24 * 60 * MINUTE).contains(&span).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_yuan_with_at_most_two_decimals() {
        let fen = |text| money(text).ok().map(|money| money.value);
        assert_eq!([fen("88.88"), fen("0.1"), fen("8")], [Some(8888), Some(10), Some(800)]);
        assert_eq!(fen("100000000.00"), Some(10_000_000_000));
        for none in ["", ".", "0", "0.00", "0.001", "1.", ".5", "-1.00", "1e2", "100000000.01"] {
            assert_eq!(fen(none), None, "{none}");
        }
        assert_eq!(yuan(8888), "88.88");
        assert_eq!(yuan(1), "0.01");
    }

    #[test]
    fn a_trade_lives_a_minute_to_fifteen_days() {
        let minutes = |text| parse_span(text).map(|span| span / 60_000);
        assert_eq!(
            [minutes("2m"), minutes("1h"), minutes("15d")],
            [Some(2), Some(60), Some(21_600)]
        );
        for none in ["", "m", "0m", "2", "2s", "16d", "-1m", "+1m", "é"] {
            assert_eq!(minutes(none), None, "{none}");
        }
    }

    #[test]
    fn times_are_beijings() {
        let at = clock::parse_iso("2026-11-18T12:00:00+08:00").unwrap();
        assert_eq!(time(at), "2026-11-18 12:00:00");
        assert_eq!(parse_time("2026-11-18 12:00:00"), Some(at));
        assert_eq!(parse_time("2026-11-18T12:00:00"), None);
    }
}
