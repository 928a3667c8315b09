//! The checkout in the merchant's page.
//!
//! The loader (`florin.ts`) is the custom element: it paints the list that the server has drawn, fetches the view and this
//! program at the same moment, and calls [`element::mount`]. From then on a shopper's tap goes one way: view,
//! [`state::Event`], [`state::State::on`], view.
//!
//! The views are drawn in two places. For the browser `dom` makes elements that follow the state; everywhere else
//! [`markup`] makes a string of the same calls, with neither Leptos nor a browser, which is how the server draws the list.

#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod checkout;
#[cfg(target_arch = "wasm32")]
mod component;
#[cfg(target_arch = "wasm32")]
mod dom;
#[cfg(target_arch = "wasm32")]
mod element;
#[cfg(target_arch = "wasm32")]
mod errands;
#[cfg(target_arch = "wasm32")]
mod intl;
mod link;
#[cfg(not(target_arch = "wasm32"))]
pub mod markup;
mod method;
pub mod money;
#[cfg(target_arch = "wasm32")]
mod options;
#[cfg(any(target_arch = "wasm32", test))]
mod parts;
pub mod qr;
pub mod read;
pub mod state;
pub mod texts;
#[cfg(any(target_arch = "wasm32", test))]
mod theme;
#[cfg(target_arch = "wasm32")]
mod till;
#[cfg(target_arch = "wasm32")]
mod timer;
mod view;

#[cfg(target_arch = "wasm32")]
pub use element::{Handle, mount};
#[cfg(not(target_arch = "wasm32"))]
use markup::{dom, till};

/// A fifth of the bytes of std's allocator. It joins what is given back, so that a page may stay open for hours.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
