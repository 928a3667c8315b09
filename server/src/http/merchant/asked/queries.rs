//! What may stand behind the `?`.

use serde::Deserialize;
use utoipa::IntoParams;

use super::words::{DeliveryStatus, ReversalStatus, Scene};

/// A session's key.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfSession {
    /// `CS…`; one of the two must be given, and this is the more exact one.
    #[param(max_length = 64)]
    pub session_id: Option<String>,
    /// The merchant's own number of the order.
    #[param(max_length = 64)]
    pub trans_id: Option<String>,
}

/// A transaction's key.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfTransaction {
    /// `GW…`; one of the three must be given, and this is the most exact one.
    #[param(max_length = 64)]
    pub order_id: Option<String>,
    /// `CS…`.
    #[param(max_length = 64)]
    pub session_id: Option<String>,
    /// The merchant's own number of the order.
    #[param(max_length = 64)]
    pub trans_id: Option<String>,
    /// True: every attempt, as a list.
    pub all: Option<bool>,
}

/// A refund's key.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfRefund {
    /// `RF…`; one of the two must be given.
    #[param(max_length = 64)]
    pub refund_id: Option<String>,
    /// The merchant's own number of the refund.
    #[param(max_length = 64)]
    pub refund_trans_id: Option<String>,
}

/// Which page of the codes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfCodes {
    /// `next_cursor` of the page before.
    #[param(max_length = 64)]
    pub cursor: Option<String>,
    /// How many; 20 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

/// How large a picture is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfPicture {
    /// The length of a side in pixels, quiet zone and all; 512 when absent.
    #[param(minimum = 120, maximum = 2400)]
    pub size: Option<u32>,
}

/// A session, or an amount and where the shopper is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfMethods {
    /// `CS…`; or else `amount` and `currency`.
    #[param(max_length = 64)]
    pub session_id: Option<String>,
    /// Smallest units, decimal digits.
    #[param(pattern = "^[1-9][0-9]{0,15}$")]
    pub amount: Option<String>,
    /// ISO 4217.
    #[param(pattern = "^[A-Z]{3}$")]
    pub currency: Option<String>,
    /// ISO 3166 alpha-2.
    #[param(pattern = "^[A-Z]{2}$")]
    pub country: Option<String>,
    /// Where the shopper is.
    #[param(inline)]
    pub scene: Option<Scene>,
    /// What the shopper's browser says of itself, to see where that is; `scene` counts before it.
    #[param(max_length = 1024)]
    pub user_agent: Option<String>,
}

/// Which deliveries; at most one of the four keys.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfDeliveries {
    /// `WE…`; at most one of the four keys may be given.
    #[param(max_length = 64)]
    pub endpoint_id: Option<String>,
    /// `GW…`.
    #[param(max_length = 64)]
    pub order_id: Option<String>,
    /// The merchant's own number of the order.
    #[param(max_length = 64)]
    pub trans_id: Option<String>,
    /// `CS…`.
    #[param(max_length = 64)]
    pub session_id: Option<String>,
    /// Only those that stand like this.
    #[param(inline)]
    pub state: Option<DeliveryStatus>,
    /// `next_cursor` of the page before.
    #[param(max_length = 64)]
    pub cursor: Option<String>,
    /// How many; 20 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

/// Which reversals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfReversals {
    /// Only those that stand like this.
    #[param(inline)]
    pub status: Option<ReversalStatus>,
    /// `GW…`.
    #[param(max_length = 64)]
    pub order_id: Option<String>,
    /// The merchant's own number of the order.
    #[param(max_length = 64)]
    pub trans_id: Option<String>,
    /// `next_cursor` of the page before.
    #[param(max_length = 64)]
    pub cursor: Option<String>,
    /// How many; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}
