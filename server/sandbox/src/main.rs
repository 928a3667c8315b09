//! The sandbox as a program of its own, so that it can outlive the server it is talking to.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use florin_sandbox::{Settings, serve};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A pretend outside world: channels' protocols, a wallet, a book, and faults. No real money.
#[derive(Parser)]
struct Flags {
    /// The address to listen on.
    #[arg(long, env = "FLORIN_SANDBOX_LISTEN", default_value = "127.0.0.1:8081")]
    listen: String,
    /// Where a phone reaches the sandbox; `http://` and the listening address if not given.
    #[arg(long, env = "FLORIN_SANDBOX_PUBLIC_URL")]
    public_url: Option<String>,
    /// The file of the book.
    #[arg(long, env = "FLORIN_SANDBOX_BOOK", default_value = "sandbox-book.jsonl")]
    book: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let flags = Flags::parse();
    let listener = TcpListener::bind(&flags.listen).await;
    let listener = listener.with_context(|| format!("listening on {}", flags.listen))?;
    let here = format!("http://{}", listener.local_addr()?);
    let public_url = flags.public_url.unwrap_or(here);

    tracing::info!(wallet = format!("{public_url}/wallet"), "the sandbox is open");
    serve(listener, Settings { public_url, book: flags.book }, stop_on_signal()?).await
}

/// Cancelled by Ctrl-C, or when the system asks the program to end.
fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let told = stop.clone();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => (),
            _ = terminate.recv() => (),
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await.ok();
        told.cancel();
    });
    Ok(stop)
}
