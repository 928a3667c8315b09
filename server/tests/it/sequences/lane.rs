//! A database on which sequences run one after another, each left at rest; and the merchant who hears of them all.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use florin_server::App;
use florin_server::Error;
use florin_server::clock::Millis;
use florin_server::domain::order::LateSuccess;
use florin_server::store::merchants::{self, Merchant};
use florin_server::store::{Store, Tx};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::{Db, MERCHANT, OTHER_MERCHANT, SECRET, postgres};

/// Where every lane's time begins.
const BEGINNING: Millis = 1_800_000_000_000;

/// A message as the merchant keeps it.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: String,
    pub kind: String,
    pub seq: i64,
    pub session_status: String,
}

/// What the merchant has heard, by `trans_id`, in the order in which it came, each message once.
pub type Heard = Arc<Mutex<HashMap<String, Vec<Told>>>>;

pub struct Lane {
    pub store: Store,
    pub clock: Arc<AtomicI64>,
    pub hook: String,
    pub heard: Heard,
    url: String,
    folder: Option<PathBuf>,
}

impl Lane {
    pub async fn open(db: Db, number: usize, hook: &str, heard: &Heard) -> Lane {
        let folder = (db == Db::Sqlite).then(|| folder(number));
        let url = match &folder {
            Some(folder) => format!("sqlite:{}", folder.join("florin.db").display()),
            None => quick(&postgres::fresh_database().await).await,
        };
        let store = Store::connect(&url).await.unwrap();
        add_merchants(&store).await;
        let clock = Arc::new(AtomicI64::new(BEGINNING));
        Lane { store, clock, hook: hook.into(), heard: heard.clone(), url, folder }
    }

    pub async fn reopen(&mut self) {
        self.store.close().await;
        self.store = Store::connect(&self.url).await.unwrap();
    }

    pub async fn close(self) {
        self.store.close().await;
        if let Some(folder) = self.folder {
            _ = std::fs::remove_dir_all(folder);
        }
    }

    /// Waits for the webhooks that are under way.
    pub async fn sent(&self, app: &App) {
        while app.courier.lanes.under_way() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// When there is something to do next for this order; nothing when it is at rest.
    pub async fn next_due(&self, merchant: &'static str, trans_id: &str) -> Option<Millis> {
        let due: Option<(Option<i64>,)> = self
            .store
            .read()
            .await
            .unwrap()
            .sql(
                "select min(due) from (
                   select min(next_ask_ms) as due from payment where merchant_id = $2 and trans_id = $1
                   union all select min(r.next_try_ms) from reversal r join payment p on p.payment_id = r.payment_id
                    where p.merchant_id = $2 and p.trans_id = $1
                   union all select min(case when next_ms > leased_until_ms then next_ms else leased_until_ms end)
                     from outbox where merchant_id = $2 and trans_id = $1 and seq = (
                       select min(seq) from outbox where merchant_id = $2 and trans_id = $1 and state = 'PENDING')
                   union all select min(expire_ms) from session s
                    where merchant_id = $2 and trans_id = $1 and state = 'OPEN' and not exists (
                       select 1 from payment p where p.session_id = s.session_id and p.confirming = 1
                          and p.state = 'PROCESSING')) as dues",
            )
            .bind(trans_id.to_owned())
            .bind(merchant)
            .one()
            .await
            .unwrap();
        due.and_then(|(due,)| due)
    }
}

/// One who gives late money back, and one who keeps it (D9).
async fn add_merchants(store: &Store) {
    for (id, late_success) in
        [(MERCHANT, LateSuccess::Reverse), (OTHER_MERCHANT, LateSuccess::Accept)]
    {
        let merchant = Merchant {
            id: id.parse().unwrap(),
            name: "Northwind Tea".into(),
            livemode: false,
            late_success,
            auto_query: true,
            appearance: Default::default(),
            webhook_secret: SECRET.into(),
            earlier_secrets: Vec::new(),
            origins: Vec::new(),
        };
        store
            .write(async move |tx: &mut Tx| {
                merchants::add(tx, &merchant, id, BEGINNING).await.map_err(Error::from)
            })
            .await
            .unwrap();
    }
}

/// What is tested here is not the disk: a folder in memory where there is one.
fn folder(number: usize) -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let parent = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = parent.join(format!("florin-sequences-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The same for PostgreSQL: nothing waits for the disk.
async fn quick(url: &str) -> String {
    use sqlx::{Connection, Executor, PgConnection};

    let name = url.rsplit('/').next().unwrap_or_default();
    let mut connection = PgConnection::connect(url).await.unwrap();
    let text = format!("alter database {name} set synchronous_commit = off");
    connection.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    url.to_owned()
}

/// The merchant's endpoint. It refuses some messages the first time, and forgets to say that it has some.
pub async fn endpoint() -> (String, Heard) {
    let heard = Heard::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let state = (heard.clone(), Arc::new(Mutex::new(HashMap::new())));
    let router = Router::new().route("/hook", post(hear)).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

type Tries = Arc<Mutex<HashMap<String, u32>>>;

async fn hear(State((heard, tries)): State<(Heard, Tries)>, raw: Bytes) -> StatusCode {
    let body: Value = serde_json::from_slice(&raw).unwrap();
    let data = &body["data"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let seq = data["seq"].as_i64().unwrap_or_default();
    let (trans_id, order_id) = (text(&data["trans_id"]), text(&data["order_id"]));
    let id = format!("{order_id}-{seq}");
    let tried = {
        let mut tries = tries.lock().unwrap();
        let tried = tries.entry(id.clone()).or_default();
        *tried += 1;
        *tried
    };
    let mood = order_id.bytes().map(u32::from).sum::<u32>() + u32::try_from(seq).unwrap();
    if tried == 1 && mood.is_multiple_of(11) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let mut heard = heard.lock().unwrap();
    let of_order = heard.entry(trans_id).or_default();
    if !of_order.iter().any(|told| told.id == id) {
        let told = Told {
            id,
            kind: text(&body["type"]),
            seq,
            session_status: text(&data["session_status"]),
        };
        of_order.push(told);
    }
    if tried == 1 && mood % 11 == 1 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
}
