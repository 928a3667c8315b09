//! A shop, and a pretend merchant API that answers what the test says and remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use florin_shop::{Clock, Settings};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub(crate) const MERCHANT: &str = "18356675194960";
pub(crate) const NOW: i64 = 1_794_974_491;
pub(crate) const SESSION: &str = "CS0123456789abcdefghijklmnopqrstuv";

/// One request that reached the pretend API.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// What the pretend API answers.
pub(crate) struct Answers {
    pub(crate) create: (u16, Value),
    pub(crate) session: (u16, Value),
    pub(crate) transaction: (u16, Value),
    pub(crate) close: (u16, Value),
    asked: Vec<Asked>,
}

/// A merchant API on a port of its own, and the shop that knows it.
#[derive(Clone)]
pub(crate) struct Town {
    answers: Arc<Mutex<Answers>>,
    shop: Router,
}

impl Town {
    pub(crate) async fn new() -> Town {
        Town::with_secret(SECRET, NOW).await
    }

    pub(crate) async fn with_secret(secret: &str, now_s: i64) -> Town {
        let answers = Arc::new(Mutex::new(Answers {
            create: ok(session("PROCESSING")),
            session: ok(session("PROCESSING")),
            transaction: not_found(),
            close: ok(session("CANCELLED")),
            asked: Vec::new(),
        }));
        let api = listen(answers.clone()).await;
        Town {
            answers,
            shop: florin_shop::router_at(settings(api, secret), Clock::stopped_at(now_s)),
        }
    }

    /// A shop whose API is not there.
    pub(crate) fn alone() -> Router {
        // Port 9 is "discard"; nobody listens.
        let settings = settings("http://127.0.0.1:9".into(), SECRET);
        florin_shop::router_at(settings, Clock::stopped_at(NOW))
    }

    pub(crate) fn answer(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.answers.lock().unwrap());
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.answers.lock().unwrap().asked.clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Heard {
        get(&self.shop, path).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Heard {
        let mut request = Request::post(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(&self.shop, request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Orders one Alpine Oolong in HKD; the order's number.
    pub(crate) async fn order_oolong(&self) -> String {
        let body = r#"{"basket":[{"id":"alpine-oolong","quantity":1}],"currency":"HKD"}"#;
        let heard = self.post("/shop/orders", body, &[]).await;
        assert_eq!(heard.status, 200, "{}", heard.text);
        heard.json()["trans_id"].as_str().unwrap().to_owned()
    }
}

/// What the shop answered.
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

pub(crate) async fn get(shop: &Router, path: &str) -> Heard {
    send(shop, Request::get(path).body(Body::empty()).unwrap()).await
}

pub(crate) async fn send(shop: &Router, request: Request<Body>) -> Heard {
    let response = shop.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Heard { status: parts.status.as_u16(), headers: parts.headers, text }
}

pub(crate) fn session(status: &str) -> Value {
    json!({
        "merchant_id": MERCHANT, "trans_id": "NT0TEST", "session_id": SESSION, "session_mode": "DROP_IN",
        "status": status, "currency": "HKD", "amount": "12800", "expire_time": "2026-11-18T04:31:30Z",
        "session_url": format!("http://127.0.0.1:8080/pay/{SESSION}"), "client_token": "ct_test", "livemode": false,
    })
}

pub(crate) fn transaction(status: &str, accepted: bool) -> Value {
    json!({
        "merchant_id": MERCHANT, "trans_id": "NT0TEST", "order_id": "GW0123456789abcdefghijklmnop",
        "session_id": SESSION, "status": status, "accepted": accepted, "payment_method": "GCASH",
        "amount": "12800", "currency": "HKD", "refunded_amount": "0", "pay_finish_time": "2026-11-18T04:01:30Z",
        "error_code": "0000", "error_description": "request success",
    })
}

pub(crate) fn ok(data: Value) -> (u16, Value) {
    (200, json!({ "ret_code": "000000", "ret_msg": "Success", "data": data }))
}

pub(crate) fn refused(status: u16, code: &str, sentence: &str) -> (u16, Value) {
    (status, json!({ "ret_code": code, "ret_msg": sentence }))
}

pub(crate) fn not_found() -> (u16, Value) {
    refused(404, "ORDER_NOT_EXIST", "the order doesn't exist")
}

fn settings(api: String, webhook_secret: &str) -> Settings {
    Settings {
        api,
        public_url: "http://127.0.0.1:8080/".into(),
        wallet_url: "http://127.0.0.1:8081/wallet".into(),
        merchant_id: MERCHANT.into(),
        secret_key: "sk_test_shop".into(),
        webhook_secret: webhook_secret.into(),
    }
}

async fn listen(answers: Arc<Mutex<Answers>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let api = Router::new().fallback(answer).with_state(answers);
    tokio::spawn(async move { axum::serve(listener, api).await });
    address
}

async fn answer(
    State(answers): State<Arc<Mutex<Answers>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let mut answers = answers.lock().unwrap();
    let body = serde_json::from_str(&body).unwrap_or(Value::Null);
    answers.asked.push(Asked { line: format!("{method} {uri}"), headers, body });
    let (status, body) = match (method.as_str(), uri.path()) {
        ("POST", "/v1/sessions") => answers.create.clone(),
        ("GET", "/v1/sessions") => answers.session.clone(),
        ("GET", "/v1/transactions") => answers.transaction.clone(),
        ("POST", path) if path.ends_with("/close") => answers.close.clone(),
        _ => refused(404, "NO_SUCH_ADDRESS", "no such address"),
    };
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}
