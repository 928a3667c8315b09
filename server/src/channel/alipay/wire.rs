//! Alipay's messages (`protocols/alipay.md` 4), with their own names. Requests are written field by field in a fixed order,
//! so that one payment is always one text; answers are read with every field optional. A field that stands twice makes an
//! answer unreadable: two readers of one signed text must not see two amounts.

use serde::{Deserialize, Serialize};

/// `alipay.trade.precreate`, `alipay.trade.wap.pay` and `alipay.trade.page.pay`.
#[derive(Serialize)]
pub(super) struct Open<'a> {
    pub(super) out_trade_no: &'a str,
    pub(super) total_amount: String,
    pub(super) subject: String,
    pub(super) product_code: &'static str,
    pub(super) time_expire: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quit_url: Option<&'a str>,
}

/// `alipay.trade.create`.
#[derive(Serialize)]
pub(super) struct Create<'a> {
    pub(super) out_trade_no: &'a str,
    pub(super) total_amount: String,
    pub(super) subject: String,
    pub(super) product_code: &'static str,
    pub(super) time_expire: String,
    pub(super) op_app_id: &'a str,
    #[serde(flatten)]
    pub(super) buyer: &'a Buyer,
}

/// Who pays, as Alipay calls them: by the number of their account, or by one that counts in this application alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Buyer {
    #[serde(rename = "buyer_id")]
    Id(String),
    #[serde(rename = "buyer_open_id")]
    OpenId(String),
    /// In the application of `op_app_id`, which is not the one that asks.
    #[serde(rename = "op_buyer_open_id")]
    OpOpenId(String),
}

/// What Alipay's bridge is asked for (`tradePay`).
#[derive(Serialize)]
pub(super) struct TradePay<'a> {
    #[serde(rename = "tradeNO")]
    pub(super) trade_no: &'a str,
}

/// `alipay.trade.pay`.
#[derive(Serialize)]
pub(super) struct Charge<'a> {
    pub(super) out_trade_no: &'a str,
    pub(super) total_amount: String,
    pub(super) subject: String,
    pub(super) product_code: &'static str,
    pub(super) scene: &'static str,
    pub(super) auth_code: &'a str,
    pub(super) timeout_express: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) terminal_id: Option<&'a str>,
}

/// `alipay.trade.query`, `alipay.trade.close` and `alipay.trade.cancel`.
#[derive(Serialize)]
pub(super) struct OfPayment<'a> {
    pub(super) out_trade_no: &'a str,
}

/// `alipay.trade.query` by Alipay's own number.
#[derive(Serialize)]
pub(super) struct OfNumber<'a> {
    pub(super) trade_no: &'a str,
}

/// `alipay.trade.refund`.
#[derive(Serialize)]
pub(super) struct Refund<'a> {
    pub(super) out_trade_no: &'a str,
    pub(super) refund_amount: String,
    pub(super) out_request_no: &'a str,
    pub(super) refund_reason: &'a str,
}

/// `alipay.trade.fastpay.refund.query`.
#[derive(Serialize)]
pub(super) struct OfRefund<'a> {
    pub(super) out_trade_no: &'a str,
    pub(super) out_request_no: &'a str,
}

/// Whatever Alipay answers.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub(super) code: String,
    pub(super) sub_code: String,
    pub(super) out_trade_no: Option<String>,
    pub(super) trade_no: Option<String>,
    pub(super) qr_code: Option<String>,
    pub(super) trade_status: Option<String>,
    pub(super) total_amount: Option<String>,
    pub(super) receipt_amount: Option<String>,
    pub(super) buyer_pay_amount: Option<String>,
    pub(super) trans_currency: Option<String>,
    pub(super) send_pay_date: Option<String>,
    pub(super) gmt_payment: Option<String>,
    pub(super) retry_flag: Option<String>,
    pub(super) fund_change: Option<String>,
    pub(super) out_request_no: Option<String>,
    pub(super) refund_status: Option<String>,
    pub(super) refund_amount: Option<String>,
    pub(super) user_id: String,
    pub(super) open_id: String,
}

impl Answer {
    /// The most telling code, for people.
    pub(super) fn word(&self) -> &str {
        if self.sub_code.is_empty() { &self.code } else { &self.sub_code }
    }
}
