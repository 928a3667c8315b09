//! What was told long ago is forgotten; what still waits, and everything about money, is not.

use std::time::Duration;

use florin_server::store::checks::{self, Broken, When};
use florin_server::store::{StoreError, Tx};
use florin_server::worker::sweep_all;
use reqwest::Method;
use serde_json::json;

use super::{change, deliveries, pay_at, register};
use crate::support::{Session, TestApp, on_both};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn states(app: &TestApp, session: &Session) -> Vec<String> {
    let told = deliveries(app, &format!("trans_id={}", session.trans_id)).await;
    told.iter().map(|told| told["state"].as_str().unwrap().to_owned()).collect()
}

/// Rows of each kind: messages, tries, and what is about money.
async fn rows(app: &TestApp) -> (i64, i64, i64) {
    let mut tx = app.app.store.read().await.unwrap();
    let row: Option<(i64, i64, i64)> = tx
        .sql(
            "select (select count(*) from outbox), (select count(*) from delivery_try),
                (select count(*) from event) + (select count(*) from evidence) + (select count(*) from ledger)
                  + (select count(*) from payment) + (select count(*) from session) + (select count(*) from pay_order)",
        )
        .one()
        .await
        .unwrap();
    row.unwrap()
}

on_both! {
    async fn a_delivered_message_is_forgotten_after_ninety_days(app: TestApp) {
        let old = pay_at(app, Some(&app.sink.url)).await;
        app.until("it is told", async || states(app, &old).await == ["DONE"]).await;
        app.pass(60 * DAY);
        let young = pay_at(app, Some(&app.sink.url)).await;
        app.until("it is told", async || states(app, &young).await == ["DONE"]).await;
        let (.., about_money) = rows(app).await;

        app.pass(29 * DAY);
        sweep_all(&app.app).await.unwrap();
        assert_eq!(rows(app).await, (2, 2, about_money), "ninety days are not over");
        app.pass(2 * DAY);
        sweep_all(&app.app).await.unwrap();
        assert_eq!(rows(app).await, (1, 1, about_money));
        assert!(states(app, &old).await.is_empty());
        assert_eq!(states(app, &young).await, ["DONE"]);
        app.check(When::Always).await;

        // The shop can still ask, and give back.
        let path = format!("/v1/transactions?trans_id={}", old.trans_id);
        assert_eq!(app.merchant(Method::GET, &path, None).await.data()["status"], "SUCCESS");
        app.app.retention.keep_deliveries(31);
        sweep_all(&app.app).await.unwrap();
        assert_eq!(rows(app).await, (0, 0, about_money), "the operator wanted them for thirty-one days only");
    }

    async fn what_still_waits_is_kept_and_what_was_given_up_is_not(app: TestApp) {
        app.has_no_merchants_book("its own address refuses for ever");
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({ "sessions": "ALL" })).await;
        sink.refuse(&[500; 99]);
        let waiting = pay_at(app, None).await;
        app.until("a try failed", async || deliveries(app, "").await[0]["attempts"] != json!([])).await;
        change(app, &endpoint, json!({ "enabled": false })).await;
        app.until("it waits", async || states(app, &waiting).await == ["HELD"]).await;

        app.sink.refuse(&[410]);
        let given_up = pay_at(app, Some(&app.sink.url)).await;
        app.until("it waits for its next try", async || tries_of(app, &given_up).await == 1).await;
        app.pass(31 * DAY);
        app.sink.refuse(&[500; 9]);
        app.until("it is given up", async || states(app, &given_up).await == ["DEAD"]).await;

        app.pass(91 * DAY);
        sweep_all(&app.app).await.unwrap();
        assert_eq!(states(app, &waiting).await, ["HELD"]);
        assert!(states(app, &given_up).await.is_empty());
        app.check(When::Always).await;
        sink.refuse(&[]);
        change(app, &endpoint, json!({ "enabled": true })).await;
        app.until("it is told after all", async || states(app, &waiting).await == ["DONE"]).await;
    }

    async fn a_message_that_is_lost_is_missed_although_older_ones_were_forgotten(app: TestApp) {
        let old = pay_at(app, Some(&app.sink.url)).await;
        app.until("it is told", async || states(app, &old).await == ["DONE"]).await;
        app.pass(91 * DAY);
        sweep_all(&app.app).await.unwrap();
        assert!(states(app, &old).await.is_empty());
        pay_at(app, Some(&app.sink.url)).await;
        app.check(When::Always).await;
        assert_eq!(broken_without_messages(app).await, ["I12 every result has its message, for a session that wants them"]);
    }
}

/// What is broken when no message is left; that is taken back.
async fn broken_without_messages(app: &TestApp) -> Vec<&'static str> {
    struct Back(Vec<Broken>);
    impl From<StoreError> for Back {
        fn from(error: StoreError) -> Back {
            panic!("{error}")
        }
    }
    let now = app.app.now();
    let unit = async move |tx: &mut Tx| {
        tx.sql("delete from outbox").execute().await?;
        Err::<(), Back>(Back(checks::run(tx, When::Always, now).await?))
    };
    let Err(Back(found)) = app.app.store.write(unit).await else {
        unreachable!("it is taken back")
    };
    found.iter().map(|broken| broken.invariant).collect()
}

async fn tries_of(app: &TestApp, session: &Session) -> usize {
    let told = deliveries(app, &format!("trans_id={}", session.trans_id)).await;
    told.first().map_or(0, |told| told["attempts"].as_array().unwrap().len())
}
