//! What merchants ask, with their secret key.

pub mod new_session;
pub mod refunds;
pub mod reversals;
pub mod sessions;
pub mod transactions;
