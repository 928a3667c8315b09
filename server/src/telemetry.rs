//! Logging: readable in a terminal, JSON with `FLORIN_LOG_FORMAT=json`; `RUST_LOG` chooses what.

use tracing_subscriber::EnvFilter;

/// Starts it, once. Standard output belongs to what the program prints for people.
pub fn start(json: bool) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let to_stderr = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if json { to_stderr.json().try_init() } else { to_stderr.compact().try_init() };
    if started.is_err() {
        tracing::debug!("logging had been started already");
    }
}
