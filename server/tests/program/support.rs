//! The world outside, a running `florin serve`, and whoever talks to it.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::postgres;
use super::sink::Sink;

pub const MERCHANT: &str = "18356675194960";
pub const KEY: &str = "sk_test_florin_demo";

/// Which database a story is told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Db {
    Sqlite,
    Postgres,
}

/// A sandbox, a merchant's endpoint, a folder and a database: what outlives a server.
pub struct World {
    pub sandbox: String,
    pub sink: Sink,
    pub folder: PathBuf,
    pub database: String,
    pub http: reqwest::Client,
    pub stop: CancellationToken,
    orders: AtomicU64,
    /// Money has moved, and no books were compared since.
    has_moved: AtomicBool,
    missing: Mutex<Vec<Book>>,
}

/// A book beside the server's database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// The channel's: what it took and what it gave back.
    Channel,
    /// The merchant's: what it was told.
    Merchant,
}

static WORLDS: AtomicU64 = AtomicU64::new(0);

impl World {
    pub async fn new(db: Db) -> World {
        let number = WORLDS.fetch_add(1, Ordering::Relaxed);
        let name = format!("florin-program-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let stop = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = format!("http://{}", listener.local_addr().unwrap());
        let book = folder.join("book.jsonl");
        let settings = florin_sandbox::Settings { public_url: sandbox.clone(), book };
        tokio::spawn(florin_sandbox::serve(listener, settings, stop.clone()));
        let database = match db {
            Db::Sqlite => format!("sqlite:{}", folder.join("florin.db").display()),
            Db::Postgres => postgres::fresh_database().await,
        };
        let sink = Sink::start(&stop).await;
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20));
        World {
            sandbox,
            sink,
            folder,
            database,
            http: http.build().unwrap(),
            stop,
            orders: AtomicU64::new(0),
            has_moved: AtomicBool::new(false),
            missing: Mutex::default(),
        }
    }

    /// The program with this world's settings.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_florin"));
        command
            .env("FLORIN_DATA_DIR", &self.folder)
            .env("FLORIN_DATABASE_URL", &self.database)
            .env("FLORIN_SANDBOX_LISTEN", "off")
            .env("FLORIN_SANDBOX_URL", &self.sandbox)
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// The same: a file that may not grow is an error to it, and not its end.
    fn program_that_survives_full_disks(&self) -> Command {
        let of_program = self.program();
        let mut command = Command::new("sh");
        let envs = of_program.as_std().get_envs();
        command
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_florin")])
            .envs(envs.filter_map(|(name, value)| Some((name, value?))))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end: exit code, standard output, standard error.
    pub async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let done = self.program().args(arguments).output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (done.status.code().unwrap_or(-1), text(done.stdout), text(done.stderr))
    }

    /// The same, with its answer as JSON.
    pub async fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let (code, out, err) = self.run(&arguments).await;
        let value = serde_json::from_str(&out);
        (code, value.unwrap_or_else(|error| panic!("{arguments:?}: {error}: {out}{err}")))
    }

    /// A server; `settings` come on top of the world's.
    pub async fn serve(&self, settings: &[(&str, &str)]) -> Florin {
        let (listen, admin) = (florin_proof::free_address(), florin_proof::free_address());
        let log = self.folder.join(format!("log-{}", listen.port()));
        let child = self
            .program_that_survives_full_disks()
            .arg("serve")
            .env("FLORIN_LISTEN", listen.to_string())
            .env("FLORIN_ADMIN_LISTEN", admin.to_string())
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let base = format!("http://{listen}");
        let florin =
            Florin { admin: format!("http://{admin}"), log, ..Florin::at(base, self, child) };
        florin.until_ready().await;
        florin
    }

    /// A new order of document 004's form.
    pub fn order(&self) -> Value {
        let number = self.orders.fetch_add(1, Ordering::Relaxed);
        json!({
            "merchant_id": MERCHANT, "trans_id": format!("o{number}"), "payment_type": "PURCHASE",
            "authorisation_type": "FINAL_AUTH", "capture_method": "AUTOMATIC", "session_mode": "DROP_IN",
            "currency": "PHP", "amount": "25000", "return_url": "http://127.0.0.1:9/thanks",
            "notify_url": self.sink.url,
            "goods": [{ "name": "Oolong", "quantity": 1, "unit_amount": "25000" }],
        })
    }

    /// At this story's end that book is not compared, for this reason. Whatever can be compared is.
    pub fn has_no_book(&self, book: Book, why: &'static str) {
        assert!(!why.is_empty());
        self.missing.lock().unwrap().push(book);
    }

    pub fn has(&self, book: Book) -> bool {
        !self.missing.lock().unwrap().contains(&book)
    }

    /// Until money moves again.
    pub fn is_compared(&self) {
        self.has_moved.store(false, Ordering::Relaxed);
    }

    /// The payer does something with a code.
    pub async fn wallet(&self, code: &str, action: &str) {
        self.has_moved.store(true, Ordering::Relaxed);
        let act = json!({ "code": code, "action": action });
        let done = self.http.post(format!("{}/wallet", self.sandbox)).json(&act).send().await;
        assert!(done.unwrap().status().is_success());
    }

    /// `florin check` is clean, at once or within 20 seconds when everything must have come to rest; and the three books agree.
    pub async fn check(&self, at_rest: bool) {
        self.is_clean(at_rest).await;
        self.books_agree().await;
    }

    /// `florin check` alone.
    pub async fn is_clean(&self, at_rest: bool) {
        let mut told = (0, String::new(), String::new());
        for _ in 0..40 {
            let arguments: &[&str] = if at_rest { &["check", "--at-rest"] } else { &["check"] };
            told = self.run(arguments).await;
            if told.0 == 0 || !at_rest {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(told.0, 0, "{}{}", told.1, told.2);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let is_over = !self.has_moved.load(Ordering::Relaxed) || std::thread::panicking();
        assert!(
            is_over,
            "a story in which money moved ends with `check`, where books are compared"
        );
        self.stop.cancel();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A running server.
pub struct Florin {
    pub base: String,
    pub admin: String,
    pub log: PathBuf,
    http: reqwest::Client,
    child: Child,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: Value,
}

/// A session as its shopper holds it.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub trans_id: String,
    pub token: String,
}

impl Florin {
    /// A server that was started some other way, without an admin port and without a log.
    pub fn at(base: String, world: &World, child: Child) -> Florin {
        Florin { base, admin: String::new(), log: PathBuf::new(), http: world.http.clone(), child }
    }

    async fn until_ready(&self) {
        for _ in 0..600 {
            let answer = self.http.get(format!("{}/readyz", self.base)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not become ready: {}", self.logged());
    }

    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// What it has read from files and connections so far.
    pub fn bytes_read(&self) -> i64 {
        let told = std::fs::read_to_string(format!("/proc/{}/io", self.child.id().unwrap()));
        let told = told.unwrap();
        let line = told.lines().find_map(|line| line.strip_prefix("rchar: "));
        line.unwrap().parse().unwrap()
    }

    /// Lets its files grow no more, as on a full disk; or as they like again.
    pub fn disk_is_full(&self, full: bool) {
        let id = Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap());
        let before = prlimit(id, Resource::Fsize, Rlimit { current: Some(0), maximum: None });
        let before = before.unwrap();
        let current = if full { Some(0) } else { before.maximum };
        prlimit(id, Resource::Fsize, Rlimit { current, maximum: before.maximum }).unwrap();
    }

    /// Waits for its end, at most so long, and gives its exit code.
    pub async fn ended(&mut self, most: Duration) -> Option<i32> {
        let ended = tokio::time::timeout(most, self.child.wait()).await;
        ended.unwrap_or_else(|_| panic!("it does not end: {}", self.logged())).unwrap().code()
    }

    pub async fn get(&self, url: String) -> Answer {
        answer(self.http.get(url)).await.unwrap()
    }

    /// An answer, or why there is none.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<Answer> {
        let mut request =
            self.http.request(method, format!("{}{path}", self.base)).bearer_auth(key);
        if let Some(body) = body {
            request = request.json(body);
        }
        answer(request).await
    }

    pub async fn session(&self, order: Value) -> Session {
        let made = self.call(Method::POST, "/v1/sessions", KEY, Some(&order)).await.unwrap();
        assert_eq!(made.status, 200, "{}", made.body);
        let text = |name: &str| made.body["data"][name].as_str().unwrap_or_default().to_owned();
        Session { id: text("session_id"), trans_id: text("trans_id"), token: text("client_token") }
    }

    pub async fn open(&self, session: &Session, method: &str) -> Value {
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let body = json!({ "method": method, "version": 1 });
        let opened = self.call(Method::POST, &path, &session.token, Some(&body)).await.unwrap();
        assert_eq!(opened.status, 200, "{}", opened.body);
        opened.body["data"].clone()
    }

    pub async fn status(&self, session: &Session) -> Value {
        let path = format!("/v1/checkout/{}/status", session.id);
        let seen = self.call(Method::GET, &path, &session.token, None).await.unwrap();
        assert_eq!(seen.status, 200, "{}", seen.body);
        seen.body["data"].clone()
    }

    pub async fn until_paid(&self, session: &Session) {
        for _ in 0..400 {
            if self.status(session).await["status"] == "SUCCESS" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} is not paid after 20 s: {}", session.id, self.logged());
    }

    /// A whole payment; gives the session.
    pub async fn pay(&self, world: &World) -> Session {
        let session = self.session(world.order()).await;
        let opened = self.open(&session, "GCASH").await;
        world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
        self.until_paid(&session).await;
        session
    }
}

async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after");
    let retry_after = retry_after.map(|value| value.to_str().unwrap().to_owned());
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer { status, retry_after, body })
}

/// Writes a story once and tells it to both databases.
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($world:ident: &World) $body:block)*) => {
        $(
            mod $name {
                #[allow(unused_imports)]
                use super::*;
                async fn story($world: &World) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    story(&World::new(Db::Sqlite).await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    story(&World::new(Db::Postgres).await).await;
                }
            }
        )*
    };
}
pub(crate) use on_both;
