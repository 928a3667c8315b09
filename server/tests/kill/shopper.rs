//! A shopper who does not give up, and remembers every answer.

use std::time::Duration;

use florin_proof::promises::Promises;
use reqwest::Method;
use serde_json::{Value, json};

use super::server::At;

const ID: &str = "18356675194960";
const KEY: &str = "sk_test_florin_demo";

/// Longer than the server is down, shorter than patience.
const AGAIN: Duration = Duration::from_millis(150);

/// Tries until the server answers, and gives its answer.
async fn ask(at: &At, method: Method, path: &str, key: &str, body: Option<&Value>) -> (u16, Value) {
    loop {
        let mut request =
            at.http.request(method.clone(), format!("{}{path}", at.server)).bearer_auth(key);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Ok(answer) = request.send().await {
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap_or_default();
            if let Ok(body) = serde_json::from_str::<Value>(&text)
                && status < 500
            {
                return (status, body);
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

struct Shopper<'a> {
    at: &'a At,
    seen: &'a Promises,
    session: String,
    token: String,
}

/// From the shop to the end: most pay, some cancel first, some choose another method, some pay twice, some leave.
pub async fn shop(at: &At, number: u64, hook: &str, seen: &Promises) {
    let trans_id = format!("k{number}");
    let request = json!({
        "merchant_id": ID, "payment_type": "PURCHASE", "authorisation_type": "FINAL_AUTH",
        "capture_method": "AUTOMATIC", "trans_id": trans_id, "session_mode": "DROP_IN",
        "currency": "PHP", "amount": "25000", "notify_url": hook,
        "return_url": "http://127.0.0.1:9/thanks",
        "goods": [{ "name": "Oolong", "quantity": 1, "unit_amount": "25000" }],
    });
    let (status, made) = ask(at, Method::POST, "/v1/sessions", KEY, Some(&request)).await;
    assert_eq!(status, 200, "{made}");
    let text = |name: &str| made["data"][name].as_str().unwrap_or_default().to_owned();
    let shopper = Shopper { at, seen, session: text("session_id"), token: text("client_token") };
    seen.session(&trans_id, &shopper.session);
    match number % 10 {
        0 => shopper.cancels_first().await,
        1 => shopper.changes_the_method().await,
        2 => return shopper.leaves().await,
        _ => {
            let code = shopper.code("GCASH").await;
            shopper.approve(&code).await;
        }
    }
    shopper.until_paid().await;
}

impl Shopper<'_> {
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        ask(self.at, method, &format!("/v1/checkout/{}{path}", self.session), &self.token, body)
            .await
    }

    /// Opens a payment; gives its number and its code. A code that ended meanwhile is replaced by the next.
    async fn code(&self, method: &str) -> (String, String) {
        let body = json!({ "method": method, "version": 1 });
        loop {
            let (_, opened) = self.call(Method::POST, "/transactions", Some(&body)).await;
            let data = &opened["data"];
            if let Some(id) = data["order_id"].as_str() {
                self.seen.payment(id);
                if let Some(code) = data["next_action"]["text"].as_str() {
                    return (id.to_owned(), code.to_owned());
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn approve(&self, (id, code): &(String, String)) {
        let request = json!({ "code": code, "action": "approve" });
        let answer = self
            .at
            .http
            .post(format!("{}/wallet", self.at.sandbox))
            .json(&request)
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        if body["status"] == "PAID" {
            self.seen.taken(id);
        }
    }

    async fn cancels_first(&self) {
        let (id, _) = self.code("GCASH").await;
        self.call(Method::POST, &format!("/transactions/{id}/cancel"), None).await;
        self.pays_anew("MAYA").await;
    }

    /// Pays the old code too, if it lets itself be paid.
    async fn changes_the_method(&self) {
        let old = self.code("GCASH").await;
        let new = self.code("MAYA").await;
        tokio::join!(self.approve(&new), self.approve(&old));
    }

    async fn leaves(&self) {
        self.code("GCASH").await;
        ask(self.at, Method::POST, &format!("/v1/sessions/{}/close", self.session), KEY, None)
            .await;
    }

    async fn pays_anew(&self, method: &str) {
        let code = self.code(method).await;
        self.approve(&code).await;
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
                self.pays_anew("GCASH").await;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}
