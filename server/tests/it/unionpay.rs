//! UnionPay's own protocol: a code that nobody can close, transactions known by number and time, payers' codes at the counter.

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::{Answer, Session, TestApp, code, on_both, order_id};

const MINOR: i64 = 8_888;
const AT_ONCE: &str = "6200000000000000001";
const BY_PASSWORD: &str = "6210000000000000001";

async fn opened(app: &TestApp) -> (Session, Answer) {
    let session = app.session("CNY", "8888").await;
    let opened = app.pay(&session, "UNIONPAY").await;
    (session, opened)
}

async fn paid(app: &TestApp) -> (Session, String) {
    let (session, opened) = opened(app).await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    (session, order_id(&opened))
}

async fn fault(app: &TestApp, mut rule: Value) {
    rule["channel"] = json!("unionpay");
    app.fault(rule).await;
}

/// The merchant charges this code: how it stands, and its number.
async fn charged(app: &TestApp, code: &str) -> (String, String) {
    let order = app.request("CNY", "8888");
    let body = json!({
        "trans_id": order["trans_id"], "currency": "CNY", "amount": "8888", "notify_url": order["notify_url"],
        "goods": order["goods"], "payment": { "payment_code": code },
    });
    let charged = app.merchant(Method::POST, "/v1/transactions", Some(body)).await;
    let text = |name: &str| charged.data()[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("payment_method"), "UNIONPAY", "{}", charged.body);
    (text("status"), text("order_id"))
}

async fn until(app: &TestApp, order: &str, status: &str) {
    app.until(&format!("{order} is {status}"), async || {
        let path = format!("/v1/transactions?order_id={order}");
        app.merchant(Method::GET, &path, None).await.body["data"]["status"] == status
    })
    .await;
}

async fn refund(app: &TestApp, order: &str, own: &str, status: &str) {
    let body = json!({ "order_id": order, "refund_trans_id": own });
    let made = app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
    assert!(made.status < 300, "{}", made.body);
    app.until(&format!("{own} is {status}"), async || {
        let path = format!("/v1/refunds?refund_trans_id={own}");
        let found = app.merchant(Method::GET, &path, None).await;
        app.pass(Duration::from_secs(5));
        found.data()["status"] == status
    })
    .await;
}

on_both! {
    async fn a_code_that_was_left_can_still_be_paid_and_then_goes_back(app: TestApp) {
        let (session, first) = opened(app).await;
        // Nobody can close it, and its payer may still come.
        let second = app.pay(&session, "ALIPAY_PLUS").await;
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.wallet(&code(&first), "approve").await.is_paid();
        app.until("the first is given back", async || app.held(&order_id(&first)).await == 0).await;
        assert_eq!(app.held(&order_id(&second)).await, MINOR);
        app.until("the shopper is told", async || app.status(&session).await["notice"] == "SURPLUS_RETURNED").await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn after_a_cancel_the_shopper_chooses_again_and_the_first_code_ends_with_its_time(app: TestApp) {
        let (session, first) = opened(app).await;
        app.cancel(&session, &order_id(&first)).await;
        let second = app.pay(&session, "UNIONPAY").await;
        assert_ne!(order_id(&second), order_id(&first));
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.pass(Duration::from_secs(30 * 60));
        app.until("the first is over", async || {
            stored(app, &order_id(&first)).await.state.as_str() == "CANCELLED"
        }).await;
        assert_eq!(app.held(&order_id(&second)).await, MINOR);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_code_that_nobody_scanned_ends_with_its_time(app: TestApp) {
        let (session, _) = opened(app).await;
        app.pass(Duration::from_secs(31 * 60));
        app.until("it is over", async || {
            app.transaction(&session).await.data()["status"] == "CANCELLED"
        }).await;
        app.until("the session too", async || app.session_status(&session).await == "EXPIRED").await;
        app.check(When::AtRest).await;
    }

    async fn whoever_was_refused_may_scan_the_code_again(app: TestApp) {
        let (session, opened) = opened(app).await;
        app.wallet(&code(&opened), "decline").await;
        app.check_now(&session, &order_id(&opened)).await.data();
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn a_message_that_contradicts_what_was_paid_changes_nothing(app: TestApp) {
        fault(app, json!({ "fault": "contradiction", "times": 1 })).await;
        let (session, order) = paid(app).await;
        app.until("the merchant is told", async || !app.sink.kinds(&session.trans_id).is_empty()).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        assert_eq!(app.held(&order).await, MINOR);
    }

    async fn a_refund_is_done_when_unionpay_says_so_and_not_before(app: TestApp) {
        let (session, order) = paid(app).await;
        for rule in [
            json!({ "fault": "refund_pending", "ms": 1500 }),
            json!({ "fault": "silent", "times": 1 }),
        ] {
            fault(app, rule).await;
        }
        refund(app, &order, "r1", "SUCCESS").await;
        assert_eq!(app.held(&order).await, 0);
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).len() == 2).await;
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS", "REFUND.SUCCESS"]);
        app.check(When::AtRest).await;
    }

    async fn a_refund_that_fails_there_gives_nothing_back(app: TestApp) {
        let (_, order) = paid(app).await;
        fault(app, json!({ "fault": "refund_fails", "ms": 300 })).await;
        refund(app, &order, "r1", "FAIL").await;
        assert_eq!(app.held(&order).await, MINOR);
        refund(app, &order, "r2", "SUCCESS").await;
        assert_eq!(app.held(&order).await, 0);
    }

    async fn in_another_wallets_browser_the_list_says_where_it_is(app: TestApp) {
        let session = app.session("CNY", "8888").await;
        let path = format!("/v1/checkout/{}", session.id);
        for agent in [
            "Mozilla/5.0 (Linux; Android 14) AliApp(AP/10.6.60) AlipayClient/10.6.60",
            "Mozilla/5.0 (iPhone) MicroMessenger/8.0.53",
        ] {
            let header = [("user-agent", agent)];
            let view = app.call(Method::GET, &path, Some(&session.token), &header, None).await;
            let offers = view.data()["methods"].as_array().unwrap();
            let ours = offers.iter().find(|offer| offer["method"] == "UNIONPAY").unwrap();
            assert_eq!(ours["unavailable"], json!({ "reason": "SCENE", "needs": ["PC", "MOBILE", "UNIONPAY", "APP", "IN_STORE"] }), "{agent}");
        }
    }

    async fn a_payers_code_is_charged_at_once_and_given_back_like_every_payment(app: TestApp) {
        let (status, order) = charged(app, AT_ONCE).await;
        assert_eq!(status, "SUCCESS");
        assert_eq!(stored(app, &order).await.product, "CODEPAY");
        refund(app, &order, "r1", "SUCCESS").await;
        assert_eq!(app.held(&order).await, 0);
        app.check(When::AtRest).await;
    }

    async fn a_payer_who_types_a_password_is_waited_for(app: TestApp) {
        fault(app, json!({ "fault": "silent", "times": 9 })).await;
        let (status, order) = charged(app, BY_PASSWORD).await;
        assert_eq!(status, "PROCESSING");
        app.wallet(BY_PASSWORD, "approve").await.is_paid();
        until(app, &order, "SUCCESS").await;
        assert_eq!(app.held(&order).await, MINOR);
        app.check(When::AtRest).await;
    }

    async fn a_payer_who_says_no_is_refused_at_the_counter(app: TestApp) {
        let (_, order) = charged(app, BY_PASSWORD).await;
        app.wallet(BY_PASSWORD, "decline").await;
        until(app, &order, "FAIL").await;
        let (status, _) = charged(app, "6220000000000000001").await;
        assert_eq!(status, "FAIL");
    }

    async fn a_payer_who_hesitates_has_paid_none_the_less(app: TestApp) {
        let (_, order) = charged(app, BY_PASSWORD).await;
        app.pass(Duration::from_secs(90));
        app.wallet(BY_PASSWORD, "approve").await.is_paid();
        until(app, &order, "SUCCESS").await;
        assert_eq!(app.held(&order).await, MINOR);
    }

    async fn a_payer_who_never_types_it_has_not_paid_in_the_end(app: TestApp) {
        let (_, order) = charged(app, BY_PASSWORD).await;
        app.pass(Duration::from_secs(12 * 60));
        until(app, &order, "CANCELLED").await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn what_is_paid_after_the_merchant_has_closed_the_session_goes_back(app: TestApp) {
        let (_, order) = charged(app, BY_PASSWORD).await;
        let session = stored(app, &order).await.session;
        let path = format!("/v1/sessions/{session}/close");
        let closed = app.merchant(Method::POST, &path, None).await;
        assert_eq!(closed.status, 200, "{}", closed.body);
        app.wallet(BY_PASSWORD, "approve").await.is_paid();
        app.until("it is given back", async || app.held(&order).await == 0).await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_payers_code_whose_answer_is_lost_is_charged_once(app: TestApp) {
        for (code, when) in [(AT_ONCE, "after"), ("6200000000000000002", "before")] {
            fault(app, json!({ "fault": "lost_reply", "call": "charge", "times": 1, "when": when })).await;
            let (_, order) = charged(app, code).await;
            until(app, &order, "SUCCESS").await;
            let book = app.book().await;
            let ours = book.iter().find(|row| row["paymentRequestId"] == order.as_str()).unwrap();
            assert_eq!(ours["captured"], MINOR, "{when}: {ours}");
        }
    }

    async fn a_payers_code_goes_to_the_wallet_that_shows_it(app: TestApp) {
        // UnionPay's own to UnionPay, and none of another wallet's.
        let (_, order) = charged(app, AT_ONCE).await;
        assert_eq!(stored(app, &order).await.channel, "unionpay");
        let request = app.request("CNY", "8888");
        let body = json!({
            "trans_id": request["trans_id"], "currency": "CNY", "amount": "8888", "notify_url": request["notify_url"],
            "goods": request["goods"], "payment": { "payment_method": "UNIONPAY", "payment_code": "281000000000000001" },
        });
        let wrong = app.merchant(Method::POST, "/v1/transactions", Some(body)).await;
        assert_eq!((&wrong.data()["status"], &wrong.data()["error_code"]), (&json!("FAIL"), &json!("CODE_INVALID")), "{}", wrong.body);
    }
}
