//! Create and query a session: the merchant's words for one cashier page.

use serde::{Deserialize, Serialize};

/// What the merchant sees of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SessionStatus {
    /// Waiting to be paid, or being closed.
    Processing,
    /// Paid.
    Success,
    /// Closed by the merchant.
    Cancelled,
    /// Not paid in time.
    Expired,
    /// A word newer than this build.
    #[serde(other)]
    Unknown,
}

/// The answer to Create Session and Query Session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// Who sells.
    pub merchant_id: String,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// `CS…`.
    pub session_id: String,
    /// `HOSTED`, `DROP_IN` or `COMPONENT`; `NONE` for a charge without a page.
    pub session_mode: String,
    /// Where it stands.
    pub status: SessionStatus,
    /// ISO 4217.
    pub currency: String,
    /// Smallest units, decimal digits.
    pub amount: String,
    /// RFC 3339, with the offset the merchant wrote, or `Z`.
    pub expire_time: String,
    /// `FINAL_AUTH`.
    pub authorisation_type: String,
    /// `AUTOMATIC`.
    pub capture_method: String,
    /// The hosted page; absent when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub session_url: String,
    /// What the merchant's page gives to the widget; opens this session only. Absent once the session is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_token: Option<String>,
    /// False in test mode: no real money moves.
    pub livemode: bool,
}

/// A session, and on request its checkout as markup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrintableSession {
    /// The session.
    #[serde(flatten)]
    pub session: SessionView,
    /// The checkout; only for whoever asked for it, and while its token lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup: Option<PrintedMarkup>,
}

/// The checkout as markup that a merchant's server prints into its page: the list is there with the page, and is taken over
/// by the widget as soon as that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrintedMarkup {
    /// In which of Florin's languages.
    pub language: String,
    /// For the page's `<head>`: what the browser shall fetch early.
    pub head: String,
    /// For the place of the checkout: the element with the list inside, and the script of the widget.
    pub html: String,
    /// What a policy without a nonce says in `style-src`, in single quotes: `sha256-…`.
    pub style_hash: String,
}
