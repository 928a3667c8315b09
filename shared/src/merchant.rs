//! A merchant's and an organisation's settings, and their keys.

use serde::{Deserialize, Serialize};

use crate::theme::Appearance;

/// The answer to `GET` and `PATCH /v1/merchant`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MerchantView {
    /// Digits.
    pub merchant_id: String,
    /// Its organisation.
    pub organisation_id: String,
    /// What the shopper reads.
    pub name: String,
    /// False in test mode: no real money moves. It belongs to the id and cannot be changed.
    pub livemode: bool,
    /// Where its pages live: scheme, host and port.
    pub origins: Vec<String>,
    /// What it chose itself; what is absent is inherited.
    pub appearance: Appearance,
    /// What is in force: its own, else its organisation's.
    pub effective_appearance: Appearance,
    /// `REVERSE` or `ACCEPT`: what becomes of a payment that arrives after its session ended.
    pub late_success: String,
    /// Whether the page asks by itself whether it was paid.
    pub auto_query: bool,
    /// What was accepted and is still worth a look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// The answer to `POST /v1/merchant/webhook_secret/rotate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotifySecretView {
    /// Digits.
    pub merchant_id: String,
    /// `whsec_…`: it signs what goes to a session's `notify_url`, and is shown this once.
    pub secret: String,
    /// Until when the secret before signs too, RFC 3339.
    pub previous_secret_until: String,
}

/// The answer to `GET` and `PATCH /v1/organisation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganisationView {
    /// Digits.
    pub organisation_id: String,
    /// For its own people.
    pub name: String,
    /// What its merchants inherit.
    pub appearance: Appearance,
    /// Its merchants, by id.
    pub merchants: Vec<MemberView>,
    /// What was accepted and is still worth a look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A merchant of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberView {
    /// Digits.
    pub merchant_id: String,
    /// What the shopper reads.
    pub name: String,
    /// False in test mode.
    pub livemode: bool,
}

/// Something that was accepted and may not be what was meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Warning {
    /// The path of the field.
    pub field: String,
    /// `LOW_CONTRAST`.
    pub code: String,
    /// One sentence with the figures.
    pub message: String,
}

/// A secret key as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyView {
    /// `KY…`, to delete it by.
    pub key_id: String,
    /// How it begins; empty for keys of an earlier version.
    pub prefix: String,
    /// RFC 3339.
    pub created: String,
    /// The day, such as `2026-11-18`; absent while it was never used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<String>,
    /// The key itself: in the answer that made it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}
