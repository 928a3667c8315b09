//! What a merchant's server can ask.

mod ask;
mod change;
mod codes;
mod document_004;
mod explain;
mod foreign;
mod idempotency;
mod looks;
mod money_once;
mod pages;
mod paykka;
mod printed;
mod settings;
mod tenants;
mod which;

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{MERCHANT, OTHER_KEY, TestApp, on_both};

on_both! {
    async fn a_session_is_made_queried_and_paid_by_every_key(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        for key in [format!("session_id={}", session.id), format!("trans_id={}", session.trans_id)] {
            let answer = app.merchant(Method::GET, &format!("/v1/sessions?{key}"), None).await;
            assert_eq!(answer.data()["session_id"], session.id);
            assert_eq!(answer.data()["status"], "PROCESSING");
            let none = app.merchant(Method::GET, &format!("/v1/transactions?{key}"), None).await;
            assert_eq!((none.status, none.body["ret_msg"].as_str()), (404, Some("the order doesn't exist")));
        }
        let opened = app.pay(&session, "GCASH").await;
        let order_id = opened.data()["order_id"].as_str().unwrap().to_owned();
        app.wallet(opened.data()["next_action"]["text"].as_str().unwrap(), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        for key in [format!("session_id={}", session.id), format!("trans_id={}", session.trans_id), format!("order_id={order_id}")] {
            let answer = app.merchant(Method::GET, &format!("/v1/transactions?{key}"), None).await;
            let data = answer.data();
            assert_eq!(data["order_id"], order_id);
            assert_eq!((data["status"].as_str(), data["error_code"].as_str()), (Some("SUCCESS"), Some("0000")));
            assert_eq!((data["amount"].as_str(), data["currency"].as_str()), (Some("25000"), Some("PHP")));
            assert!(data["pay_finish_time"].is_string());
        }
        assert_eq!(app.session_status(&session).await, "SUCCESS");
    }

    async fn document_004_queries_work_with_a_body_and_several_keys(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let both = json!({ "merchant_id": MERCHANT, "trans_id": session.trans_id, "session_id": session.id });
        let answer = app.merchant(Method::POST, "/v1/sessions/query", Some(both)).await;
        assert_eq!(answer.data()["session_id"], session.id);
        let opened = app.pay(&session, "ALIPAY_PLUS").await;
        let all = json!({ "merchant_id": MERCHANT, "trans_id": session.trans_id, "session_id": session.id,
            "order_id": opened.data()["order_id"] });
        let answer = app.merchant(Method::POST, "/v1/transactions/query", Some(all)).await;
        assert_eq!(answer.data()["status"], "PROCESSING");
    }

    async fn an_equal_request_replays_and_another_one_is_refused(app: TestApp) {
        let request = app.request("HKD", "800");
        let first = app.create(request.clone()).await;
        let second = app.create(request.clone()).await;
        assert_eq!(first.data(), second.data());
        let mut other = request.clone();
        other["amount"] = json!("900");
        let refused = app.create(other.clone()).await;
        assert_eq!((refused.status, refused.code(), refused.field()), (409, "TRANS_ID_OPEN", "trans_id"));
        // After it was closed, the same number may be used again (D8).
        let id = first.data()["session_id"].as_str().unwrap();
        let closed = app.merchant(Method::POST, &format!("/v1/sessions/{id}/close"), None).await;
        assert_eq!(closed.data()["status"], "CANCELLED");
        assert_ne!(app.create(other).await.data()["session_id"], first.data()["session_id"]);
    }

    async fn a_paid_number_is_never_used_again(app: TestApp) {
        let request = app.request("PHP", "25000");
        let session = app.session_of(request.clone()).await;
        let opened = app.pay(&session, "MAYA").await;
        app.wallet(opened.data()["next_action"]["text"].as_str().unwrap(), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        let mut other = request;
        other["amount"] = json!("1");
        assert_eq!(app.create(other).await.code(), "TRANS_ID_PAID");
        let refused = app.pay(&session, "GCASH").await;
        assert_eq!((refused.status, refused.code()), (409, "ALREADY_PAID"));
    }

    async fn nobody_sees_what_belongs_to_somebody_else(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let opened = app.pay(&session, "ALIPAY_PLUS").await;
        let order = opened.data()["order_id"].as_str().unwrap();
        for path in [
            format!("/v1/sessions?session_id={}", session.id),
            format!("/v1/sessions?trans_id={}", session.trans_id),
            format!("/v1/transactions?order_id={order}"),
            format!("/v1/transactions?session_id={}", session.id),
            format!("/v1/transactions?trans_id={}", session.trans_id),
        ] {
            let foreign = app.call(Method::GET, &path, Some(OTHER_KEY), &[], None).await;
            let unknown = app.call(Method::GET, &path.replace(&session.id[2..6], "0000").replace(&order[2..6], "0000")
                .replace(&session.trans_id, "nobody"), Some(OTHER_KEY), &[], None).await;
            assert_eq!(foreign.status, 404, "{path}");
            assert_eq!(foreign.body, unknown.body, "{path}");
        }
        let close = format!("/v1/sessions/{}/close", session.id);
        assert_eq!(app.call(Method::POST, &close, Some(OTHER_KEY), &[], None).await.status, 404);
    }

    async fn an_unpaid_expiry_notifies_nobody(app: TestApp) {
        let session = app.session("HKD", "800").await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("the session is expired", async || app.session_status(&session).await == "EXPIRED").await;
        let none = app.transaction(&session).await;
        assert_eq!(none.body["ret_msg"], "the order doesn't exist");
        assert_eq!(app.sink.kinds(&session.trans_id), Vec::<String>::new());
        let refused = app.pay(&session, "ALIPAY_PLUS").await;
        assert_eq!((refused.status, refused.code()), (409, "SESSION_EXPIRED"));
    }
}
