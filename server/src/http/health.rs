//! Is it alive, can it work, what has it done.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready means: the database answers.
async fn ready(State(app): State<App>) -> Result<&'static str> {
    let mut tx = app.store.read().await?;
    let row: Option<(i64,)> = tx.sql("select count(*) from merchant").one().await?;
    row.map(|_| "ready\n")
        .ok_or_else(|| Error::Internal("the database holds no merchant table".into()))
}

async fn metrics(State(app): State<App>) -> String {
    let counters = &app.counters;
    let line = |name: &str, help: &str, counter: &AtomicU64| {
        let value = counter.load(Ordering::Relaxed);
        format!("# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}\n")
    };
    [
        line("florin_polls_total", "Answered status polls.", &counters.polls),
        line(
            "florin_forged_notifications_total",
            "Notifications that did not prove who sent them.",
            &counters.forged,
        ),
        line(
            "florin_conflicts_total",
            "Statements of channels that contradict.",
            &counters.conflicts,
        ),
        line(
            "florin_manual_reversals_total",
            "Reversals that a person must see to.",
            &counters.manual,
        ),
    ]
    .concat()
}
