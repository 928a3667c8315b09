//! A merchant's webhook endpoint: remembers everything, and can be told to be slow, broken or dead.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A message as it came in.
#[derive(Clone, Debug)]
pub struct Received {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub raw: String,
    pub body: Value,
}

/// How it behaves.
#[derive(Default)]
pub struct Manners {
    /// Answers to give before it says 200.
    pub refuse: Vec<u16>,
    /// What it says beside a refusal, as `retry-after`.
    pub retry_after: Option<&'static str>,
    /// Whether it takes messages and never answers.
    pub hangs: bool,
}

#[derive(Default)]
struct Kept {
    received: Vec<Received>,
    manners: Manners,
}

/// The endpoint.
#[derive(Clone)]
pub struct Sink {
    pub url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Sink {
    pub async fn start(stop: &CancellationToken) -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let kept = Arc::<Mutex<Kept>>::default();
        let router = Router::new().route("/hook", post(hear)).with_state(kept.clone());
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(
            async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await },
        );
        Sink { url, kept }
    }

    /// From now on it behaves so.
    pub fn behave(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.kept.lock().unwrap().manners);
    }

    /// Answers the next messages with these statuses.
    pub fn refuse(&self, statuses: &[u16]) {
        self.behave(|manners| manners.refuse = statuses.to_vec());
    }

    pub fn received(&self) -> Vec<Received> {
        self.kept.lock().unwrap().received.clone()
    }

    /// The types received for one order, in the order in which they came.
    pub fn kinds(&self, trans_id: &str) -> Vec<String> {
        let of_order = |received: &Received| received.body["data"]["trans_id"] == trans_id;
        let kind =
            |received: Received| received.body["type"].as_str().unwrap_or_default().to_owned();
        self.received().into_iter().filter(of_order).map(kind).collect()
    }
}

async fn hear(State(kept): State<Arc<Mutex<Kept>>>, headers: HeaderMap, raw: Bytes) -> Response {
    let hangs = kept.lock().unwrap().manners.hangs;
    if hangs {
        std::future::pending::<()>().await;
    }
    let header = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let raw = String::from_utf8(raw.to_vec()).unwrap();
    let mut kept = kept.lock().unwrap();
    if !kept.manners.refuse.is_empty() {
        let status = StatusCode::from_u16(kept.manners.refuse.remove(0)).unwrap();
        let headers = kept.manners.retry_after.map(|text| [("retry-after", text)]);
        return match headers {
            Some(headers) => (status, headers, "not today").into_response(),
            None => (status, "not today").into_response(),
        };
    }
    kept.received.push(Received {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: serde_json::from_str(&raw).unwrap(),
        raw,
    });
    StatusCode::OK.into_response()
}
