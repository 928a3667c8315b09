//! The words both sides speak: what crosses the network between merchant, server and widget.
//!
//! Plain data. Nothing here decides, reads a clock or touches a database, and nothing that only one side needs
//! belongs here. Names on the wire are those of the PayKKa session API; a word this build does not know is kept
//! apart as `Unknown` and never read as success.

pub mod account;
pub mod code;
pub mod error;
pub mod explain;
pub mod ids;
pub mod merchant;
pub mod method;
pub mod money;
pub mod refund;
pub mod session;
pub mod shopper;
pub mod theme;
pub mod transaction;
pub mod webhook;

pub use error::{Code, Envelope};
pub use ids::{
    AccountId, CodeId, DeliveryId, EndpointId, Malformed, MerchantId, PaymentId, ReversalId,
    SessionId,
};
pub use method::Method;
pub use money::{Currency, Money, MoneyError};
