//! A merchant's endpoint that keeps what it heard: which orders are paid, and every message for the comparison at the end.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use florin_proof::merchant::{Heard, Message, SECRET};
use serde_json::Value;
use tokio::net::TcpListener;

/// What came.
#[derive(Default)]
struct Kept {
    paid: HashSet<String>,
    messages: Vec<Message>,
}

/// The endpoint.
pub(crate) struct Sink {
    /// Its address.
    pub(crate) hook: String,
    kept: Arc<Mutex<Kept>>,
}

impl Sink {
    pub(crate) async fn start() -> anyhow::Result<Sink> {
        let kept = Arc::<Mutex<Kept>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let hook = format!("http://{}/hook", listener.local_addr()?);
        let router = Router::new().route("/hook", post(hear)).with_state(kept.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Sink { hook, kept })
    }

    /// Of how many orders it has heard that they are paid.
    pub(crate) fn paid(&self) -> usize {
        self.kept.lock().unwrap().paid.len()
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

    /// Everything that it has heard so far.
    pub(crate) fn heard(&self) -> Heard {
        let messages = self.kept.lock().unwrap().messages.clone();
        Heard { messages, refused: Vec::new(), secrets: vec![SECRET.to_owned()] }
    }

    fn unheard(&self, paid: &[String]) -> usize {
        let kept = self.kept.lock().unwrap();
        paid.iter().filter(|order| !kept.paid.contains(*order)).count()
    }
}

/// A message as it came to this path.
pub(crate) fn message(path: &str, headers: &HeaderMap, raw: &Bytes) -> Message {
    let text = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    Message {
        path: path.to_owned(),
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        raw: String::from_utf8_lossy(raw).into_owned(),
    }
}

async fn hear(State(kept): State<Arc<Mutex<Kept>>>, headers: HeaderMap, raw: Bytes) {
    let body: Value = serde_json::from_slice(&raw).unwrap_or_default();
    let order = body["data"]["trans_id"].as_str().filter(|_| body["type"] == "PAYMENT.SUCCESS");
    let message = message("/hook", &headers, &raw);
    let mut kept = kept.lock().unwrap();
    kept.paid.extend(order.map(str::to_owned));
    kept.messages.push(message);
}
