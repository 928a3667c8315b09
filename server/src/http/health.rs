//! Is it alive, can it work.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::App;
use crate::life::Health;

/// The addresses of this file.
pub fn routes() -> Router<App> {
    // Alive means that somebody answers: whoever restarts what is not alive must not be misled by a database.
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

/// Ready means: not stopping, the database takes a write and has every migration, and the workers come round.
async fn ready(State(app): State<App>) -> Response {
    let health = app.life.look(&app.store, &app.clock).await;
    let status = if health.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(told(&health))).into_response()
}

fn told(health: &Health) -> Value {
    let workers = match &health.late {
        None => "none has begun".to_owned(),
        Some(late) if late.is_empty() => "ok".to_owned(),
        Some(late) => format!("{} hang", late.join(", ")),
    };
    json!({
        "ready": health.is_ready(),
        "running": if health.running { "ok" } else { "stopping" },
        "database": health.database.err().unwrap_or("ok"),
        "workers": workers,
    })
}
