//! What outlives the server: databases, the sandbox, the merchant.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use florin_proof::books::{self, Stored};
use florin_proof::merchant::Merchant;
use florin_proof::promises::Promises;
use florin_proof::{Found, compare};
use florin_server::Error;
use florin_server::channel::Channel;
use florin_server::channel::antom::{self, Antom};
use florin_server::clock::Clock;
use florin_server::domain::order::LateSuccess;
use florin_server::domain::reversal::{Reason, Reversal};
use florin_server::store::keys::{self, Holder, NewKey};
use florin_server::store::{Store, Tx, merchants, organisations, payments};
use florin_shared::ReversalId;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::postgres;

pub const MERCHANT: &str = "18356675194960";
pub const KEY: &str = "sk_test_florin_demo";
pub const GROUP_KEY: &str = "sk_org_group_key_0001";
const GROUP: &str = "900";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Db {
    Sqlite,
    Postgres,
}

/// A database that every case begins with: the schema, the merchant, an organisation with a key.
pub struct Ground {
    db: Db,
    folder: PathBuf,
    url: String,
}

static WORLDS: AtomicU64 = AtomicU64::new(0);

fn folder() -> PathBuf {
    let number = WORLDS.fetch_add(1, Ordering::Relaxed);
    let folder =
        std::env::temp_dir().join(format!("florin-points-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Ground {
    pub async fn prepare(db: Db) -> Ground {
        let folder = folder();
        let url = match db {
            Db::Sqlite => format!("sqlite:{}", folder.join("florin.db").display()),
            Db::Postgres => postgres::fresh_database().await,
        };
        furnish(&url).await;
        Ground { db, folder, url }
    }

    /// A copy of it, or nothing yet.
    async fn copy(&self, to: &std::path::Path, is_empty: bool) -> String {
        match self.db {
            Db::Sqlite => {
                // With its log, which holds the newest pages.
                for name in ["florin.db", "florin.db-wal"] {
                    let file = self.folder.join(name);
                    if !is_empty && file.exists() {
                        std::fs::copy(file, to.join(name)).unwrap();
                    }
                }
                format!("sqlite:{}", to.join("florin.db").display())
            }
            Db::Postgres => {
                let (server, ground) = self.url.rsplit_once('/').unwrap();
                let name = to.file_name().unwrap().to_str().unwrap().replace('-', "_");
                let template = if is_empty { "template1" } else { ground };
                let sql = format!("create database {name} template {template}");
                let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
                admin.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
                format!("{server}/{name}")
            }
        }
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Brings the schema up to date and writes the merchant and its organisation down.
pub async fn furnish(url: &str) {
    let store = Store::connect(url).await.unwrap();
    let now = Clock::System.now();
    let made: Result<(), Error> = store
        .write(async move |tx: &mut Tx| {
            merchants::add(tx, &merchant(), KEY, now).await?;
            organisations::add(tx, GROUP, "Northwind Group", now).await?;
            organisations::adopt(tx, GROUP, &MERCHANT.parse()?).await?;
            let key = NewKey { secret: GROUP_KEY, made_by: "", at: now };
            assert!(keys::add(tx, &Holder::Organisation(GROUP.into()), key).await?);
            Ok(())
        })
        .await;
    made.unwrap();
    store.close().await;
}

/// The demo's, as `florin serve` writes it.
fn merchant() -> merchants::Merchant {
    merchants::Merchant {
        id: MERCHANT.parse().unwrap(),
        name: "Northwind Tea".into(),
        livemode: false,
        late_success: LateSuccess::Reverse,
        auto_query: true,
        appearance: Default::default(),
        webhook_secret: florin_proof::merchant::SECRET.into(),
        earlier_secrets: Vec::new(),
        origins: Vec::new(),
    }
}

/// What outlives the server of one case.
pub struct World {
    pub folder: PathBuf,
    pub database: String,
    pub sandbox: String,
    pub merchant: Merchant,
    pub told: Promises,
    pub http: reqwest::Client,
    stop: CancellationToken,
}

impl World {
    pub async fn new(ground: &Ground, is_empty: bool) -> World {
        let folder = folder();
        let stop = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = format!("http://{}", listener.local_addr().unwrap());
        let settings = florin_sandbox::Settings {
            public_url: sandbox.clone(),
            book: folder.join("book.jsonl"),
        };
        tokio::spawn(florin_sandbox::serve(listener, settings, stop.clone()));
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20));
        World {
            database: ground.copy(&folder, is_empty).await,
            sandbox,
            merchant: Merchant::start(&stop).await.unwrap(),
            told: Promises::default(),
            http: http.build().unwrap(),
            folder,
            stop,
        }
    }

    /// The payer does something with a code; says what became of the payment.
    pub async fn wallet(&self, code: &str, action: &str) -> String {
        let act = json!({ "code": code, "action": action });
        let done = self.http.post(format!("{}/wallet", self.sandbox)).json(&act).send().await;
        let text = done.unwrap().text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        body["status"].as_str().unwrap_or_default().to_owned()
    }

    pub async fn fault(&self, rule: Value) {
        let made = self.http.post(format!("{}/faults", self.sandbox)).json(&rule).send().await;
        assert_eq!(made.unwrap().status(), 201, "{rule}");
    }

    /// All of a payment's money goes back at the channel; its message about that goes to the server.
    pub async fn given_back_in_the_portal(&self, order: &str, server: &str) {
        let store = Store::connect_read_only(&self.database).await.unwrap();
        let found = payments::get(&mut store.read().await.unwrap(), &order.parse().unwrap()).await;
        store.close().await;
        let payment = found.unwrap().unwrap();
        let (id, now) = (ReversalId::of([9; 16]), Clock::System.now());
        let foreign = Reversal::fresh(id, &payment, payment.amount, Reason::External, now);
        let portal = Antom::new(&antom::sandbox(&self.sandbox)).unwrap();
        portal.refund(&payment, &foreign, &format!("{server}/notify/antom")).await.unwrap();
    }

    pub async fn compare(&self) -> Found {
        let store = Store::connect_read_only(&self.database).await.unwrap();
        let stored = Stored::read(&store).await.unwrap();
        store.close().await;
        let held = books::sandbox(&self.http, &self.sandbox).await.unwrap();
        compare(&stored, &held, &self.merchant.heard(), &self.told.all())
    }

    /// How many messages wait to be delivered to an address that takes them.
    pub async fn waiting(&self) -> i64 {
        let store = Store::connect_read_only(&self.database).await.unwrap();
        let sql = "select count(*) from outbox where state = 'PENDING'";
        let found: Option<(i64,)> = store.read().await.unwrap().sql(sql).one().await.unwrap();
        store.close().await;
        found.unwrap().0
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}
