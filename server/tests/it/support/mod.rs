//! A running server with its sandbox, a merchant, a shopper and a wallet.

pub(crate) mod postgres;
pub(crate) mod sink;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use florin_server::channel::antom::{self, Antom};
use florin_server::channel::{Channel, Channels};
use florin_server::clock::{Clock, Random};
use florin_server::domain::order::LateSuccess;
use florin_server::store::checks::{self, When};
use florin_server::store::merchants::{self, Merchant};
use florin_server::store::{Store, Tx};
use florin_server::{App, Error, http, worker};
use serde_json::{Value, json};
use sink::Sink;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub const MERCHANT: &str = "18356675194960";
pub const KEY: &str = "sk_test_florin_demo";
pub const OTHER_MERCHANT: &str = "20000000000001";
pub const OTHER_KEY: &str = "sk_test_other";
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

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

/// Runs a story, and checks the ledger's invariants at its end.
pub async fn tell(db: Db, story: impl AsyncFnOnce(&TestApp)) {
    let app = TestApp::start(db).await;
    story(&app).await;
    app.check(When::Always).await;
    app.stop().await;
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
}

/// A session as its shopper and its merchant hold it.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub trans_id: String,
    pub token: String,
}

/// An answer: HTTP status and the envelope.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert_eq!(self.status, 200, "{}", self.body);
        &self.body["data"]
    }

    pub fn code(&self) -> &str {
        self.body["ret_code"].as_str().unwrap_or_default()
    }

    pub fn field(&self) -> &str {
        self.body["field"].as_str().unwrap_or_default()
    }
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
        }
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.app.store.close().await;
        let _gone = std::fs::remove_dir_all(&self.folder);
    }

    /// A second process on the same database.
    pub async fn another(&self) -> (App, String) {
        start_server(&self.database, &self.sandbox, self.shift.clone(), &self.stop).await
    }

    /// One more endpoint of a merchant.
    pub async fn another_sink(&self) -> Sink {
        Sink::start(&self.stop).await
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

    // The outside world.

    pub async fn wallet(&self, code: &str, action: &str) -> Answer {
        let request = self
            .http
            .post(format!("{}/wallet", self.sandbox))
            .json(&json!({ "code": code, "action": action }));
        answer(request).await
    }

    pub async fn fault(&self, rule: Value) {
        let made = answer(self.http.post(format!("{}/faults", self.sandbox)).json(&rule)).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }

    /// What the sandbox's own book says of every payment.
    pub async fn book(&self) -> Vec<Value> {
        let answer = answer(self.http.get(format!("{}/book", self.sandbox))).await;
        answer.body["payments"].as_array().cloned().unwrap_or_default()
    }

    /// The channel's own word for one of our numbers.
    pub async fn book_says(&self, order_id: &str) -> String {
        let book = self.book().await;
        let row = book.iter().find(|row| row["paymentRequestId"] == order_id);
        row.and_then(|row| row["status"].as_str()).unwrap_or_default().to_owned()
    }

    /// Smallest units that the channel holds for one of our numbers.
    pub async fn held(&self, order_id: &str) -> i64 {
        let book = self.book().await;
        let Some(row) = book.iter().find(|row| row["paymentRequestId"] == order_id) else {
            return 0;
        };
        let number = |name: &str| row[name].as_i64().unwrap_or_default();
        number("captured") - number("refunded") - number("cancelled_after_capture")
    }

    // Waiting and checking.

    /// Waits for something that must come true within ten seconds.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, is_so: impl Fn() -> F) {
        for _ in 0..200 {
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

    pub async fn check(&self, when: When) {
        let found = checks::run(&mut self.app.store.read().await.unwrap(), when, self.app.now())
            .await
            .unwrap();
        assert_eq!(found, [], "the ledger's invariants");
    }

    pub async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        key: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
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
        answer(request.header("content-type", content_type).body(body)).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

async fn start_sandbox(folder: &std::path::Path, stop: &CancellationToken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings =
        florin_sandbox::Settings { public_url: url.clone(), book: folder.join("book.jsonl") };
    tokio::spawn(florin_sandbox::serve(listener, settings, stop.clone()));
    url
}

async fn start_server(
    database: &str,
    sandbox: &str,
    shift: Arc<AtomicI64>,
    stop: &CancellationToken,
) -> (App, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let store = Store::connect(database).await.unwrap();
    let channel: Arc<dyn Channel> = Arc::new(Antom::new(&antom::sandbox(sandbox)).unwrap());
    let channels = Channels::new(vec![channel]);
    let app = App::new(store, channels, Clock::Shifted(shift), Random::System, &base, None)
        .await
        .unwrap();
    for (id, key, late_success) in
        [(MERCHANT, KEY, LateSuccess::Reverse), (OTHER_MERCHANT, OTHER_KEY, LateSuccess::Accept)]
    {
        add_merchant(&app, id, key, late_success).await;
    }
    worker::start_all(&app, stop);
    let router = http::router(app.clone(), None);
    let stopped = stop.clone().cancelled_owned();
    tokio::spawn(
        async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await },
    );
    (app, base)
}

async fn add_merchant(app: &App, id: &str, key: &'static str, late_success: LateSuccess) {
    let merchant = Merchant {
        id: id.parse().unwrap(),
        name: "Northwind Tea".into(),
        livemode: false,
        late_success,
        auto_query: true,
        appearance: Default::default(),
        webhook_secret: SECRET.into(),
        origins: vec!["https://shop.example".into()],
    };
    let now = app.now();
    app.store
        .write(async move |tx: &mut Tx| {
            merchants::add(tx, &merchant, key, now).await.map_err(Error::from)
        })
        .await
        .unwrap();
}

impl Answer {
    /// The sandbox's answer to a payer: it took the money.
    #[track_caller]
    pub fn is_paid(&self) {
        assert_eq!(
            (self.status, self.body["status"].as_str()),
            (200, Some("PAID")),
            "{}",
            self.body
        );
    }
}

/// The text in the code of an opened payment.
pub fn code(opened: &Answer) -> String {
    opened.data()["next_action"]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("no code: {}", opened.body))
        .to_owned()
}

/// The id of an opened payment.
pub fn order_id(opened: &Answer) -> String {
    opened.data()["order_id"].as_str().unwrap_or_default().to_owned()
}
