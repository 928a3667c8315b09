//! Nothing secret reaches a log, even at debug level; and a request's lines can be found by its id.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Db, Florin, KEY, World, on_both};

/// The demo merchant's secret, with which its messages are signed.
const WEBHOOK_SECRET: &str = "Zmxvcmluc2FuZGJveGRlbW9zZWNyZXQwMDAx";

async fn business(world: &World, florin: &Florin) -> Vec<(&'static str, String)> {
    let session = florin.pay(world).await;
    let passcode = florin.session(world.order()).await;
    let opened = florin.open(&passcode, "BANK_TRANSFER").await;
    let text = opened["next_action"]["text"].as_str().unwrap().to_owned();
    let wrong = "sk_test_canary_of_a_wrong_key";
    let (path, order) = ("/v1/sessions", world.order());
    florin.call(Method::POST, path, wrong, Some(&order)).await.unwrap();
    florin
        .call(Method::POST, path, KEY, Some(&json!({ "goods": "canary_of_a_body" })))
        .await
        .unwrap();
    let poll = format!("/v1/checkout/{}/status?canary_of_a_query=1", session.id);
    florin.call(Method::GET, &poll, "ct_canary_of_a_wrong_token", None).await.unwrap();
    florin
        .call(Method::POST, "/notify/antom", wrong, Some(&json!({ "canary_of_a_notice": 1 })))
        .await
        .unwrap();
    vec![
        ("the secret key", KEY.into()),
        ("a wrong key", wrong.into()),
        ("the client token", session.token.clone()),
        ("a wrong token", "canary_of_a_wrong_token".into()),
        ("the webhook secret", WEBHOOK_SECRET.into()),
        ("a passcode", text),
        ("a body", "canary_of_a_body".into()),
        ("a query", "canary_of_a_query".into()),
        ("a notice", "canary_of_a_notice".into()),
        ("the session, which opens its page", session.id),
    ]
}

on_both! {
    async fn no_secret_is_in_the_log(world: &World) {
        let florin = world.serve(&[("RUST_LOG", "debug"), ("FLORIN_LOG_JSON", "true")]).await;
        let secrets = business(world, &florin).await;
        let logged = florin.logged();
        let answered = logged.lines().filter(|line| line.contains("\"answered\"")).count();
        assert!(answered > 8, "the log is being looked at: {logged}");
        for (what, secret) in secrets {
            assert!(secret.len() >= 6, "{what} is too short to be looked for: {secret}");
            let line = logged.lines().find(|line| line.contains(&secret));
            assert_eq!(line, None, "{what} is in the log");
        }
        world.check(false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lines_of_a_request_carry_its_id() {
    let world = World::new(Db::Sqlite).await;
    let settings = [("RUST_LOG", "florin_server=debug"), ("FLORIN_LOG_JSON", "true")];
    let florin = world.serve(&settings).await;
    let url = format!("{}/v1/sessions?trans_id=x", florin.base);
    let answer =
        world.http.get(&url).header("x-request-id", "from-the-shop-7").send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "from-the-shop-7");
    let bad = world.http.get(&url).header("x-request-id", "a b\"c").send().await.unwrap();
    assert_ne!(bad.headers()["x-request-id"], "a b\"c", "it would spoil the log");
    let logged = florin.logged();
    let lines: Vec<Value> =
        logged.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of_request = |line: &&Value| line["span"]["request_id"] == "from-the-shop-7";
    let line = lines.iter().find(of_request).unwrap_or_else(|| panic!("{logged}"));
    assert_eq!(line["span"]["route"], "/v1/sessions");
    assert_eq!(line["status"], 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_idempotent_request_logs_carries_its_id_too() {
    let world = World::new(Db::Sqlite).await;
    let settings = [("RUST_LOG", "florin_server=debug"), ("FLORIN_LOG_JSON", "true")];
    let florin = world.serve(&settings).await;
    let session = florin.session(world.order()).await;
    let order = florin.open(&session, "GCASH").await["order_id"].as_str().unwrap().to_owned();
    // Nobody is there to cancel at, which is worth a line.
    world.stop.cancel();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let url = format!("{}/v1/transactions/{order}/cancel", florin.base);
    let request = world.http.post(&url).bearer_auth(KEY).header("idempotency-key", "cancel-1");
    request.header("x-request-id", "from-the-shop-8").send().await.unwrap();
    let logged = florin.logged();
    let mut lines = logged.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of_flow = |line: &Value| {
        line["span"]["request_id"] == "from-the-shop-8" && line["message"] != "answered"
    };
    assert!(lines.any(|line| of_flow(&line)), "{logged}");
}
