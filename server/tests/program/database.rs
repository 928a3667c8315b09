//! The database fails: connections are cut in the middle of whatever is being done, the disk is full.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tokio::time::Instant;

use crate::restarts::away;
use crate::support::{Answer, Db, Florin, KEY, World};

/// How long somebody tries who could be answered.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tries until there is an answer that is not our own fault: the outcome of what was cut off may be either.
pub async fn at_last(
    florin: &Florin,
    method: Method,
    path: &str,
    key: &str,
    body: Option<&Value>,
) -> Answer {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE + away() {
        match florin.call(method.clone(), path, key, body).await {
            Ok(answer) if answer.status < 500 => return answer,
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("{path} is never answered: {}", florin.logged());
}

/// From the shop to "paid". A payment of which nobody knows any more is opened again, as a shopper would.
pub async fn shopper(world: &World, florin: &Florin) {
    let made = at_last(florin, Method::POST, "/v1/sessions", KEY, Some(&world.order())).await;
    let text = |name: &str| made.body["data"][name].as_str().unwrap_or_default().to_owned();
    let (id, token) = (text("session_id"), text("client_token"));
    assert!(!id.is_empty(), "{}", made.body);
    let (open, poll) =
        (format!("/v1/checkout/{id}/transactions"), format!("/v1/checkout/{id}/status"));
    let mut approved = HashSet::new();
    for turn in 0..300 {
        if turn % 40 == 0 {
            let body = json!({ "method": "GCASH", "version": 1 });
            let opened = at_last(florin, Method::POST, &open, &token, Some(&body)).await;
            if let Some(code) = opened.body["data"]["next_action"]["text"].as_str() {
                // The same code again is the payment that waits to be heard of; a wallet pays it once.
                if approved.insert(code.to_owned()) {
                    world.wallet(code, "approve").await;
                }
            }
        }
        let seen = at_last(florin, Method::GET, &poll, &token, None).await;
        if seen.body["data"]["status"] == "SUCCESS" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{id} is never paid: {}", florin.logged());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_lose_nothing_and_double_nothing() {
    let world = World::new(Db::Postgres).await;
    let florin = world.serve(&[]).await;
    let shoppers = futures_util::future::join_all((0..12).map(|_| shopper(&world, &florin)));
    let cuts = async {
        let mut connection = PgConnection::connect(&world.database).await.unwrap();
        let mut cut = 0;
        for _ in 0..15 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let (number,): (i64,) = sqlx::query_as(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity
                  where datname = current_database() and pid <> pg_backend_pid()",
            )
            .fetch_one(&mut connection)
            .await
            .unwrap();
            cut += number;
        }
        assert!(cut > 15, "only {cut} connections were cut");
    };
    tokio::join!(shoppers, cuts);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(florin.get(format!("{}/readyz", florin.base)).await.status, 200);
    world.agrees(12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_honestly_and_passes_by_itself() {
    let world = World::new(Db::Sqlite).await;
    let florin = world.serve(&[]).await;
    let paid = florin.pay(&world).await;
    florin.disk_is_full(true);
    for _ in 0..8 {
        let order = world.order();
        let told = florin.call(Method::POST, "/v1/sessions", KEY, Some(&order)).await.unwrap();
        assert_eq!((told.status, &told.body["ret_code"]), (503, &json!("BUSY")), "{}", told.body);
        assert_eq!(told.retry_after.as_deref(), Some("1"));
    }
    assert_eq!(florin.status(&paid).await["status"], "SUCCESS", "polls go on");
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let ready = florin.get(format!("{}/readyz", florin.base)).await;
    assert_eq!((ready.status, &ready.body["database"]), (503, &json!("it does not take a write")));
    florin.disk_is_full(false);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(florin.get(format!("{}/readyz", florin.base)).await.status, 200);
    florin.pay(&world).await;
    world.agrees(2).await;
}
