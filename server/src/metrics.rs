//! Figures about this process, as Prometheus reads them. `docs/operations.md` says what each means and when to wake up.
//!
//! Labels come from short lists: a route's template, never an address; a word, never an id. What is counted is counted
//! where it happens; what is a level (queues, open reversals) is read when somebody asks (`http/figures.rs`).

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Requests, by `route`, `method` and `status` class.
pub const REQUESTS: &str = "florin_http_requests_total";
/// How long they took, by `class`.
pub const REQUEST_SECONDS: &str = "florin_http_request_seconds";
/// Requests refused because too many were under way, by `class`.
pub const SHED: &str = "florin_http_shed_total";
/// Connections closed at once because their client held too many.
pub const CONNECTIONS_REFUSED: &str = "florin_connections_refused_total";
/// Calls to channels, by `channel`, `call` and `outcome`.
pub const CHANNEL_CALLS: &str = "florin_channel_calls_total";
/// How long they took, by `channel` and `call`.
pub const CHANNEL_SECONDS: &str = "florin_channel_call_seconds";
/// 1 while calls to a `channel` are stopped, because it fails again and again.
pub const CHANNEL_BREAKER: &str = "florin_channel_breaker_open";
/// What became of what was heard about a payment, by `outcome`.
pub const SETTLED: &str = "florin_settled_total";
/// How long a commit took.
pub const COMMIT_SECONDS: &str = "florin_commit_seconds";
/// How many units one commit carried (SQLite).
pub const COMMIT_UNITS: &str = "florin_commit_units";
/// By how many milliseconds the database's clock is ahead of this machine's (PostgreSQL).
pub const CLOCK_LEAD: &str = "florin_clock_lead_ms";
/// Turns of a `worker` that failed.
pub const WORKER_FAILURES: &str = "florin_worker_failures_total";

const TIMES: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to count. Before this, and in programs that never call it, counting does nothing.
pub fn start() -> Result<(), BuildError> {
    if HANDLE.get().is_none() {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), TIMES)?
            .set_buckets_for_metric(Matcher::Full(COMMIT_UNITS.into()), SIZES)?
            .install_recorder()?;
        _ = HANDLE.set(handle);
    }
    Ok(())
}

/// Keeps the figures small; to be called every few seconds.
pub fn upkeep() {
    if let Some(handle) = HANDLE.get() {
        handle.run_upkeep();
    }
}

/// Everything that was counted, in Prometheus' text format.
pub fn rendered() -> String {
    HANDLE.get().map(PrometheusHandle::render).unwrap_or_default()
}
