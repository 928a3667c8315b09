//! Florin's server, in reading order.
//!
//! `http` and `worker` call `flow`; `flow` asks `domain` what should happen, and tells `store`, `channel` and
//! `courier`.
//! The arrows never point back; `tests/tidy.rs` holds them to it.

pub mod admission;
pub mod app;
pub mod channel;
pub mod clock;
pub mod config;
pub mod courier;
pub mod domain;
pub mod error;
pub mod flow;
pub mod gates;
pub mod http;
pub mod known_keys;
pub mod known_merchants;
pub mod life;
pub mod metrics;
pub mod own;
pub mod point;
pub mod reach;
pub mod status;
pub mod store;
pub mod telemetry;
pub mod vault;
pub mod worker;

pub use app::App;
pub use error::{Error, Result};

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _never_fails = write!(text, "{byte:02x}");
        text
    })
}
