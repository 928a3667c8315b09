//! Seeded sequences: pay, refund, poll, messages that are duplicated, reordered and contradicting, cancel, switch, expiry,
//! lost answers, restarts; then calm, and three books that must agree.
//!
//! The flows are the real ones, on the real store; the channel is hostile and keeps a book of its own. A failing seed
//! prints its story. It is told again alone with `FLORIN_SEED=n`; `FLORIN_SEQUENCES` says how many there are, for each
//! database:
//!
//! ```sh
//! FLORIN_SEQUENCES=10000 cargo test -p florin-server --test it sequences -- --nocapture
//! FLORIN_SEED=4711 cargo test -p florin-server --test it sequences
//! ```

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use florin_server::store::checks::{self, When};

use crate::support::Db;

mod acts;
mod book;
mod channel;
pub(crate) mod dice;
mod hand;
pub mod lane;
mod over_http;
mod story;
mod verdict;

use lane::{Heard, Lane};
use story::Story;

/// How many in a run of all tests.
const USUAL: u64 = 2_000;

/// How many databases are worked on at once.
const LANES: usize = 6;

/// After how many sequences the ledger's invariants are looked at.
const LOOK_AFTER: u64 = 50;

/// A run over many seeds.
struct Run {
    next: AtomicU64,
    end: u64,
    paid: AtomicU64,
    /// What became of everything, so that a run shows what it has proved.
    tally: Mutex<BTreeMap<String, i64>>,
    failures: Mutex<Vec<String>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_one_payment_counts_and_all_else_goes_back_on_sqlite() {
    run(Db::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_one_payment_counts_and_all_else_goes_back_on_postgres() {
    run(Db::Postgres).await;
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[allow(clippy::print_stdout)] // What a run has shown.
async fn run(db: Db) {
    let (begin, end) = match number("FLORIN_SEED") {
        Some(seed) => (seed, seed + 1),
        None => (1, 1 + number("FLORIN_SEQUENCES").unwrap_or(USUAL)),
    };
    let run = Arc::new(Run {
        next: AtomicU64::new(begin),
        end,
        paid: AtomicU64::new(0),
        tally: Mutex::default(),
        failures: Mutex::default(),
    });
    let (hook, heard) = lane::endpoint().await;
    let lanes = if end - begin == 1 { 1 } else { LANES };
    let lanes = (0..lanes)
        .map(|number| tokio::spawn(work(run.clone(), db, number, hook.clone(), heard.clone())));
    for ended in futures_util::future::join_all(lanes).await {
        ended.unwrap();
    }
    let failures = run.failures.lock().unwrap();
    println!(
        "{db:?}: {} sequences, {} paid, {} wrong",
        end - begin,
        run.paid.load(Ordering::Relaxed),
        failures.len()
    );
    let tally = run.tally.lock().unwrap();
    println!("{db:?}: {tally:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    if end - begin >= USUAL {
        for reason in [
            "SURPLUS SUCCESS",
            "LATE SUCCESS",
            "MISMATCH SUCCESS",
            "EXTERNAL SUCCESS",
            "SURPLUS MANUAL",
            "MERCHANT SUCCESS",
            "MERCHANT FAIL",
        ] {
            assert!(
                tally.contains_key(reason),
                "{reason} never happened: nothing is proved about it"
            );
        }
    }
}

async fn work(run: Arc<Run>, db: Db, number: usize, hook: String, heard: Heard) {
    let mut lane = Lane::open(db, number, &hook, &heard).await;
    let mut told = 0;
    loop {
        let seed = run.next.fetch_add(1, Ordering::Relaxed);
        if seed >= run.end || run.failures.lock().unwrap().len() >= 5 {
            break;
        }
        one(&run, &mut lane, seed).await;
        told += 1;
        if told % LOOK_AFTER == 0 {
            look(&run, &lane).await;
        }
    }
    look(&run, &lane).await;
    count(&run, &lane).await;
    lane.close().await;
}

async fn one(run: &Run, lane: &mut Lane, seed: u64) {
    let heard = lane.heard.clone();
    let mut story = Story::begin(seed, lane).await;
    story.run().await;
    story.calm().await;
    let told = heard.lock().unwrap().remove(&story.trans_id).unwrap_or_default();
    if told.iter().any(|told| told.kind == "PAYMENT.SUCCESS") {
        run.paid.fetch_add(1, Ordering::Relaxed);
    }
    let wrong = verdict::judge(&story, told).await;
    if !wrong.is_empty() {
        let failure = format!(
            "FLORIN_SEED={seed} is wrong:\n- {}\n{}",
            wrong.join("\n- "),
            story.channel.story().join("\n")
        );
        run.failures.lock().unwrap().push(failure);
    }
}

/// The ledger's invariants, at rest. Their rows name payments; the order's number names the seed.
async fn look(run: &Run, lane: &Lane) {
    let now = lane.clock.load(Ordering::SeqCst) + 120_000;
    let mut tx = lane.store.read().await.unwrap();
    for broken in checks::run(&mut tx, When::AtRest, now).await.unwrap() {
        let seeds: Vec<(String,)> = tx
            .sql("select distinct trans_id from payment where payment_id = $1 or session_id = $1")
            .bind(broken.row.clone())
            .all()
            .await
            .unwrap();
        run.failures.lock().unwrap().push(format!("{broken:?} of {seeds:?}"));
    }
}

async fn count(run: &Run, lane: &Lane) {
    let rows: Vec<(String, i64)> = lane
        .store
        .read()
        .await
        .unwrap()
        .sql(
            "select state || ' ' || role as what, count(*) from payment group by state, role
             union all select reason || ' ' || state, count(*) from reversal group by reason, state
             union all select state, count(*) from session group by state",
        )
        .all()
        .await
        .unwrap();
    let mut tally = run.tally.lock().unwrap();
    for (what, count) in rows {
        *tally.entry(what).or_default() += count;
    }
}
