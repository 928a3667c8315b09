//! Lakala's messages (`protocols/lakala.md` 1, 3, 4 and 5), with their own names. What is asked is written field by field in a fixed
//! order, so that one payment is always one text; answers are read with every field optional.

use florin_shared::Money;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Around everything that is asked.
#[derive(Serialize)]
pub(super) struct Request<'a, T> {
    pub(super) req_time: String,
    pub(super) version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) out_org_code: Option<&'a str>,
    pub(super) req_data: &'a T,
}

/// `special_create`.
#[derive(Serialize)]
pub(super) struct Order<'a> {
    pub(super) out_order_no: &'a str,
    pub(super) merchant_no: &'a str,
    /// Whole fen, as a number.
    pub(super) total_amount: i64,
    pub(super) order_efficient_time: String,
    pub(super) notify_url: &'a str,
    pub(super) callback_url: &'a str,
    pub(super) support_cancel: u8,
    pub(super) support_refund: u8,
    pub(super) support_repeat_pay: u8,
    pub(super) repeat_pay_auto_refund: u8,
    pub(super) order_info: &'a str,
}

/// `order/query` and `order/close`.
#[derive(Serialize)]
pub(super) struct OfOrder<'a> {
    pub(super) merchant_no: &'a str,
    pub(super) out_order_no: &'a str,
}

/// `relation/refund`.
#[derive(Serialize)]
pub(super) struct Refund<'a> {
    pub(super) merchant_no: &'a str,
    pub(super) term_no: &'a str,
    pub(super) out_trade_no: &'a str,
    /// Whole fen, as digits.
    pub(super) refund_amount: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) refund_reason: &'a str,
    pub(super) origin_trade_no: &'a str,
    pub(super) location_info: Location<'a>,
}

/// From where it is asked, for their control of risks.
#[derive(Serialize)]
pub(super) struct Location<'a> {
    pub(super) request_ip: &'a str,
}

/// `idmrefundquery`.
#[derive(Serialize)]
pub(super) struct OfRefund<'a> {
    pub(super) merchant_no: &'a str,
    pub(super) term_no: &'a str,
    pub(super) out_refund_order_no: &'a str,
}

/// Around whatever Lakala answers.
#[derive(Deserialize)]
pub(super) struct Envelope {
    pub(super) code: String,
    #[serde(default)]
    pub(super) msg: String,
    #[serde(default)]
    pub(super) resp_data: Value,
}

/// Whatever Lakala answers.
#[derive(Default)]
pub(super) struct Answer {
    /// Whether its code is that of success.
    pub(super) is_done: bool,
    pub(super) code: String,
    /// A sentence for people.
    pub(super) msg: String,
    pub(super) data: Data,
}

/// An order, a refund or a message about either.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Data {
    pub(super) merchant_no: Option<String>,
    pub(super) out_order_no: Option<String>,
    pub(super) order_status: Option<Loose>,
    pub(super) total_amount: Option<Loose>,
    pub(super) counter_url: Option<String>,
    pub(super) order_trade_info_list: Option<Vec<Trade>>,
    pub(super) order_trade_info: Option<Trade>,
    pub(super) out_trade_no: Option<String>,
    pub(super) out_refund_order_no: Option<String>,
    pub(super) refund_amount: Option<Loose>,
    pub(super) trade_state: Option<String>,
}

impl Data {
    /// What the order costs.
    pub(super) fn total(&self) -> Option<Money> {
        self.total_amount.as_ref()?.fen()
    }

    /// The order's state, a digit.
    pub(super) fn status(&self) -> String {
        self.order_status.as_ref().map(Loose::word).unwrap_or_default()
    }

    /// What has happened to it.
    pub(super) fn trades(&self) -> &[Trade] {
        self.order_trade_info_list.as_deref().unwrap_or_default()
    }
}

/// Something that happened to an order.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Trade {
    pub(super) trade_no: Option<String>,
    pub(super) trade_type: Option<String>,
    pub(super) trade_status: Option<String>,
    pub(super) trade_amount: Option<Loose>,
    pub(super) trade_time: Option<String>,
}

/// What is a number in some messages, and the same digits as a text in others.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Loose {
    Digits(String),
    Number(i64),
}

impl Loose {
    /// As a text.
    pub(super) fn word(&self) -> String {
        match self {
            Loose::Digits(text) => text.clone(),
            Loose::Number(number) => number.to_string(),
        }
    }

    /// As whole fen; what is not digits alone is no money.
    pub(super) fn fen(&self) -> Option<Money> {
        let text = self.word();
        let is_plain = (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let fen = text.parse().ok().filter(|_| is_plain)?;
        Money::new(fen, "CNY".parse().ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_whole_fen_as_a_number_or_as_digits() {
        for (json, minor) in [
            ("8888", Some(8888)),
            (r#""8888""#, Some(8888)),
            ("0", Some(0)),
            ("-1", None),
            (r#""""#, None),
            (r#""88.88""#, None),
            (r#""+1""#, None),
            (r#"" 1""#, None),
            (r#""1e2""#, None),
            (r#""8８""#, None),
            (r#""1000000000000000""#, None),
        ] {
            let read: Loose = serde_json::from_str(json).unwrap();
            assert_eq!(read.fen().map(Money::minor), minor, "{json}");
        }
        for none in ["88.88", "true", "null", "[]", "99999999999999999999"] {
            assert!(serde_json::from_str::<Loose>(none).is_err(), "{none}");
        }
    }
}
