//! What merchants ask, with their secret key.

pub mod deliveries;
pub mod new_session;
pub mod sessions;
pub mod transactions;
pub mod webhook_endpoints;
