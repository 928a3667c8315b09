//! A shopper who does not give up, and remembers every answer.

use std::time::Duration;

use florin_proof::promises::Promises;
use reqwest::Method;
use serde_json::{Value, json};

use super::installation::At;

const ID: &str = "18356675194960";
pub const KEY: &str = "sk_test_florin_demo";

/// Longer than the server is down, shorter than patience.
const AGAIN: Duration = Duration::from_millis(150);

/// Somebody with a replica to begin with, and a key that opens it.
pub struct Asker<'a> {
    pub at: &'a At,
    pub number: u64,
    pub key: &'a str,
}

impl Asker<'_> {
    /// Tries until a server answers, each time at the next one, and gives its answer.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        // The same number at every replica and at every try: it is one request.
        let once = format!("{method}:{path}:{}", self.number);
        for turn in self.number.. {
            let base = &self.at.servers[turn as usize % self.at.servers.len()];
            let mut request = self.at.http.request(method.clone(), format!("{base}{path}"));
            request = request.bearer_auth(self.key).header("idempotency-key", &once);
            if let Some(body) = body {
                request = request.json(body);
            }
            if let Some(answer) = answer(request).await {
                return answer;
            }
            tokio::time::sleep(AGAIN).await;
        }
        unreachable!("there is always another turn")
    }
}

/// A final answer; nothing when there is none, when it is the server's own fault, or when another try is still being answered.
async fn answer(request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
    let is_final = status < 500 && body["ret_code"] != "IDEMPOTENCY_KEY_IN_USE";
    is_final.then_some((status, body))
}

struct Shopper<'a> {
    at: &'a At,
    number: u64,
    seen: &'a Promises,
    session: String,
    token: String,
}

/// From the shop to the end: most pay, some cancel first, some choose another method and pay both codes, some leave, some get
/// their money back.
/// Without a hook the merchant's endpoints are told.
pub async fn shop(at: &At, number: u64, hook: Option<&str>, seen: &Promises) {
    let trans_id = format!("k{number}");
    let mut request = json!({
        "merchant_id": ID, "payment_type": "PURCHASE", "authorisation_type": "FINAL_AUTH",
        "capture_method": "AUTOMATIC", "trans_id": trans_id, "session_mode": "DROP_IN",
        "currency": "PHP", "amount": "25000",
        "return_url": "http://127.0.0.1:9/thanks",
        "goods": [{ "name": "Oolong", "quantity": 1, "unit_amount": "25000" }],
    });
    if let Some(hook) = hook {
        request["notify_url"] = json!(hook);
    }
    let shop = Asker { at, number, key: KEY };
    let (status, made) = shop.ask(Method::POST, "/v1/sessions", Some(&request)).await;
    assert_eq!(status, 200, "{made}");
    let text = |name: &str| made["data"][name].as_str().unwrap_or_default().to_owned();
    let shopper =
        Shopper { at, number, seen, session: text("session_id"), token: text("client_token") };
    seen.session(&trans_id, &shopper.session);
    match number % 10 {
        0 => shopper.cancels_first().await,
        1 => shopper.changes_the_method().await,
        2 => return shopper.leaves().await,
        _ => shopper.pays("GCASH").await,
    }
    shopper.until_paid().await;
    if number % 10 == 3 {
        shopper.is_refunded().await;
    }
}

impl Shopper<'_> {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let page = Asker { at: self.at, number: self.number, key: &self.token };
        page.ask(method, &format!("/v1/checkout/{}{path}", self.session), body).await
    }

    /// The shop's server asks, about this shopper's session.
    async fn shop(&self, path: &str, body: Option<&Value>) -> (u16, Value) {
        Asker { at: self.at, number: self.number, key: KEY }.ask(Method::POST, path, body).await
    }

    /// Opens a payment; gives its number and its code, or nothing when the order has been paid meanwhile by an earlier one. A code
    /// that ended meanwhile is replaced by the next.
    async fn code(&self, method: &str) -> Option<(String, String)> {
        let body = json!({ "method": method, "version": 1 });
        loop {
            let (_, opened) = self.call(Method::POST, "/transactions", Some(&body)).await;
            if opened["ret_code"] == "ALREADY_PAID" {
                return None;
            }
            let data = &opened["data"];
            if let Some(id) = data["order_id"].as_str() {
                self.seen.payment(id);
                if let Some(code) = data["next_action"]["text"].as_str() {
                    return Some((id.to_owned(), code.to_owned()));
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Pays at the wallet, as often as it takes to hear what became of it.
    async fn approve(&self, (id, code): &(String, String)) {
        let wish = json!({ "code": code, "action": "approve" });
        let wallet = format!("{}/wallet", self.at.sandbox);
        let body = loop {
            match answer(self.at.http.post(&wallet).json(&wish)).await {
                Some((_, body)) => break body,
                None => tokio::time::sleep(AGAIN).await,
            }
        };
        // The second when the first answer was lost.
        let was_paid = body["error"] == "This code has been paid already.";
        if body["status"] == "PAID" || was_paid {
            self.seen.taken(id);
        }
    }

    async fn cancels_first(&self) {
        if let Some((id, _)) = self.code("GCASH").await {
            self.call(Method::POST, &format!("/transactions/{id}/cancel"), None).await;
        }
        self.pays("MAYA").await;
    }

    /// Pays the old code too, if it lets itself be paid.
    async fn changes_the_method(&self) {
        let old = self.code("GCASH").await;
        let new = self.code("MAYA").await;
        if let (Some(old), Some(new)) = (old, new) {
            tokio::join!(self.approve(&new), self.approve(&old));
        }
    }

    async fn leaves(&self) {
        self.code("GCASH").await;
        self.shop(&format!("/v1/sessions/{}/close", self.session), None).await;
    }

    async fn is_refunded(&self) {
        let own = format!("r{}", self.number);
        let wish = json!({ "session_id": self.session, "refund_trans_id": own, "amount": "10000" });
        let (status, made) = self.shop("/v1/refunds", Some(&wish)).await;
        assert_eq!(status, 200, "{made}");
        self.seen.refund(&own, made["data"]["refund_id"].as_str().unwrap());
    }

    async fn pays(&self, method: &str) {
        if let Some(code) = self.code(method).await {
            self.approve(&code).await;
        }
    }

    async fn until_paid(&self) {
        for turn in 1.. {
            let (status, answer) = self.call(Method::GET, "/status", None).await;
            if status == 200 && answer["data"]["status"] == "SUCCESS" {
                self.seen.paid(&self.session);
                return;
            }
            // A code that was closed while nobody could answer: the shopper takes another one.
            let over =
                matches!(answer["data"]["payment_status"].as_str(), Some("FAIL" | "CANCELLED"));
            if over && turn % 4 == 0 {
                self.pays("GCASH").await;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}
