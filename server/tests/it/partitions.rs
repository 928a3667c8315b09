//! The channel is away, in simulated time (`reliability/` T05, G3): six ways, for a second, for thirty, past the end of the
//! session and for a day, from each of six moments of a payment on. The flows, the workers and the stores are the real ones;
//! the clock is moved by hand, and the channel keeps a book of its own.
//!
//! Whatever is unknown when the channel is back is settled ten seconds later, though nobody looks at the page, and no
//! message of the channel gets through that it sent meanwhile. Its first call is a question by our own number; nobody is
//! charged twice; nobody was told "failed" while nobody knew. At the end the three books agree.
//!
//! ```sh
//! cargo test -p florin-server --test it partitions -- --nocapture
//! FLORIN_CASE=replies_lost/a_day/cancel_sent cargo test -p florin-server --test it partitions -- --nocapture
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use florin_proof::books::{Held, Stored};
use florin_proof::compare;
use florin_proof::merchant::Merchant;
use florin_server::clock::{Clock, Millis, day};
use tokio_util::sync::CancellationToken;

use crate::sequences::lane::{Heard, Lane};
use crate::support::{Db, SECRET};

pub mod case;
pub mod crowd;
pub mod road;
pub mod time;

use case::Case;
use road::Cut;

pub const SECOND: Millis = 1000;
pub const MINUTE: Millis = 60 * SECOND;

/// How long the channel is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(&'static str, Millis);

const LENGTHS: [Length; 4] = [
    Length("a_second", SECOND),
    Length("half_a_minute", 30 * SECOND),
    Length("past_expiry", 31 * MINUTE),
    Length("a_day", 24 * 60 * MINUTE),
];

/// What is just going on when it goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The shopper is about to choose.
    BeforePay,
    /// The request to open the payment is on its way.
    PaySent,
    /// The code is on the screen.
    CodeShown,
    /// The same, and the shopper pays while nobody can tell us.
    ShopperPaid,
    /// The shopper wants another method, and the cancel is on its way.
    CancelSent,
    /// The merchant gives the money back, and the refund is on its way.
    RefundSent,
}

const MOMENTS: [Moment; 6] = [
    Moment::BeforePay,
    Moment::PaySent,
    Moment::CodeShown,
    Moment::ShopperPaid,
    Moment::CancelSent,
    Moment::RefundSent,
];

/// How many databases are worked on at once.
const LANES: usize = 4;

fn cases() -> Vec<(Cut, Length, Moment)> {
    let mut all = Vec::new();
    for cut in Cut::ALL {
        for length in LENGTHS {
            all.extend(MOMENTS.map(|moment| (cut, length, moment)));
        }
    }
    all
}

/// Another third each day: all of them take PostgreSQL longer than everything else here. `FLORIN_ALL_CASES=1` tells all.
fn a_third(all: Vec<(Cut, Length, Moment)>) -> Vec<(Cut, Length, Moment)> {
    if std::env::var_os("FLORIN_ALL_CASES").is_some() {
        return all;
    }
    let today = usize::try_from(day(Clock::System.now()).rem_euclid(3)).unwrap();
    // A cut has 24 cases: whole ones would leave some cuts out.
    let is_today = |(number, _): &(usize, _)| (number + number / 24) % 3 == today;
    all.into_iter().enumerate().filter(is_today).map(|(_, case)| case).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_unknown_is_settled_ten_seconds_after_the_channel_is_back_on_sqlite() {
    run(Db::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_unknown_is_settled_ten_seconds_after_the_channel_is_back_on_postgres() {
    run(Db::Postgres).await;
}

#[allow(clippy::print_stdout)] // What a run has shown.
async fn run(db: Db) {
    let wanted = std::env::var("FLORIN_CASE").ok();
    let mut all = cases();
    assert_eq!(all.len(), 144);
    all.retain(|case| wanted.as_ref().is_none_or(|wanted| *wanted == case::name(*case)));
    if db == Db::Postgres && wanted.is_none() {
        all = a_third(all);
    }
    let (all, next) = (Arc::new(all), Arc::new(AtomicUsize::new(0)));
    let lanes = (0..LANES.min(all.len())).map(|number| {
        let (all, next) = (all.clone(), next.clone());
        tokio::spawn(async move { work(db, number, &all, &next).await })
    });
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    for lane in futures_util::future::join_all(lanes).await {
        let (cases, differences) = lane.unwrap();
        told.extend(cases);
        wrong.extend(differences);
    }
    let slowest = told.iter().filter_map(|told| told.settled).max().unwrap_or_default();
    println!("{db:?}: {} cases, the slowest settled after {slowest} ms", all.len());
    wrong.extend(told.into_iter().flat_map(|told| told.wrong));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tells cases as long as there are any; then, where the books of all of them differ.
async fn work(
    db: Db,
    number: usize,
    all: &[(Cut, Length, Moment)],
    next: &AtomicUsize,
) -> (Vec<case::Told>, Vec<String>) {
    let stop = CancellationToken::new();
    let merchant = Merchant::start(&stop).await.unwrap();
    merchant.trust(SECRET);
    let lane = Lane::open(db, 100 + number, &merchant.hook(), &Heard::default()).await;
    let mut told = Vec::new();
    while let Some(case) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
        told.push(Case::tell(&lane, *case).await);
    }
    let wrong = differences(&lane, &told, &merchant).await;
    lane.close().await;
    stop.cancel();
    (told, wrong)
}

/// Where the lane's database, the channel's book of every case and what the merchant heard differ.
async fn differences(lane: &Lane, told: &[case::Told], merchant: &Merchant) -> Vec<String> {
    let stored = Stored::read(&lane.store).await.unwrap();
    let rows = told.iter().flat_map(|told| &told.rows);
    let held = rows.map(|(request, row)| {
        let captured = row.paid.map_or(0, |_| row.asked.minor());
        Held { request: request.clone(), captured, returned: captured - row.held() }
    });
    let held: Vec<Held> = held.collect();
    compare(&stored, &held, &merchant.heard(), &Default::default()).wrong
}
