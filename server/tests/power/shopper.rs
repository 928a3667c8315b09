//! Shoppers who do not give up while the power is away, and remember every 2xx; what has really gone they let go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use florin_proof::promises::Promises;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::machine::At;

const MERCHANT: &str = "18356675194960";
const KEY: &str = "sk_test_florin_demo";

/// Twenty-five shoppers a second.
const EVERY: Duration = Duration::from_millis(40);

/// Shoppers who are not done yet; beyond it the next one waits outside.
const MOST: usize = 150;

/// Longer than the power is away, shorter than patience.
const AGAIN: Duration = Duration::from_millis(150);

/// Lets shoppers in until it is told to stop, then waits for every one of them; counts who came.
pub async fn street(
    at: At,
    hook: String,
    seen: Arc<Promises>,
    stop: Arc<AtomicBool>,
    came: Arc<AtomicU64>,
) {
    let mut inside = JoinSet::new();
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while !stop.load(Ordering::Relaxed) {
        beat.tick().await;
        while inside.try_join_next().is_some() {}
        if inside.len() < MOST {
            let number = came.fetch_add(1, Ordering::Relaxed);
            let (at, hook, seen) = (at.clone(), hook.clone(), seen.clone());
            inside.spawn(async move { shop(&at, number, &hook, &seen).await });
        }
    }
    while let Some(done) = inside.join_next().await {
        done.unwrap();
    }
}

struct Shopper<'a> {
    at: &'a At,
    seen: &'a Promises,
    session: String,
    token: String,
}

/// From the shop to the end: most pay, some change their method and pay twice, some are refunded, some leave. Nothing,
/// when something that was told them is gone.
async fn shop(at: &At, number: u64, hook: &str, seen: &Promises) -> Option<()> {
    let trans_id = format!("p{number}");
    let request = json!({
        "merchant_id": MERCHANT, "payment_type": "PURCHASE", "authorisation_type": "FINAL_AUTH",
        "capture_method": "AUTOMATIC", "trans_id": trans_id, "session_mode": "DROP_IN",
        "currency": "PHP", "amount": "25000", "notify_url": hook,
        "return_url": "http://127.0.0.1:9/thanks",
    });
    let made = ask(at, Method::POST, "/v1/sessions", KEY, Some(&request)).await?;
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    let shopper = Shopper { at, seen, session: text("session_id"), token: text("client_token") };
    seen.session(&trans_id, &shopper.session);
    let first = shopper.code("GCASH").await?;
    match number % 8 {
        0 => {
            let second = shopper.code("MAYA").await?;
            tokio::join!(shopper.approve(&second), shopper.approve(&first));
        }
        1 => {
            let path = format!("/v1/sessions/{}/close", shopper.session);
            return ask(at, Method::POST, &path, KEY, None).await.map(drop);
        }
        _ => shopper.approve(&first).await,
    }
    shopper.until_paid().await?;
    if number % 8 == 2 { shopper.refund(&trans_id, &first.0).await } else { Some(()) }
}

impl Shopper<'_> {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Option<Value> {
        let path = format!("/v1/checkout/{}{path}", self.session);
        ask(self.at, method, &path, &self.token, body).await
    }

    /// Opens a payment; gives its number and its code. A code that ended meanwhile is replaced by the next.
    async fn code(&self, method: &str) -> Option<(String, String)> {
        let body = json!({ "method": method, "version": 1 });
        loop {
            let opened = self.call(Method::POST, "/transactions", Some(&body)).await?;
            if let Some(id) = opened["order_id"].as_str() {
                self.seen.payment(id);
                if let Some(code) = opened["next_action"]["text"].as_str() {
                    return Some((id.to_owned(), code.to_owned()));
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn approve(&self, (id, code): &(String, String)) {
        let request = json!({ "code": code, "action": "approve" });
        let wallet = format!("{}/wallet", self.at.sandbox);
        let answer = self.at.http.post(wallet).json(&request).send().await.unwrap();
        let text = answer.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        if body["status"] == "PAID" {
            self.seen.taken(id);
        }
    }

    async fn until_paid(&self) -> Option<()> {
        for turn in 1.. {
            let status = self.call(Method::GET, "/status", None).await?;
            if status["status"] == "SUCCESS" {
                self.seen.paid(&self.session);
                break;
            }
            // A code that was closed while nobody could answer: the shopper takes another one.
            let over = matches!(status["payment_status"].as_str(), Some("FAIL" | "CANCELLED"));
            if over && turn % 4 == 0 {
                let code = self.code("GCASH").await?;
                self.approve(&code).await;
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        Some(())
    }

    async fn refund(&self, trans_id: &str, payment: &str) -> Option<()> {
        let own = format!("{trans_id}-back");
        let body = json!({ "order_id": payment, "refund_trans_id": own, "amount": "5000" });
        let taken = ask(self.at, Method::POST, "/v1/refunds", KEY, Some(&body)).await?;
        if let Some(id) = taken["refund_id"].as_str() {
            self.seen.refund(&own, id);
        }
        Some(())
    }
}

/// Tries until the server answers, and gives its data. Nothing, when it no longer knows what was asked about.
async fn ask(
    at: &At,
    method: Method,
    path: &str,
    key: &str,
    body: Option<&Value>,
) -> Option<Value> {
    loop {
        let url = format!("{}{path}", at.server);
        let mut request = at.http.request(method.clone(), url).bearer_auth(key);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Ok(answer) = request.send().await {
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap_or_default();
            match (status, serde_json::from_str::<Value>(&text)) {
                (401 | 404, _) => return None,
                (..500, Ok(mut body)) => return Some(body["data"].take()),
                _ => {}
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}
