//! A running server with its sandbox, a merchant, a shopper and a wallet.

mod agree;
pub mod alipay;
mod answer;
pub mod antom;
pub mod by_hand;
pub mod inside;
pub mod onward;
mod outside;
pub(crate) mod postgres;
mod rows;
pub(crate) mod sink;
mod start;

use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use answer::{Answer, code, order_id};
use florin_server::App;
use florin_server::domain::order::LateSuccess;
use serde_json::{Value, json};
use sink::Sink;
pub use start::SEALING;
use start::{start_sandbox, start_server};
use tokio_util::sync::CancellationToken;

pub const MERCHANT: &str = "18356675194960";
pub const KEY: &str = "sk_test_florin_demo";
pub const OTHER_MERCHANT: &str = "20000000000001";
pub const OTHER_KEY: &str = "sk_test_other";
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a test does so often, unless `make soak` says otherwise by this variable.
pub fn often(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Db {
    Sqlite,
    Postgres,
}

/// Writes a test once and runs it on both databases.
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: $kind:ty) $body:block)*) => {
        $(
            mod $name {
                #[allow(unused_imports)]
                use super::*;
                async fn story($app: &$kind) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    crate::support::tell(crate::support::Db::Sqlite, async |app| story(app).await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    crate::support::tell(crate::support::Db::Postgres, async |app| story(app).await).await;
                }
            }
        )*
    };
}
pub(crate) use on_both;

/// Runs a story. At its end the ledger's invariants hold, and the three books agree.
pub async fn tell(db: Db, story: impl AsyncFnOnce(&TestApp)) {
    let app = TestApp::start(db).await;
    story(&app).await;
    app.ends().await;
}

/// A server of its own for one test.
pub struct TestApp {
    pub app: App,
    pub base: String,
    pub sandbox: String,
    pub sink: Sink,
    pub database: String,
    http: reqwest::Client,
    shift: Arc<AtomicI64>,
    stop: CancellationToken,
    folder: PathBuf,
    orders: AtomicU64,
    /// Other outside worlds, and other endpoints, of the same story.
    worlds: Mutex<Vec<String>>,
    sinks: Mutex<Vec<Sink>>,
    missing: Mutex<Vec<agree::Book>>,
    has_ended: bool,
    is_hasty: AtomicBool,
    leaves_to_people: AtomicBool,
}

/// A session as its shopper and its merchant hold it.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub trans_id: String,
    pub token: String,
}

static STARTED: AtomicU64 = AtomicU64::new(0);

fn folder() -> PathBuf {
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("florin-test-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl TestApp {
    pub async fn start(db: Db) -> TestApp {
        let folder = folder();
        let database = match db {
            Db::Sqlite => format!("sqlite:{}", folder.join("florin.db").display()),
            Db::Postgres => postgres::fresh_database().await,
        };
        let stop = CancellationToken::new();
        let sandbox = start_sandbox(&folder, &stop).await;
        let shift = Arc::new(AtomicI64::new(0));
        let app_stop = stop.clone();
        let (app, base) = start_server(&database, &sandbox, shift.clone(), &app_stop).await;
        TestApp {
            app,
            base,
            sandbox,
            sink: Sink::start(&stop).await,
            database,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            shift,
            stop,
            folder,
            orders: AtomicU64::new(0),
            worlds: Mutex::default(),
            sinks: Mutex::default(),
            missing: Mutex::default(),
            has_ended: false,
            is_hasty: AtomicBool::new(false),
            leaves_to_people: AtomicBool::new(false),
        }
    }

    /// A second process on the same database.
    pub async fn another(&self) -> (App, String) {
        start_server(&self.database, &self.sandbox, self.shift.clone(), &self.stop).await
    }

    /// From now on it is another process that is spoken to, on the same database: one without workers.
    pub async fn rest(&mut self) {
        let shift = self.shift.clone();
        (self.app, self.base) =
            start::start_resting(&self.database, &self.sandbox, shift, &self.stop).await;
    }

    /// The same, one with an account at this channel alone.
    pub async fn narrow(&mut self, channel: &str) {
        let (shift, of) = (self.shift.clone(), (self.sandbox.as_str(), channel));
        (self.app, self.base) = start::start_narrow(&self.database, of, shift, &self.stop).await;
    }

    /// A process with a live account on the same database. It has no workers: nobody is called.
    pub async fn live(&self) -> String {
        start::start_live(&self.database, self.shift.clone(), &self.stop).await
    }

    /// One more merchant, with its key.
    pub async fn one_more(&self, id: &str, key: &'static str) {
        start::add_merchant(&self.app, id, key, LateSuccess::Reverse).await;
    }

    /// A process on the same database that has not been given its sealing key.
    pub async fn unsealed(&self) -> App {
        start::start_unsealed(&self.database, &self.sandbox, self.shift.clone(), &self.stop).await
    }

    /// One more outside world, which merchants' own accounts may name.
    pub async fn another_sandbox(&self) -> String {
        let folder = self.folder.join("another");
        std::fs::create_dir_all(&folder).unwrap();
        let sandbox = start_sandbox(&folder, &self.stop).await;
        self.app.own.allow(&sandbox);
        self.also_at(&sandbox);
        sandbox
    }

    /// One more endpoint of a merchant.
    pub async fn another_sink(&self) -> Sink {
        let sink = Sink::start(&self.stop).await;
        self.sinks.lock().unwrap().push(sink.clone());
        sink
    }

    /// Lets time pass for the server; the outside world stays where it is.
    pub fn pass(&self, time: Duration) {
        self.shift.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    // The merchant.

    pub async fn merchant(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.call(method, path, Some(KEY), &[], body).await
    }

    /// Document 004's example, with this amount.
    pub fn request(&self, currency: &str, amount: &str) -> Value {
        let number = self.orders.fetch_add(1, Ordering::Relaxed);
        json!({
            "merchant_id": MERCHANT,
            "payment_type": "PURCHASE",
            "authorisation_type": "FINAL_AUTH",
            "capture_method": "AUTOMATIC",
            "trans_id": format!("m{number}"),
            "session_mode": "DROP_IN",
            "currency": currency,
            "amount": amount,
            "return_url": "http://127.0.0.1:9/thanks",
            "notify_url": self.sink.url,
            "goods": [{ "name": "Oolong", "quantity": 2, "unit_amount": "400" }],
        })
    }

    pub async fn create(&self, request: Value) -> Answer {
        self.merchant(reqwest::Method::POST, "/v1/sessions", Some(request)).await
    }

    pub async fn session(&self, currency: &str, amount: &str) -> Session {
        self.session_of(self.request(currency, amount)).await
    }

    pub async fn session_of(&self, request: Value) -> Session {
        let answer = self.create(request).await;
        let text = |name: &str| answer.data()[name].as_str().unwrap_or_default().to_owned();
        Session { id: text("session_id"), trans_id: text("trans_id"), token: text("client_token") }
    }

    pub async fn transaction(&self, session: &Session) -> Answer {
        let path = format!("/v1/transactions?trans_id={}", session.trans_id);
        self.merchant(reqwest::Method::GET, &path, None).await
    }

    pub async fn session_status(&self, session: &Session) -> String {
        let path = format!("/v1/sessions?session_id={}", session.id);
        let answer = self.merchant(reqwest::Method::GET, &path, None).await;
        answer.data()["status"].as_str().unwrap_or_default().to_owned()
    }

    // The shopper.

    pub async fn shopper(
        &self,
        method: reqwest::Method,
        session: &Session,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.call(
            method,
            &format!("/v1/checkout/{}{path}", session.id),
            Some(&session.token),
            &[],
            body,
        )
        .await
    }

    pub async fn view(&self, session: &Session) -> Answer {
        self.shopper(reqwest::Method::GET, session, "", None).await
    }

    pub async fn status(&self, session: &Session) -> Value {
        self.shopper(reqwest::Method::GET, session, "/status", None).await.data().clone()
    }

    pub async fn pay(&self, session: &Session, method: &str) -> Answer {
        let body = json!({ "method": method, "version": 1 });
        self.shopper(reqwest::Method::POST, session, "/transactions", Some(body)).await
    }

    pub async fn cancel(&self, session: &Session, order_id: &str) -> Answer {
        self.shopper(
            reqwest::Method::POST,
            session,
            &format!("/transactions/{order_id}/cancel"),
            None,
        )
        .await
    }

    pub async fn check_now(&self, session: &Session, order_id: &str) -> Answer {
        self.shopper(
            reqwest::Method::POST,
            session,
            &format!("/transactions/{order_id}/check"),
            None,
        )
        .await
    }

    /// Two payments of one order: the first one's code is closed, the second counts. Once the fault
    /// `paid_after_cancel` is set, the first one's payer can pay all the same.
    pub async fn paid_after_another(&self, session: &Session) -> (Answer, Answer) {
        let first = self.pay(session, "GCASH").await;
        let second = self.pay(session, "MAYA").await;
        self.until("the first is closed", async || {
            self.book_says(&order_id(&first)).await == "CANCELLED"
        })
        .await;
        self.wallet(&code(&second), "approve").await.is_paid();
        self.until_status(session, "SUCCESS").await;
        (first, second)
    }

    // Waiting and checking.

    /// Waits for something that must come true, and says so when it has not after half a minute. How soon things are to come true
    /// is measured elsewhere: a machine that many tests share may be slow.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, is_so: impl Fn() -> F) {
        for _ in 0..600 {
            if is_so().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never came true that {what}");
    }

    pub async fn until_status(&self, session: &Session, payment_status: &str) -> Value {
        self.until(&format!("the status is {payment_status}"), async || {
            self.status(session).await["payment_status"] == payment_status
        })
        .await;
        self.status(session).await
    }

    pub async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        key: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        self.call_at(&self.base, method, path, key, headers, body).await
    }

    /// The same, of another process.
    pub async fn call_at(
        &self,
        base: &str,
        method: reqwest::Method,
        path: &str,
        key: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.http.request(method, format!("{base}{path}"));
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer::answer(request).await
    }

    /// A body that no JSON writer would write.
    pub async fn raw(
        &self,
        path: &str,
        key: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(key);
        answer::answer(request.header("content-type", content_type).body(body)).await
    }
}
