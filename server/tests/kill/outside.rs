//! The sandbox in a process of its own: this very program, started once more and told to be it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use florin_sandbox::Settings;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

const LISTEN: &str = "FLORIN_KILL_SANDBOX_LISTEN";
const BOOK: &str = "FLORIN_KILL_SANDBOX_BOOK";

/// Starts this program as the sandbox; `test` is the test that calls [`is_told_to_be_it`] first of all.
pub fn command(test: &str, listen: SocketAddr, book: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(LISTEN, listen.to_string())
        .env(BOOK, book)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Whether this process is the sandbox. If so it is over when this returns.
pub async fn is_told_to_be_it() -> bool {
    let (Ok(listen), Ok(book)) = (std::env::var(LISTEN), std::env::var(BOOK)) else { return false };
    let settings = Settings { public_url: format!("http://{listen}"), book: book.into() };
    let listener = TcpListener::bind(&listen).await.unwrap();
    florin_sandbox::serve(listener, settings, CancellationToken::new()).await.unwrap();
    true
}
