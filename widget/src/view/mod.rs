//! What the shopper sees. Views read the [`crate::till::Till`] and speak to it; they decide nothing.

#[cfg(target_arch = "wasm32")]
pub(crate) mod announce;
pub(crate) mod button;
pub(crate) mod card;
#[cfg(target_arch = "wasm32")]
pub(crate) mod copy;
pub(crate) mod countdown;
#[cfg(target_arch = "wasm32")]
pub(crate) mod dialog;
pub(crate) mod icon;
pub(crate) mod methods;
pub(crate) mod overlay;
#[cfg(target_arch = "wasm32")]
pub(crate) mod part;
pub(crate) mod result;
pub(crate) mod scan;
#[cfg(target_arch = "wasm32")]
mod ways;
