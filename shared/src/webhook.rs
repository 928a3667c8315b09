//! What merchants are told: Standard Webhooks around PayKKa's fields.

use serde::{Deserialize, Serialize};

/// The body of a delivery. Headers and signature are those of Standard Webhooks 1.0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// Every type of event that an endpoint may ask for. `DISPUTE.*` is reserved.
pub const KINDS: &[&str] = &[
    "PAYMENT.AUTHORIZATION",
    "PAYMENT.SUCCESS",
    "PAYMENT.FAILURE",
    "PAYMENT.CANCELED",
    "PAYMENT.REVERSED",
    "REFUND.SUCCESS",
    "REFUND.FAILURE",
    "REVERSAL.MANUAL",
    "REVERSAL.RESOLVED",
    "DISPUTE.OPENED",
    "DISPUTE.CLOSED",
];

/// The type of the event that `POST /v1/webhook_endpoints/{endpoint_id}/test` sends.
pub const TEST_KIND: &str = "WEBHOOK.TEST";

/// An address of a merchant's that hears of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndpointView {
    /// `WE…`.
    pub endpoint_id: String,
    /// Where it is.
    pub url: String,
    /// What it hears of: types, families such as `PAYMENT.*`, or `*`.
    pub types: Vec<String>,
    /// `WITHOUT_NOTIFY_URL`: sessions that name no address of their own. `ALL`: those too.
    pub sessions: String,
    /// Whether it hears of anything now.
    pub enabled: bool,
    /// Why it does not, when it was not the merchant who disabled it: `GONE`, it answered 410.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// The merchant's own words.
    pub description: String,
    /// False in test mode.
    pub livemode: bool,
    /// RFC 3339.
    pub created_time: String,
    /// Since when it has taken nothing that it was sent, RFC 3339; absent when it is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<String>,
    /// When it took a message last, RFC 3339; absent when there is none among the deliveries that are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_delivery: Option<String>,
    /// `whsec_…`, in the answer to the call that made it and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Until when the secret before signs too, RFC 3339; in the answer to a rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_secret_until: Option<String>,
}

/// A merchant's endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndpointList {
    /// Oldest first.
    pub endpoints: Vec<EndpointView>,
}

/// An endpoint is no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndpointDeleted {
    /// `WE…`.
    pub endpoint_id: String,
    /// True.
    pub deleted: bool,
}

/// What a test event came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndpointTested {
    /// `WE…`.
    pub endpoint_id: String,
    /// The `webhook-id` it was sent with.
    pub message_id: String,
    /// Whether it was answered with 2xx.
    pub delivered: bool,
    /// The try itself.
    #[serde(flatten)]
    pub attempt: TryView,
}

/// One event on its way to one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryView {
    /// `WD…`.
    pub delivery_id: String,
    /// The `webhook-id`: the same for every try, and for every address that hears of this event.
    pub message_id: String,
    /// `WE…`; absent for a session's `notify_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<String>,
    /// Where to, when the event happened.
    pub url: String,
    /// `PAYMENT.SUCCESS`, ….
    #[serde(rename = "type")]
    pub kind: String,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// `CS…`.
    pub session_id: String,
    /// `GW…`.
    pub order_id: String,
    /// Rises per order.
    pub seq: u64,
    /// `PENDING`, `HELD` (its endpoint is disabled), `DONE` or `DEAD` (given up).
    pub state: String,
    /// How many tries have begun.
    pub tries: u64,
    /// RFC 3339; of a pending delivery only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_time: Option<String>,
    /// RFC 3339.
    pub created_time: String,
    /// RFC 3339; of a delivered one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_time: Option<String>,
    /// What is sent, as text: the signature is over exactly these bytes.
    pub body: String,
    /// Every try that was written down, oldest first.
    pub attempts: Vec<TryView>,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TryView {
    /// From 1.
    pub number: u64,
    /// RFC 3339.
    pub time: String,
    /// Milliseconds until the answer, or until we stopped waiting.
    pub took_ms: u64,
    /// HTTP; absent when there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// One sentence; absent when it was delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How a refusing answer began; absent when it was delivered or empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// RFC 3339; absent when there was no further try to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_time: Option<String>,
}

/// A page of deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryList {
    /// Newest first.
    pub deliveries: Vec<DeliveryView>,
    /// Given back as `cursor` it continues; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
