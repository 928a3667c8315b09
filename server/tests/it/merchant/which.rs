//! Which transaction a query shows (D12): the accepted one, else the live one, else the newest; `all=true` lists them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{MERCHANT, Session, TestApp, code, on_both, order_id};

/// The one that each of the four ways to ask by the order or its session shows; they must show the same.
async fn shown(app: &TestApp, session: &Session) -> (String, String) {
    let mut seen = Vec::new();
    for (name, value) in [("trans_id", &session.trans_id), ("session_id", &session.id)] {
        let path = format!("/v1/transactions?{name}={value}");
        seen.push(app.merchant(Method::GET, &path, None).await);
        let body = json!({ "merchant_id": MERCHANT, name: value });
        seen.push(app.merchant(Method::POST, "/v1/transactions/query", Some(body)).await);
    }
    assert!(seen.windows(2).all(|pair| pair[0].data() == pair[1].data()), "{seen:?}");
    let text = |name: &str| seen[0].data()[name].as_str().unwrap().to_owned();
    (text("order_id"), text("status"))
}

/// Every transaction with its status, in the order of the answer.
async fn all(app: &TestApp, session: &Session) -> Vec<(String, String)> {
    let path = format!("/v1/transactions?trans_id={}&all=true", session.trans_id);
    let answer = app.merchant(Method::GET, &path, None).await;
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let list = answer.data().as_array().unwrap();
    list.iter().map(|one| (text(one, "order_id"), text(one, "status"))).collect()
}

fn pair(id: &str, status: &str) -> (String, String) {
    (id.to_owned(), status.to_owned())
}

on_both! {
    async fn the_live_one_is_shown_else_the_newest(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let first = order_id(&app.pay(&session, "GCASH").await);
        assert_eq!(shown(app, &session).await, pair(&first, "PROCESSING"));
        app.cancel(&session, &first).await.data();
        app.until_status(&session, "CANCELLED").await;
        assert_eq!(shown(app, &session).await, pair(&first, "CANCELLED"));
        let second = order_id(&app.pay(&session, "MAYA").await);
        assert_eq!(shown(app, &session).await, pair(&second, "PROCESSING"));
        app.cancel(&session, &second).await.data();
        app.until_status(&session, "CANCELLED").await;
        assert_eq!(shown(app, &session).await, pair(&second, "CANCELLED"));
        let third = order_id(&app.pay(&session, "GCASH").await);
        assert_eq!(shown(app, &session).await, pair(&third, "PROCESSING"));
        let expected = [pair(&first, "CANCELLED"), pair(&second, "CANCELLED"), pair(&third, "PROCESSING")];
        assert_eq!(all(app, &session).await, expected);
    }

    async fn the_accepted_one_is_shown_before_any_newer_one(app: TestApp) {
        app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        let session = app.session("PHP", "25000").await;
        let first = app.pay(&session, "GCASH").await;
        let second = order_id(&app.pay(&session, "MAYA").await);
        app.until("the first is closed", async || app.book_says(&order_id(&first)).await == "CANCELLED").await;
        assert_eq!(shown(app, &session).await, pair(&second, "PROCESSING"), "the live one");
        app.wallet(&code(&first), "approve").await.is_paid();
        app.until("the first one counts", async || app.session_status(&session).await == "SUCCESS").await;
        let first = order_id(&first);
        assert_eq!(shown(app, &session).await, pair(&first, "SUCCESS"));
        app.until("the second is closed", async || all(app, &session).await[1].1 == "CANCELLED").await;
        assert_eq!(shown(app, &session).await, pair(&first, "SUCCESS"));
        assert_eq!(all(app, &session).await, [pair(&first, "SUCCESS"), pair(&second, "CANCELLED")]);
        let by_id = app.merchant(Method::GET, &format!("/v1/transactions?order_id={second}"), None).await;
        assert_eq!(by_id.data()["order_id"], second, "its own number shows it all the same");
    }
}
