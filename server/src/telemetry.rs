//! Logging: readable in a terminal, one JSON object a line with `FLORIN_LOG_JSON=true`; `RUST_LOG` chooses what.
//!
//! A line that belongs to a request carries its `request_id`. No line carries a key, a token, a code or a message's body.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts it, once. Standard output belongs to what the program prints for people.
pub fn start(json: bool) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let to_stderr = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // A line that cannot be written, as on a full disk, is lost; to complain about it would end the thread.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = if json {
        to_stderr.json().flatten_event(true).with_span_list(false).try_init()
    } else {
        to_stderr.compact().try_init()
    };
    if started.is_err() {
        tracing::debug!("logging had been started already");
    }
}
