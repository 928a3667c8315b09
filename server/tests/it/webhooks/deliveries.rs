//! What was told, try by try, and telling it again.

use std::time::Duration;

use florin_server::Error;
use florin_server::store::{Tx, outbox};
use reqwest::Method;
use serde_json::json;

use super::{deliveries, pay_at, register};
use crate::support::{MERCHANT, Session, TestApp, on_both};

async fn tries_of(app: &TestApp, session: &Session) -> usize {
    let told = deliveries(app, &format!("trans_id={}", session.trans_id)).await;
    told[0]["attempts"].as_array().unwrap().len()
}

on_both! {
    async fn every_try_is_listed_with_its_answer_and_what_comes_next(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({})).await;
        sink.refuse(&[500]);
        let session = pay_at(app, None).await;
        let query = format!("endpoint_id={endpoint}");
        app.until("a try is listed", async || deliveries(app, &query).await[0]["attempts"] != json!([])).await;
        let told = deliveries(app, &query).await.remove(0);
        let first = &told["attempts"][0];
        assert_eq!((&told["state"], &told["tries"], &told["type"]), (&json!("PENDING"), &json!(1), &json!("PAYMENT.SUCCESS")));
        assert_eq!((&first["number"], &first["http_status"], &first["error"]), (&json!(1), &json!(500), &json!("HTTP 500")));
        assert_eq!((&first["response"], &first["next_try_time"]), (&json!("not today"), &told["next_try_time"]));
        assert!(first["took_ms"].is_u64() && first["time"].is_string());
        app.pass(Duration::from_secs(10));
        app.until("it is done", async || deliveries(app, &query).await[0]["state"] == "DONE").await;
        let told = deliveries(app, &query).await.remove(0);
        let second = &told["attempts"][1];
        assert_eq!((&second["number"], &second["http_status"], second.get("error")), (&json!(2), &json!(200), None));
        assert!(told["delivered_time"].is_string() && told.get("next_try_time").is_none());
        assert_eq!(told["body"], sink.received()[0].raw);
        for key in ["session_id", "order_id", "trans_id"] {
            let found = deliveries(app, &format!("{key}={}", told[key].as_str().unwrap())).await;
            assert_eq!(found, std::slice::from_ref(&told), "{key}");
        }
        assert_eq!(told["session_id"], session.id);
        assert!(deliveries(app, &format!("{query}&state=PENDING")).await.is_empty());
    }

    async fn a_replay_sends_the_same_message_again(app: TestApp) {
        let session = pay_at(app, Some(&app.sink.url)).await;
        let query = format!("trans_id={}", session.trans_id);
        app.until("it is done", async || deliveries(app, &query).await[0]["state"] == "DONE").await;
        let told = deliveries(app, &query).await.remove(0);
        assert!(told.get("endpoint_id").is_none());
        let path = format!("/v1/deliveries/{}/replay", told["delivery_id"].as_str().unwrap());
        let replayed = app.merchant(Method::POST, &path, None).await;
        assert_eq!(replayed.data()["state"], "PENDING");
        app.until("it came again", async || app.sink.received().len() == 2).await;
        let received = app.sink.received();
        assert_eq!((&received[0].id, &received[0].raw), (&received[1].id, &received[1].raw));
        app.until("both tries are listed", async || deliveries(app, &query).await[0]["attempts"][1]["http_status"] == 200).await;
        let one = app.merchant(Method::GET, &path.replace("/replay", ""), None).await;
        assert_eq!((&one.data()["state"], &one.data()["tries"]), (&json!("DONE"), &json!(2)));
    }

    async fn an_operators_resend_keeps_the_record_of_every_try(app: TestApp) {
        let sink = app.another_sink().await;
        register(app, &sink.url, json!({})).await;
        sink.refuse(&[500]);
        let session = pay_at(app, None).await;
        app.until("a try failed", async || tries_of(app, &session).await == 1).await;
        app.pass(Duration::from_secs(10));
        app.until("it is told", async || sink.received().len() == 1).await;
        app.until("that is written down", async || tries_of(app, &session).await == 2).await;
        let (trans_id, now) = (session.trans_id.clone(), app.app.now());
        let queued: Result<u64, Error> = app.app.store.write(async move |tx: &mut Tx| {
            Ok(outbox::replay_order(tx, (MERCHANT, &trans_id), false, now).await?)
        }).await;
        assert_eq!(queued.unwrap(), 1);
        app.app.wake.outbox.notify_one();
        app.until("it is told again, as the third try", async || tries_of(app, &session).await == 3).await;
        assert_eq!(sink.received().len(), 2);
    }

    async fn pages_follow_one_another_newest_first(app: TestApp) {
        let mut orders = Vec::new();
        for _ in 0..5 {
            orders.insert(0, pay_at(app, Some(&app.sink.url)).await.trans_id);
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.merchant(Method::GET, &format!("/v1/deliveries?limit=2{cursor}"), None).await;
            let found = page.data()["deliveries"].as_array().unwrap().clone();
            assert!(!found.is_empty() && found.len() <= 2);
            seen.extend(found.iter().map(|told| told["trans_id"].as_str().unwrap().to_owned()));
            match page.data()["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, orders);
    }
}
