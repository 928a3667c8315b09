//! What merchants are told: Standard Webhooks around PayKKa's fields.

use serde::{Deserialize, Serialize};

/// The body of a delivery. Headers and signature are those of Standard Webhooks 1.0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// `PAYMENT.SUCCESS`, `PAYMENT.FAILURE`, `PAYMENT.CANCELED`, `PAYMENT.REVERSED`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, RFC 3339.
    pub timestamp: String,
    /// What happened.
    pub data: WebhookData,
}

/// The fields of a payment's event. Only `session_status` closes an order for the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookData {
    /// Who sells.
    pub merchant_id: String,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// `CS…`.
    pub session_id: String,
    /// `GW…`.
    pub order_id: String,
    /// Of the transaction.
    pub status: String,
    /// Of the session: `SUCCESS` here means ship.
    pub session_status: String,
    /// `0000`, or the channel's reason.
    pub error_code: String,
    /// A sentence for it.
    pub error_description: String,
    /// Smallest units, decimal digits.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// RFC 3339; absent until it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_finish_time: Option<String>,
    /// Rises per order: an event with a lower number is older.
    pub seq: u64,
    /// False in test mode.
    pub livemode: bool,
}
