//! The merchant's endpoint: keeps every message whose signature is right.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::net::TcpListener;

pub const ID: &str = "18356675194960";
pub const KEY: &str = "sk_test_florin_demo";
const SECRET: &str = "Zmxvcmluc2FuZGJveGRlbW9zZWNyZXQwMDAx";

/// What came, by message id: its order, its type, and how often it came.
#[derive(Default)]
pub struct Kept {
    pub messages: BTreeMap<String, (String, String, u64)>,
    pub forged: u64,
}

pub struct Merchant {
    pub hook: String,
    pub kept: Arc<Mutex<Kept>>,
}

impl Merchant {
    pub async fn start() -> Merchant {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook = format!("http://{}/hook", listener.local_addr().unwrap());
        let kept = Arc::<Mutex<Kept>>::default();
        let router = Router::new().route("/hook", post(hear)).with_state(kept.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Merchant { hook, kept }
    }
}

async fn hear(State(kept): State<Arc<Mutex<Kept>>>, headers: HeaderMap, raw: Bytes) -> StatusCode {
    let header = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let id = header("webhook-id");
    let mut kept = kept.lock().unwrap();
    if !is_signed(&id, &header("webhook-timestamp"), &raw, &header("webhook-signature")) {
        kept.forged += 1;
        return StatusCode::UNAUTHORIZED;
    }
    let body: Value = serde_json::from_slice(&raw).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let new = (text(&body["data"]["trans_id"]), text(&body["type"]), 0);
    kept.messages.entry(id).or_insert(new).2 += 1;
    StatusCode::OK
}

fn is_signed(id: &str, timestamp: &str, raw: &[u8], signature: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(SECRET).unwrap());
    let signed = [format!("{id}.{timestamp}.").as_bytes(), raw].concat();
    let mac =
        signature.strip_prefix("v1,").and_then(|mac| STANDARD.decode(mac).ok()).unwrap_or_default();
    hmac::verify(&key, &signed, &mac).is_ok()
}
