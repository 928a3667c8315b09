//! Antom's messages (`protocols/antom.md` 3 to 8), with their own names. Requests are written field by field in a fixed
//! order, so that one payment is always one text; answers are read with every field optional.

use florin_shared::Money;
use serde::{Deserialize, Deserializer, Serialize};

/// `pay`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pay<'a> {
    pub(super) product_code: &'static str,
    pub(super) payment_request_id: &'a str,
    pub(super) order: Order<'a>,
    pub(super) payment_amount: Amount,
    pub(super) payment_method: PaymentMethod<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_factor: Option<PaymentFactor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settlement_strategy: Option<SettlementStrategy<'a>>,
    pub(super) payment_expiry_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_redirect_url: Option<&'a str>,
    pub(super) payment_notify_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) env: Option<Env>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order<'a> {
    pub(super) reference_order_id: &'a str,
    pub(super) order_description: String,
    pub(super) order_amount: Amount,
    pub(super) merchant: Payee<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) env: Option<Counter<'a>>,
}

/// Who is paid, for the payer to read in the wallet.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payee<'a> {
    pub(super) reference_merchant_id: &'a str,
    pub(super) merchant_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) store: Option<Store<'a>>,
}

/// Where the shopper stands.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Store<'a> {
    pub(super) reference_store_id: &'a str,
    pub(super) store_name: &'a str,
}

/// Which of the merchant's devices scanned.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counter<'a> {
    pub(super) store_terminal_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentMethod<'a> {
    pub(super) payment_method_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment_method_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentFactor {
    pub(super) in_store_payment_scenario: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SettlementStrategy<'a> {
    pub(super) settlement_currency: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Env {
    pub(super) terminal_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) os_type: Option<&'static str>,
}

/// `inquiryPayment` and `cancel`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfPayment<'a> {
    pub(super) payment_request_id: &'a str,
}

/// `inquiryPayment` by Antom's own number.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfNumber<'a> {
    pub(super) payment_id: &'a str,
}

/// `refund`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund<'a> {
    pub(super) refund_request_id: &'a str,
    pub(super) payment_id: &'a str,
    pub(super) refund_amount: Amount,
    pub(super) refund_reason: &'a str,
    pub(super) refund_notify_url: &'a str,
}

/// `inquiryRefund`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfRefund<'a> {
    pub(super) refund_request_id: &'a str,
}

/// Money as Antom writes it.
#[derive(Serialize, Deserialize)]
pub(super) struct Amount {
    currency: String,
    #[serde(deserialize_with = "scalar")]
    value: String,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Amount {
        Amount { currency: money.currency().to_string(), value: money.minor().to_string() }
    }
}

impl Amount {
    /// The money, if it is any.
    pub(super) fn money(&self) -> Option<Money> {
        Money::parse(&self.value, &self.currency).ok()
    }
}

/// Whatever Antom says: an answer or a notification.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Answer {
    pub(super) result: Outcome,
    pub(super) notify_type: Option<String>,
    pub(super) payment_request_id: Option<String>,
    pub(super) payment_id: Option<String>,
    pub(super) payment_amount: Option<Amount>,
    pub(super) payment_time: Option<String>,
    pub(super) payment_status: Option<String>,
    pub(super) payment_result_code: Option<String>,
    pub(super) transactions: Option<Vec<Transaction>>,
    pub(super) refund_request_id: Option<String>,
    pub(super) refund_id: Option<String>,
    pub(super) refund_status: Option<String>,
    pub(super) refund_amount: Option<Amount>,
    pub(super) normal_url: Option<String>,
    pub(super) scheme_url: Option<String>,
    pub(super) applink_url: Option<String>,
    pub(super) redirect_action_form: Option<RedirectActionForm>,
    pub(super) order_code_form: Option<OrderCodeForm>,
}

/// Whether the call worked.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Outcome {
    pub(super) result_code: String,
    pub(super) result_status: String,
}

/// One movement of a payment's money.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    pub(super) transaction_type: Option<String>,
    pub(super) transaction_status: Option<String>,
    pub(super) transaction_amount: Option<Amount>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RedirectActionForm {
    pub(super) method: Option<String>,
    pub(super) redirect_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderCodeForm {
    #[serde(default)]
    pub(super) code_details: Vec<CodeDetail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeDetail {
    pub(super) code_value_type: Option<String>,
    pub(super) code_value: Option<String>,
    pub(super) display_type: Option<String>,
}

/// Antom's examples quote every number; both forms are read. A fraction stays one, and is refused as money.
fn scalar<'de, D: Deserializer<'de>>(reader: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scalar {
        Text(String),
        Number(serde_json::Number),
    }
    Scalar::deserialize(reader).map(|scalar| match scalar {
        Scalar::Text(text) => text,
        Scalar::Number(number) => number.to_string(),
    })
}
