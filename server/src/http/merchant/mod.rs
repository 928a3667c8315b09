//! What merchants ask, with their secret key.

mod appearance;
pub mod asked;
pub mod channels;
pub mod charges;
pub mod codes;
pub mod deliveries;
pub mod explain;
pub mod new_session;
pub mod refunds;
pub mod reversals;
pub mod sessions;
pub mod settings;
pub mod transactions;
pub mod webhook_endpoints;
