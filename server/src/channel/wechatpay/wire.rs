//! WeChat Pay's messages (`protocols/wechatpay-v3.md` 4 to 8), with their own names. Requests are written field by field in a
//! fixed order, so that one payment is always one text; answers are read with every field optional.

use florin_shared::Money;
use serde::{Deserialize, Serialize};

/// `native`, `h5`, `jsapi` and `app`.
#[derive(Serialize)]
pub(super) struct Order<'a> {
    pub(super) appid: &'a str,
    pub(super) mchid: &'a str,
    pub(super) description: String,
    pub(super) out_trade_no: &'a str,
    pub(super) time_expire: String,
    pub(super) notify_url: &'a str,
    pub(super) amount: Total,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scene_info: Option<SceneInfo<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payer: Option<Payer<'a>>,
}

/// Who pays, where only one person may.
#[derive(Serialize)]
pub(super) struct Payer<'a> {
    pub(super) openid: &'a str,
}

/// `codepay`: it has no end of its own, and nobody is notified of it.
#[derive(Serialize)]
pub(super) struct CodeOrder<'a> {
    pub(super) appid: &'a str,
    pub(super) mchid: &'a str,
    pub(super) description: String,
    pub(super) out_trade_no: &'a str,
    pub(super) amount: Total,
    pub(super) payer: Holder<'a>,
    pub(super) scene_info: Counter<'a>,
}

/// Whose code it is.
#[derive(Serialize)]
pub(super) struct Holder<'a> {
    pub(super) auth_code: &'a str,
}

/// Where it was scanned.
#[derive(Serialize)]
pub(super) struct Counter<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_id: Option<&'a str>,
    pub(super) store_info: Store<'a>,
}

/// By a number of the merchant's own.
#[derive(Serialize)]
pub(super) struct Store<'a> {
    pub(super) out_id: &'a str,
}

/// `reverse`.
#[derive(Serialize)]
pub(super) struct Reverse<'a> {
    pub(super) appid: &'a str,
    pub(super) mchid: &'a str,
}

/// What an order costs, in fen.
#[derive(Serialize)]
pub(super) struct Total {
    pub(super) total: i64,
    pub(super) currency: &'static str,
}

/// Where the payer's browser is.
#[derive(Serialize)]
pub(super) struct SceneInfo<'a> {
    pub(super) payer_client_ip: &'a str,
    pub(super) h5_info: H5Info,
}

#[derive(Serialize)]
pub(super) struct H5Info {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// `close`.
#[derive(Serialize)]
pub(super) struct Close<'a> {
    pub(super) mchid: &'a str,
}

/// `refunds`.
#[derive(Serialize)]
pub(super) struct Refund<'a> {
    pub(super) out_trade_no: &'a str,
    pub(super) out_refund_no: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) reason: String,
    pub(super) notify_url: &'a str,
    pub(super) amount: Part,
}

/// How much of an order goes back, in fen.
#[derive(Serialize)]
pub(super) struct Part {
    pub(super) refund: i64,
    pub(super) total: i64,
    pub(super) currency: &'static str,
}

/// Whatever WeChat Pay answers: an order, a refund, or why not. A `204` is an answer without any field.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    /// HTTP's status.
    #[serde(skip)]
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) code_url: Option<String>,
    pub(super) h5_url: Option<String>,
    pub(super) prepay_id: Option<String>,
    pub(super) appid: Option<String>,
    pub(super) mchid: Option<String>,
    pub(super) out_trade_no: Option<String>,
    pub(super) transaction_id: Option<String>,
    pub(super) trade_state: Option<String>,
    pub(super) success_time: Option<String>,
    pub(super) amount: Option<Amount>,
    pub(super) out_refund_no: Option<String>,
    /// Of a refund, where it was asked for.
    #[serde(rename = "status")]
    pub(super) refund_state: Option<String>,
    /// Of a refund, where WeChat Pay tells of it.
    pub(super) refund_status: Option<String>,
}

/// Of an order the total; of a refund also its part. What the payer paid after discounts is not looked at (D3).
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Amount {
    total: Option<i64>,
    refund: Option<i64>,
    currency: Option<String>,
}

impl Amount {
    /// The order's total.
    pub(super) fn total(&self) -> Option<Money> {
        self.money(self.total?)
    }

    /// The refund's part.
    pub(super) fn refund(&self) -> Option<Money> {
        self.money(self.refund?)
    }

    /// A message about a refund names no currency: there is one only.
    fn money(&self, fen: i64) -> Option<Money> {
        let currency = self.currency.as_deref().unwrap_or("CNY");
        Money::new(fen, currency.parse().ok()?).ok()
    }
}

/// A message, before it is opened.
#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) event_type: String,
    pub(super) resource: Resource,
}

/// What it carries.
#[derive(Deserialize)]
pub(super) struct Resource {
    pub(super) algorithm: String,
    pub(super) ciphertext: String,
    #[serde(default)]
    pub(super) associated_data: String,
    pub(super) nonce: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S08: what is no whole number of fen is not read as one.
    #[test]
    fn money_is_whole_fen_as_a_number() {
        for (json, minor) in [
            ("1", Some(1)),
            ("8005", Some(8005)),
            ("9007199254740991", Some(9_007_199_254_740_991)),
            ("9007199254740992", None),
            ("-1", None),
        ] {
            let read: Amount = serde_json::from_str(&format!(r#"{{"total":{json}}}"#)).unwrap();
            assert_eq!(read.total().map(Money::minor), minor, "{json}");
        }
        for none in ["8.005", "8e2", r#""800""#, r#""\u0668""#, "9223372036854775808", "true"] {
            let read = serde_json::from_str::<Amount>(&format!(r#"{{"total":{none}}}"#));
            assert!(read.is_err(), "{none}");
        }
    }
}
