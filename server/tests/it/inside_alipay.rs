//! Alipay within Alipay (JSAPI): to Alipay's login and back, and the trade is for whoever came back.

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::inside::{Inside, request, visit};
use crate::support::{TestApp, on_both, order_id};

pub const INSIDE: Inside = Inside {
    method: "ALIPAY",
    agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 AliApp(AP/10.6.60) AlipayClient/10.6.60",
    login_ends: "",
    asks: "tradeNO",
};
const MINOR: i64 = 8_888;

on_both! {
    async fn within_alipay_it_is_paid_in_the_page(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let payment = stored(app, &order_id(&opened)).await;
        assert_eq!((payment.product.as_str(), payment.channel.as_str()), ("JSAPI_PAY", "alipay"));
        assert!(app.book().await.is_empty(), "before the login nobody has heard of a trade");
        let (status, _, page) = visit(&INSIDE.logged_in(&opened).await).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("data-channel=\"alipay\"") && page.contains("/bridge.js"), "{page}");
        assert!(page.contains(&format!("data-checkout=\"{}/pay/{}\"", app.base, session.id)), "{page}");
        app.wallet(request(&page)["tradeNO"].as_str().unwrap(), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&payment.request_id).await, MINOR);
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]).await;
        app.check(When::AtRest).await;
    }

    async fn a_reload_finds_the_way_to_the_login_again_and_it_is_one_trade(app: TestApp) {
        let (session, first) = INSIDE.opened(app).await;
        let number = INSIDE.asked_for(app, &first).await;
        let again = INSIDE.pressed(app, &session).await;
        assert_eq!(order_id(&again), order_id(&first));
        assert_eq!(again.data()["next_action"], first.data()["next_action"]);
        assert_eq!(INSIDE.asked_for(app, &again).await, number);
        assert_eq!(app.book().await.len(), 1);
        app.wallet(&number, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&first)).await, MINOR);
    }

    async fn a_code_counts_once_and_nobody_comes_back_who_was_not_sent(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let back = INSIDE.logged_in(&opened).await;
        for wrong in [back.replace("/login/alipay", "/login/wechatpay"), back.replace("state=GW", "state=GX")] {
            assert_eq!(visit(&wrong).await.0, 404, "{wrong}");
        }
        assert_eq!(visit(&back).await.0, 200, "and the right one still counts");
        let (status, to, _) = visit(&back).await;
        assert_eq!((status, to), (303, format!("{}/pay/{}", app.base, session.id)));
        let denied = back.split("&auth_code=").next().unwrap();
        assert_eq!(visit(denied).await.0, 303, "who says no to the login goes on in the checkout");
    }

    async fn a_no_after_the_login_ends_it_and_the_shopper_goes_on(app: TestApp) {
        app.fault(json!({ "fault": "pay_refused", "channel": "alipay", "times": 9 })).await;
        let (session, opened) = INSIDE.opened(app).await;
        assert_eq!(visit(&INSIDE.logged_in(&opened).await).await.0, 303);
        assert!(app.view(&session).await.data()["open"].is_null());
        assert_eq!(app.book_says(&order_id(&opened)).await, "REFUSED");
        app.pass(Duration::from_secs(60 * 60));
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn what_was_cancelled_before_the_login_opens_nothing(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let back = INSIDE.logged_in(&opened).await;
        app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(visit(&back).await.0, 303);
        assert!(app.book().await.is_empty());
        let again = INSIDE.pressed(app, &session).await;
        assert_ne!(order_id(&again), order_id(&opened));
        app.wallet(&INSIDE.asked_for(app, &again).await, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.book().await.len(), 1);
    }

    async fn what_was_opened_is_closed_at_alipay_when_the_shopper_cancels(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        let number = INSIDE.asked_for(app, &opened).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        assert_ne!(app.wallet(&number, "approve").await.body["status"], "PAID");
        assert_eq!(app.held(&order_id(&opened)).await, 0);
    }

    async fn what_was_paid_while_it_was_being_cancelled_is_paid(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        app.fault(json!({ "fault": "silent", "channel": "alipay", "times": 9 })).await;
        app.wallet(&INSIDE.asked_for(app, &opened).await, "approve").await.is_paid();
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "SUCCESS", "{}", status.body);
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
    }

    async fn a_lost_answer_after_the_login_leads_back_and_another_visit_pays(app: TestApp) {
        let (session, opened) = INSIDE.opened(app).await;
        app.fault(json!({ "fault": "lost_reply", "call": "alipay.trade.create", "channel": "alipay", "times": 1 })).await;
        assert_eq!(visit(&INSIDE.logged_in(&opened).await).await.0, 303);
        assert_eq!(app.book().await.len(), 1, "it was made, and nobody knows");
        let number = INSIDE.asked_for(app, &INSIDE.pressed(app, &session).await).await;
        app.wallet(&number, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!((app.held(&order_id(&opened)).await, app.book().await.len()), (MINOR, 1));
    }

    async fn explain_says_that_alipay_pays_there_and_why(app: TestApp) {
        let query = "currency=CNY&amount=8888&user_agent=AliApp(AP/10.6)%20AlipayClient/10.6";
        let explained = app.merchant(Method::GET, &format!("/v1/methods/explain?{query}"), None).await;
        let data = explained.data();
        assert_eq!(data["scene"], "ALIPAY", "{data}");
        assert!(data["scene_because"].as_str().unwrap().contains("Alipay pays"), "{data}");
        let methods = data["methods"].as_array().unwrap();
        let state = |name: &str| methods.iter().find(|one| one["method"] == name).map(|one| one["state"].clone());
        assert_eq!(state("ALIPAY"), Some(Value::from("OFFERED")), "{data}");
    }
}
