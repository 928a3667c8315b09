//! In the merchant's own app (L14, M6): it says where it is, and hands what it is given to the wallet's SDK.

use florin_server::domain::payment::{Evidence, Said, Source, Statement};
use florin_server::flow::settle::{Heard, settle};
use florin_server::store::checks::When;
use florin_shared::shopper::NextAction;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::inside::visit;
use crate::support::{Answer, Session, TestApp, on_both, order_id};

const MINOR: i64 = 8_888;

/// The app chooses this method, in a session of its own.
async fn opened(app: &TestApp, method: &str) -> (Session, Answer) {
    let session = app.session("CNY", "8888").await;
    let opened = pressed(app, &session, method).await;
    assert_eq!(opened.data()["next_action"]["type"], "app_params", "{}", opened.body);
    (session, opened)
}

async fn pressed(app: &TestApp, session: &Session, method: &str) -> Answer {
    let path = format!("/v1/checkout/{}/transactions", session.id);
    let wish = json!({ "method": method, "version": 1, "scene": "APP" });
    app.call(Method::POST, &path, Some(&session.token), &[], Some(wish)).await
}

/// The channel has answered a second call under the same number, with other words.
async fn repeated(app: &TestApp, order: &str) {
    let payment = stored(app, order).await;
    let evidence = Evidence { said: Said::Pending, reason: String::new() };
    let statement =
        Statement { evidence, source: Source::Reply, after_cancel: None, after_confirming: false };
    let other = NextAction {
        kind: "app_params".into(),
        text: Some("other words".into()),
        ..NextAction::default()
    };
    settle(&app.app, &payment, Heard::SaidAgain(statement, Some(Box::new(other)))).await.unwrap();
}

fn params(opened: &Answer) -> String {
    opened.data()["next_action"]["text"].as_str().unwrap().to_owned()
}

async fn is_paid(app: &TestApp, session: &Session, order: &str) {
    app.until_status(session, "SUCCESS").await;
    assert_eq!(app.held(&stored(app, order).await.request_id).await, MINOR);
    app.until("the merchant is told", async || {
        app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]
    })
    .await;
    app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
}

on_both! {
    async fn wechats_sdk_opens_for_what_it_is_handed(app: TestApp) {
        let (session, opened) = opened(app, "WECHATPAY").await;
        let order = order_id(&opened);
        let payment = stored(app, &order).await;
        assert_eq!((payment.product.as_str(), payment.channel.as_str()), ("APP", "wechatpay"));
        let handed: Value = serde_json::from_str(&params(&opened)).unwrap();
        assert_eq!((&handed["appid"], &handed["package"]), (&json!("wx2421b1c4370ec43b"), &json!("Sign=WXPay")));
        // WeChat looks at the signature before it shows anything.
        let forged = params(&opened).replace(handed["timestamp"].as_str().unwrap(), "1414561699");
        assert_ne!(app.wallet(&forged, "approve").await.status, 200);
        app.wallet(&params(&opened), "approve").await.is_paid();
        is_paid(app, &session, &order).await;
    }

    async fn alipays_sdk_opens_for_what_it_is_handed(app: TestApp) {
        let (session, opened) = opened(app, "ALIPAY").await;
        let order = order_id(&opened);
        assert_eq!(stored(app, &order).await.product, "QUICK_MSECURITY_PAY");
        assert!(app.book().await.is_empty(), "before the SDK nobody has heard of a trade");
        let sdk = format!("{}/gateway.do?", app.sandbox);
        let forged = params(&opened).replace("88.88", "0.01");
        assert_eq!(visit(&(sdk.clone() + &forged)).await.0, 400);
        let (status, to, text) = visit(&(sdk + &params(&opened))).await;
        assert_eq!(status, 302, "{text}");
        let code = to.split("code=").nth(1).unwrap().split('&').next().unwrap();
        app.wallet(code, "approve").await.is_paid();
        is_paid(app, &session, &order).await;
    }

    async fn unionpays_sdk_opens_for_what_it_is_handed(app: TestApp) {
        let (session, opened) = opened(app, "UNIONPAY").await;
        let order = order_id(&opened);
        let payment = stored(app, &order).await;
        assert_eq!((payment.product.as_str(), payment.channel.as_str()), ("APP", "unionpay"));
        app.wallet(&params(&opened), "approve").await.is_paid();
        is_paid(app, &session, &order).await;
        let body = json!({ "order_id": order, "refund_trans_id": "r1" });
        assert_eq!(app.merchant(Method::POST, "/v1/refunds", Some(body)).await.status, 200);
        app.until("it is given back", async || app.held(&payment.request_id).await == 0).await;
    }

    async fn the_same_again_is_the_same_payment_with_the_same_words(app: TestApp) {
        for method in ["WECHATPAY", "ALIPAY", "UNIONPAY"] {
            let (session, first) = opened(app, method).await;
            // A worker has asked for it as well, and its answer comes later.
            repeated(app, &order_id(&first)).await;
            let again = pressed(app, &session, method).await;
            assert_eq!((order_id(&again), params(&again)), (order_id(&first), params(&first)), "{method}");
        }
    }

    async fn a_lost_answer_is_made_up_for(app: TestApp) {
        for (at, (channel, method)) in [("wechatpay", "WECHATPAY"), ("unionpay", "UNIONPAY")].into_iter().enumerate() {
            app.fault(json!({ "fault": "lost_reply", "call": "app", "channel": channel, "times": 1 })).await;
            let session = app.session("CNY", "8888").await;
            pressed(app, &session, method).await;
            let path = format!("/v1/checkout/{}?scene=APP", session.id);
            let open = async || app.call(Method::GET, &path, Some(&session.token), &[], None).await.data()["open"].clone();
            app.until("the app has something to hand on", async || open().await["next_action"]["type"] == "app_params").await;
            assert_eq!(app.book().await.len(), at + 1);
            let text = open().await["next_action"]["text"].as_str().unwrap().to_owned();
            app.wallet(&text, "approve").await.is_paid();
            app.until_status(&session, "SUCCESS").await;
        }
    }

    async fn a_cancel_closes_it_at_wechat(app: TestApp) {
        let (session, opened) = opened(app, "WECHATPAY").await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        assert_ne!(app.wallet(&params(&opened), "approve").await.body["status"], "PAID");
        assert_eq!(app.held(&order_id(&opened)).await, 0);
    }

    async fn only_the_app_itself_is_given_it(app: TestApp) {
        let (session, opened) = opened(app, "ALIPAY").await;
        let view = app.view(&session).await;
        assert_eq!(view.data()["open"]["next_action"], json!({ "type": "elsewhere" }), "a computer has no SDK");
        let path = format!("/v1/checkout/{}?scene=APP", session.id);
        let there = app.call(Method::GET, &path, Some(&session.token), &[], None).await;
        assert_eq!(there.data()["open"]["next_action"]["text"], opened.data()["next_action"]["text"]);
        let methods = there.data()["methods"].as_array().unwrap();
        let wechat = methods.iter().find(|offer| offer["method"] == "WECHATPAY").unwrap();
        assert_eq!((&wechat["kind"], &wechat["unavailable"]), (&json!("app"), &Value::Null));
        assert!(methods.iter().all(|offer| offer["method"] != "ONE_CODE"), "{methods:?}");
        let wrong = json!({ "method": "ALIPAY", "version": 1, "scene": "PC" });
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let refused = app.call(Method::POST, &path, Some(&session.token), &[], Some(wrong)).await;
        assert_eq!((refused.status, refused.code(), refused.field()), (400, "INVALID_FIELD", "scene"));
    }

    async fn explain_says_that_they_pay_in_an_app(app: TestApp) {
        let explained = app.merchant(Method::GET, "/v1/methods/explain?currency=CNY&amount=8888&scene=APP", None).await;
        for (method, product) in [("WECHATPAY", "APP"), ("ALIPAY", "QUICK_MSECURITY_PAY"), ("UNIONPAY", "APP")] {
            let methods = explained.data()["methods"].as_array().unwrap();
            let found = methods.iter().find(|one| one["method"] == method).unwrap();
            assert_eq!(found["state"], "OFFERED", "{found}");
            let channel = found["channels"].as_array().unwrap().iter().find(|one| one["state"] == "OFFERED").unwrap();
            assert_eq!(channel["product"], product);
        }
        let inside = app.merchant(Method::GET, "/v1/methods/explain?currency=CNY&amount=8888&scene=MINI_PROGRAM", None).await;
        let methods = inside.data()["methods"].as_array().unwrap();
        let wechat = methods.iter().find(|one| one["method"] == "WECHATPAY").unwrap();
        assert_eq!((&wechat["state"], &wechat["reason"]), (&json!("DISABLED"), &json!("SCENE")));
    }
}
