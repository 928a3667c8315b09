//! Alipay's own protocol: a code that nobody has scanned is no trade, a phone is sent to a page, a close gives nothing back,
//! and what the merchant scans is cancelled for good.

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Session, TestApp, code, on_both, order_id};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1";

async fn opened(app: &TestApp) -> (Session, Answer) {
    let session = app.session("CNY", "8888").await;
    let opened = app.pay(&session, "ALIPAY").await;
    (session, opened)
}

async fn paid(app: &TestApp) -> (Session, String) {
    let (session, opened) = opened(app).await;
    app.wallet(&code(&opened), "approve").await.is_paid();
    app.until_status(&session, "SUCCESS").await;
    (session, order_id(&opened))
}

/// The shopper's phone chooses Alipay, and follows the link: the wallet's page with its code.
async fn on_a_phone(app: &TestApp) -> (Session, Answer, String) {
    let session = app.session("CNY", "8888").await;
    let path = format!("/v1/checkout/{}/transactions", session.id);
    let wish = json!({ "method": "ALIPAY", "version": 1 });
    let agent = [("user-agent", PHONE)];
    let opened = app.call(Method::POST, &path, Some(&session.token), &agent, Some(wish)).await;
    assert_eq!(opened.data()["next_action"]["type"], "redirect", "{}", opened.body);
    let link = opened.data()["next_action"]["url"].as_str().unwrap();
    let browser =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let visit = browser.get(link).send().await.unwrap();
    assert_eq!(visit.status(), 302, "{link}");
    let page = visit.headers()["location"].to_str().unwrap().to_owned();
    (session, opened, page)
}

async fn refund(app: &TestApp, order: &str, own: &str) {
    let body = json!({ "order_id": order, "refund_trans_id": own });
    let made = app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
    assert!(made.status < 300, "{}", made.body);
    app.until(&format!("{own} is done"), async || {
        let path = format!("/v1/refunds?refund_trans_id={own}");
        app.merchant(Method::GET, &path, None).await.data()["status"] == "SUCCESS"
    })
    .await;
}

/// The merchant scans this code; no method is named.
async fn charge(app: &TestApp, order: &Value, code: &str) -> Answer {
    let body = json!({
        "trans_id": order["trans_id"], "currency": "CNY", "amount": "8888", "notify_url": order["notify_url"],
        "goods": order["goods"], "payment": { "payment_code": code },
    });
    app.merchant(Method::POST, "/v1/transactions", Some(body)).await
}

/// How it stands after the charge, its number, and the merchant's own.
async fn charged(app: &TestApp, code: &str) -> (String, String, String) {
    let order = app.request("CNY", "8888");
    let charged = charge(app, &order, code).await;
    let text = |name: &str| charged.data()[name].as_str().unwrap().to_owned();
    assert_eq!(text("payment_method"), "ALIPAY");
    (text("status"), text("order_id"), order["trans_id"].as_str().unwrap().to_owned())
}

async fn until(app: &TestApp, order: &str, status: &str) {
    let path = format!("/v1/transactions?order_id={order}");
    app.until(&format!("{order} is {status}"), async || {
        app.merchant(Method::GET, &path, None).await.body["data"]["status"] == status
    })
    .await;
}

const AT_ONCE: &str = "281000000000000001";
const BY_PASSWORD: &str = "282000000000000001";

on_both! {
    async fn a_payment_code_is_charged_at_once_told_and_given_back(app: TestApp) {
        let (status, order, trans_id) = charged(app, AT_ONCE).await;
        assert_eq!(status, "SUCCESS");
        assert_eq!(app.held(&order).await, 8888);
        app.until("the merchant is told", async || app.sink.kinds(&trans_id) == ["PAYMENT.SUCCESS"]).await;
        refund(app, &order, "r1").await;
        assert_eq!(app.held(&order).await, 0);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_face_that_alipay_knows_is_charged_as_a_payment_code_is_and_once(app: TestApp) {
        const FACE: &str = "fp0123456789abcdefABCDEF01234567890";
        let (status, order, trans_id) = charged(app, FACE).await;
        assert_eq!(status, "SUCCESS");
        assert_eq!(app.held(&order).await, 8888);
        app.until("the merchant is told", async || app.sink.kinds(&trans_id) == ["PAYMENT.SUCCESS"]).await;
        refund(app, &order, "r1").await;
        assert_eq!(app.held(&order).await, 0);
        assert_eq!(charged(app, FACE).await.0, "FAIL", "a token is good for one charge");
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn its_payer_types_a_password_and_alipay_is_asked_meanwhile(app: TestApp) {
        app.fault(json!({ "fault": "silent", "channel": "alipay", "times": 9 })).await;
        let (status, order, _) = charged(app, BY_PASSWORD).await;
        assert_eq!(status, "PROCESSING");
        app.wallet(BY_PASSWORD, "approve").await.is_paid();
        until(app, &order, "SUCCESS").await;
        assert_eq!(app.held(&order).await, 8888);
        app.check(When::AtRest).await;
    }

    async fn a_payer_who_says_no_may_still_say_yes_and_is_cancelled_after_a_minute(app: TestApp) {
        let (_, order, trans_id) = charged(app, BY_PASSWORD).await;
        app.wallet(BY_PASSWORD, "decline").await;
        app.pass(Duration::from_secs(61));
        until(app, &order, "CANCELLED").await;
        assert_eq!(app.book_says(&order).await, "CANCELLED");
        assert_ne!(app.wallet(BY_PASSWORD, "approve").await.body["status"], "PAID");
        app.until("the merchant is told", async || app.sink.kinds(&trans_id) == ["PAYMENT.CANCELED"]).await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn who_pays_while_it_is_being_cancelled_gets_it_back_and_no_goods_are_handed_over(app: TestApp) {
        // The message that it was paid comes after the cancel, and is true of a moment that is over.
        app.fault(json!({ "fault": "cancel_returns_money", "channel": "alipay", "times": 1 })).await;
        let (_, order, trans_id) = charged(app, BY_PASSWORD).await;
        app.merchant(Method::POST, &format!("/v1/transactions/{order}/cancel"), None).await;
        until(app, &order, "CANCELLED").await;
        assert_eq!(app.held(&order).await, 0);
        app.until("the merchant is told", async || !app.sink.kinds(&trans_id).is_empty()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        until(app, &order, "CANCELLED").await;
        assert_eq!(app.sink.kinds(&trans_id), ["PAYMENT.CANCELED"]);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_cancel_whose_answer_is_lost_is_sent_again(app: TestApp) {
        for fault in ["lost_reply", "unknown"] {
            app.fault(json!({ "fault": fault, "call": "cancel", "channel": "alipay", "times": 1 })).await;
        }
        let (_, order, _) = charged(app, BY_PASSWORD).await;
        app.pass(Duration::from_secs(61));
        let path = format!("/v1/transactions?order_id={order}");
        app.until("it is cancelled", async || {
            // One that nobody answered is repeated when it can no longer be on its way.
            app.pass(Duration::from_secs(2));
            app.merchant(Method::GET, &path, None).await.body["data"]["status"] == "CANCELLED"
        }).await;
        assert_eq!((app.book_says(&order).await.as_str(), app.held(&order).await), ("CANCELLED", 0));
        app.pass(Duration::from_secs(10 * 60));
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_payment_code_whose_answer_is_lost_or_unclear_is_charged_once(app: TestApp) {
        for fault in ["lost_reply", "unknown", "bad_signature"] {
            let code = format!("2510000000000{:03}", fault.len());
            app.fault(json!({ "fault": fault, "call": "alipay.trade.pay", "channel": "alipay", "times": 1 })).await;
            let (_, order, _) = charged(app, &code).await;
            until(app, &order, "SUCCESS").await;
            let book = app.book().await;
            let row = book.iter().find(|row| row["paymentRequestId"] == order.as_str()).unwrap();
            assert_eq!((row["captured"].as_i64(), row["refunded"].as_i64()), (Some(8888), Some(0)), "{row}");
        }
    }

    async fn another_amount_than_was_asked_for_goes_back(app: TestApp) {
        app.has_no_channels_book("the channel tells another amount than it has taken");
        for call in ["alipay.trade.pay", "alipay.trade.query"] {
            app.fault(json!({ "fault": "wrong_amount", "call": call, "channel": "alipay", "value": 8887, "times": 9 })).await;
        }
        app.fault(json!({ "fault": "silent", "channel": "alipay", "times": 99 })).await;
        let (_, _, trans_id) = charged(app, AT_ONCE).await;
        app.until("it is told as reversed", async || app.sink.kinds(&trans_id) == ["PAYMENT.REVERSED"]).await;
    }

    async fn a_refused_payment_code_says_why(app: TestApp) {
        for (code, reason) in [
            ("284000000000000001", "BALANCE"),
            ("285000000000000001", "RISK"),
            ("283000000000000001", "CODE_INVALID"),
        ] {
            let failed = charge(app, &app.request("CNY", "8888"), code).await;
            assert_eq!((&failed.data()["status"], &failed.data()["error_code"]), (&json!("FAIL"), &json!(reason)), "{code}");
        }
        let used = charged(app, AT_ONCE).await;
        assert_eq!(used.0, "SUCCESS");
        let again = charge(app, &app.request("CNY", "8888"), AT_ONCE).await;
        assert_eq!(again.data()["error_code"], "CODE_INVALID", "{}", again.body);
    }

    async fn a_code_is_paid_told_and_given_back(app: TestApp) {
        let (session, order) = paid(app).await;
        assert_eq!(app.held(&order).await, 8888);
        refund(app, &order, "r1").await;
        assert_eq!(app.held(&order).await, 0);
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).len() == 2).await;
        assert_eq!(app.sink.kinds(&session.trans_id), ["PAYMENT.SUCCESS", "REFUND.SUCCESS"]);
        app.check(When::AtRest).await;
    }

    async fn a_code_that_was_left_can_still_be_paid_and_then_goes_back(app: TestApp) {
        let (session, first) = opened(app).await;
        // Nobody has scanned it, so there is nothing to close, and its payer may still come.
        let second = app.pay(&session, "ALIPAY_PLUS").await;
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.wallet(&code(&first), "approve").await.is_paid();
        app.until("the first is given back", async || app.held(&order_id(&first)).await == 0).await;
        assert_eq!(app.held(&order_id(&second)).await, 8888);
        assert_eq!(app.status(&session).await["payment_status"], "SUCCESS");
        app.until("the shopper is told", async || app.status(&session).await["notice"] == "SURPLUS_RETURNED").await;
    }

    async fn a_code_that_nobody_scanned_ends_with_its_time(app: TestApp) {
        let (session, opened) = opened(app).await;
        app.cancel(&session, &order_id(&opened)).await;
        app.pass(Duration::from_secs(3 * 60 * 60));
        app.until("it is over", async || {
            app.transaction(&session).await.data()["status"] == "CANCELLED"
        }).await;
        app.until("the session too", async || app.session_status(&session).await == "EXPIRED").await;
        app.check(When::AtRest).await;
    }

    async fn a_phone_pays_on_alipays_page(app: TestApp) {
        let (session, opened, page) = on_a_phone(app).await;
        app.wallet(&page, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, 8888);
    }

    async fn a_trade_that_was_begun_is_closed_at_once(app: TestApp) {
        let (session, opened, page) = on_a_phone(app).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        assert_ne!(app.wallet(&page, "approve").await.body["status"], "PAID");
        assert_eq!(app.held(&order_id(&opened)).await, 0);
    }

    async fn who_pays_while_it_is_being_closed_has_paid(app: TestApp) {
        let (session, opened, _page) = on_a_phone(app).await;
        app.fault(json!({ "fault": "cancel_returns_money", "channel": "alipay", "times": 1 })).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "SUCCESS", "{}", status.body);
        assert_eq!(app.held(&order_id(&opened)).await, 8888);
    }

    async fn a_lost_answer_is_asked_about_and_the_code_still_comes(app: TestApp) {
        app.fault(json!({ "fault": "lost_reply", "call": "pay", "channel": "alipay", "times": 1 })).await;
        let session = app.session("CNY", "8888").await;
        let opened = app.pay(&session, "ALIPAY").await;
        app.until("the code is there", async || {
            !app.view(&session).await.data()["open"]["next_action"].is_null()
        }).await;
        assert_eq!(app.book().await.len(), 1);
        let again = app.pay(&session, "ALIPAY").await;
        assert_eq!(order_id(&again), order_id(&opened));
        app.wallet(&code(&again), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, 8888);
    }

    async fn forged_and_wrong_messages_decide_nothing(app: TestApp) {
        app.fault(json!({ "fault": "bad_signature", "call": "notification", "channel": "alipay" })).await;
        let (_, order) = paid(app).await;
        assert_eq!(app.held(&order).await, 8888);
        app.fault(json!({ "fault": "wrong_amount", "call": "notification", "channel": "alipay", "value": 1 })).await;
        let (_, order) = paid(app).await;
        assert_eq!(app.held(&order).await, 8888);
    }

    async fn a_refund_whose_answer_is_lost_or_late_goes_back_once(app: TestApp) {
        let (_, first) = paid(app).await;
        app.fault(json!({ "fault": "lost_reply", "call": "refund", "channel": "alipay" })).await;
        refund(app, &first, "r1").await;
        assert_eq!(app.held(&first).await, 0);
        let (_, second) = paid(app).await;
        app.fault(json!({ "fault": "refund_pending", "channel": "alipay", "ms": 1500 })).await;
        refund(app, &second, "r2").await;
        assert_eq!(app.held(&second).await, 0);
    }
}
