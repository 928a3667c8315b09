//! What goes back by itself and cannot: it ends with a person (D5). And cancels and captures that merchants ask for.

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::paid;
use crate::support::{Answer, OTHER_KEY, Session, TestApp, code, on_both, order_id};

/// A payment one too many whose refund the channel refuses for good: its session, its transaction, its reversal.
pub async fn manual(app: &TestApp) -> (Session, String, String) {
    app.leaves_money_to_people("the channel will not return it");
    app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
    app.fault(json!({ "fault": "refund_refused", "times": 1 })).await;
    let session = app.session("PHP", "25000").await;
    let (first, _) = app.paid_after_another(&session).await;
    app.wallet(&code(&first), "approve").await.is_paid();
    app.until("a person is needed", async || !listed(app).await.is_empty()).await;
    let id = listed(app).await[0]["refund_id"].as_str().unwrap().to_owned();
    (session, order_id(&first), id)
}

async fn listed(app: &TestApp) -> Vec<Value> {
    let answer = app.merchant(Method::GET, "/v1/reversals?status=MANUAL", None).await;
    answer.data()["reversals"].as_array().cloned().unwrap_or_default()
}

async fn resolve(app: &TestApp, id: &str, body: Value) -> Answer {
    app.merchant(Method::POST, &format!("/v1/reversals/{id}/resolve"), Some(body)).await
}

/// The state of an account of the books, for one payment: credits less debits.
async fn account(app: &TestApp, order: &str, name: &str) -> i64 {
    let mut tx = app.app.store.read().await.unwrap();
    let row: Option<(i64,)> = tx
        .sql("select cast(coalesce(sum(credit - debit), 0) as bigint) from ledger where payment_id = $1 and account = $2")
        .bind(order.to_owned())
        .bind(name.to_owned())
        .one()
        .await
        .unwrap();
    row.unwrap().0
}

on_both! {
    async fn what_the_channel_will_not_return_is_told_and_listed(app: TestApp) {
        let (session, order, id) = manual(app).await;
        let found = listed(app).await;
        assert_eq!((found.len(), found[0]["refund_kind"].as_str(), found[0]["status"].as_str()), (1, Some("SURPLUS"), Some("MANUAL")));
        assert_eq!((found[0]["error_code"].as_str(), found[0]["order_id"].as_str()), (Some("REFUND_WINDOW_EXCEED"), Some(order.as_str())));
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).contains(&"REVERSAL.MANUAL".to_owned())).await;
        let told = app.sink.received().into_iter().find(|told| told.body["type"] == "REVERSAL.MANUAL").unwrap();
        assert_eq!((told.body["data"]["refund_id"].as_str(), told.body["data"]["refund_amount"].as_str()), (Some(id.as_str()), Some("25000")));
        assert_eq!(app.held(&order).await, 25_000);
        let foreign = app.call(Method::GET, "/v1/reversals", Some(OTHER_KEY), &[], None).await;
        assert_eq!(foreign.data()["reversals"], json!([]));
        app.check(When::Always).await;
    }

    async fn a_person_gives_it_back_by_another_road(app: TestApp) {
        let (session, order, id) = manual(app).await;
        let said = json!({ "outcome": "RETURNED", "note": "bank transfer 4711" });
        let answer = resolve(app, &id, said.clone()).await;
        let data = answer.data();
        assert_eq!((data["status"].as_str(), data["outcome"].as_str(), data["note"].as_str()), (Some("SUCCESS"), Some("RETURNED"), Some("bank transfer 4711")));
        assert_eq!(resolve(app, &id, said).await.data(), data, "the same again changes nothing");
        let other = resolve(app, &id, json!({ "outcome": "KEPT", "note": "no" })).await;
        assert_eq!((other.status, other.code()), (409, "NOT_MANUAL"));
        assert_eq!((account(app, &order, "surplus_payable").await, account(app, &order, "by_hand").await), (0, 25_000));
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).contains(&"REVERSAL.RESOLVED".to_owned())).await;
        assert_eq!(listed(app).await.len(), 0);
        app.until("at rest", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_person_keeps_it(app: TestApp) {
        let (_, order, id) = manual(app).await;
        let answer = resolve(app, &id, json!({ "outcome": "KEPT", "note": "the payer ordered again" })).await;
        assert_eq!(answer.data()["status"], "KEPT");
        assert_eq!((account(app, &order, "surplus_payable").await, account(app, &order, "merchant_payable").await), (0, 25_000));
        let kept = app.merchant(Method::GET, &format!("/v1/reversals?status=KEPT&order_id={order}"), None).await;
        assert_eq!(kept.data()["reversals"][0]["note"], "the payer ordered again");
        app.until("at rest", async || app.is_clean(When::AtRest).await).await;
    }

    async fn what_the_channel_returned_meanwhile_is_never_booked_by_hand(app: TestApp) {
        let (session, order, id) = manual(app).await;
        crate::refunds::given_back_elsewhere(app, &order, 25_000).await;
        let refused = resolve(app, &id, json!({ "outcome": "RETURNED", "note": "by hand" })).await;
        assert_eq!((refused.status, refused.code()), (409, "ALREADY_RETURNED"));
        assert_eq!((account(app, &order, "surplus_payable").await, account(app, &order, "by_hand").await), (0, 0));
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).contains(&"REVERSAL.RESOLVED".to_owned())).await;
        app.until("at rest", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_part_that_was_returned_leaves_the_rest_to_the_person(app: TestApp) {
        let (_, order, id) = manual(app).await;
        crate::refunds::given_back_elsewhere(app, &order, 10_000).await;
        let refused = resolve(app, &id, json!({ "outcome": "RETURNED", "note": "all of it" })).await;
        assert_eq!(refused.code(), "ALREADY_RETURNED");
        let rest = listed(app).await;
        assert_eq!((rest.len(), rest[0]["refund_amount"].as_str()), (1, Some("15000")));
        let rest = rest[0]["refund_id"].as_str().unwrap();
        resolve(app, rest, json!({ "outcome": "RETURNED", "note": "the rest" })).await.data();
        assert_eq!((account(app, &order, "surplus_payable").await, account(app, &order, "by_hand").await), (0, 15_000));
        app.until("at rest", async || app.is_clean(When::AtRest).await).await;
    }

    async fn nothing_is_booked_before_the_channel_has_been_asked(app: TestApp) {
        let (_, order, id) = manual(app).await;
        app.fault(json!({ "fault": "server_error", "call": "inquiryRefund", "times": 1 })).await;
        let said = json!({ "outcome": "RETURNED", "note": "by hand" });
        let refused = resolve(app, &id, said.clone()).await;
        assert_eq!((refused.status, refused.code()), (503, "CHANNEL_UNAVAILABLE"));
        assert_eq!(account(app, &order, "by_hand").await, 0);
        assert_eq!(resolve(app, &id, said).await.data()["status"], "SUCCESS");
    }

    async fn a_channel_that_is_gone_holds_nobody_up_and_one_that_answers_is_heard(app: TestApp) {
        let (_, order, id) = manual(app).await;
        app.fault(json!({ "fault": "server_error", "call": "inquiryRefund", "times": 1 })).await;
        let said = json!({ "outcome": "KEPT", "note": "the account was closed", "channel_is_gone": true });
        assert_eq!(resolve(app, &id, said.clone()).await.data()["status"], "KEPT");
        assert_eq!(account(app, &order, "surplus_payable").await, 0);
        let (_, order, id) = manual(app).await;
        crate::refunds::given_back_elsewhere(app, &order, 25_000).await;
        assert_eq!(resolve(app, &id, said).await.code(), "ALREADY_RETURNED");
    }

    async fn two_people_at_once_book_it_once(app: TestApp) {
        let (_, order, id) = manual(app).await;
        let says = |outcome: &str| resolve(app, &id, json!({ "outcome": outcome, "note": "mine" }));
        let answers = futures_util::future::join_all([says("RETURNED"), says("KEPT"), says("RETURNED"), says("KEPT")]).await;
        assert!(answers.iter().any(|answer| answer.status == 200));
        assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == "NOT_MANUAL"), "{answers:?}");
        let outcomes: std::collections::BTreeSet<String> = answers.iter().filter(|answer| answer.status == 200)
            .map(|answer| answer.data()["outcome"].to_string()).collect();
        assert_eq!(outcomes.len(), 1);
        assert_eq!(account(app, &order, "surplus_payable").await, 0);
    }

    async fn a_persons_words_are_checked(app: TestApp) {
        let (_, _, id) = manual(app).await;
        for (body, field) in [
            (json!({ "outcome": "LOST", "note": "x" }), "outcome"),
            (json!({ "note": "x" }), "outcome"),
            (json!({ "outcome": "KEPT" }), "note"),
            (json!({ "outcome": "KEPT", "note": "" }), "note"),
            (json!({ "outcome": "KEPT", "note": "x", "amount": "1" }), "amount"),
        ] {
            let refused = resolve(app, &id, body.clone()).await;
            assert_eq!((refused.status, refused.field()), (400, field), "{body}");
        }
        let said = json!({ "outcome": "KEPT", "note": "x" });
        let path = format!("/v1/reversals/{id}/resolve");
        let foreign = app.call(Method::POST, &path, Some(OTHER_KEY), &[], Some(said.clone())).await;
        let unknown = resolve(app, "RF00000000000000000000000000", said).await;
        assert_eq!((foreign.status, &foreign.body), (404, &unknown.body));
        for path in ["/v1/reversals?status=LOST", "/v1/reversals?limit=0", "/v1/reversals?limit=101", "/v1/reversals?trans_id=%00"] {
            assert_eq!(app.merchant(Method::GET, path, None).await.status, 400, "{path}");
        }
        assert_eq!(listed(app).await.len(), 1);
    }

    async fn a_merchant_cancels_an_open_transaction(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        let path = format!("/v1/transactions/{}/cancel", order_id(&opened));
        let foreign = app.call(Method::POST, &path, Some(OTHER_KEY), &[], None).await;
        assert_eq!((foreign.status, foreign.code()), (404, "ORDER_NOT_EXIST"));
        let cancelled = app.merchant(Method::POST, &path, None).await;
        assert_eq!((cancelled.data()["status"].as_str(), cancelled.data()["accepted"].as_bool()), (Some("CANCELLED"), Some(false)));
        assert_ne!(app.wallet(&code(&opened), "approve").await.body["status"], "PAID");
        assert_eq!(app.merchant(Method::POST, &path, None).await.data(), cancelled.data());
        let again = app.pay(&session, "GCASH").await;
        assert_ne!(order_id(&again), order_id(&opened));
    }

    async fn a_cancel_that_comes_after_the_money_tells_of_the_success(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 9 })).await;
        let session = app.session("PHP", "25000").await;
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        let path = format!("/v1/transactions/{}/cancel", order_id(&opened));
        let told = app.merchant(Method::POST, &path, None).await;
        assert_eq!((told.data()["status"].as_str(), told.data()["accepted"].as_bool()), (Some("SUCCESS"), Some(true)));
        assert_eq!(app.held(&order_id(&opened)).await, 25_000);
    }

    async fn what_is_paid_is_neither_cancelled_nor_captured(app: TestApp) {
        let (_, order) = paid(app, "25000").await;
        let cancel = app.merchant(Method::POST, &format!("/v1/transactions/{order}/cancel"), None).await;
        assert_eq!((cancel.status, cancel.code()), (409, "ALREADY_PAID"));
        assert!(cancel.body["ret_msg"].as_str().unwrap().contains("/v1/refunds"));
        let capture = app.merchant(Method::POST, &format!("/v1/transactions/{order}/capture"), None).await;
        assert_eq!((capture.status, capture.code()), (409, "CAPTURE_NOT_SUPPORTED"));
        let unknown = app.merchant(Method::POST, "/v1/transactions/GW1/capture", None).await;
        assert_eq!((unknown.status, unknown.code()), (404, "ORDER_NOT_EXIST"));
        assert_eq!(app.held(&order).await, 25_000);
    }
}
