//! Query a transaction: one attempt to pay, which decides whether the shop ships.

use serde::{Deserialize, Serialize};

/// What the merchant sees of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransactionView {
    /// Who sells.
    pub merchant_id: String,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// `GW…`, also the request number that the channel sees.
    pub order_id: String,
    /// `CS…`.
    pub session_id: String,
    /// `PROCESSING`, `AUTHORIZED`, `SUCCESS`, `FAIL` or `CANCELLED`.
    pub status: String,
    /// `0000`, or the channel's reason.
    pub error_code: String,
    /// A sentence for it.
    pub error_description: String,
    /// The method's name.
    pub payment_method: String,
    /// Smallest units, decimal digits.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// Smallest units that went back, decimal digits.
    pub refunded_amount: String,
    /// Whether this is the payment that counts. A second success is returned and never counts.
    pub accepted: bool,
    /// RFC 3339; absent until it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_finish_time: Option<String>,
}
