//! The checkout in the merchant's page.
//!
//! The loader (`florin.ts`) is the custom element: it paints a skeleton, fetches the view and this program at the same
//! moment, and calls [`element::mount`]. From then on a shopper's tap goes one way: view, [`state::Event`],
//! [`state::State::on`], view.

mod api;
mod checkout;
mod dom;
mod element;
mod errands;
mod intl;
mod method;
pub mod money;
mod options;
pub mod qr;
pub mod read;
pub mod state;
pub mod texts;
mod theme;
mod till;
mod timer;
mod view;

pub use element::{Handle, mount};

/// A fifth of the bytes of std's allocator. It joins what is given back, so that a page may stay open for hours.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
