//! The machine whose power is cut: `florin serve` on a disk that forgets. The sandbox, the merchant and the shoppers are
//! elsewhere, and live on.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use florin_proof::books::{self, Stored};
use florin_proof::merchant::Merchant;
use florin_proof::promises::{Promises, Told};
use florin_proof::{Found, compare};
use florin_server::store::Store;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::dice::Dice;
use super::disk::{Disk, Mercy, Owner, ROOT};
use super::mount::Mounted;
use super::postgres::Postgres;

/// How many there have been: each has a folder of its own.
static MACHINES: AtomicU64 = AtomicU64::new(0);

/// Where everybody is.
#[derive(Clone)]
pub struct At {
    pub server: String,
    pub sandbox: String,
    pub http: reqwest::Client,
}

/// What is on the disk, and how it is synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// SQLite, with the program as it is.
    Sqlite,
    /// The same program with one word changed: its writer syncs with `pragma synchronous = normal`.
    SqliteNormal,
    /// And with `off`.
    SqliteOff,
    /// PostgreSQL's data folder.
    Postgres,
    /// The same with `fsync=off`.
    PostgresOff,
}

pub struct Machine {
    pub at: At,
    /// On an ordinary disk: the mounts, the sandbox's book.
    folder: PathBuf,
    program: PathBuf,
    base: Base,
    mounted: Mounted,
    postgres: Option<Postgres>,
    running: Child,
    dice: Dice,
    cuts: u64,
    pub stop: CancellationToken,
}

/// What was found on the disk after a cut.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// What was acknowledged and is not there.
    pub lost: Vec<String>,
    /// What is there and is broken.
    pub broken: Vec<String>,
    /// How many bytes nobody had synced.
    pub unsynced: usize,
    /// Until the server answered again.
    pub up_after: Duration,
}

impl Machine {
    pub async fn start(base: Base) -> Machine {
        let number = MACHINES.fetch_add(1, Ordering::Relaxed);
        let name = format!("florin-power-{base:?}-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let stop = CancellationToken::new();
        let sandbox = sandbox(&folder, &stop).await;
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20));
        let server = format!("http://{}", florin_proof::free_address());
        let at = At { server, sandbox, http: http.build().unwrap() };
        let program = program(&folder, base);
        let mounted = Mounted::new(Disk::empty(us()), &folder.join("disk-0"));
        let postgres = Postgres::with(base, mounted.path()).await.unwrap();
        let running = serve(&at, &program, mounted.path(), &database(&postgres, mounted.path()));
        let dice = Dice::seeded(7);
        let machine =
            Machine { at, folder, program, base, mounted, postgres, running, dice, cuts: 0, stop };
        machine.until_ready().await;
        machine
    }

    /// The power goes, and comes back. Looks at what is left before the server does.
    pub async fn cut(&mut self, mercy: Mercy, seen: &Promises) -> Left {
        let (unsynced, left) = {
            let mut disk = self.mounted.disk();
            (disk.unsynced().0, disk.cut(&mut self.dice, mercy))
        };
        self.running.kill().await.unwrap();
        drop(self.postgres.take());
        self.cuts += 1;
        let told = seen.all();
        let copy = self.copied(&left);
        let begun = Instant::now();
        self.mounted = Mounted::new(left, &self.folder.join(format!("disk-{}", self.cuts)));
        self.postgres = match Postgres::with(self.base, self.mounted.path()).await {
            Ok(postgres) => postgres,
            Err(why) => return Left { broken: vec![why], ..Left::default() },
        };
        let at = copy.as_deref().unwrap_or(self.mounted.path());
        let found =
            look(&self.program, &database(&self.postgres, at), copy.as_deref(), &told).await;
        self.running = serve(&self.at, &self.program, self.mounted.path(), &self.database());
        self.until_ready().await;
        Left { unsynced, up_after: begun.elapsed(), ..found }
    }

    /// The disk has had an error, and takes nothing any more; or it has been mended. Nothing is started again.
    pub fn turns_read_only(&self, is_read_only: bool) {
        self.mounted.disk().is_read_only = is_read_only;
    }

    /// What it answers to whoever asks whether it can work.
    pub async fn is_ready(&self) -> bool {
        let asked = self.at.http.get(format!("{}/readyz", self.at.server)).send();
        asked.await.is_ok_and(|answer| answer.status().is_success())
    }

    /// Waits until it says so, or says the contrary; both within seconds.
    pub async fn until_ready_is(&self, wanted: bool) {
        for _ in 0..200 {
            if self.is_ready().await == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never says that it is {}", if wanted { "ready" } else { "not ready" });
    }

    /// Whether the program that was started at first still runs.
    pub fn lives(&mut self) -> bool {
        self.running.try_wait().unwrap().is_none()
    }

    fn database(&self) -> String {
        database(&self.postgres, self.mounted.path())
    }

    /// SQLite is looked at on a copy, so that the server finds everything as the cut has left it.
    fn copied(&self, left: &Disk) -> Option<PathBuf> {
        if matches!(self.base, Base::Postgres | Base::PostgresOff) {
            return None;
        }
        let copy = self.folder.join("copy");
        _ = std::fs::remove_dir_all(&copy);
        left.copy_to(ROOT, &copy).unwrap();
        Some(copy)
    }

    async fn until_ready(&self) {
        for _ in 0..1000 {
            let answer = self.at.http.get(format!("{}/healthz", self.at.server)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the server does not come up again");
    }

    /// Waits until `florin check --at-rest` is clean and no message waits. Gives how long that took.
    pub async fn until_at_rest(&self, most: Duration) -> Duration {
        let begun = Instant::now();
        loop {
            let (clean, words) = check(&self.program, &self.database(), &["--at-rest"]).await;
            if clean && self.nothing_waits().await {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < most, "it never comes to rest: {words}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn nothing_waits(&self) -> bool {
        let stored = stored(&self.database()).await.unwrap();
        !stored.messages.values().flatten().any(|state| state == "PENDING")
    }

    /// The three books, and what people were told.
    pub async fn compare(&self, merchant: &Merchant, seen: &Promises) -> Found {
        let stored = stored(&self.database()).await.unwrap();
        let held = books::sandbox(&self.at.http, &self.at.sandbox).await.unwrap();
        compare(&stored, &held, &merchant.heard(), &seen.all())
    }

    pub async fn stop(mut self) {
        // It may not have come up again.
        _ = self.running.kill().await;
        self.stop.cancel();
        drop(self.postgres);
        drop(self.mounted);
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn us() -> Owner {
    let (user, group) = (rustix::process::getuid(), rustix::process::getgid());
    Owner { user: user.as_raw(), group: group.as_raw(), mode: 0o755 }
}

fn database(postgres: &Option<Postgres>, folder: &Path) -> String {
    match postgres {
        Some(postgres) => postgres.url(),
        None => format!("sqlite:{}", folder.join("florin.db").display()),
    }
}

/// What is left: whether it is whole, whether the ledger's invariants hold, and what of `told` is gone.
async fn look(program: &Path, database: &str, copy: Option<&Path>, told: &Told) -> Left {
    let mut found = Left::default();
    found.broken.extend(copy.and_then(|copy| whole(&copy.join("florin.db")).err()));
    let (clean, words) = check(program, database, &[]).await;
    if !clean {
        found.broken.push(words);
    }
    match stored(database).await {
        Ok(stored) => found.lost = lost(&stored, told),
        Err(error) => found.broken.push(format!("{error:#}")),
    }
    found
}

/// As it is stored, for looking only.
async fn stored(database: &str) -> anyhow::Result<Stored> {
    Stored::read(&Store::connect_read_only(database).await?).await
}

/// SQLite's own word on a file that was left behind.
fn whole(file: &Path) -> Result<(), String> {
    let said = rusqlite::Connection::open(file).and_then(|connection| {
        connection.query_row("pragma integrity_check", [], |row| row.get::<_, String>(0))
    });
    match said {
        Ok(word) if word == "ok" => Ok(()),
        Ok(words) => Err(words),
        Err(error) => Err(error.to_string()),
    }
}

/// What was acknowledged before the cut and is not on the disk.
fn lost(stored: &Stored, told: &Told) -> Vec<String> {
    let is_paid = |id: &String| stored.sessions.get(id).is_some_and(|(_, state)| state == "PAID");
    let sessions = told.sessions.values().flatten().filter(|id| !stored.sessions.contains_key(*id));
    let payments = told.payments.iter().filter(|id| !stored.payments.contains_key(*id));
    let paid = told.paid.iter().filter(|id| !is_paid(id));
    let refunds = told.refunds.values().flatten().filter(|id| !stored.refunds.contains_key(*id));
    let mut lost: Vec<String> = sessions.map(|id| format!("the session {id}")).collect();
    lost.extend(payments.map(|id| format!("the transaction {id}")));
    lost.extend(paid.map(|id| format!("that {id} is paid")));
    lost.extend(refunds.map(|id| format!("the refund {id}")));
    lost
}

async fn sandbox(folder: &Path, stop: &CancellationToken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings =
        florin_sandbox::Settings { public_url: url.clone(), book: folder.join("book.jsonl") };
    tokio::spawn(florin_sandbox::serve(listener, settings, stop.clone()));
    url
}

/// The word in the program by which its writer syncs every commit.
const FULL: &[u8] = b"pragma synchronous = full";

/// The program under test. There is no setting that makes it unsafe, so one word of it is exchanged.
fn program(folder: &Path, base: Base) -> PathBuf {
    let built = PathBuf::from(env!("CARGO_BIN_EXE_florin"));
    let other: &[u8] = match base {
        Base::Sqlite | Base::Postgres | Base::PostgresOff => return built,
        Base::SqliteNormal => b"pragma synchronous = 1   ",
        Base::SqliteOff => b"pragma synchronous = 0   ",
    };
    let mut bytes = std::fs::read(&built).unwrap();
    let found = bytes.windows(FULL.len()).position(|window| window == FULL);
    let found = found.expect("the writer's pragma stands in the program");
    bytes[found..found + FULL.len()].copy_from_slice(other);
    let changed = folder.join("florin");
    // The copy takes over that it may be run.
    std::fs::copy(&built, &changed).unwrap();
    std::fs::write(&changed, bytes).unwrap();
    changed
}

fn serve(at: &At, program: &Path, folder: &Path, database: &str) -> Child {
    let mut command = command(program, database);
    command
        .arg("serve")
        .env("FLORIN_DATA_DIR", folder)
        .env("FLORIN_LISTEN", at.server.trim_start_matches("http://"))
        .env("FLORIN_ADMIN_LISTEN", "off")
        .env("FLORIN_SANDBOX_LISTEN", "off")
        .env("FLORIN_SANDBOX_URL", &at.sandbox)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

fn command(program: &Path, database: &str) -> Command {
    let mut command = Command::new(program);
    command.env("FLORIN_DATABASE_URL", database).env("RUST_LOG", "error").kill_on_drop(true);
    command
}

/// `florin check`, and its words.
async fn check(program: &Path, database: &str, more: &[&str]) -> (bool, String) {
    let done: Output = command(program, database).arg("check").args(more).output().await.unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (done.status.success(), format!("{} {}", said(&done.stdout), said(&done.stderr)))
}
