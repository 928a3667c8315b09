//! Processes are killed with SIGKILL again and again while shoppers pay, and nothing is lost and nothing is doubled (T04).
//!
//! One server on a real SQLite file, and one on PostgreSQL, while the sandbox and the merchant live on; the same while a merchant
//! has fifty endpoints; and two replicas on one PostgreSQL, where everything dies but the merchant. `FLORIN_KILL_SECONDS`
//! says for how long each of them goes on:
//!
//! ```sh
//! FLORIN_KILL_SECONDS=1200 cargo test --release -p florin-server --test kill killing -- --nocapture
//! ```

// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

mod cluster;
mod endpoints;
mod installation;
mod kept;
mod outside;
#[path = "../it/support/postgres.rs"]
mod postgres;
mod replicas;
mod server;
mod shopper;

use florin_proof::merchant::Merchant;
use florin_proof::promises::Promises;
use server::{Db, Server};
use tokio::time::Instant;

/// Fifty shoppers a second.
const EVERY: Duration = Duration::from_millis(20);

/// Shoppers who are not done yet; beyond it the next one waits outside.
const MOST: u64 = 500;

/// Leases that died with the server end by then.
const REST: Duration = Duration::from_secs(180);

/// One after the other: each wants the machine for itself.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// T04's five minutes of kills in a run of all tests, shared out among its three loops: a server on SQLite, one on PostgreSQL,
/// and everything around two replicas. They go one after the other: fifty shoppers a second and the checks of one take both
/// cores of a small machine.
const ALL_LOOPS: Duration = Duration::from_secs(300);
const LOOPS: u32 = 3;

/// For how long it goes on killing; `usual` in a run of all tests.
fn lasts(usual: Duration) -> Duration {
    let said = std::env::var("FLORIN_KILL_SECONDS").map(|text| text.parse());
    said.map_or(usual, |said| Duration::from_secs(said.expect("FLORIN_KILL_SECONDS is a number")))
}

/// Before this kill: between 0.3 and 2 s, spread evenly by the golden ratio.
fn pause(number: u64) -> Duration {
    Duration::from_millis(300 + number * 618 * 1700 / 1000 % 1700)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_the_server_loses_nothing_and_doubles_nothing_on_sqlite() {
    killing_the_server(Db::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_the_server_loses_nothing_and_doubles_nothing_on_postgres() {
    killing_the_server(Db::Postgres).await;
}

#[allow(clippy::print_stdout)] // What a run has shown.
async fn killing_the_server(db: Db) {
    let (_alone, lasts) = (ALONE.lock().await, lasts(ALL_LOOPS / LOOPS));
    let mut server = Server::start(db).await;
    let installation = server.installation.clone();
    let merchant = Merchant::start(&server.stop).await.unwrap();
    let seen = Arc::new(Promises::default());
    let stop = Arc::new(AtomicBool::new(false));
    let street = Street {
        at: installation.at.clone(),
        every: EVERY,
        hook: Some(merchant.hook()),
        seen: seen.clone(),
        stop: stop.clone(),
    };
    let street = tokio::spawn(street.open());

    let (begun, mut kills, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    while begun.elapsed() < lasts {
        tokio::time::sleep(pause(kills)).await;
        slowest = slowest.max(server.kill_and_start().await);
        kills += 1;
    }
    let took = begun.elapsed();
    stop.store(true, Ordering::Relaxed);
    let (shoppers, rate) = street.await.unwrap();

    let waited = installation.until_at_rest(REST).await;
    let found = installation.compare(&merchant, &seen).await;
    println!(
        "{db:?}: {kills} kills in {took:?}, {shoppers} shoppers at {rate} a second, up again after {slowest:?} at most (2 s is the goal), at rest after {waited:?}: {}",
        found.told
    );
    assert_eq!(found.wrong, Vec::<String>::new());
    server.stop().await;
}

/// Shoppers who come until it is told to stop.
struct Street {
    at: installation::At,
    /// One comes every so often.
    every: Duration,
    /// Where the merchant is told of their orders, if not at its endpoints.
    hook: Option<String>,
    seen: Arc<Promises>,
    stop: Arc<AtomicBool>,
}

impl Street {
    /// Lets shoppers in, and waits until every one of them is done. Gives how many came, and how many a second: fewer than
    /// planned where the machine could not serve them and [`MOST`] held them back.
    async fn open(self) -> (u64, String) {
        let begun = Instant::now();
        let inside = Arc::new(AtomicU64::new(0));
        let mut tasks = Vec::new();
        let mut number = 0;
        let mut beat = tokio::time::interval(self.every);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        while !self.stop.load(Ordering::Relaxed) {
            beat.tick().await;
            if inside.load(Ordering::Relaxed) >= MOST {
                continue;
            }
            inside.fetch_add(1, Ordering::Relaxed);
            let (at, hook) = (self.at.clone(), self.hook.clone());
            let (seen, inside) = (self.seen.clone(), inside.clone());
            tasks.push(tokio::spawn(async move {
                shopper::shop(&at, number, hook.as_deref(), &seen).await;
                inside.fetch_sub(1, Ordering::Relaxed);
            }));
            number += 1;
        }
        let tenths = u128::from(number) * 10_000 / begun.elapsed().as_millis().max(1);
        for task in tasks {
            task.await.unwrap();
        }
        (number, format!("{}.{}", tenths / 10, tenths % 10))
    }
}
