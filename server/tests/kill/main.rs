//! The server is killed with SIGKILL again and again while shoppers pay, and nothing is lost and nothing is doubled.
//!
//! The real program on a real SQLite file, or on PostgreSQL with `FLORIN_KILL_ON=postgres`; the sandbox and the merchant live on.
//! `FLORIN_KILLS` says how often:
//!
//! ```sh
//! FLORIN_KILLS=200 cargo test --release -p florin-server --test kill -- --nocapture
//! ```

// A test that cannot get what it needs fails by panicking.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

#[path = "../it/support/postgres.rs"]
mod postgres;
mod server;
mod shopper;

use florin_proof::merchant::Merchant;
use florin_proof::promises::Promises;
use server::Server;
use tokio::time::Instant;

/// How often in a run of all tests.
const USUAL: u64 = 20;

/// Fifty shoppers a second.
const EVERY: Duration = Duration::from_millis(20);

/// Shoppers who are not done yet; beyond it the next one waits outside.
const MOST: u64 = 500;

/// Leases that died with the server end by then.
const REST: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_the_server_loses_nothing_and_doubles_nothing() {
    let kills = std::env::var("FLORIN_KILLS")
        .map_or(USUAL, |text| text.parse().expect("FLORIN_KILLS is a number"));
    let mut server = Server::start().await;
    let merchant = Merchant::start(&server.stop).await.unwrap();
    let seen = Arc::new(Promises::default());
    let stop = Arc::new(AtomicBool::new(false));
    let street =
        tokio::spawn(street(server.at.clone(), merchant.hook(), seen.clone(), stop.clone()));

    let mut slowest = Duration::ZERO;
    for number in 0..kills {
        // Between 0.3 and 2 s, spread evenly by the golden ratio.
        tokio::time::sleep(Duration::from_millis(300 + number * 618 * 1700 / 1000 % 1700)).await;
        slowest = slowest.max(server.kill_and_start().await);
    }
    stop.store(true, Ordering::Relaxed);
    let (shoppers, rate) = street.await.unwrap();

    let waited = server.until_at_rest(REST).await;
    let found = server.compare(&merchant, &seen).await;
    println!(
        "{kills} kills, {shoppers} shoppers at {rate} a second, up again after {slowest:?} at most (2 s is the goal), at rest after {waited:?}: {}",
        found.told
    );
    assert_eq!(found.wrong, Vec::<String>::new());
    server.stop().await;
}

/// Lets shoppers in until it is told to stop, and waits until every one of them is done. Gives how many came, and how
/// many a second: fewer than planned where the machine could not serve them and [`MOST`] held them back.
async fn street(
    at: server::At,
    hook: String,
    seen: Arc<Promises>,
    stop: Arc<AtomicBool>,
) -> (u64, String) {
    let begun = Instant::now();
    let inside = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    let mut number = 0;
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    while !stop.load(Ordering::Relaxed) {
        beat.tick().await;
        if inside.load(Ordering::Relaxed) >= MOST {
            continue;
        }
        inside.fetch_add(1, Ordering::Relaxed);
        let (at, hook, seen, inside) = (at.clone(), hook.clone(), seen.clone(), inside.clone());
        tasks.push(tokio::spawn(async move {
            shopper::shop(&at, number, &hook, &seen).await;
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
