//! Is it alive, can it work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::life::Health;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready))
}

/// Alive means that somebody answers.
///
/// Whoever restarts what is not alive must not be misled by a database.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "Health",
    responses((status = 200, description = "Alive.", content_type = "text/plain", body = String)),
)]
async fn alive() -> &'static str {
    "ok\n"
}

/// Whether this process can work, and what keeps it from it.
#[derive(Debug, Serialize, ToSchema)]
struct Readiness {
    /// Whether it can.
    ready: bool,
    /// `ok` or `stopping`.
    running: &'static str,
    /// `ok`, or what is wrong.
    database: &'static str,
    /// `ok`, or which workers hang.
    workers: String,
}

/// Ready means: not stopping, the database takes a write and has every migration, and the workers come round.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "Health",
    responses((status = 200, description = "Ready.", body = Readiness), (status = 503, description = "Not ready; the words say why.", body = Readiness)),
)]
async fn ready(State(app): State<App>) -> Response {
    let health = app.life.look(&app.store, &app.clock).await;
    let status = if health.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(told(&health))).into_response()
}

fn told(health: &Health) -> Readiness {
    let workers = match &health.late {
        None => "none has begun".to_owned(),
        Some(late) if late.is_empty() => "ok".to_owned(),
        Some(late) => format!("{} hang", late.join(", ")),
    };
    Readiness {
        ready: health.is_ready(),
        running: if health.running { "ok" } else { "stopping" },
        database: health.database.err().unwrap_or("ok"),
        workers,
    }
}
