//! The program under test, and the sandbox that outlives it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use florin_proof::books::{self, Stored};
use florin_proof::merchant::Merchant;
use florin_proof::promises::Promises;
use florin_proof::{Found, compare};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::postgres;

/// Where everybody is.
#[derive(Clone)]
pub struct At {
    pub server: String,
    pub sandbox: String,
    pub http: reqwest::Client,
}

pub struct Server {
    pub at: At,
    folder: PathBuf,
    database: String,
    running: Child,
    pub stop: CancellationToken,
}

impl Server {
    pub async fn start() -> Server {
        let folder = std::env::temp_dir().join(format!("florin-kill-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let stop = CancellationToken::new();
        let sandbox = sandbox(&folder, &stop).await;
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        let at = At { server: format!("http://127.0.0.1:{port}"), sandbox, http };
        let database = match std::env::var("FLORIN_KILL_ON").as_deref() {
            Ok("postgres") => postgres::fresh_database().await,
            _ => format!("sqlite:{}", folder.join("florin.db").display()),
        };
        let running = program(&at, &folder, &database).arg("serve").spawn().unwrap();
        let server = Server { at, folder, database, running, stop };
        server.until_ready().await;
        server
    }

    /// SIGKILL, and up again. Gives how long it takes until it answers.
    pub async fn kill_and_start(&mut self) -> Duration {
        self.running.kill().await.unwrap();
        let begun = Instant::now();
        self.running =
            program(&self.at, &self.folder, &self.database).arg("serve").spawn().unwrap();
        self.until_ready().await;
        begun.elapsed()
    }

    async fn until_ready(&self) {
        for _ in 0..1000 {
            let answer = self.at.http.get(format!("{}/healthz", self.at.server)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the server does not come up");
    }

    /// Waits until `florin check --at-rest` is clean and no message waits. Gives how long that took.
    pub async fn until_at_rest(&self, most: Duration) -> Duration {
        let begun = Instant::now();
        loop {
            let (clean, told) = self.check().await;
            if clean && self.nothing_waits().await {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < most, "it never comes to rest: {told}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn check(&self) -> (bool, String) {
        let done = program(&self.at, &self.folder, &self.database)
            .args(["check", "--at-rest"])
            .stdout(Stdio::piped())
            .output()
            .await
            .unwrap();
        (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
    }

    async fn nothing_waits(&self) -> bool {
        let store = self.store().await;
        let waiting: Option<(i64,)> = store
            .read()
            .await
            .unwrap()
            .sql("select count(*) from outbox where state = 'PENDING'")
            .one()
            .await
            .unwrap();
        waiting == Some((0,))
    }

    /// The server's database, for looking only.
    async fn store(&self) -> florin_server::store::Store {
        florin_server::store::Store::connect_read_only(&self.database).await.unwrap()
    }

    /// The three books, and what people were told.
    pub async fn compare(&self, merchant: &Merchant, seen: &Promises) -> Found {
        let stored = Stored::read(&self.store().await).await.unwrap();
        let held = books::sandbox(&self.at.http, &self.at.sandbox).await.unwrap();
        compare(&stored, &held, &merchant.heard(), &seen.all())
    }

    pub async fn stop(mut self) {
        self.running.kill().await.unwrap();
        self.stop.cancel();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn sandbox(folder: &std::path::Path, stop: &CancellationToken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings =
        florin_sandbox::Settings { public_url: url.clone(), book: folder.join("book.jsonl") };
    tokio::spawn(florin_sandbox::serve(listener, settings, stop.clone()));
    url
}

fn program(at: &At, folder: &std::path::Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_florin"));
    command
        .env("FLORIN_LISTEN", at.server.trim_start_matches("http://"))
        .env("FLORIN_DATA_DIR", folder)
        .env("FLORIN_DATABASE_URL", database)
        .env("FLORIN_SANDBOX_LISTEN", "off")
        .env("FLORIN_SANDBOX_URL", &at.sandbox)
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}
