//! The program under test: armed, watched, started again when it has killed itself.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::world::{KEY, World};

/// A program that was started this much later finds every lease of the one before it over.
pub const LATER: i64 = 61_000;

const SIGKILL: i32 = 9;

/// Every point, as the program itself lists them.
pub async fn points() -> Vec<String> {
    let listed = Command::new(env!("CARGO_BIN_EXE_florin"))
        .arg("serve")
        .env("FLORIN_POINT", "list")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(listed.stderr).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The server of one case, over all its lives.
pub struct Server {
    pub base: String,
    world: Arc<World>,
    log: PathBuf,
    /// What arms the lives to come, the next one last.
    arms: Mutex<Vec<String>>,
    /// How far its clock is ahead of ours, in ms.
    ahead: AtomicI64,
    kills: AtomicU64,
    slowest: Mutex<Duration>,
}

impl Server {
    pub fn new(world: Arc<World>, arms: Vec<String>) -> Server {
        let free = florin_proof::free_address();
        Server {
            base: format!("http://{free}"),
            log: world.folder.join("log"),
            world,
            arms: Mutex::new(arms),
            ahead: AtomicI64::new(0),
            kills: AtomicU64::new(0),
            slowest: Mutex::default(),
        }
    }

    pub fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::SeqCst)
    }

    /// From the next life on its clock is this much further ahead.
    pub fn leap(&self, by: i64) {
        self.ahead.fetch_add(by, Ordering::SeqCst);
    }

    /// How often it has killed itself.
    pub fn kills(&self) -> u64 {
        self.kills.load(Ordering::SeqCst)
    }

    /// The longest time from a start after a kill to the first right answer.
    pub fn slowest(&self) -> Duration {
        *self.slowest.lock().unwrap()
    }

    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_florin"));
        command
            .env("FLORIN_LISTEN", self.base.trim_start_matches("http://"))
            .env("FLORIN_ADMIN_LISTEN", "off")
            .env("FLORIN_DATA_DIR", &self.world.folder)
            .env("FLORIN_DATABASE_URL", &self.world.database)
            .env("FLORIN_SANDBOX_LISTEN", "off")
            .env("FLORIN_SANDBOX_URL", &self.world.sandbox)
            .env("FLORIN_SEALING_KEY", "only-for-the-stories-of-the-points")
            .env("FLORIN_POINT_AHEAD_MS", self.ahead().to_string())
            .env_remove("FLORIN_POINT")
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(point) = self.arms.lock().unwrap().last() {
            command.env("FLORIN_POINT", point);
        }
        command
    }

    fn spawn(&self) -> Child {
        let log = std::fs::File::options().create(true).append(true).open(&self.log).unwrap();
        self.command().arg("serve").stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// It killed itself, and its point is used up.
    fn noted(&self, ended: ExitStatus) {
        assert_eq!(ended.signal(), Some(SIGKILL), "{ended}: {}", self.logged());
        assert!(self.arms.lock().unwrap().pop().is_some(), "it was not armed: {}", self.logged());
        self.kills.fetch_add(1, Ordering::SeqCst);
    }

    /// Runs until `people` are done, however often it kills itself meanwhile.
    pub async fn serve(&self, people: impl Future<Output = ()>) {
        let mut people = std::pin::pin!(people);
        let (mut running, mut begun) = (self.spawn(), None);
        loop {
            tokio::select! {
                () = &mut people => break,
                ended = running.wait() => {
                    self.noted(ended.unwrap());
                    self.leap(LATER);
                    (running, begun) = (self.spawn(), Some(Instant::now()));
                }
                took = self.time_to_answer(begun), if begun.is_some() => {
                    let mut slowest = self.slowest.lock().unwrap();
                    *slowest = took.max(*slowest);
                    begun = None;
                }
            }
        }
        // It may end at this very moment by itself.
        match running.try_wait().unwrap() {
            Some(ended) => self.noted(ended),
            None => running.kill().await.unwrap(),
        }
    }

    /// Waits for the first right answer; gives how long after the start it came.
    async fn time_to_answer(&self, begun: Option<Instant>) -> Duration {
        let begun = begun.unwrap_or_else(Instant::now);
        while !self.is_ready().await {
            assert!(begun.elapsed() < Duration::from_secs(20), "it is not up: {}", self.logged());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        begun.elapsed()
    }

    async fn is_ready(&self) -> bool {
        let asked = self.world.http.get(format!("{}/v1/merchant", self.base)).bearer_auth(KEY);
        let answer = asked.timeout(Duration::from_secs(3)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// One of the program's commands; once more if it killed itself.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let done = self.command().args(arguments).output().await.unwrap();
        if done.status.signal() != Some(SIGKILL) {
            return done;
        }
        self.noted(done.status);
        self.command().args(arguments).output().await.unwrap()
    }
}
