//! The real program in a process of its own, with its sandbox.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::{Database, postgres};

/// A running `florin`.
pub(crate) struct Server {
    /// `host:port` of the server.
    pub(crate) at: String,
    /// `host:port` of its sandbox.
    pub(crate) sandbox: String,
    folder: PathBuf,
    /// Where its data lies, as a URL.
    pub(crate) database: String,
    running: Child,
}

impl Server {
    /// Starts it on a fresh database.
    pub(crate) async fn start(database: Database) -> anyhow::Result<Server> {
        Server::with(database, &[]).await
    }

    /// The same with more settings.
    pub(crate) async fn with(
        database: Database,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Server> {
        let folder = std::env::temp_dir().join(format!("florin-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let database = match database {
            Database::Sqlite => format!("sqlite:{}", folder.join("florin.db").display()),
            Database::Postgres => postgres::fresh_database().await,
        };
        let (at, sandbox) = (free(), free());
        let running = program("florin")?
            .arg("serve")
            .env("FLORIN_LISTEN", &at)
            .env("FLORIN_SANDBOX_LISTEN", &sandbox)
            .env("FLORIN_DATA_DIR", &folder)
            .env("FLORIN_DATABASE_URL", &database)
            .envs(settings.iter().copied())
            .spawn()?;
        until_listening(&at).await?;
        Ok(Server { at, sandbox, folder, database, running })
    }

    /// Its process; the sandbox is in it.
    pub(crate) fn id(&self) -> u32 {
        self.running.id().unwrap_or_default()
    }

    /// Whether `florin check --at-rest` is clean, now or within eight minutes: what a silent channel was asked for is carried out
    /// two minutes later, and its code lives on after that.
    pub(crate) async fn check(&self) -> anyhow::Result<bool> {
        for _ in 0..240 {
            let done = program("florin")?
                .args(["check", "--at-rest"])
                .env("FLORIN_DATA_DIR", &self.folder)
                .env("FLORIN_DATABASE_URL", &self.database)
                .status()
                .await?;
            if done.success() {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        Ok(false)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process is ended by `kill_on_drop`; its files are ours.
        let _gone = std::fs::remove_dir_all(&self.folder);
    }
}

/// A program that lies beside this one.
pub(crate) fn program(name: &str) -> anyhow::Result<Command> {
    let us = std::env::current_exe()?;
    let path = us.with_file_name(name);
    ensure!(path.exists(), "{} is missing: build it the same way", path.display());
    let mut command = Command::new(path);
    command.env("RUST_LOG", "error").stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

/// An address that nobody listens on.
pub(crate) fn free() -> String {
    florin_proof::free_address().to_string()
}

/// Waits until somebody listens there.
pub(crate) async fn until_listening(at: &str) -> anyhow::Result<()> {
    for _ in 0..500 {
        if TcpStream::connect(at).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(anyhow::anyhow!("nobody listens on {at}")).context("starting")
}
