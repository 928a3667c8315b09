//! What merchants are told: Standard Webhooks around PayKKa's fields.

use serde::{Deserialize, Serialize};

/// The body of a delivery. Headers and signature are those of Standard Webhooks 1.0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// `PAYMENT.SUCCESS`, `PAYMENT.FAILURE`, `PAYMENT.CANCELED`; `PAYMENT.REVERSED` for a payment that may not be kept.
    /// `REFUND.SUCCESS` and `REFUND.FAILURE` end a refund; success also tells of money that somebody gave back at the
    /// channel. `REVERSAL.MANUAL`: the channel will not return what may not be kept, and a person must see to it;
    /// `REVERSAL.RESOLVED`: somebody has, or the channel has returned it after all.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, RFC 3339.
    pub timestamp: String,
    /// What happened.
    pub data: WebhookData,
}

/// The fields of an event. Only `session_status` closes an order for the shop.
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
    /// `0000`, or the channel's reason: of the refund, where there is one.
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
    /// Which money goes back; only with `REFUND.*` and `REVERSAL.*`.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundData>,
}

/// What an event about money going back says besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundData {
    /// `RF…`.
    pub refund_id: String,
    /// The merchant's own number; absent where the merchant did not ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_trans_id: Option<String>,
    /// Smallest units, decimal digits.
    pub refund_amount: String,
    /// `PROCESSING`, `SUCCESS`, `FAIL`, `MANUAL` or `KEPT`.
    pub refund_status: String,
    /// `MERCHANT`, `EXTERNAL`, `SURPLUS`, `LATE` or `MISMATCH`.
    #[serde(rename = "refund_kind")]
    pub kind: String,
}
