//! Nobody waits for somebody else's endpoint, and an order is told in its order.

use std::time::Duration;

use florin_server::store::Tx;
use florin_server::store::outbox;
use florin_server::{Error, clock::Millis};
use serde_json::json;

use super::{deliveries, pay_at, register};
use crate::support::sink::Sink;
use crate::support::{Db, MERCHANT, TestApp, on_both, tell};

/// Writes messages of made-up orders for a registered endpoint.
async fn queue(app: &TestApp, endpoint: &str, orders: usize, per_order: i64) {
    let (endpoint, now) = (endpoint.to_owned(), app.app.now());
    let write = async move |tx: &mut Tx| {
        for order in 0..orders {
            for seq in 1..=per_order {
                one(tx, &endpoint, &format!("{endpoint}-{order}"), seq, now).await?;
            }
        }
        Ok::<_, Error>(())
    };
    app.app.store.write(write).await.unwrap();
    app.app.wake.outbox.notify_one();
}

async fn one(tx: &mut Tx, endpoint: &str, order: &str, seq: i64, now: Millis) -> Result<(), Error> {
    let body = json!({ "type": "PAYMENT.FAILURE", "data": { "trans_id": order, "seq": seq } });
    tx.sql(
        "insert into outbox (merchant_id, trans_id, seq, endpoint_id, message_id, url, body, state, tries, next_ms,
           leased_until_ms, last_error, created_ms, done_ms, delivery_id, lane, session_id, order_id, kind, round_ms,
           round_tries)
         values ($1, $2, $3, $4, $5, '', $6, 'PENDING', 0, $7, 0, '', $7, null, $8, $4, '', '', 'PAYMENT.FAILURE', $7, 0)",
    )
    .bind(MERCHANT)
    .bind(order.to_owned())
    .bind(seq)
    .bind(endpoint.to_owned())
    .bind(format!("msg_{order}_{seq}"))
    .bind(body.to_string())
    .bind(now)
    .bind(format!("WD{order}_{seq}"))
    .execute()
    .await?;
    Ok(())
}

/// All 300 messages of 60 orders are told, once, each order in its order.
async fn told_in_order(app: &TestApp, good: &Sink, endpoint: &str) {
    app.until("all are told", async || good.received().len() >= 300).await;
    for order in 0..60 {
        let order = format!("{endpoint}-{order}");
        let heard = good.received();
        let of_order = heard.iter().filter(|heard| heard.body["data"]["trans_id"] == order);
        let told: Vec<_> = of_order.map(|heard| heard.body["data"]["seq"].clone()).collect();
        assert_eq!(told, [1, 2, 3, 4, 5], "{order}");
    }
    let query = format!("endpoint_id={endpoint}&state=PENDING");
    app.until("all are done", async || deliveries(app, &query).await.is_empty()).await;
    assert_eq!(good.received().len(), 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_work_and_send_nothing_twice() {
    tell(Db::Postgres, async |app| {
        let (_second, _) = app.another().await;
        let good = app.another_sink().await;
        let (endpoint, _) = register(app, &good.url, json!({})).await;
        queue(app, &endpoint, 60, 5).await;
        told_in_order(app, &good, &endpoint).await;
    })
    .await;
}

on_both! {
    async fn endpoints_that_hang_delay_nobody_else(app: TestApp) {
        for _ in 0..12 {
            let dead = app.another_sink().await;
            dead.behave(|manners| manners.hangs = true);
            let (endpoint, _) = register(app, &dead.url, json!({ "types": ["REFUND.*"] })).await;
            queue(app, &endpoint, 100, 1).await;
        }
        app.until("the dead ones have all their places", async || app.app.courier.lanes.under_way() >= 48).await;
        let good = app.another_sink().await;
        register(app, &good.url, json!({})).await;
        for number in 1..=10 {
            pay_at(app, None).await;
            let begun = app.app.now();
            app.until("the good one heard", async || good.received().len() == number).await;
            let took = app.app.now() - begun;
            assert!(took < 1000, "message {number} took {took} ms");
        }
    }

    async fn an_order_is_told_in_its_order_however_many_are_under_way(app: TestApp) {
        let good = app.another_sink().await;
        let (endpoint, _) = register(app, &good.url, json!({})).await;
        queue(app, &endpoint, 60, 5).await;
        told_in_order(app, &good, &endpoint).await;
    }

    async fn a_message_that_is_refused_holds_its_order_up_three_times_and_no_other(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({})).await;
        sink.refuse(&[500]);
        queue(app, &endpoint, 1, 2).await;
        let query = format!("endpoint_id={endpoint}");
        let tries = async || deliveries(app, &query).await.iter().map(|told| told["attempts"].as_array().unwrap().len()).collect::<Vec<_>>();
        app.until("the first failed", async || tries().await == [0, 1]).await;
        sink.refuse(&[500]);
        app.pass(Duration::from_secs(10));
        app.until("and again", async || tries().await == [0, 2]).await;
        let other = app.another_sink().await;
        register(app, &other.url, json!({})).await;
        pay_at(app, None).await;
        app.until("another order is told meanwhile", async || !sink.received().is_empty() && !other.received().is_empty()).await;
        assert_eq!(tries().await[..2], [0, 2]);
        sink.refuse(&[500]);
        app.pass(Duration::from_secs(6 * 60));
        app.until("the second one passes", async || sink.received().iter().any(|heard| heard.body["data"]["seq"] == 2)).await;
        assert!(!sink.received().iter().any(|heard| heard.body["data"]["seq"] == 1 && heard.body["type"] == "PAYMENT.FAILURE"));
    }

    async fn an_order_is_told_in_its_order_at_each_address_and_no_address_waits_for_another(app: TestApp) {
        let (now, url) = (app.app.now(), app.sink.url.clone());
        // A refund that names an address of its own, while the session's is dead.
        let write = async move |tx: &mut Tx| {
            one(tx, "notify_url", "o", 1, now).await?;
            one(tx, "notify_url", "o", 2, now).await?;
            tx.sql("update outbox set lane = 'dead', url = 'http://127.0.0.1:1/' where seq = 1").execute().await?;
            tx.sql("update outbox set lane = 'well', url = $1 where seq = 2").bind(url).execute().await?;
            Ok::<_, Error>(())
        };
        app.app.store.write(write).await.unwrap();
        app.app.wake.outbox.notify_one();
        app.until("the second is told", async || app.sink.received().len() == 1).await;
    }

    async fn a_message_that_cannot_be_prepared_spoils_no_other(app: TestApp) {
        let good = app.another_sink().await;
        let (endpoint, _) = register(app, &good.url, json!({})).await;
        let (lane, now) = (endpoint.clone(), app.app.now());
        let write = async move |tx: &mut Tx| {
            for order in 0..8 {
                one(tx, &lane, &format!("o{order}"), 1, now).await?;
            }
            // Of a merchant that is not there.
            tx.sql("update outbox set merchant_id = '20000000000009' where trans_id = 'o0'").execute().await?;
            Ok::<_, Error>(())
        };
        app.app.store.write(write).await.unwrap();
        app.app.wake.outbox.notify_one();
        app.until("the others are told", async || good.received().len() == 7).await;
    }

    async fn a_message_whose_process_died_is_sent_by_another_when_the_lease_is_over(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({})).await;
        let (lane, now) = (endpoint.clone(), app.app.now());
        let taken_by_a_dead_process = async move |tx: &mut Tx| {
            one(tx, &lane, "order", 1, now).await?;
            let taken = outbox::claim(tx, &lane, (now, now + 60_000), 10).await?;
            Ok::<_, Error>(taken.len())
        };
        assert_eq!(app.app.store.write(taken_by_a_dead_process).await.unwrap(), 1);
        tokio::time::sleep(Duration::from_millis(800)).await;
        assert_eq!(sink.received().len(), 0);
        app.pass(Duration::from_secs(61));
        app.until("it is told", async || deliveries(app, "state=DONE").await.len() == 1).await;
        assert_eq!(deliveries(app, "").await[0]["tries"], 2);
    }
}
