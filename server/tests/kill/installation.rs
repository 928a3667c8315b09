//! What is there however often a process dies: the database, the folder, and how to look into them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::Duration;

use florin_proof::books::{self, Held, Stored};
use florin_proof::merchant::Merchant;
use florin_proof::promises::Promises;
use florin_proof::{Found, compare};
use tokio::process::Command;
use tokio::time::Instant;

/// Where everybody is.
#[derive(Clone)]
pub struct At {
    /// One address for each replica; who gets no answer at one asks at the next.
    pub servers: Vec<String>,
    pub sandbox: String,
    pub http: reqwest::Client,
}

#[derive(Clone)]
pub struct Installation {
    pub at: At,
    pub folder: PathBuf,
    pub database: String,
}

/// A message that somebody has taken to send it: to which endpoint, which, until when nobody else takes it.
pub type Lease = (String, String, i64);

/// The program as it is when the tests begin: what is built beside them, such as that of `points`, takes its place.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let built = PathBuf::from(env!("CARGO_BIN_EXE_florin"));
    let own = built.with_extension("kill");
    // Of an earlier run.
    _ = std::fs::remove_file(&own);
    std::fs::hard_link(&built, &own).unwrap();
    own
});

/// A folder of our own.
pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("florin-kill-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}

impl Installation {
    /// `florin serve` at the address with this number.
    pub fn serve(&self, number: usize) -> Command {
        let mut command = self.program();
        let listen = self.at.servers[number].trim_start_matches("http://");
        command.arg("serve").env("FLORIN_LISTEN", listen);
        command
    }

    fn program(&self) -> Command {
        let mut command = Command::new(&*PROGRAM);
        command
            .env("FLORIN_DATA_DIR", &self.folder)
            .env("FLORIN_DATABASE_URL", &self.database)
            .env("FLORIN_ADMIN_LISTEN", "off")
            // Every replica repeats what another has sent, in the same bytes: this address is among them.
            .env("FLORIN_PUBLIC_URL", &self.at.servers[0])
            .env("FLORIN_SANDBOX_LISTEN", "off")
            .env("FLORIN_SANDBOX_URL", &self.at.sandbox)
            .env("RUST_LOG", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Whether the one with this number says yes: `/healthz` that it is there, `/readyz` that it can work.
    pub async fn says_yes(&self, number: usize, path: &str) -> bool {
        let url = format!("{}{path}", self.at.servers[number]);
        let answer = self.at.http.get(url).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    pub async fn until_up(&self, number: usize) {
        for _ in 0..1500 {
            if self.says_yes(number, "/healthz").await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("server {number} does not come up");
    }

    /// Waits until `florin check --at-rest` is clean and no message waits. Gives how long that took.
    pub async fn until_at_rest(&self, most: Duration) -> Duration {
        self.until_at_rest_but_for(&[], most).await
    }

    /// The same, whatever waits at those endpoints; something does at each of them.
    pub async fn until_at_rest_but_for(&self, dead: &[&str], most: Duration) -> Duration {
        let begun = Instant::now();
        loop {
            let (clean, told) = self.check().await;
            if clean && self.waits_at().await.iter().eq(dead.iter()) {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < most, "it never comes to rest: {told}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn check(&self) -> (bool, String) {
        let done = self
            .program()
            .args(["check", "--at-rest"])
            .stdout(Stdio::piped())
            .output()
            .await
            .unwrap();
        (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Where messages wait.
    async fn waits_at(&self) -> BTreeSet<String> {
        let sql = "select distinct lane from outbox where state = 'PENDING'";
        let store = self.store().await;
        let lanes: Vec<(String,)> = store.read().await.unwrap().sql(sql).all().await.unwrap();
        lanes.into_iter().map(|(lane,)| lane).collect()
    }

    /// What is being sent just now, or was when the server died.
    pub async fn leased(&self) -> Vec<Lease> {
        let sql = "select lane, message_id, leased_until_ms from outbox where state = 'PENDING' and leased_until_ms > 0";
        let store = self.store().await;
        let leased = store.read().await.unwrap().sql(sql).all().await.unwrap();
        store.close().await;
        leased
    }

    /// The server's database, for looking only.
    async fn store(&self) -> florin_server::store::Store {
        florin_server::store::Store::connect_read_only(&self.database).await.unwrap()
    }

    /// The server's book and the sandbox's.
    pub async fn books(&self) -> (Stored, Vec<Held>) {
        let stored = Stored::read(&self.store().await).await.unwrap();
        (stored, books::sandbox(&self.at.http, &self.at.sandbox).await.unwrap())
    }

    /// The three books, and what people were told.
    pub async fn compare(&self, merchant: &Merchant, seen: &Promises) -> Found {
        let (stored, held) = self.books().await;
        compare(&stored, &held, &merchant.heard(), &seen.all())
    }

    pub fn remove(&self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}
