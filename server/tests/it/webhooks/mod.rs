//! What merchants are told.

mod deliveries;
mod endpoints;
mod guard;
mod neighbours;
mod outage;
mod own_secret;
mod retention;
mod retries;
mod snippets;
mod verify;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{SECRET, Session, TestApp, code, on_both};

/// Pays a session that names the test's own address.
async fn pay_one(app: &TestApp) -> String {
    let session = app.session("PHP", "25000").await;
    pay(app, &session).await;
    session.trans_id
}

/// Pays a session that names no address, or this one.
async fn pay_at(app: &TestApp, notify_url: Option<&str>) -> Session {
    let mut request = app.request("PHP", "25000");
    match notify_url {
        Some(url) => request["notify_url"] = json!(url),
        None => _ = request.as_object_mut().unwrap().remove("notify_url"),
    }
    let session = app.session_of(request).await;
    pay(app, &session).await;
    session
}

async fn pay(app: &TestApp, session: &Session) {
    let opened = app.pay(session, "GCASH").await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    app.until_status(session, "SUCCESS").await;
}

/// Registers an endpoint; gives its id and its secret.
async fn register(app: &TestApp, url: &str, rest: Value) -> (String, String) {
    let mut wanted = json!({ "url": url });
    wanted.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let made = app.merchant(Method::POST, "/v1/webhook_endpoints", Some(wanted)).await;
    let text = |name: &str| made.data()[name].as_str().unwrap().to_owned();
    (text("endpoint_id"), text("secret"))
}

async fn change(app: &TestApp, endpoint: &str, change: Value) -> Value {
    let path = format!("/v1/webhook_endpoints/{endpoint}");
    app.merchant(Method::PATCH, &path, Some(change)).await.data().clone()
}

/// The deliveries of this query, newest first.
async fn deliveries(app: &TestApp, query: &str) -> Vec<Value> {
    let answer = app.merchant(Method::GET, &format!("/v1/deliveries?{query}"), None).await;
    answer.data()["deliveries"].as_array().unwrap().clone()
}

on_both! {
    async fn a_payment_is_told_once_signed_and_with_the_sessions_status(app: TestApp) {
        let trans_id = pay_one(app).await;
        app.until("the webhook is there", async || !app.sink.kinds(&trans_id).is_empty()).await;
        let received = app.sink.received().remove(0);
        assert_eq!(received.body["type"], "PAYMENT.SUCCESS");
        let data = &received.body["data"];
        assert_eq!((data["session_status"].as_str(), data["status"].as_str()), (Some("SUCCESS"), Some("SUCCESS")));
        assert_eq!((data["amount"].as_str(), data["livemode"].as_bool()), (Some("25000"), Some(false)));
        assert!(data["seq"].as_u64().unwrap() > 0);
        assert_eq!(received.signature, sign(SECRET, &received.id, &received.timestamp, &received.raw));
        assert!(!received.id.contains('.'));
    }

    async fn a_refused_message_comes_again_with_the_same_id(app: TestApp) {
        app.sink.refuse(&[500, 302]);
        let trans_id = pay_one(app).await;
        app.until("the first try failed", async || tries(app).await == (1, 0)).await;
        app.pass(Duration::from_secs(10));
        app.until("the second try failed", async || tries(app).await == (2, 0)).await;
        app.pass(Duration::from_secs(10 * 60));
        app.until("the webhook is there", async || !app.sink.kinds(&trans_id).is_empty()).await;
        app.until("it is done", async || tries(app).await == (3, 1)).await;
        assert_eq!(app.sink.kinds(&trans_id), ["PAYMENT.SUCCESS"]);
    }
}

/// Tries that have ended, and messages done.
async fn tries(app: &TestApp) -> (i64, i64) {
    let mut tx = app.app.store.read().await.unwrap();
    let row: Option<(i64, i64)> = tx
        .sql("select cast(coalesce(max(tries), 0) as bigint), count(done_ms) from outbox where leased_until_ms = 0")
        .one()
        .await
        .unwrap();
    row.unwrap()
}

/// Standard Webhooks, computed here once more.
pub(crate) fn sign(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    let mac = aws_lc_rs::hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.as_ref()))
}
