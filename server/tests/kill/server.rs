//! One program under test, and the sandbox that outlives it.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::installation::{At, Installation, client, folder};
use super::postgres;

/// Where it keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Db {
    /// A file on the disk.
    Sqlite,
    /// The tests' own server.
    Postgres,
}

impl Db {
    /// The one that was asked for.
    pub fn asked_for() -> Db {
        let is_postgres = std::env::var("FLORIN_KILL_ON").is_ok_and(|on| on == "postgres");
        if is_postgres { Db::Postgres } else { Db::Sqlite }
    }
}

pub struct Server {
    pub installation: Installation,
    running: Child,
    pub stop: CancellationToken,
}

impl Server {
    pub async fn start(db: Db) -> Server {
        let folder = folder("one");
        let stop = CancellationToken::new();
        let sandbox = sandbox(&folder, &stop).await;
        let servers = vec![format!("http://{}", florin_proof::free_address())];
        let at = At { servers, sandbox, http: client() };
        let database = match db {
            Db::Postgres => postgres::fresh_database().await,
            Db::Sqlite => format!("sqlite:{}", folder.join("florin.db").display()),
        };
        let installation = Installation { at, folder, database };
        let running = installation.serve(0).spawn().unwrap();
        installation.until_up(0).await;
        Server { installation, running, stop }
    }

    /// SIGKILL, and up again. Gives how long it takes until it answers.
    pub async fn kill_and_start(&mut self) -> Duration {
        self.kill().await;
        self.start_again().await
    }

    pub async fn kill(&mut self) {
        self.running.kill().await.unwrap();
    }

    pub async fn start_again(&mut self) -> Duration {
        let begun = Instant::now();
        self.running = self.installation.serve(0).spawn().unwrap();
        self.installation.until_up(0).await;
        begun.elapsed()
    }

    pub async fn stop(mut self) {
        self.running.kill().await.unwrap();
        self.stop.cancel();
        self.installation.remove();
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
