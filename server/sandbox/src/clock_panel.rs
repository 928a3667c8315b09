//! `/clock`: how far this outside world's clock is ahead of the machine's, for tests whose server has another time.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::world::World;

/// What a program puts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ahead {
    /// Milliseconds; below nothing, the clock is behind.
    ahead_ms: i64,
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/clock", get(show).put(set))
}

async fn show(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "ahead_ms": world.clock.ahead_ms(), "now_ms": world.clock.now() }))
}

async fn set(State(world): State<Arc<World>>, Json(wish): Json<Ahead>) -> Json<Value> {
    world.clock.put_ahead(wish.ahead_ms);
    show(State(world)).await
}
