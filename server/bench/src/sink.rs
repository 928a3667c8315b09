//! A merchant's endpoint that only remembers which orders it heard are paid.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

type Heard = Arc<Mutex<HashSet<String>>>;

/// The endpoint.
pub(crate) struct Sink {
    /// Its address.
    pub(crate) hook: String,
    heard: Heard,
}

impl Sink {
    pub(crate) async fn start() -> anyhow::Result<Sink> {
        let heard = Heard::default();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let hook = format!("http://{}/hook", listener.local_addr()?);
        let router = Router::new().route("/hook", post(hear)).with_state(heard.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Sink { hook, heard })
    }

    /// How many of these orders it has not heard of, after a minute at most.
    pub(crate) async fn missing(&self, paid: &[String]) -> usize {
        for _ in 0..600 {
            if self.unheard(paid) == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.unheard(paid)
    }

    fn unheard(&self, paid: &[String]) -> usize {
        let heard = self.heard.lock().unwrap();
        paid.iter().filter(|order| !heard.contains(*order)).count()
    }
}

async fn hear(State(heard): State<Heard>, raw: Bytes) {
    let Ok(body) = serde_json::from_slice::<Value>(&raw) else { return };
    if body["type"] == "PAYMENT.SUCCESS"
        && let Some(trans_id) = body["data"]["trans_id"].as_str()
    {
        heard.lock().unwrap().insert(trans_id.to_owned());
    }
}
