//! A running sandbox, a merchant who can sign, and a place where notifications arrive.

mod merchant;
mod sink;
pub(crate) mod wechatpay;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use florin_sandbox::{Settings, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) use self::merchant::{Answer, Merchant, code_of};
pub(crate) use self::sink::Sink;

/// A sandbox of its own for each test, with a book that is removed afterwards.
pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) merchant: Merchant,
    pub(crate) book: PathBuf,
    stop: CancellationToken,
    serving: Option<JoinHandle<anyhow::Result<()>>>,
}

impl World {
    pub(crate) async fn start() -> World {
        World::start_with(fresh_book()).await
    }

    pub(crate) async fn start_with(book: PathBuf) -> World {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let settings = Settings { public_url: url.clone(), book: book.clone() };
        let serving = Some(tokio::spawn(serve(listener, settings, stop.clone())));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let merchant = Merchant::new(&url, http.clone());
        World { url, http, merchant, book, stop, serving }
    }

    /// Stops the sandbox and starts another one with the same book.
    pub(crate) async fn restart(mut self) -> World {
        self.stop.cancel();
        self.serving.take().unwrap().await.unwrap().unwrap();
        let book = std::mem::take(&mut self.book);
        World::start_with(book).await
    }

    pub(crate) async fn wallet(&self, code: &str, action: &str) -> (u16, Value) {
        let wish = json!({ "code": code, "action": action });
        let sent = self.http.post(format!("{}/wallet", self.url)).json(&wish).send();
        let answer = sent.await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) async fn approve(&self, code: &str) {
        let (status, told) = self.wallet(code, "approve").await;
        assert_eq!(status, 200, "{told}");
    }

    pub(crate) async fn fault(&self, rule: Value) {
        let sent = self.http.post(format!("{}/faults", self.url)).json(&rule).send();
        let answer = sent.await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    }

    /// The book's entry about one request.
    pub(crate) async fn entry(&self, request: &str) -> Value {
        let sent = self.http.get(format!("{}/book", self.url)).send();
        let book: Value = sent.await.unwrap().json().await.unwrap();
        let mut payments = book["payments"].as_array().unwrap().iter();
        let found = payments.find(|entry| entry["paymentRequestId"] == request);
        found.cloned().unwrap_or(Value::Null)
    }

    /// Opens a GCash payment of PHP 250.00 and gives its code.
    pub(crate) async fn open(&self, request: &str) -> String {
        let opened = self.merchant.pay(request).await;
        opened.expect("PAYMENT_IN_PROCESS");
        code_of(&opened.body)
    }

    /// Opens a payment whose notifications go to the sink.
    pub(crate) async fn open_told(&self, request: &str, sink: &Sink) -> String {
        let mut body = Merchant::pay_body(request);
        body["paymentNotifyUrl"] = sink.url.clone().into();
        let opened = self.merchant.call("pay", &body).await;
        opened.expect("PAYMENT_IN_PROCESS");
        code_of(&opened.body)
    }

    pub(crate) async fn inquire(&self, request: &str) -> Value {
        let which = json!({ "paymentRequestId": request });
        let answer = self.merchant.call("inquiryPayment", &which).await;
        answer.expect("SUCCESS");
        answer.body
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
        std::fs::remove_file(&self.book).ok();
    }
}

pub(crate) fn fresh_book() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("{}-{}.jsonl", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Long enough for anything that is going to happen to have happened.
pub(crate) async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
