//! `florin serve`: settings, store, channels, app, listeners, workers, serve, stop.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use florin_server::channel::accounts;
use florin_server::clock::{Clock, Random};
use florin_server::config::{File, Settings, faults, without_password};
use florin_server::gates::Class;
use florin_server::http::figures;
use florin_server::http::listen;
use florin_server::store::Store;
use florin_server::{App, http, metrics, worker};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{demo, say};

mod address;
mod guard;
mod lan;
mod sealing;
mod stop;

use stop::Stop;

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin serve
      the demo: shop, sandbox and server on this machine, data in ~/.local/share/florin
  FLORIN_CONFIG=florin.toml FLORIN_DATABASE_URL=postgres://florin@db/florin \\
  FLORIN_LISTEN=0.0.0.0:8080 FLORIN_PUBLIC_URL=https://pay.example florin serve
      one of any number of processes on one PostgreSQL, with an account of your own

SIGTERM ends it gracefully: not ready, then no new connections, then the end. A second signal ends it at once.")]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Serve the demo to phones on the same network: binds to this machine's address.
    #[arg(long)]
    pub(crate) lan: bool,
}

/// Runs until it is told to stop.
pub(crate) async fn run(serve: Serve) -> anyhow::Result<()> {
    let stop = Stop::on_signals()?;
    for fault in faults::of_environment(std::env::vars()) {
        tracing::warn!(setting = fault.place, remedy = fault.remedy, "{}", fault.what);
    }
    let lan = serve.lan;
    let settings = if lan { lan::on_network(serve.settings)? } else { serve.settings };
    let file = settings.file()?;
    metrics::start()?;
    std::fs::create_dir_all(settings.data_folder()).with_context(|| {
        format!("the data folder {} cannot be made", settings.data_folder().display())
    })?;
    let outside = CancellationToken::new();
    // The sandbox and the demo shop belong to the demo: with an account of one's own there is neither.
    let sandbox = match accounts::own(&file).is_empty() {
        false => None,
        true => sandbox(&settings, &outside).await?,
    };
    let app = app(&settings, &file, sandbox.as_deref()).await?;
    guard::check(&app, &settings, lan, sandbox.is_some()).await?;
    if sandbox.is_some() {
        demo::merchant(&app).await?;
    }
    address::leave_word(&app).await?;
    let running = start(&app, &settings, &file, sandbox.as_deref()).await?;
    greet(&settings, sandbox.as_deref(), lan);
    stop.run(&app, running, &file.stop).await;
    outside.cancel();
    // What was begun is committed first; a connection that hangs is not waited for.
    _ = tokio::time::timeout(Duration::from_secs(2), app.store.close()).await;
    Ok(())
}

/// What has been started, and how each part of it is told to end.
struct Running {
    /// Ends the workers.
    work: CancellationToken,
    workers: TaskTracker,
    /// Ends the listeners.
    close: CancellationToken,
    listeners: TaskTracker,
}

fn unopened(database: &str, error: anyhow::Error) -> anyhow::Error {
    // SQLite's CANTOPEN says no more than that, also where only what it writes beside the file cannot be made.
    let is_shut = format!("{error:#}").contains("(code: 14)");
    let why = if is_shut { shut(database) } else { "" };
    error.context(format!("opening {}{why}", without_password(database)))
}

/// Why SQLite cannot open a file, and what to do.
fn shut(database: &str) -> &'static str {
    let file = Path::new(database.trim_start_matches("sqlite:"));
    match file.parent() {
        _ if file.is_dir() => ": it is a folder; name a file in it",
        Some(folder) if !folder.exists() => ": its folder is not there; make it",
        _ => ": its folder is read-only or another user's; give it to the user who runs florin",
    }
}

async fn app(settings: &Settings, file: &File, sandbox: Option<&str>) -> anyhow::Result<App> {
    let channels = accounts::open(match sandbox {
        Some(sandbox) => accounts::of_sandbox(sandbox),
        None => accounts::own(file),
    })?;
    let database = settings.database();
    let store = Store::connect(&database).await.map_err(|error| unopened(&database, error))?;
    let code_life = settings.code_seconds.map(|seconds| seconds * 1000);
    let public = settings.public();
    let clock = worker::clock::of(&store, Clock::System).await?;
    let app = App::new(store, channels, clock, Random::System, &public, code_life).await?;
    let limits = &file.limits;
    for (class, most) in [
        (Class::Merchant, limits.merchant),
        (Class::Refund, limits.refund),
        (Class::Shopper, limits.shopper),
        (Class::Notice, limits.notice),
        (Class::Poll, limits.poll),
        (Class::Asset, limits.asset),
    ] {
        most.into_iter().for_each(|most| app.gates.allow(class, most));
    }
    app.retention.keep_deliveries(file.keep.deliveries_days);
    sealing::begin(&app, settings, file, sandbox).await?;
    Ok(app)
}

async fn start(
    app: &App,
    settings: &Settings,
    file: &File,
    sandbox: Option<&str>,
) -> anyhow::Result<Running> {
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| taken(settings.listen))?;
    let admin = admin(settings).await?;
    let (work, close, listeners) =
        (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let workers = worker::start_all(app, &work);
    let shop = http::beside(app, shop(settings, sandbox));
    let router = http::router(app.clone(), settings.assets_dir.clone()).merge(shop);
    let router = http::polls::before(app.clone(), router);
    let doors = stop::doors(&file.limits);
    listeners.spawn(listen::serve(listener, router, doors, close.clone()));
    if let Some(admin) = admin {
        let router = figures::admin(app.clone());
        listeners.spawn(listen::serve(admin, router, stop::DOORS, close.clone()));
    }
    listeners.spawn(stop::upkeep(close.clone()));
    listeners.close();
    Ok(Running { work, workers, close, listeners })
}

fn taken(address: SocketAddr) -> String {
    format!(
        "{address} cannot be listened on; is another florin running? FLORIN_LISTEN chooses another address"
    )
}

/// Where the operator is told. Chosen by us, it may be taken by another florin, and then this one goes on without.
async fn admin(settings: &Settings) -> anyhow::Result<Option<TcpListener>> {
    let address = match settings.admin_listen.as_deref() {
        Some("off") => return Ok(None),
        Some(said) => said.parse().context("FLORIN_ADMIN_LISTEN is host:port, or off")?,
        None => SocketAddr::from(([127, 0, 0, 1], 8082)),
    };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if settings.admin_listen.is_none() => {
            tracing::warn!(%address, %error, "no /metrics: FLORIN_ADMIN_LISTEN chooses another address");
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("{address} cannot be listened on")),
    }
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

fn greet(settings: &Settings, sandbox: Option<&str>, lan: bool) {
    let public = settings.public();
    if settings.log_json {
        // Whoever reads JSON lines is no person.
        return tracing::info!(%public, "Florin is running");
    }
    let Some(sandbox) = sandbox else {
        return say(&format!("Florin is running: {public}/"));
    };
    say(&format!("\n  Florin is running.\n\n  Demo shop       {public}/"));
    say(&format!("  Sandbox wallet  {sandbox}/wallet\n  Fault panel     {sandbox}/faults"));
    say(&format!(
        "  Secret key      {}\n  Data            {}\n",
        demo::KEY,
        settings.data_folder().display()
    ));
    if lan {
        say(&demo::code(&format!("{public}/")));
    }
}
