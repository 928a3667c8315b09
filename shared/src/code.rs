//! Fixed receipt codes: printed once; each shopper who scans one enters the amount.

use serde::{Deserialize, Serialize};

/// A page of codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeList {
    /// Newest first.
    pub codes: Vec<CodeView>,
    /// Given back as `cursor` it continues; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What the merchant sees of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeView {
    /// `FC…`.
    pub code_id: String,
    /// Who is paid.
    pub merchant_id: String,
    /// `ACTIVE` or `CLOSED`.
    pub status: String,
    /// What is sold, or empty.
    pub label: String,
    /// ISO 4217.
    pub currency: String,
    /// The least a shopper may enter, in smallest units.
    pub min_amount: String,
    /// The most.
    pub max_amount: String,
    /// ISO 3166 alpha-2; absent for the currency's own country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// How many payments it may begin in a minute.
    pub per_minute: u32,
    /// What the printed code holds: the page on which the shopper enters the amount.
    pub url: String,
    /// Where the events of its sessions go, before the merchant's endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
    /// RFC 3339.
    pub created: String,
    /// False in test mode.
    pub livemode: bool,
}
