//! The end: nobody's request is lost, work is finished, and a second signal is obeyed at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;

use crate::support::{Db, KEY, World, on_both};

#[derive(Default)]
struct Seen {
    answered: AtomicU64,
    refused: AtomicU64,
    over: AtomicBool,
}

/// Shops, polls and asks until nobody listens any more. Anything but an answer or a refused connection is a failure.
async fn client(world: &World, base: &str, number: u64, seen: &Seen) -> Result<(), String> {
    let http =
        reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    loop {
        let request = match number % 3 {
            0 => http.post(format!("{base}/v1/sessions")).json(&world.order()),
            1 => http.get(format!("{base}/v1/sessions?trans_id=o0")),
            _ => http.get(format!("{base}/healthz")),
        };
        match request.bearer_auth(KEY).send().await {
            Ok(answer) if answer.status().is_server_error() => {
                return Err(format!("HTTP {}", answer.status()));
            }
            Ok(answer) => {
                answer.bytes().await.map_err(|error| format!("half an answer: {error:?}"))?;
                seen.answered.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) if error.is_connect() => {
                seen.refused.fetch_add(1, Ordering::Relaxed);
                return Ok(());
            }
            Err(error) => return Err(format!("a request was lost: {error:?}")),
        }
        if seen.over.load(Ordering::Relaxed) {
            return Err("the server answers although it has ended".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

on_both! {
    async fn a_stop_under_load_loses_no_request(world: &World) {
        let mut florin = world.serve(&[]).await;
        let paid = florin.pay(world).await;
        let base = florin.base.clone();
        let seen = Arc::new(Seen::default());
        let clients = futures_util::future::join_all((0..24).map(|number| client(world, &base, number, &seen)));
        let stop = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let before = seen.answered.load(Ordering::Relaxed);
            florin.signal(Signal::TERM);
            tokio::time::sleep(Duration::from_millis(700)).await;
            let ready = florin.get(format!("{base}/readyz")).await;
            assert_eq!((ready.status, &ready.body["running"]), (503, &json!("stopping")));
            assert!(seen.answered.load(Ordering::Relaxed) > before, "it goes on answering while others notice");
            let code = florin.ended(Duration::from_secs(20)).await;
            seen.over.store(true, Ordering::Relaxed);
            code
        };
        let (failures, code) = tokio::join!(clients, stop);
        let failures: Vec<_> = failures.into_iter().filter_map(Result::err).collect();
        assert_eq!(failures, Vec::<String>::new());
        assert_eq!(code, Some(0), "{}", florin.logged());
        assert_eq!(seen.refused.load(Ordering::Relaxed), 24);
        world.check(false).await;
        let again = world.serve(&[]).await;
        assert_eq!(again.status(&paid).await["status"], "SUCCESS");
    }

    async fn a_payment_that_is_being_opened_is_opened(world: &World) {
        // The channel takes two seconds over it, and the stop comes in between.
        let file = world.folder.join("florin.toml");
        std::fs::write(&file, "[stop]\ngrace_seconds = 1\n").unwrap();
        let mut florin = world.serve(&[("FLORIN_CONFIG", file.to_str().unwrap())]).await;
        let session = florin.session(world.order()).await;
        let slow = json!({ "fault": "late", "call": "pay", "ms": 2500 });
        slow_channel(world, &slow).await;
        let opening = florin.open(&session, "GCASH");
        let stop = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            florin.signal(Signal::TERM);
        };
        let (opened, ()) = tokio::join!(opening, stop);
        let code = opened["next_action"]["text"].as_str().unwrap().to_owned();
        assert_eq!(florin.ended(Duration::from_secs(20)).await, Some(0));
        world.wallet(&code, "approve").await;
        let again = world.serve(&[]).await;
        again.until_paid(&session).await;
        world.check(false).await;
    }
}

async fn slow_channel(world: &World, rule: &serde_json::Value) {
    let made =
        world.http.post(format!("{}/faults", world.sandbox)).json(rule).send().await.unwrap();
    let (status, text) = (made.status(), made.text().await.unwrap());
    assert!(status.is_success(), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_ends_it_at_once() {
    let world = World::new(Db::Sqlite).await;
    let file = world.folder.join("florin.toml");
    std::fs::write(&file, "[stop]\ngrace_seconds = 60\n").unwrap();
    let mut florin = world.serve(&[("FLORIN_CONFIG", file.to_str().unwrap())]).await;
    florin.signal(Signal::TERM);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let alive = florin.call(Method::GET, "/healthz", KEY, None).await.unwrap();
    assert_eq!(alive.status, 200, "it waits for others to notice");
    florin.signal(Signal::TERM);
    florin.ended(Duration::from_secs(4)).await;
}
