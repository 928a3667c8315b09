//! WeChat Pay inside WeChat (JSAPI): to WeChat's login and back, and the order is for whoever came back.

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::inside::{Inside, request, visit};
use crate::support::{Answer, TestApp, on_both, order_id};

pub const INSIDE: Inside = Inside {
    method: "WECHATPAY",
    agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.53 NetType/WIFI",
    login_ends: "#wechat_redirect",
    asks: "package",
};
const MINOR: i64 = 8_888;

on_both! {
    async fn inside_wechat_it_is_paid_within_the_page(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let payment = stored(app, &order_id(&opened)).await;
        assert_eq!((payment.product.as_str(), payment.channel.as_str()), ("JSAPI", "wechatpay"));
        assert!(app.book().await.is_empty(), "before the login nobody has heard of an order");
        let (status, _, page) = visit(&INSIDE.logged_in(&opened).await).await;
        assert_eq!(status, 200, "{page}");
        let request = request(&page);
        assert_eq!((&request["signType"], &request["appId"]), (&json!("RSA"), &json!("wxd678efh567hg6787")));
        assert!(page.contains(&format!("data-checkout=\"{}/pay/{}\"", app.base, session.id)), "{page}");
        app.wallet(request["package"].as_str().unwrap(), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&payment.request_id).await, MINOR);
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]).await;
        app.check(When::AtRest).await;
    }

    async fn a_reload_finds_the_way_to_the_login_again_and_it_is_one_payment(app: TestApp) {
        let (session, first) = INSIDE.opened(app).await;
        INSIDE.asked_for(app, &first).await;
        let again = INSIDE.pressed(app, &session).await;
        assert_eq!(order_id(&again), order_id(&first));
        assert_eq!(again.data()["next_action"], first.data()["next_action"]);
        let package = INSIDE.asked_for(app, &again).await;
        assert_eq!(app.book().await.len(), 1);
        app.wallet(&package, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&first)).await, MINOR);
    }

    async fn a_code_counts_once_and_then_the_checkout_goes_on(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let back = INSIDE.logged_in(&opened).await;
        assert_eq!(visit(&back).await.0, 200);
        let (status, to, _) = visit(&back).await;
        assert_eq!((status, to), (303, format!("{}/pay/{}", app.base, session.id)));
        let denied = back.split("code=").next().unwrap().to_owned() + &back[back.find("state=").unwrap()..];
        assert_eq!(visit(&denied).await.0, 303, "who says no to the login goes on in the checkout");
    }

    async fn nobody_comes_back_who_was_not_sent(app: TestApp) {
        let (_, opened) = INSIDE.opened(app).await;
        let back = INSIDE.logged_in(&opened).await;
        let (_, state) = back.split_once("state=").unwrap();
        let id = order_id(&opened);
        for wrong in [String::new(), id.clone(), format!("{id}{}", "0".repeat(64)), format!("é{state}"), state[1..].to_owned()] {
            let (status, ..) = visit(&format!("{}/login/wechatpay?code=c1&state={wrong}", app.base)).await;
            assert_eq!(status, 404, "{wrong}");
        }
        assert_eq!(visit(&back.replace("/login/wechatpay", "/login/alipay")).await.0, 404);
        assert_eq!(visit(&back).await.0, 200, "and the right one still counts");
    }

    async fn a_no_after_the_login_ends_it_and_the_shopper_goes_on(app: TestApp) {
        app.fault(json!({ "fault": "pay_refused", "channel": "wechatpay", "times": 9 })).await;
        let (session, opened) = INSIDE.opened(app).await;
        assert_eq!(visit(&INSIDE.logged_in(&opened).await).await.0, 303);
        // Nobody is led through the login again: the page shows the list.
        let view = app.view(&session).await;
        assert!(view.data()["open"].is_null(), "{}", view.body);
        assert_eq!(app.book_says(&order_id(&opened)).await, "REFUSED");
        app.pass(Duration::from_secs(60 * 60));
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn nothing_is_ordered_that_would_end_within_a_minute(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let back = INSIDE.logged_in(&opened).await;
        let rest = app.status(&session).await["code_expires_in_ms"].as_u64().unwrap();
        app.pass(Duration::from_millis(rest - 50_000));
        assert_eq!(visit(&back).await.0, 303);
        assert!(app.book().await.is_empty());
    }

    async fn what_was_cancelled_before_the_login_opens_nothing(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let back = INSIDE.logged_in(&opened).await;
        app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(visit(&back).await.0, 303);
        assert!(app.book().await.is_empty());
        let again = INSIDE.pressed(app, &session).await;
        assert_ne!(order_id(&again), order_id(&opened));
        let package = INSIDE.asked_for(app, &again).await;
        app.wallet(&package, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.pass(Duration::from_secs(60 * 60));
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
        assert_eq!(app.book().await.len(), 1);
    }

    async fn what_was_opened_is_closed_at_wechat_when_the_shopper_cancels(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let package = INSIDE.asked_for(app, &opened).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        assert_ne!(app.wallet(&package, "approve").await.body["status"], "PAID");
        assert_eq!(app.held(&order_id(&opened)).await, 0);
    }

    async fn what_was_paid_while_it_was_being_cancelled_is_paid(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        app.fault(json!({ "fault": "silent", "channel": "wechatpay", "times": 9 })).await;
        let package = INSIDE.asked_for(app, &opened).await;
        app.wallet(&package, "approve").await.is_paid();
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "SUCCESS", "{}", status.body);
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
    }

    async fn a_lost_answer_after_the_login_leads_back_and_another_visit_pays(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        app.fault(json!({ "fault": "lost_reply", "call": "jsapi", "channel": "wechatpay", "times": 1 })).await;
        assert_eq!(visit(&INSIDE.logged_in(&opened).await).await.0, 303);
        assert_eq!(app.book().await.len(), 1, "it was made, and nobody knows");
        let package = INSIDE.asked_for(app, &INSIDE.pressed(app, &session).await).await;
        app.wallet(&package, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        assert_eq!(app.book().await.len(), 1);
    }

    async fn the_code_at_the_computer_is_closed_when_the_shopper_goes_on_inside_wechat(app: TestApp) {
        let session = app.session("CNY", "8888").await;
        let code = app.pay(&session, "WECHATPAY").await;
        let inside = INSIDE.pressed(app, &session).await;
        assert_ne!(order_id(&inside), order_id(&code));
        app.until("the code is closed", async || app.book_says(&order_id(&code)).await == "CANCELLED").await;
        let package = INSIDE.asked_for(app, &inside).await;
        app.wallet(&package, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&inside)).await, MINOR);
    }

    async fn in_another_wallets_browser_the_list_says_where_it_is(app: TestApp) {
        let session = app.session("CNY", "8888").await;
        let inside = [("user-agent", "Mozilla/5.0 (iPhone) AliApp(AP/10.6) AlipayClient/10.6")];
        let path = format!("/v1/checkout/{}", session.id);
        let view = app.call(Method::GET, &path, Some(&session.token), &inside, None).await;
        let offers = view.data()["methods"].as_array().unwrap();
        let wechat = offers.iter().find(|offer| offer["method"] == "WECHATPAY").unwrap();
        assert_eq!(wechat["unavailable"], json!({ "reason": "SCENE", "needs": ["PC", "MOBILE", "WECHAT", "WECHAT_MINI_PROGRAM", "APP", "IN_STORE"] }));
    }

    async fn a_payment_code_is_charged_at_once_and_given_back_like_every_payment(app: TestApp) {
        let (status, order) = charged(app, "100000000000000001").await;
        assert_eq!(status, "SUCCESS");
        assert_eq!(app.held(&order).await, MINOR);
        let body = json!({ "order_id": order, "refund_trans_id": "r1" });
        let refund = app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
        assert_eq!(refund.status, 200, "{}", refund.body);
        app.until("it is back", async || app.held(&order).await == 0).await;
    }

    async fn its_payer_types_a_password_and_wechat_pay_is_asked_meanwhile(app: TestApp) {
        // Nobody is told of it: there is no address in such an order.
        let (status, order) = charged(app, "110000000000000001").await;
        assert_eq!(status, "PROCESSING");
        app.wallet("110000000000000001", "approve").await.is_paid();
        until(app, &order, "SUCCESS").await;
        assert_eq!(app.held(&order).await, MINOR);
        app.check(When::AtRest).await;
    }

    async fn a_payer_who_hesitates_too_long_is_reversed(app: TestApp) {
        let (_, order) = charged(app, "110000000000000001").await;
        app.pass(Duration::from_secs(61));
        until(app, &order, "CANCELLED").await;
        assert_eq!(app.book_says(&order).await, "CANCELLED");
        assert_ne!(app.wallet("110000000000000001", "approve").await.body["status"], "PAID");
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn money_that_a_reversal_gave_back_never_counts(app: TestApp) {
        app.fault(json!({ "fault": "cancel_returns_money", "channel": "wechatpay", "times": 1 })).await;
        let (_, order) = charged(app, "110000000000000001").await;
        let path = format!("/v1/transactions/{order}/cancel");
        app.merchant(Method::POST, &path, None).await;
        until(app, &order, "CANCELLED").await;
        assert_eq!(app.held(&order).await, 0);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_payment_code_whose_answer_is_lost_is_charged_once(app: TestApp) {
        app.fault(json!({ "fault": "lost_reply", "call": "codepay", "channel": "wechatpay", "times": 1 })).await;
        let (_, order) = charged(app, "100000000000000001").await;
        until(app, &order, "SUCCESS").await;
        let book = app.book().await;
        assert_eq!((book.len(), book[0]["captured"].as_i64()), (1, Some(MINOR)), "{book:?}");
    }

    async fn a_code_goes_to_the_wallet_that_shows_it_where_no_method_is_named(app: TestApp) {
        for (code, method) in [("100000000000000001", "WECHATPAY"), ("281000000000000001", "ALIPAY")] {
            let order = app.request("CNY", "8888");
            let body = json!({
                "trans_id": order["trans_id"], "currency": "CNY", "amount": "8888", "notify_url": order["notify_url"],
                "goods": order["goods"], "payment": { "payment_code": code },
            });
            let charged = app.merchant(Method::POST, "/v1/transactions", Some(body)).await;
            assert_eq!(charged.data()["payment_method"], method, "{}", charged.body);
            assert_ne!(charged.data()["status"], "FAIL", "{}", charged.body);
        }
    }

    async fn a_refused_payment_code_says_why(app: TestApp) {
        for (code, reason) in [
            ("120000000000000001", "BALANCE"),
            ("130000000000000001", "LIMIT"),
            ("140000000000000001", "ACCOUNT"),
            ("281000000000000001", "CODE_INVALID"),
        ] {
            let order = app.request("CNY", "8888");
            let failed = charge(app, &order, code).await;
            assert_eq!((&failed.data()["status"], &failed.data()["error_code"]), (&json!("FAIL"), &json!(reason)), "{code}");
        }
    }
}

async fn charge(app: &TestApp, order: &Value, code: &str) -> Answer {
    let body = json!({
        "trans_id": order["trans_id"], "currency": "CNY", "amount": "8888", "notify_url": order["notify_url"],
        "goods": order["goods"], "payment": { "payment_method": "WECHATPAY", "payment_code": code },
    });
    app.merchant(Method::POST, "/v1/transactions", Some(body)).await
}

/// How it stands after the charge, and its number.
async fn charged(app: &TestApp, code: &str) -> (String, String) {
    let charged = charge(app, &app.request("CNY", "8888"), code).await;
    let text = |name: &str| charged.data()[name].as_str().unwrap().to_owned();
    (text("status"), text("order_id"))
}

async fn until(app: &TestApp, order: &str, status: &str) {
    let path = format!("/v1/transactions?order_id={order}");
    app.until(&format!("{order} is {status}"), async || {
        app.merchant(Method::GET, &path, None).await.body["data"]["status"] == status
    })
    .await;
}
