//! Why a method is offered, shown but disabled, or hidden.

use serde::{Deserialize, Serialize};

/// The answer to `GET /v1/methods/explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainView {
    /// The session it speaks of, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Smallest units.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166 alpha-2; empty when neither the request nor the currency says.
    pub country: String,
    /// Where the shopper is: as asked, or as the `user_agent` says.
    pub scene: String,
    /// Why we think so, in one sentence.
    pub scene_because: String,
    /// Every method that Florin knows, in the order in which the shopper sees them, hidden ones last.
    pub methods: Vec<Explained>,
}

/// One method, or one channel of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explained {
    /// `GCASH`, …
    pub method: String,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Whether the payment code that its wallet shows can be charged (`POST /v1/transactions`).
    pub payment_code: Verdict,
    /// Each channel's own verdict, and whether it is the one that carries it out.
    pub channels: Vec<ChannelExplained>,
}

/// What became of a method, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verdict {
    /// `OFFERED`, `DISABLED` (shown, with the reason) or `HIDDEN`.
    pub state: String,
    /// `SUITS`, or why not: `CURRENCY`, `COUNTRY`, `SCENE`, `AMOUNT_TOO_LOW`, `AMOUNT_TOO_HIGH`, `AMOUNT_STEP`,
    /// `TIME_TOO_SHORT`, `DOWN` while the channel does not answer, `NOT_ENABLED`, `NOT_SOLD`, `SESSION_OVER`.
    pub reason: String,
    /// One sentence.
    pub message: String,
    /// What it would take: currencies, countries, scenes, or a limit in smallest units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// One channel's verdict about a method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelExplained {
    /// `antom`, …
    pub channel: String,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The channel's own name for what it would carry out; absent when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The same about charging a payment code.
    pub payment_code: Verdict,
    /// Whether it is the one that would carry the method out on a page, and why.
    pub choice: Choice,
}

/// Whether a channel is taken, of those that suit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// Whether it carries the method out.
    pub taken: bool,
    /// `TAKEN`, or why not: `UNFIT` (its own verdict says why), `NOT_OWN`, `FEE_UNSAID`, `DEARER`, `BEHIND`.
    pub reason: String,
    /// One sentence.
    pub message: String,
    /// What it costs for this amount, in smallest units, rounded up; absent when nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
}
