//! `florin serve`: settings, store, channels, app, listeners, workers, serve, stop.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use florin_server::channel::antom::{self, Antom};
use florin_server::channel::{Channel, Channels};
use florin_server::clock::{Clock, Random};
use florin_server::config::Settings;
use florin_server::store::Store;
use florin_server::{App, http, worker};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{demo, say};

/// The command's arguments.
#[derive(clap::Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Serve the demo to phones on the same network: binds to this machine's address.
    #[arg(long)]
    pub(crate) lan: bool,
}

/// Runs until it is told to stop.
pub(crate) async fn run(serve: Serve) -> anyhow::Result<()> {
    let settings = if serve.lan { on_network(serve.settings)? } else { serve.settings };
    let file = settings.file()?;
    std::fs::create_dir_all(settings.data_folder()).with_context(|| {
        format!("the data folder {} cannot be made", settings.data_folder().display())
    })?;
    let stop = stop_on_signal();
    // The sandbox and the demo shop belong to the demo: with an account of one's own there is neither.
    let sandbox = match &file.antom {
        Some(_) => None,
        None => sandbox(&settings, &stop).await?,
    };

    let store = Store::connect(&settings.database())
        .await
        .with_context(|| format!("opening {}", settings.database()))?;
    let account = match (&file.antom, &sandbox) {
        (Some(account), _) => Some(account.clone()),
        (None, Some(url)) => Some(antom::sandbox(url)),
        (None, None) => None,
    };
    let account =
        account.context("no channel: name one in the TOML file, or let the sandbox run")?;
    let channels: Vec<Arc<dyn Channel>> = vec![Arc::new(Antom::new(&account)?)];
    let code_life = settings.code_seconds.map(|seconds| seconds * 1000);
    let channels = Channels::new(channels);
    let app = App::new(
        store.clone(),
        channels,
        Clock::System,
        Random::System,
        &settings.public(),
        code_life,
    )
    .await?;
    if sandbox.is_some() && file.antom.is_none() {
        let is_local = settings.listen.ip().is_loopback();
        anyhow::ensure!(
            is_local || serve.lan,
            "the demo key opens this server to everyone: listen on loopback, or say --lan"
        );
        demo::merchant(&app).await?;
    }

    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| taken(settings.listen))?;
    let workers = worker::start_all(&app, &stop);
    let router = http::router(app.clone(), settings.assets_dir.clone())
        .merge(shop(&settings, sandbox.as_deref()));
    let router = http::polls::before(app.clone(), router);
    greet(&settings, sandbox.as_deref(), serve.lan);
    axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned()).await?;

    workers.wait().await;
    store.close().await;
    Ok(())
}

fn taken(address: SocketAddr) -> String {
    format!(
        "{address} cannot be listened on; is another florin running? FLORIN_LISTEN chooses another address"
    )
}

/// Starts our own sandbox, unless it is off; gives its address.
async fn sandbox(settings: &Settings, stop: &CancellationToken) -> anyhow::Result<Option<String>> {
    if settings.sandbox_listen == "off" {
        return Ok(settings.sandbox_url.clone());
    }
    let address: SocketAddr =
        settings.sandbox_listen.parse().context("FLORIN_SANDBOX_LISTEN is host:port, or off")?;
    let listener = TcpListener::bind(address).await.with_context(|| taken(address))?;
    let url = settings.sandbox_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let sandbox = florin_sandbox::Settings {
        public_url: url.clone(),
        book: settings.data_folder().join("sandbox-book.jsonl"),
    };
    let stop = stop.clone();
    tokio::spawn(async move {
        if let Err(error) = florin_sandbox::serve(listener, sandbox, stop).await {
            tracing::error!(?error, "the sandbox ended");
        }
    });
    Ok(Some(url))
}

/// The demo shop, a merchant like any other.
fn shop(settings: &Settings, sandbox: Option<&str>) -> Router {
    let Some(sandbox) = sandbox else { return Router::new() };
    florin_shop::router(florin_shop::Settings {
        api: format!("http://{}", settings.listen),
        public_url: settings.public(),
        merchant_id: demo::MERCHANT.into(),
        secret_key: demo::KEY.into(),
        webhook_secret: demo::WEBHOOK_SECRET.into(),
        wallet_url: format!("{sandbox}/wallet"),
    })
}

/// Binds everything to this machine's address on its network.
fn on_network(mut settings: Settings) -> anyhow::Result<Settings> {
    // Nothing is sent: connecting a datagram socket only chooses the way out, and with it our own address.
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.connect("192.0.2.1:9").context("this machine has no network")?;
    let ip = socket.local_addr()?.ip();
    let sandbox: SocketAddr = settings.sandbox_listen.parse().context("--lan needs the sandbox")?;
    settings.listen.set_ip(ip);
    settings.sandbox_listen = SocketAddr::new(ip, sandbox.port()).to_string();
    settings.public_url.get_or_insert(format!("http://{}", settings.listen));
    Ok(settings)
}

fn greet(settings: &Settings, sandbox: Option<&str>, lan: bool) {
    let public = settings.public();
    say(&format!("\n  Florin is running.\n\n  Demo shop       {public}/"));
    if let Some(sandbox) = sandbox {
        say(&format!("  Sandbox wallet  {sandbox}/wallet\n  Fault panel     {sandbox}/faults"));
    }
    say(&format!(
        "  Secret key      {}\n  Data            {}\n",
        demo::KEY,
        settings.data_folder().display()
    ));
    if lan {
        say(&demo::code(&format!("{public}/")));
    }
}

/// Ctrl-C, or the service manager's signal.
fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
        stopping.cancel();
    });
    stop
}
