//! `/acknowledged`: how long the merchant's server took to acknowledge notifications, for whoever measures it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::world::World;

/// How many took how many whole milliseconds. Nobody waits longer than ten seconds, so that it stays small.
#[derive(Clone, Default)]
pub(crate) struct Acknowledged(Arc<Mutex<BTreeMap<u64, u64>>>);

impl Acknowledged {
    /// One more, from when it was sent until its answer was there.
    pub(crate) fn add(&self, took: Duration) {
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(took).or_default() += 1;
    }

    fn told(&self) -> Value {
        let by_ms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "notifications": by_ms.values().sum::<u64>(), "by_ms": *by_ms })
    }
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/acknowledged", get(show))
}

async fn show(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.postman.acknowledged.told())
}
