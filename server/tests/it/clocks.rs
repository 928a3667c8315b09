//! Replicas whose machines are a day ahead and a day behind close sessions when the database says so (G6): not before, and
//! not two seconds later.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use florin_server::channel::Channels;
use florin_server::clock::{Clock, Millis, Random};
use florin_server::store::{Store, operate};
use florin_server::{App, worker};

use crate::partitions::{case, road::Far};
use crate::sequences::lane::{Heard, Lane};
use crate::support::Db;

const DAY: Millis = 24 * 60 * 60 * 1000;

/// G6.
const LATE: Millis = 2_000;

/// How long the session lives: time enough to see that nobody closes it early.
const LIFE: Millis = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_a_day_ahead_closes_nothing_early_or_late() {
    told(1, DAY).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_a_day_behind_closes_nothing_early_or_late() {
    told(2, -DAY).await;
}

async fn told(number: usize, ahead: Millis) {
    let lane = Lane::open(Db::Postgres, 120 + number, "", &Heard::default()).await;
    let app = replica(&lane.store, ahead).await;
    let session = case::session(&app, "", "skewed", LIFE).await;
    let (mut looked, end) = (0, operate::clock(&lane.store).await.unwrap() + 2 * LIFE + LATE);
    loop {
        let before = operate::clock(&lane.store).await.unwrap();
        worker::turn(&app).await.unwrap();
        let after = operate::clock(&lane.store).await.unwrap();
        let (state, expires) = stored(&lane.store, session.as_str()).await;
        if state != "OPEN" {
            // The clocks are measured apart to the millisecond on one machine; a busy one gets a little more.
            assert!(after >= expires - 100, "closed {} ms early", expires - after);
            assert!(before <= expires + LATE, "closed {} ms late", before - expires);
            assert!(looked > 3, "nobody looked while it was open");
            break;
        }
        looked += 1;
        assert!(before < end, "never closed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    lane.close().await;
}

async fn replica(store: &Store, ahead: Millis) -> App {
    let machine = Clock::Shifted(Arc::new(AtomicI64::new(ahead)));
    let clock = worker::clock::of(store, machine).await.unwrap();
    let far = Far::new(Arc::new(AtomicI64::new(0)));
    let channels = Channels::new(vec![far]);
    App::new(store.clone(), channels, clock, Random::System, "http://florin.test", None)
        .await
        .unwrap()
}

async fn stored(store: &Store, session: &str) -> (String, Millis) {
    let mut tx = store.read().await.unwrap();
    let row: Option<(String, i64)> = tx
        .sql("select state, expire_ms from session where session_id = $1")
        .bind(session.to_owned())
        .one()
        .await
        .unwrap();
    row.unwrap()
}
