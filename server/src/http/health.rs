//! Is it alive, can it work, what has it done.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::store::Tx;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready means: the database takes a write.
async fn ready(State(app): State<App>) -> Result<&'static str> {
    app.store.write(async move |_: &mut Tx| Ok::<_, Error>(())).await?;
    Ok("ready\n")
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
        line(
            "florin_dead_deliveries_total",
            "Webhooks that were given up: a merchant does not know.",
            &counters.dead_deliveries,
        ),
    ]
    .concat()
}
