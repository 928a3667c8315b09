//! Starts the sandbox, and a server beside it.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use florin_server::channel::accounts::{self, Account};
use florin_server::channel::antom;
use florin_server::clock::{Clock, Random};
use florin_server::config::{AntomSettings, File};
use florin_server::domain::order::LateSuccess;
use florin_server::store::merchants::{self, Merchant};
use florin_server::store::{Store, Tx};
use florin_server::vault::Vault;
use florin_server::{App, Error, http, worker};
use sqlx::{Connection, Executor, PgConnection};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{KEY, MERCHANT, OTHER_KEY, OTHER_MERCHANT, SECRET};

pub const SEALING: &str = "0123456789abcdef0123456789abcdef";

pub async fn start_sandbox(folder: &std::path::Path, stop: &CancellationToken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings =
        florin_sandbox::Settings { public_url: url.clone(), book: folder.join("book.jsonl") };
    tokio::spawn(florin_sandbox::serve(listener, settings, stop.clone()));
    url
}

pub async fn start_server(
    database: &str,
    sandbox: &str,
    shift: Arc<AtomicI64>,
    stop: &CancellationToken,
) -> (App, String) {
    let (app, base) = start_resting(database, sandbox, shift, stop).await;
    for (id, key, late_success) in
        [(MERCHANT, KEY, LateSuccess::Reverse), (OTHER_MERCHANT, OTHER_KEY, LateSuccess::Accept)]
    {
        add_merchant(&app, id, key, late_success).await;
    }
    worker::start_all(&app, stop);
    (app, base)
}

/// The same without workers, on a database that has its merchants.
pub async fn start_resting(
    database: &str,
    sandbox: &str,
    shift: Arc<AtomicI64>,
    stop: &CancellationToken,
) -> (App, String) {
    start_with(database, (sandbox, accounts::of_sandbox(sandbox)), shift, stop).await
}

/// The same with an account at this channel and at no other.
pub async fn start_narrow(
    database: &str,
    (sandbox, channel): (&str, &str),
    shift: Arc<AtomicI64>,
    stop: &CancellationToken,
) -> (App, String) {
    let mut accounts = accounts::of_sandbox(sandbox);
    accounts.retain(|account| account.section == channel);
    start_with(database, (sandbox, accounts), shift, stop).await
}

async fn start_with(
    database: &str,
    (sandbox, accounts): (&str, Vec<Account>),
    shift: Arc<AtomicI64>,
    stop: &CancellationToken,
) -> (App, String) {
    let (app, base) = start(database, accounts, shift, stop).await;
    app.own.allow(sandbox);
    app.own.begin(Vault::of(SEALING).unwrap(), Default::default());
    (app, base)
}

/// The same, without a key for what lies sealed.
pub async fn start_unsealed(
    database: &str,
    sandbox: &str,
    shift: Arc<AtomicI64>,
    stop: &CancellationToken,
) -> App {
    start(database, accounts::of_sandbox(sandbox), shift, stop).await.0
}

pub async fn start_live(database: &str, shift: Arc<AtomicI64>, stop: &CancellationToken) -> String {
    let account = AntomSettings {
        client_id: "5X00000000000000".into(),
        ..antom::sandbox("https://open-sea-global.alipay.com")
    };
    let file = File { antom: Some(account), ..File::default() };
    start(database, accounts::own(&file), shift, stop).await.1
}

/// A server without workers.
async fn start(
    database: &str,
    accounts: Vec<Account>,
    shift: Arc<AtomicI64>,
    stop: &CancellationToken,
) -> (App, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let store = Store::connect(database).await.unwrap();
    let channels = accounts::open(accounts).unwrap();
    let app = App::new(store, channels, Clock::Shifted(shift), Random::System, &base, None)
        .await
        .unwrap();
    let router = http::polls::before(app.clone(), http::router(app.clone(), None));
    let stopped = stop.clone().cancelled_owned();
    tokio::spawn(
        async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await },
    );
    (app, base)
}

pub async fn add_merchant(app: &App, id: &str, key: &'static str, late_success: LateSuccess) {
    let merchant = Merchant {
        id: id.parse().unwrap(),
        name: "Northwind Tea".into(),
        livemode: false,
        late_success,
        auto_query: true,
        appearance: Default::default(),
        webhook_secret: SECRET.into(),
        earlier_secrets: Vec::new(),
        origins: vec!["https://shop.example".into()],
    };
    let now = app.now();
    app.store
        .write(async move |tx: &mut Tx| {
            merchants::add(tx, &merchant, key, now).await.map_err(Error::from)
        })
        .await
        .unwrap();
}

/// Drops a PostgreSQL database that no test needs any more, whoever is still connected: a run of all tests makes hundreds.
pub async fn forget(url: &str) {
    let (server, name) = url.rsplit_once('/').unwrap();
    let mut connection = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    let text = format!("drop database {name} with (force)");
    connection.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
}
