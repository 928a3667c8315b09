//! Who only looks changes nothing (R14), and a poll needs neither the database nor a channel (R8).

use reqwest::Method;
use serde_json::json;

use crate::refunds::paid;
use crate::support::{KEY, TestApp, on_both, order_id};

/// Everything that can be looked at, of this session, transaction and receipt code.
fn looks(session: &str, trans_id: &str, order: &str, code: &str) -> Vec<String> {
    [
        "/v1/sessions?session_id={session}",
        "/v1/sessions?trans_id={trans_id}",
        "/v1/sessions/{session}/qr.svg",
        "/v1/sessions/{session}/qr.png",
        "/v1/transactions?order_id={order}",
        "/v1/transactions?trans_id={trans_id}&all=true",
        "/v1/refunds?refund_trans_id=r1",
        "/v1/reversals",
        "/v1/codes",
        "/v1/codes/{code}",
        "/v1/codes/{code}/qr.svg",
        "/v1/methods/explain?session_id={session}",
        "/v1/webhook_endpoints",
        "/v1/deliveries",
        "/v1/merchant",
        "/v1/merchant/keys",
        "/pay/{session}",
        "/pay/{session}?plain=1",
        "/c/{code}",
        "/openapi.json",
        "/docs",
        "/healthz",
        "/readyz",
        "/metrics",
        "/notify/antom",
    ]
    .map(|path| {
        let path = path.replace("{session}", session).replace("{trans_id}", trans_id);
        path.replace("{order}", order).replace("{code}", code)
    })
    .to_vec()
}

on_both! {
    async fn looking_writes_nothing(app: TestApp) {
        let (session, order) = paid(app, "25000").await;
        let part = json!({ "order_id": order, "amount": "5000", "refund_trans_id": "r1" });
        app.merchant(Method::POST, "/v1/refunds", Some(part)).await.data();
        let code = app.merchant(Method::POST, "/v1/codes", Some(json!({ "currency": "PHP" }))).await;
        let code = code.data()["code_id"].as_str().unwrap().to_owned();
        app.until("both are told", async || app.sink.kinds(&session.trans_id).len() == 2).await;
        app.until("nothing changes any more", async || {
            let before = app.traces().await;
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            app.traces().await == before
        }).await;
        let (before, book) = (app.traces().await, app.book().await);
        for _ in 0..3 {
            for path in looks(&session.id, &session.trans_id, &order, &code) {
                for method in [Method::GET, Method::HEAD] {
                    app.call(method, &path, Some(KEY), &[], None).await;
                    assert_eq!(app.traces().await, before, "{path}");
                }
            }
            for path in ["", "/status"] {
                app.shopper(Method::GET, &session, path, None).await.data();
                assert_eq!(app.traces().await, before, "{path}");
            }
        }
        assert_eq!(app.book().await, book);
    }

    async fn however_often_a_page_polls_the_channel_is_asked_at_its_own_pace(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        app.pay(&session, "GCASH").await.data();
        let (begun, rows) = (app.app.now(), app.rows().await);
        for _ in 0..300 {
            assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
        }
        let row: Option<(i64, i64)> = app.app.store.read().await.unwrap()
            .sql("select cast(sum(asks) as bigint), count(*) from payment").one().await.unwrap();
        // Every two seconds, and once at the beginning.
        let most = 2 + (app.app.now() - begun) / 2000;
        let (asks, payments) = row.unwrap();
        assert!(asks <= most, "300 polls asked the channel {asks} times, at most {most} are due");
        assert_eq!((payments, app.rows().await), (1, rows));
    }

    async fn a_poll_needs_no_database(app: TestApp) {
        let (other, base) = app.another().await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        let path = format!("/v1/checkout/{}/status", session.id);
        let poll = async || app.call_at(&base, Method::GET, &path, Some(&session.token), &[], None).await;
        let order = json!(order_id(&opened));
        app.until("the other process knows of it", async || poll().await.data()["order_id"] == order).await;
        other.store.close().await;
        for _ in 0..20 {
            let answer = poll().await;
            assert_eq!((&answer.data()["order_id"], &answer.data()["payment_status"]), (&order, &json!("PROCESSING")));
        }
        let view = path.strip_suffix("/status").unwrap();
        let view = app.call_at(&base, Method::GET, view, Some(&session.token), &[], None).await;
        assert!(view.status >= 500, "it really has no database: {}", view.body);
    }
}
