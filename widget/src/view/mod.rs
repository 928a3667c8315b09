//! What the shopper sees. Views read the [`crate::till::Till`] and speak to it; they decide nothing.

pub(crate) mod announce;
pub(crate) mod button;
pub(crate) mod countdown;
pub(crate) mod icon;
pub(crate) mod methods;
pub(crate) mod overlay;
pub(crate) mod result;
pub(crate) mod scan;
