//! Alipay's messages (`protocols/alipay.md` 4), with their own names. Requests are written field by field in a fixed order,
//! so that one payment is always one text; answers are read with every field optional. A field that stands twice makes an
//! answer unreadable: two readers of one signed text must not see two amounts.

use serde::{Deserialize, Serialize};

/// `alipay.trade.precreate` and `alipay.trade.wap.pay`.
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

/// `alipay.trade.query` and `alipay.trade.close`.
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
    pub(super) fund_change: Option<String>,
    pub(super) out_request_no: Option<String>,
    pub(super) refund_status: Option<String>,
    pub(super) refund_amount: Option<String>,
}

impl Answer {
    /// The most telling code, for people.
    pub(super) fn word(&self) -> &str {
        if self.sub_code.is_empty() { &self.code } else { &self.sub_code }
    }
}
