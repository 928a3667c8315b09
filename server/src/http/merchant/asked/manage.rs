//! The bodies about codes, endpoints, settings and keys.

use florin_shared::theme::Appearance;
use serde::Deserialize;
use utoipa::ToSchema;

use super::words::{EndpointSessions, LateSuccess};

/// A fixed code: printed once; each shopper who scans it enters the amount.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCode {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// The least a shopper may enter, in smallest units.
    #[schema(pattern = "^[1-9][0-9]{0,15}$")]
    pub min_amount: Option<String>,
    /// The most.
    #[schema(pattern = "^[1-9][0-9]{0,15}$")]
    pub max_amount: Option<String>,
    /// How many payments it may begin in a minute; 30 when absent.
    #[schema(minimum = 1, maximum = 600)]
    pub per_minute: Option<u64>,
    /// What is sold.
    #[schema(max_length = 128)]
    pub label: Option<String>,
    /// ISO 3166 alpha-2; the currency's own country when absent.
    #[schema(pattern = "^[A-Z]{2}$")]
    pub country: Option<String>,
    /// Where the events of its sessions go.
    #[schema(format = "uri", max_length = 2048)]
    pub notify_url: Option<String>,
}

/// An address that is to hear of events.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEndpoint {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// Where it is. https, in test mode also http to loopback and private hosts.
    #[schema(format = "uri", max_length = 2048)]
    pub url: String,
    /// The merchant's own words.
    #[schema(max_length = 256)]
    pub description: Option<String>,
    /// Types, families such as `PAYMENT.*`, or `*`, which is the usual one.
    #[schema(min_items = 1, max_items = 32)]
    pub types: Option<Vec<String>>,
    /// Which sessions it hears of.
    pub sessions: Option<EndpointSessions>,
    /// Whether it hears of anything now.
    pub enabled: Option<bool>,
}

/// What changes; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeEndpoint {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// Where it is.
    #[schema(format = "uri", max_length = 2048)]
    pub url: Option<String>,
    /// The merchant's own words.
    #[schema(max_length = 256)]
    pub description: Option<String>,
    /// Types, families such as `PAYMENT.*`, or `*`.
    #[schema(min_items = 1, max_items = 32)]
    pub types: Option<Vec<String>>,
    /// Which sessions it hears of.
    pub sessions: Option<EndpointSessions>,
    /// Whether it hears of anything; what it missed is delivered when it is enabled again.
    pub enabled: Option<bool>,
}

/// How long the old secret signs too.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateSecret {
    /// Seconds; a day when absent, a week at most.
    #[schema(maximum = 604800)]
    pub overlap_seconds: Option<u64>,
}

/// What changes; what is absent stays. In `appearance`, null takes a choice back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMerchant {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// What the shopper reads.
    #[schema(min_length = 1, max_length = 128)]
    pub name: Option<String>,
    /// Where its pages live: scheme, host and port.
    #[schema(max_items = 50)]
    pub origins: Option<Vec<String>>,
    /// The looks.
    pub appearance: Option<Appearance>,
    /// What becomes of a payment that arrives after its session ended.
    pub late_success: Option<LateSuccess>,
    /// The same as in `appearance`.
    pub auto_query: Option<bool>,
}

/// What changes; what is absent stays. In `appearance`, null takes a choice back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOrganisation {
    /// For its own people.
    #[schema(min_length = 1, max_length = 128)]
    pub name: Option<String>,
    /// What its merchants inherit.
    pub appearance: Option<Appearance>,
}

/// An account of the merchant's own at a channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateChannel {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// Whose channel: the name of its table in the server's file, such as `alipay` or `wechatpay`.
    #[schema(max_length = 32, min_length = 1)]
    pub channel: String,
    /// The keys of that table.
    #[schema(value_type = Object)]
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// The merchant's own words.
    #[schema(max_length = 256)]
    pub label: Option<String>,
    /// What a payment costs there: a part of the amount, smallest units of the payment's currency, or both, as in `0.6% + 30`. The
    /// cheapest of several accounts is taken.
    #[schema(max_length = 64)]
    pub fee: Option<String>,
    /// Whether payments are opened with it; yes when absent.
    pub enabled: Option<bool>,
}

/// What changes; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeChannel {
    /// The merchant of the key.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub merchant_id: Option<String>,
    /// Settings by their names; those that are absent stay, null takes one away.
    #[schema(value_type = Object)]
    pub settings: Option<serde_json::Map<String, serde_json::Value>>,
    /// The merchant's own words.
    #[schema(max_length = 256)]
    pub label: Option<String>,
    /// What a payment costs there; empty to take it back.
    #[schema(max_length = 64)]
    pub fee: Option<String>,
    /// Whether payments are opened with it. What it has carried is asked about all the same.
    pub enabled: Option<bool>,
}
