//! A real PostgreSQL of the test program's own, started once, ended by the kernel when the program ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::{Connection, Executor, PgConnection};

/// A fresh database; gives its address.
pub async fn fresh_database() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let server = server().await;
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    format!("{server}/{name}")
}

async fn server() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    let url = tokio::task::spawn_blocking(|| URL.get_or_init(start)).await.unwrap();
    for _ in 0..200 {
        if PgConnection::connect(&format!("{url}/postgres")).await.is_ok() {
            return url;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("PostgreSQL did not start");
}

const FOLDER: &str = "florin-postgres-";

/// A program of tests ends without a word, and leaves gigabytes: the next one clears up after those that are gone.
fn remove_what_others_left() {
    let folders = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    for folder in folders.map(|folder| folder.path()) {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_gone =
            |process: &&str| !process.is_empty() && !Path::new("/proc").join(process).exists();
        if name.strip_prefix(FOLDER).filter(is_gone).is_some() {
            _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn start() -> String {
    remove_what_others_left();
    let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
    let port = florin_proof::free_address().port();
    init(&folder);
    let mut postgres = postmaster(&folder, port);
    // Whoever starts it must live: the kernel ends it with the thread that did.
    std::thread::spawn(move || {
        let mut running = postgres.spawn().unwrap();
        let _ended = running.wait();
    });
    address(port)
}

/// Where a server with this port is.
pub fn address(port: u16) -> String {
    format!("postgres://florin@127.0.0.1:{port}")
}

/// Makes the folder of a server's data.
pub fn init(folder: &Path) {
    let made = as_postgres(&programs().join("initdb"))
        .args(["--no-locale", "-E", "UTF8", "-U", "florin", "-A", "trust", "-D"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success(), "initdb failed");
}

/// The server over such a folder. The process that this starts becomes the postmaster, and ends with the thread that started it.
pub fn postmaster(folder: &Path, port: u16) -> Command {
    let mut postgres = as_postgres(&programs().join("postgres"));
    postgres
        .args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "max_connections=300",
            "-c",
            "unix_socket_directories=",
        ])
        .args(["-p", &port.to_string(), "-D"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    postgres
}

/// PostgreSQL refuses to run as root, so root becomes somebody else first; and it ends when we do.
fn as_postgres(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    let is_root = std::fs::metadata("/proc/self")
        .is_ok_and(|us| std::os::unix::fs::MetadataExt::uid(&us) == 0);
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "INT"]).arg(program).current_dir("/");
    command
}

fn programs() -> PathBuf {
    let versions =
        std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is needed: run `make setup`");
    let found = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .find(|bin| bin.join("initdb").exists());
    found.expect("PostgreSQL's server programs are needed: run `make setup`")
}
