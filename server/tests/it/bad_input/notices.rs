//! Messages that do not prove who speaks.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::antom::{headers, paid};
use crate::support::{Answer, Session, TestApp, on_both, order_id};

async fn post(app: &TestApp, headers: &[(&str, String)], body: Value) -> Answer {
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    app.call(Method::POST, "/notify/antom", None, &headers, Some(body)).await
}

fn forged(app: &TestApp) -> u64 {
    app.app.counters.forged.load(Ordering::Relaxed)
}

async fn opened(app: &TestApp) -> (Session, String) {
    let session = app.session("PHP", "25000").await;
    let opened = app.pay(&session, "GCASH").await;
    (session, order_id(&opened))
}

on_both! {
    async fn a_forged_notification_is_refused_and_counted(app: TestApp) {
        let (session, order) = opened(app).await;
        let (body, before) = (paid(&order, "25000"), app.rows().await);
        let signatures = ["", "algorithm=RSA256,keyVersion=1,signature=", "algorithm=RSA256,keyVersion=1,signature=AAAA", "algorithm=none,signature=x"];
        for (number, signature) in signatures.iter().enumerate() {
            let mut headers = headers(&body);
            headers[2].1 = (*signature).to_owned();
            assert_eq!(post(app, &headers, body.clone()).await.status, 401, "{signature}");
            assert_eq!(forged(app), number as u64 + 1, "{signature}");
        }
        assert_eq!(app.rows().await, before);
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
        assert_eq!(app.call(Method::POST, "/notify/nobody", None, &[], Some(body)).await.status, 404);
    }

    async fn a_notification_that_was_altered_is_refused_and_counted_and_the_genuine_one_counts(app: TestApp) {
        app.has_no_channels_book("what is paid is a message of the test's own");
        let (session, order) = opened(app).await;
        let (_, other) = opened(app).await;
        let (genuine, before) = (paid(&order, "25000"), app.rows().await);
        let altered: [fn(&mut Value, &str); 5] = [
            |body, _| body["paymentAmount"]["value"] = json!("1"),
            |body, other| body["paymentRequestId"] = json!(other),
            |body, _| body["result"]["resultStatus"] = json!("F"),
            |body, _| body["paymentTime"] = json!("2026-11-18T12:01:29+08:00"),
            |body, _| body["more"] = json!(1),
        ];
        for (number, alter) in altered.iter().enumerate() {
            let mut body = genuine.clone();
            alter(&mut body, &other);
            let answer = post(app, &headers(&genuine), body).await;
            assert_eq!((answer.status, answer.code()), (401, "WRONG_KEY"), "{number}");
            assert_eq!(forged(app), number as u64 + 1);
        }
        for (number, (place, value)) in [(0, "SANDBOX_5X00000000000001"), (1, "2026-11-18T12:01:32+08:00")].into_iter().enumerate() {
            let mut headers = headers(&genuine);
            headers[place].1 = value.to_owned();
            assert_eq!(post(app, &headers, genuine.clone()).await.status, 401, "{value}");
            assert_eq!(forged(app), number as u64 + 6);
        }
        assert_eq!(app.rows().await, before);
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
        // The signature of this test is one that is believed.
        assert_eq!(post(app, &headers(&genuine), genuine.clone()).await.status, 200);
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(forged(app), 7);
    }
}
