//! A PostgreSQL whose postmaster is our own child, to be killed: whole, or one of its backends.

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, Executor, PgConnection};
use tokio::process::Command;
use tokio::time::Instant;

use super::kept::Kept;
use super::postgres;

pub struct Cluster {
    /// Of the database.
    pub url: String,
    pub postmaster: Kept,
    folder: PathBuf,
}

/// For the recovery after a kill.
const PATIENCE: Duration = Duration::from_secs(60);

impl Cluster {
    pub async fn start() -> Cluster {
        // Not in a folder that only we may enter: it runs as somebody else.
        let folder =
            std::env::temp_dir().join(format!("florin-kill-postgres-{}", std::process::id()));
        let port = florin_proof::free_address().port();
        postgres::init(&folder);
        let data = folder.clone();
        let postmaster = Kept::start(move || Command::from(postgres::postmaster(&data, port)));
        let server = postgres::address(port);
        let mut first = connect(&format!("{server}/postgres")).await;
        first.execute("create database florin").await.unwrap();
        Cluster { url: format!("{server}/florin"), postmaster, folder }
    }

    /// SIGKILL to one of the processes that serve the server's connections; the number says which. Whether there was one.
    pub async fn kill_a_backend(&self, number: u64) -> bool {
        let Ok(mut connection) = PgConnection::connect(&self.url).await else { return false };
        let of_us = "select pid from pg_stat_activity
                      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
                      order by pid";
        let pids: Vec<(i32,)> =
            sqlx::query_as(of_us).fetch_all(&mut connection).await.unwrap_or_default();
        let Some((pid,)) = pids.get(usize::try_from(number).unwrap() % pids.len().max(1)) else {
            return false;
        };
        kill_process(Pid::from_raw(*pid).unwrap(), Signal::KILL).is_ok()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn connect(url: &str) -> PgConnection {
    let begun = Instant::now();
    loop {
        match PgConnection::connect(url).await {
            Ok(connection) => return connection,
            Err(error) => assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not start: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
