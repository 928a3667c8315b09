//! Trying again: how often, how long, and when never.

use std::sync::atomic::Ordering;
use std::time::Duration;

use florin_server::Error;
use florin_server::store::Tx;
use florin_server::store::checks::{self, When};
use reqwest::Method;
use serde_json::{Value, json};

use super::{change, deliveries, pay_at, register};
use crate::support::{TestApp, on_both};

const DAY: u64 = 86_400;

/// The tries that are written down of the only delivery.
async fn attempts(app: &TestApp) -> Vec<Value> {
    deliveries(app, "").await[0]["attempts"].as_array().unwrap().clone()
}

/// Seconds from a try until the next.
fn wait(attempt: &Value) -> i64 {
    let at = |name: &str| attempt[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    at("next_try_time").as_second() - at("time").as_second()
}

on_both! {
    async fn after_thirty_days_it_is_given_up_with_an_alarm_and_can_be_replayed(app: TestApp) {
        app.sink.refuse(&[500; 5]);
        pay_at(app, Some(&app.sink.url)).await;
        app.until("the first try failed", async || attempts(app).await.len() == 1).await;
        app.pass(Duration::from_secs(29 * DAY));
        app.until("the second try failed", async || attempts(app).await.len() == 2).await;
        assert_eq!(deliveries(app, "").await[0]["state"], "PENDING");
        app.pass(Duration::from_secs(DAY));
        app.until("it is given up", async || deliveries(app, "state=DEAD").await.len() == 1).await;
        assert!(attempts(app).await.last().unwrap().get("next_try_time").is_none());
        assert_eq!(app.app.counters.dead_deliveries.load(Ordering::Relaxed), 1);
        app.sink.refuse(&[]);
        let delivery = deliveries(app, "").await[0]["delivery_id"].as_str().unwrap().to_owned();
        app.merchant(Method::POST, &format!("/v1/deliveries/{delivery}/replay"), None).await.data();
        app.until("it is told", async || app.sink.received().len() == 1).await;
    }

    async fn retry_after_is_honoured_within_bounds(app: TestApp) {
        app.has_no_merchants_book("its only address refuses to the end");
        app.sink.refuse(&[503, 429]);
        app.sink.behave(|manners| manners.retry_after = Some("120"));
        pay_at(app, Some(&app.sink.url)).await;
        app.until("a try failed", async || attempts(app).await.len() == 1).await;
        assert!((120..=121).contains(&wait(&attempts(app).await[0])), "{:?}", attempts(app).await);
        app.sink.behave(|manners| manners.retry_after = Some("99999999"));
        app.pass(Duration::from_secs(122));
        app.until("a second try failed", async || attempts(app).await.len() == 2).await;
        let asked = wait(&attempts(app).await[1]);
        assert!((86_400..=86_401).contains(&asked), "{asked}");
    }

    async fn an_endpoint_that_answers_410_is_disabled_and_keeps_what_it_missed(app: TestApp) {
        app.has_no_merchants_book("of what happens while it is disabled nobody hears");
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({})).await;
        sink.refuse(&[410]);
        let session = pay_at(app, None).await;
        app.until("it is held", async || deliveries(app, "state=HELD").await.len() == 1).await;
        let path = format!("/v1/webhook_endpoints/{endpoint}");
        let gone = app.merchant(Method::GET, &path, None).await;
        assert_eq!((&gone.data()["enabled"], &gone.data()["disabled_reason"]), (&json!(false), &json!("GONE")));
        pay_at(app, None).await;
        assert_eq!(deliveries(app, "").await.len(), 1);
        let back = change(app, &endpoint, json!({ "enabled": true })).await;
        assert!(back.get("disabled_reason").is_none());
        app.until("it is told", async || !sink.kinds(&session.trans_id).is_empty()).await;
    }

    async fn a_sessions_own_address_that_answers_410_is_told_no_more(app: TestApp) {
        app.has_no_merchants_book("its only address refuses to the end");
        app.sink.refuse(&[410]);
        pay_at(app, Some(&app.sink.url)).await;
        app.until("it is given up", async || deliveries(app, "state=DEAD").await.len() == 1).await;
    }

    async fn a_corrected_address_counts_for_old_messages_too(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, "http://127.0.0.1:1/", json!({})).await;
        let session = pay_at(app, None).await;
        app.until("a try failed", async || attempts(app).await.len() == 1).await;
        let failed = attempts(app).await.remove(0);
        assert!(failed["error"].as_str().unwrap().starts_with("no connection"), "{failed}");
        assert!(failed.get("http_status").is_none());
        change(app, &endpoint, json!({ "url": sink.url })).await;
        app.pass(Duration::from_secs(10));
        app.until("it is told", async || !sink.kinds(&session.trans_id).is_empty()).await;
    }

    async fn in_live_mode_every_try_looks_at_the_address_again(app: TestApp) {
        app.has_no_merchants_book("its only address refuses to the end");
        app.sink.refuse(&[500]);
        pay_at(app, Some(&app.sink.url)).await;
        app.until("the first try failed", async || attempts(app).await.len() == 1).await;
        let go_live = async move |tx: &mut Tx| {
            tx.sql("update merchant set livemode = 1").execute().await?;
            Ok::<_, Error>(())
        };
        app.app.store.write(go_live).await.unwrap();
        app.pass(Duration::from_secs(10));
        let second = async || {
            let mut tx = app.app.store.read().await.unwrap();
            let row: Option<(String,)> = tx.sql("select error from delivery_try where number = 2").one().await.unwrap();
            row.map(|(error,)| error)
        };
        app.until("the second try failed", async || second().await.is_some()).await;
        assert_eq!(second().await.as_deref(), Some("the address must be https"));
        assert!(app.sink.received().is_empty());
    }

    async fn a_missing_row_of_an_endpoint_breaks_invariant_12(app: TestApp) {
        let (endpoint, _) = register(app, &app.sink.url, json!({})).await;
        app.pass(Duration::from_secs(120));
        pay_at(app, None).await;
        app.until("it heard", async || deliveries(app, "state=DONE").await.len() == 1).await;
        app.check(When::Always).await;
        let unwritten = endpoint.clone();
        let lose = async move |tx: &mut Tx| {
            tx.sql("update outbox set endpoint_id = 'lost' where endpoint_id = $1").bind(unwritten).execute().await?;
            Ok::<_, Error>(())
        };
        app.app.store.write(lose).await.unwrap();
        let mut tx = app.app.store.read().await.unwrap();
        let broken = checks::run(&mut tx, When::Always, app.app.now()).await.unwrap();
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].invariant.starts_with("I12"));
        drop(tx);
        let find = async move |tx: &mut Tx| {
            tx.sql("update outbox set endpoint_id = $1 where endpoint_id = 'lost'").bind(endpoint).execute().await?;
            Ok::<_, Error>(())
        };
        app.app.store.write(find).await.unwrap();
    }
}
