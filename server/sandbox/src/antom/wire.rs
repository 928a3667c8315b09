//! The bodies of the calls, as far as the sandbox reads them.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::verdict::Verdict;
use crate::money::{self, Money};

/// Reads a body; what is missing or of the wrong type is named.
pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Verdict> {
    serde_json::from_slice(body).map_err(|error| Verdict::illegal(error.to_string()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pay {
    pub(super) product_code: String,
    pub(super) payment_request_id: String,
    pub(super) order: Order,
    pub(super) payment_amount: Amount,
    pub(super) payment_method: PaymentMethod,
    pub(super) settlement_strategy: Option<Settlement>,
    pub(super) payment_factor: Option<Factor>,
    pub(super) payment_expiry_time: Option<String>,
    pub(super) payment_redirect_url: Option<String>,
    pub(super) payment_notify_url: Option<String>,
    pub(super) env: Option<Env>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Factor {
    pub(super) in_store_payment_scenario: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub(super) reference_order_id: String,
    pub(super) order_description: String,
    pub(super) order_amount: Amount,
    pub(super) merchant: Option<Merchant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Merchant {
    pub(super) merchant_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentMethod {
    pub(super) payment_method_type: String,
    pub(super) payment_method_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settlement {
    pub(super) settlement_currency: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Env {
    pub(super) terminal_type: String,
    pub(super) os_type: Option<String>,
}

/// `inquiryPayment` and `cancel`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WhichPayment {
    pub(super) payment_request_id: Option<String>,
    pub(super) payment_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund {
    pub(super) refund_request_id: String,
    pub(super) payment_id: String,
    pub(super) refund_amount: Amount,
    pub(super) refund_notify_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WhichRefund {
    pub(super) refund_request_id: Option<String>,
    pub(super) refund_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Consult {
    pub(super) payment_amount: Amount,
    #[serde(default)]
    pub(super) allowed_payment_method_regions: Vec<String>,
    #[serde(default)]
    pub(super) allowed_payment_methods: Vec<String>,
    #[serde(default)]
    pub(super) blocked_payment_methods: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Amount {
    currency: String,
    #[serde(deserialize_with = "scalar")]
    value: String,
}

impl Amount {
    /// A whole number above nothing, in a currency that exists.
    pub(super) fn check(&self) -> Result<Money, Verdict> {
        let digits_only = self.value.bytes().all(|byte| byte.is_ascii_digit());
        let value = self.value.parse().ok().filter(|value| digits_only && *value > 0);
        let Some(value) = value else {
            return Err(Verdict::illegal(format!("{} is not an amount", self.value)));
        };
        match money::digits(&self.currency) {
            None => Err(Verdict::refused("CURRENCY_NOT_SUPPORT", "there is no such currency")),
            Some(_) if self.currency == "IDR" && value % 100 != 0 => {
                Err(Verdict::illegal("the last two digits of an IDR amount are 00"))
            }
            Some(_) => Ok(Money { currency: self.currency.clone(), value }),
        }
    }
}

/// Antom's scalars are text, but a number says the same.
fn scalar<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    match Value::deserialize(source)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format!("{other} is not an amount"))),
    }
}
