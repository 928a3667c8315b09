//! Two processes on one PostgreSQL: each shows what the other did, and finishes what the other began.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Db, World};

/// A change must be visible on another replica this soon.
const SOON: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::disallowed_methods)]
async fn a_payment_made_on_one_is_seen_on_the_other_within_half_a_second() {
    let world = World::new(Db::Postgres).await;
    let (here, there) = (world.serve(&[]).await, world.serve(&[]).await);
    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let session = here.session(world.order()).await;
        let opened = here.open(&session, "GCASH").await;
        assert_eq!(there.status(&session).await["status"], "PROCESSING");
        world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
        while here.status(&session).await["status"] != "SUCCESS" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let known = Instant::now();
        there.until_paid(&session).await;
        slowest = slowest.max(known.elapsed());
    }
    assert!(slowest < SOON, "seen after {slowest:?}");
    world.check(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_says_another_address_is_warned_of() {
    let world = World::new(Db::Postgres).await;
    let serve = async |url| world.serve(&[("RUST_LOG", "warn"), ("FLORIN_PUBLIC_URL", url)]).await;
    let same = "http://127.0.0.1:9001/";
    let (first, second) = (serve(same).await, serve(same).await);
    let other = serve("http://127.0.0.1:9002").await;
    let warned = |florin: &crate::support::Florin| {
        std::fs::read_to_string(&florin.log).unwrap().contains("has another FLORIN_PUBLIC_URL")
    };
    assert_eq!([&first, &second, &other].map(warned), [false, false, true]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_began_and_died_over_the_other_finishes() {
    let world = World::new(Db::Postgres).await;
    let (mut dying, living) = (world.serve(&[]).await, world.serve(&[]).await);
    let mut sessions = Vec::new();
    for _ in 0..6 {
        let session = dying.session(world.order()).await;
        let opened = dying.open(&session, "GCASH").await;
        sessions.push((session, opened["next_action"]["text"].as_str().unwrap().to_owned()));
    }
    // The payers pay, the notifications go to the one that dies, and its merchants have not been told.
    let pays = sessions.iter().map(|(_, code)| world.wallet(code, "approve"));
    let kill = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        dying.signal(Signal::KILL);
    };
    tokio::join!(futures_util::future::join_all(pays), kill);
    dying.ended(Duration::from_secs(5)).await;
    for (session, _) in &sessions {
        let mut seen = String::new();
        for _ in 0..1800 {
            seen = living.status(session).await["status"].as_str().unwrap().to_owned();
            if seen == "SUCCESS" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(seen, "SUCCESS", "{}: {}", session.id, living.logged());
    }
    for _ in 0..1200 {
        if sessions.iter().all(|(session, _)| !world.sink.kinds(&session.trans_id).is_empty()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for (session, _) in &sessions {
        let kinds = world.sink.kinds(&session.trans_id);
        assert!(
            kinds.iter().all(|kind| kind == "PAYMENT.SUCCESS") && !kinds.is_empty(),
            "{kinds:?}"
        );
    }
    world.check(true).await;
}
