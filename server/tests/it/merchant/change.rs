//! Changing what an open session asks for (D10).

use std::time::Duration;

use florin_server::domain::payment::PaymentState;
use florin_server::store::payments;
use reqwest::Method;
use serde_json::{Value, json};

use super::ask::ask;
use crate::support::{Answer, OTHER_KEY, Session, TestApp, code, on_both, order_id};

async fn change(app: &TestApp, session: &Session, body: Value) -> Answer {
    app.merchant(Method::PATCH, &format!("/v1/sessions/{}", session.id), Some(body)).await
}

async fn is_confirming(app: &TestApp, order_id: &str) -> bool {
    let mut tx = app.app.store.read().await.unwrap();
    let payment = payments::get(&mut tx, &order_id.parse().unwrap()).await.unwrap().unwrap();
    (payment.state, payment.confirming) == (PaymentState::Cancelling, true)
}

async fn pay_at(app: &TestApp, session: &Session, version: u64) -> Answer {
    let body = json!({ "method": "GCASH", "version": version });
    app.shopper(Method::POST, session, "/transactions", Some(body)).await
}

on_both! {
    async fn the_shopper_pays_the_new_amount_or_is_told_of_it(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        assert_eq!(app.view(&session).await.data()["version"], 1);
        let changed = change(app, &session, json!({ "amount": "30000", "goods": [{ "name": "Two teas", "quantity": 2 }] })).await;
        assert_eq!(changed.data()["amount"], "30000");
        let stale = pay_at(app, &session, 1).await;
        assert_eq!((stale.status, stale.code(), stale.field()), (409, "AMOUNT_CHANGED", "version"));
        let view = app.view(&session).await;
        assert_eq!((&view.data()["version"], &view.data()["amount"]), (&json!(2), &json!("30000")));
        assert_eq!(view.data()["goods"][0]["name"], "Two teas");
        let opened = pay_at(app, &session, 2).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.transaction(&session).await.data()["amount"], "30000");
        assert_eq!(app.held(&order_id(&opened)).await, 30000);
    }

    async fn an_open_payment_of_the_old_amount_is_closed_at_the_channel(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        change(app, &session, json!({ "amount": "20000" })).await.data();
        // In the same commit: no moment at which the old code counts as waiting.
        let status = app.status(&session).await;
        assert!(matches!(status["phase"].as_str(), Some("CLOSING" | "OVER")), "{status}");
        app.until("the old payment is closed at the channel", async || app.book_says(&order_id(&opened)).await == "CANCELLED").await;
        assert_eq!(app.session_status(&session).await, "PROCESSING");
        let next = pay_at(app, &session, 2).await;
        app.wallet(&code(&next), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn money_for_the_old_amount_goes_back(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        // The shopper pays while the merchant changes; the channel's message is lost, so nobody knows of it yet.
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        change(app, &session, json!({ "amount": "20000" })).await;
        app.until("the money is back", async || app.held(&order_id(&opened)).await == 0).await;
        assert_eq!(app.session_status(&session).await, "PROCESSING");
        let next = pay_at(app, &session, 2).await;
        app.wallet(&code(&next), "approve").await.is_paid();
        app.until("the new amount is paid", async || app.session_status(&session).await == "SUCCESS").await;
        assert_eq!(app.transaction(&session).await.data()["amount"], "20000");
    }

    async fn what_is_paid_closed_or_expired_cannot_change(app: TestApp) {
        let paid = app.session("PHP", "25000").await;
        let opened = app.pay(&paid, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&paid, "SUCCESS").await;
        let closed = app.session("PHP", "25000").await;
        app.merchant(Method::POST, &format!("/v1/sessions/{}/close", closed.id), None).await.data();
        let expired = app.session("PHP", "25000").await;
        app.pass(Duration::from_secs(31 * 60));
        for (session, code) in [(paid, "ALREADY_PAID"), (closed, "SESSION_CLOSED"), (expired, "SESSION_EXPIRED")] {
            let refused = change(app, &session, json!({ "amount": "1" })).await;
            assert_eq!((refused.status, refused.code()), (409, code));
        }
    }

    async fn what_a_bank_confirms_cannot_change(app: TestApp) {
        app.has_no_channels_book("what the bank has yet to confirm is taken, and counts nowhere");
        app.fault(json!({ "fault": "pending", "times": 1, "ms": 60000 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "BANK_TRANSFER").await;
        app.wallet(&code(&opened), "approve").await;
        app.until("the bank is confirming", async || app.status(&session).await["phase"] == "CONFIRMING").await;
        let refused = change(app, &session, json!({ "amount": "1" })).await;
        assert_eq!((refused.status, refused.code()), (409, "BEING_CONFIRMED"));
        assert_eq!(app.status(&session).await["phase"], "CONFIRMING");
    }

    async fn what_a_bank_confirms_of_an_earlier_session_is_neither_changed_nor_paid_twice(app: TestApp) {
        app.has_no_channels_book("what the bank has yet to confirm is taken, and counts nowhere");
        app.fault(json!({ "fault": "pending", "times": 1, "ms": 60000 })).await;
        let request = app.request("IDR", "2500000");
        let first = app.session_of(request.clone()).await;
        // The channel cannot cancel it, so it does not hold its session open; the shopper transfers all the same.
        let opened = app.pay(&first, "BANK_TRANSFER").await;
        app.merchant(Method::POST, &format!("/v1/sessions/{}/close", first.id), None).await.data();
        app.until("the first is closed", async || app.session_status(&first).await == "CANCELLED").await;
        app.wallet(&code(&opened), "approve").await;
        app.until("the bank is confirming", async || is_confirming(app, &order_id(&opened)).await).await;
        let second = app.session_of(request).await;
        let again = app.pay(&second, "SHOPEEPAY").await;
        assert_eq!((again.status, again.code()), (409, "BEING_CONFIRMED"));
        let refused = change(app, &second, json!({ "amount": "100" })).await;
        assert_eq!((refused.status, refused.code()), (409, "BEING_CONFIRMED"));
    }

    async fn only_what_is_another_amount_disturbs_the_shopper(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        change(app, &session, json!({ "amount": "25000", "currency": "PHP" })).await.data();
        change(app, &session, json!({})).await.data();
        change(app, &session, json!({ "goods": [{ "name": "Other tea" }] })).await.data();
        assert_eq!(app.status(&session).await["phase"], "WAITING");
        let view = app.view(&session).await;
        assert_eq!((&view.data()["version"], &view.data()["goods"][0]["name"]), (&json!(1), &json!("Other tea")));
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn a_wrong_change_is_refused_by_its_field(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        for (body, code, field) in [
            (json!({ "amount": "0" }), "INVALID_AMOUNT", "amount"),
            (json!({ "amount": 5.5 }), "INVALID_FIELD", "amount"),
            (json!({ "currency": "HKD" }), "INVALID_FIELD", "currency"),
            (json!({ "goods": [{}] }), "INVALID_FIELD", "goods.0.name"),
            (json!({ "goods": [{ "name": "a\u{1}b" }] }), "INVALID_FIELD", "goods.0.name"),
            (json!({ "trans_id": "x" }), "UNKNOWN_FIELD", "trans_id"),
        ] {
            let refused = change(app, &session, body.clone()).await;
            assert_eq!((refused.status, refused.code(), refused.field()), (400, code, field), "{body}");
        }
        let path = format!("/v1/sessions/{}", session.id);
        let foreign = ask(app, Method::PATCH, &path).by(OTHER_KEY).json(&json!({ "amount": "1" })).send().await;
        assert_eq!((foreign.status, foreign.code().as_str()), (404, "NOT_FOUND"));
        assert_eq!(app.view(&session).await.data()["amount"], "25000");
    }

    async fn changes_and_payments_at_once_leave_one_truth(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let bodies: Vec<Value> = (1..=8).map(|step| json!({ "amount": (20_000 + step).to_string() })).collect();
        let changes = futures_util::future::join_all(bodies.into_iter().map(|body| change(app, &session, body)));
        let payments = futures_util::future::join_all((1..=8).map(|version| pay_at(app, &session, version)));
        let (changes, _) = tokio::join!(changes, payments);
        assert!(changes.iter().all(|changed| changed.status == 200));
        let view = app.view(&session).await;
        assert_eq!(view.data()["version"], 9);
        let opened = pay_at(app, &session, 9).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.transaction(&session).await.data()["amount"], view.data()["amount"]);
    }
}
