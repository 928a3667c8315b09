//! Ask for a refund and hear of it; see what goes back without being asked for, and say what became of it.

use serde::{Deserialize, Serialize};

/// The answer to a refund's request and queries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundView {
    /// Who sells.
    pub merchant_id: String,
    /// `RF…`, also the request number that the channel sees.
    pub refund_id: String,
    /// The merchant's own number of the refund; absent where the merchant did not ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_trans_id: Option<String>,
    /// `GW…`: the transaction whose money goes back.
    pub order_id: String,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// `MERCHANT`: asked for. `EXTERNAL`: somebody gave it back at the channel. `SURPLUS`, `LATE`, `MISMATCH`: it may
    /// not be kept.
    #[serde(rename = "refund_kind")]
    pub kind: String,
    /// `PROCESSING`, `SUCCESS` or `FAIL`; for what may not be kept also `MANUAL` and `KEPT`.
    pub status: String,
    /// `0000`, or the channel's reason.
    pub error_code: String,
    /// A sentence for it.
    pub error_description: String,
    /// Smallest units, decimal digits.
    pub refund_amount: String,
    /// ISO 4217.
    pub currency: String,
    /// The merchant's reason; absent when none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// RFC 3339.
    pub create_time: String,
    /// RFC 3339; absent until the money is back, or the refund has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_finish_time: Option<String>,
    /// False in test mode: no real money moves.
    pub livemode: bool,
}

/// Money that may not be kept, on its way back; or that somebody gave back at the channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReversalView {
    /// What a refund has, too.
    #[serde(flatten)]
    pub refund: RefundView,
    /// `RETURNED` or `KEPT`: what a person has said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// In that person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A page of reversals, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reversals {
    /// The reversals.
    pub reversals: Vec<ReversalView>,
    /// `cursor=` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
