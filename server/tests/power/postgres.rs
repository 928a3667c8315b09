//! PostgreSQL on the disk that forgets.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection};

use super::machine::Base;

/// A running server. When it is dropped, every process of it is killed at once.
pub struct Postgres {
    running: Child,
    port: u16,
}

impl Postgres {
    /// For the two bases that are on it: on what the folder holds, or on a new database. It may find its folder broken.
    pub async fn with(base: Base, disk: &Path) -> Result<Option<Postgres>, String> {
        let fsync = match base {
            Base::Postgres => "fsync=on",
            Base::PostgresOff => "fsync=off",
            Base::Sqlite | Base::SqliteNormal | Base::SqliteOff => return Ok(None),
        };
        let folder = disk.join("postgres");
        if !folder.exists() {
            make(disk, &folder);
        }
        let port = florin_proof::free_address().port();
        let mut command = as_postgres("postgres");
        command
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args(["-c", fsync, "-p", &port.to_string(), "-D"])
            .arg(&folder);
        let postgres = Postgres { running: command.spawn().unwrap(), port };
        postgres.until_up().await?;
        Ok(Some(postgres))
    }

    pub fn url(&self) -> String {
        format!("postgres://florin@127.0.0.1:{}/postgres", self.port)
    }

    async fn until_up(&self) -> Result<(), String> {
        for _ in 0..600 {
            if PgConnection::connect(&self.url()).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("PostgreSQL does not come up on what is left".into())
    }

    /// The postmaster and its children, by their numbers.
    fn processes(&self) -> Vec<i32> {
        let first = self.running.id();
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
        let mut found: Vec<i32> = vec![i32::try_from(first).unwrap()];
        let children = children.unwrap_or_default();
        found.extend(children.split_whitespace().filter_map(|number| number.parse::<i32>().ok()));
        found
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        for process in self.processes() {
            _ = Pid::from_raw(process).map(|process| kill_process(process, Signal::KILL));
        }
        _ = self.running.wait();
    }
}

/// A new database, synced: what was there before the first cut is not what is tested.
fn make(disk: &Path, folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    let number = |how: &str| {
        let said = Command::new("id").args([how, "postgres"]).output().unwrap().stdout;
        String::from_utf8_lossy(&said).trim().parse::<u32>().unwrap()
    };
    if rustix::process::getuid().is_root() {
        chown(folder, Some(number("-u")), Some(number("-g"))).unwrap();
    }
    let mut initdb = as_postgres("initdb");
    initdb.args(["--no-locale", "-E", "UTF8", "-U", "florin", "-A", "trust", "-k", "-D"]);
    assert!(initdb.arg(folder).status().unwrap().success(), "initdb failed");
    std::fs::File::open(disk).unwrap().sync_all().unwrap();
}

/// PostgreSQL refuses to run as root, so root becomes somebody else first.
fn as_postgres(program: &str) -> Command {
    let program = programs().join(program);
    let mut command = if rustix::process::getuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn programs() -> PathBuf {
    let versions =
        std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is needed: run `make setup`");
    let mut bins = versions.flatten().map(|version| version.path().join("bin"));
    let found = bins.find(|bin| bin.join("initdb").exists());
    found.expect("PostgreSQL's server programs are needed: run `make setup`")
}
