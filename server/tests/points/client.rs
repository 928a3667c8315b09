//! Somebody who asks again with the same words, and the same key, until there is an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::program::Server;
use crate::world::{GROUP_KEY, KEY, MERCHANT, World};

/// Between two tries.
const AGAIN: Duration = Duration::from_millis(50);

/// Nobody waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(40);

pub struct Client {
    pub server: Arc<Server>,
    pub world: Arc<World>,
    numbers: AtomicU64,
}

pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub location: String,
}

impl Answer {
    pub fn data(&self) -> &Value {
        assert_eq!(self.status, 200, "{}", self.body);
        &self.body["data"]
    }

    pub fn text(&self, name: &str) -> String {
        self.data()[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.body)).to_owned()
    }

    fn is_final(&self) -> bool {
        let code = self.body["ret_code"].as_str().unwrap_or_default();
        self.status < 500 && self.status != 429 && code != "IDEMPOTENCY_KEY_IN_USE"
    }
}

/// A session as its shopper holds it.
pub struct Session {
    pub id: String,
    pub token: String,
}

impl Client {
    pub fn new(server: Arc<Server>, world: Arc<World>) -> Client {
        Client { server, world, numbers: AtomicU64::new(0) }
    }

    fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub async fn send(&self, make: impl Fn(&reqwest::Client) -> reqwest::RequestBuilder) -> Answer {
        let begun = Instant::now();
        let mut last = String::new();
        while begun.elapsed() < PATIENCE {
            match answer(make(&self.world.http)).await {
                Ok(answer) if answer.is_final() => return answer,
                Ok(answer) => last = format!("{} {}", answer.status, answer.body),
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(AGAIN).await;
        }
        panic!("{:?} is never answered: {last}: {}", make(&self.world.http), self.server.logged());
    }

    async fn by(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let idempotency = format!("key-{}", self.number());
        self.send(|http| {
            let request = http.request(method.clone(), format!("{}{path}", self.server.base));
            let request = request.bearer_auth(key).header("idempotency-key", &idempotency);
            if let Some(body) = &body { request.json(body) } else { request }
        })
        .await
    }

    pub async fn merchant(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.by(KEY, method, path, body).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.by(KEY, Method::POST, path, Some(body)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.by(KEY, Method::GET, path, None).await
    }

    pub async fn group(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.by(GROUP_KEY, method, path, body).await
    }

    /// An order, and the session for it.
    pub async fn session(&self, more: Value) -> Session {
        let order = format!("o{}", self.number());
        let made = self.post("/v1/sessions", self.order(&order, more)).await;
        let session = Session { id: made.text("session_id"), token: made.text("client_token") };
        self.world.told.session(&order, &session.id);
        session
    }

    pub fn order(&self, order: &str, more: Value) -> Value {
        let mut body = json!({
            "merchant_id": MERCHANT, "trans_id": order, "payment_type": "PURCHASE",
            "authorisation_type": "FINAL_AUTH", "capture_method": "AUTOMATIC", "session_mode": "DROP_IN",
            "currency": "PHP", "amount": "25000", "return_url": "http://127.0.0.1:9/thanks",
            "notify_url": self.world.merchant.hook(),
            "goods": [{ "name": "Oolong", "quantity": 1, "unit_amount": "25000" }],
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    pub async fn shopper(&self, session: &Session, method: Method, path: &str) -> Answer {
        self.send(|http| {
            let path = format!("{}/v1/checkout/{}{path}", self.server.base, session.id);
            http.request(method.clone(), path).bearer_auth(&session.token)
        })
        .await
    }

    pub async fn shopper_with(&self, session: &Session, path: &str, body: &Value) -> Answer {
        self.send(|http| {
            let path = format!("{}/v1/checkout/{}{path}", self.server.base, session.id);
            http.post(path).bearer_auth(&session.token).json(body)
        })
        .await
    }

    /// Opens a payment by WeChat's mini-program, which has nothing to hand to it yet: its number.
    pub async fn open_in_mini_program(&self, session: &Session) -> String {
        let wish = json!({ "method": "WECHATPAY", "version": 1, "scene": "WECHAT_MINI_PROGRAM" });
        let id = self.shopper_with(session, "/transactions", &wish).await.text("order_id");
        self.world.told.payment(&id);
        id
    }

    /// Opens a payment: its number, and its code or its page. One that ended meanwhile is replaced by the next.
    pub async fn open(&self, session: &Session, method: &str) -> (String, String) {
        self.open_from("Mozilla/5.0 (X11; Linux x86_64)", session, method).await
    }

    /// The same in the wallet's own browser: its number, and the way to the wallet's login.
    pub async fn open_inside(&self, session: &Session, method: &str) -> (String, String) {
        let agent = if method == "ALIPAY" { "AlipayClient/10.6" } else { "MicroMessenger/8.0.53" };
        self.open_from(agent, session, method).await
    }

    async fn open_from(&self, agent: &str, session: &Session, method: &str) -> (String, String) {
        let (begun, body) = (Instant::now(), json!({ "method": method, "version": 1 }));
        let path = format!("{}/v1/checkout/{}/transactions", self.server.base, session.id);
        loop {
            let opened = self
                .send(|http| {
                    let request = http.post(&path).bearer_auth(&session.token).json(&body);
                    request.header("user-agent", agent)
                })
                .await;
            let data = &opened.body["data"];
            if let Some(id) = data["order_id"].as_str() {
                self.world.told.payment(id);
                let action = &data["next_action"];
                if let Some(code) = action["text"].as_str().or(action["url"].as_str()) {
                    return (id.to_owned(), code.to_owned());
                }
            }
            assert!(begun.elapsed() < PATIENCE, "no code: {}", opened.body);
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// The payer pays, and must get something for it.
    pub async fn approve(&self, (id, code): &(String, String)) -> bool {
        let paid = self.world.wallet(code, "approve").await == "PAID";
        if paid {
            self.world.told.taken(id);
        }
        paid
    }

    /// Opens and pays until a payment went through.
    pub async fn pay(&self, session: &Session, method: &str) -> String {
        loop {
            let opened = self.open(session, method).await;
            if self.approve(&opened).await {
                self.until_status(session, "SUCCESS").await;
                self.world.told.paid(&session.id);
                return opened.0;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    pub async fn until_status(&self, session: &Session, status: &str) {
        self.until(status, async || {
            let seen = self.shopper(session, Method::GET, "/status").await;
            seen.body["data"]["status"] == status
        })
        .await;
    }

    pub async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let begun = Instant::now();
        while !is_so().await {
            assert!(begun.elapsed() < PATIENCE, "never: {what}: {}", self.server.logged());
            tokio::time::sleep(AGAIN).await;
        }
    }
}

async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let location = response.headers().get("location").and_then(|to| to.to_str().ok());
    let location = location.unwrap_or_default().to_owned();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer { status, body, location })
}
