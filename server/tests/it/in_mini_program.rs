//! In a mini-program (L10, M8): it says where it is and who pays, and hands what it is given to its own wallet.

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::inside::visit;
use crate::support::{Answer, Session, TestApp, on_both, order_id};

const MINOR: i64 = 8_888;

/// A wallet's mini-program.
struct Mini {
    method: &'static str,
    scene: &'static str,
    /// Where the sandbox plays what the wallet on the phone gives, and what it calls that.
    login: (&'static str, &'static str),
    /// The call that makes the order.
    call: (&'static str, &'static str),
}

const WECHAT: Mini = Mini {
    method: "WECHATPAY",
    scene: "WECHAT_MINI_PROGRAM",
    login: ("/mini-program/login", "code"),
    call: ("wechatpay", "jsapi"),
};
const ALIPAY: Mini = Mini {
    method: "ALIPAY",
    scene: "ALIPAY_MINI_PROGRAM",
    login: ("/mini-program/auth-code", "authCode"),
    call: ("alipay", "alipay.trade.create"),
};

impl Mini {
    async fn pressed(&self, app: &TestApp, session: &Session) -> Answer {
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let wish = json!({ "method": self.method, "version": 1, "scene": self.scene });
        app.call(Method::POST, &path, Some(&session.token), &[], Some(wish)).await
    }

    async fn opened(&self, app: &TestApp) -> (Session, Answer) {
        let session = app.session("CNY", "8888").await;
        let opened = self.pressed(app, &session).await;
        assert_eq!(opened.data()["next_action"], json!({ "type": "login" }), "{}", opened.body);
        (session, opened)
    }

    /// `wx.login`, `my.getAuthCode`.
    async fn code(&self, app: &TestApp) -> String {
        let (_, _, told) = visit(&format!("{}{}", app.sandbox, self.login.0)).await;
        let told: Value = serde_json::from_str(&told).unwrap();
        told[self.login.1].as_str().unwrap().to_owned()
    }

    async fn view(&self, app: &TestApp, session: &Session) -> Answer {
        let path = format!("/v1/checkout/{}?scene={}", session.id, self.scene);
        app.call(Method::GET, &path, Some(&session.token), &[], None).await
    }

    /// Through the login: what the wallet is handed.
    async fn handed(&self, app: &TestApp, session: &Session, opened: &Answer) -> String {
        let told = brought(app, session, &order_id(opened), &self.code(app).await).await;
        params(&told)
    }

    /// The wallet asks for the money, and its holder says yes.
    async fn approves(&self, app: &TestApp, params: &str) {
        let handed: Value = serde_json::from_str(params).unwrap();
        // `wx.requestPayment` looks at all of it, `my.tradePay` at the number.
        let what = handed["tradeNO"].as_str().unwrap_or(params);
        app.wallet(what, "approve").await.is_paid();
    }
}

async fn brought(app: &TestApp, session: &Session, order: &str, code: &str) -> Answer {
    let path = format!("/v1/checkout/{}/transactions/{order}/login", session.id);
    app.call(Method::POST, &path, Some(&session.token), &[], Some(json!({ "code": code }))).await
}

fn params(told: &Answer) -> String {
    let action = &told.data()["next_action"];
    assert_eq!(action["type"], "mini_program_params", "{}", told.body);
    action["text"].as_str().unwrap().to_owned()
}

async fn is_paid_once(app: &TestApp, session: &Session, order: &str) {
    app.until_status(session, "SUCCESS").await;
    assert_eq!(app.held(&stored(app, order).await.request_id).await, MINOR);
    assert_eq!(app.book().await.len(), 1);
    app.until("the merchant is told", async || {
        app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]
    })
    .await;
    app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
}

on_both! {
    async fn wechats_mini_program_says_who_pays_and_is_paid(app: TestApp) {
        let (session, opened) = WECHAT.opened(app).await;
        let order = order_id(&opened);
        let payment = stored(app, &order).await;
        assert_eq!((payment.product.as_str(), payment.channel.as_str()), ("MINI_PROGRAM", "wechatpay"));
        assert!(app.book().await.is_empty(), "before the login nobody has heard of an order");
        let text = WECHAT.handed(app, &session, &opened).await;
        let handed: Value = serde_json::from_str(&text).unwrap();
        let names: Vec<&String> = handed.as_object().unwrap().keys().collect();
        assert_eq!(names, ["nonceStr", "package", "paySign", "signType", "timeStamp"], "WeChat knows which mini-program asks");
        // WeChat looks at the signature before it shows anything.
        let forged = text.replace(handed["timeStamp"].as_str().unwrap(), "1414561699");
        assert_ne!(app.wallet(&forged, "approve").await.status, 200);
        WECHAT.approves(app, &text).await;
        is_paid_once(app, &session, &order).await;
        let kept = stored(app, &order).await;
        assert!(!format!("{kept:?}").contains("oMini"), "who the payer is lies in no table: {kept:?}");
    }

    async fn alipays_mini_program_says_who_pays_and_is_paid(app: TestApp) {
        let (session, opened) = ALIPAY.opened(app).await;
        let order = order_id(&opened);
        assert_eq!(stored(app, &order).await.product, "MINI_PROGRAM");
        assert!(app.book().await.is_empty());
        let text = ALIPAY.handed(app, &session, &opened).await;
        ALIPAY.approves(app, &text).await;
        is_paid_once(app, &session, &order).await;
    }

    async fn the_same_request_again_spends_no_second_code_and_opens_nothing(app: TestApp) {
        for mini in [&WECHAT, &ALIPAY] {
            let (session, opened) = mini.opened(app).await;
            let (order, code) = (order_id(&opened), mini.code(app).await);
            let first = params(&brought(app, &session, &order, &code).await);
            // The codes are spent: whoever asked the wallet once more would be told no.
            for again in [code.as_str(), "spent", &code] {
                assert_eq!(params(&brought(app, &session, &order, again).await), first, "{}", mini.method);
            }
            let pressed = mini.pressed(app, &session).await;
            assert_eq!((order_id(&pressed), params(&pressed)), (order.clone(), first.clone()));
            let view = mini.view(app, &session).await;
            assert_eq!(view.data()["open"]["next_action"]["text"].as_str(), Some(first.as_str()));
        }
        assert_eq!(app.book().await.len(), 2, "one for each wallet");
    }

    async fn two_codes_at_once_are_one_order(app: TestApp) {
        for mini in [&WECHAT, &ALIPAY] {
            let (session, opened) = mini.opened(app).await;
            let (order, one, other) = (order_id(&opened), mini.code(app).await, mini.code(app).await);
            let (first, second) = tokio::join!(brought(app, &session, &order, &one), brought(app, &session, &order, &other));
            let both = [params(&first), params(&second)];
            let before = app.book().await.len();
            mini.approves(app, &both[1]).await;
            app.until_status(&session, "SUCCESS").await;
            assert_eq!(app.book().await.len(), before);
            assert_eq!(app.held(&stored(app, &order).await.request_id).await, MINOR);
        }
        assert_eq!(app.book().await.len(), 2);
    }

    async fn a_code_that_does_not_count_opens_nothing_and_another_one_pays(app: TestApp) {
        for mini in [&WECHAT, &ALIPAY] {
            let before = app.book().await.len();
            let (session, opened) = mini.opened(app).await;
            let order = order_id(&opened);
            let other = if mini.method == "ALIPAY" { &WECHAT } else { &ALIPAY };
            for wrong in ["nobodys", &other.code(app).await] {
                let refused = brought(app, &session, &order, wrong).await;
                assert_eq!((refused.status, refused.code()), (409, "LOGIN_NOT_TAKEN"), "{}", refused.body);
            }
            assert_eq!(app.book().await.len(), before);
            let text = mini.handed(app, &session, &opened).await;
            mini.approves(app, &text).await;
            app.until_status(&session, "SUCCESS").await;
        }
    }

    async fn after_a_lost_answer_another_code_finds_the_same_order(app: TestApp) {
        for mini in [&WECHAT, &ALIPAY] {
            let before = app.book().await.len();
            let (session, opened) = mini.opened(app).await;
            let order = order_id(&opened);
            app.fault(json!({ "fault": "lost_reply", "call": mini.call.1, "channel": mini.call.0, "times": 1 })).await;
            let lost = brought(app, &session, &order, &mini.code(app).await).await;
            assert_eq!(lost.code(), "LOGIN_NOT_TAKEN", "{}", lost.body);
            assert_eq!(app.book().await.len(), before + 1, "it was made, and nobody knows");
            let text = mini.handed(app, &session, &opened).await;
            mini.approves(app, &text).await;
            app.until_status(&session, "SUCCESS").await;
            assert_eq!(app.book().await.len(), before + 1);
            assert_eq!(app.held(&stored(app, &order).await.request_id).await, MINOR);
        }
    }

    async fn a_no_ends_it_and_the_list_is_there_again(app: TestApp) {
        for mini in [&WECHAT, &ALIPAY] {
            app.fault(json!({ "fault": "pay_refused", "channel": mini.call.0, "times": 1 })).await;
            let (session, opened) = mini.opened(app).await;
            let told = brought(app, &session, &order_id(&opened), &mini.code(app).await).await;
            assert_eq!((told.status, &told.data()["next_action"]), (200, &Value::Null), "{}", told.body);
            assert!(mini.view(app, &session).await.data()["open"].is_null());
        }
        app.pass(Duration::from_secs(60 * 60));
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_cancel_closes_what_was_ordered_and_nothing_is_ordered_after_it(app: TestApp) {
        let (session, opened) = WECHAT.opened(app).await;
        let text = WECHAT.handed(app, &session, &opened).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        assert_ne!(app.wallet(&text, "approve").await.body["status"], "PAID");
        for mini in [&WECHAT, &ALIPAY] {
            let (session, opened) = mini.opened(app).await;
            let before = app.book().await.len();
            app.cancel(&session, &order_id(&opened)).await;
            let late = brought(app, &session, &order_id(&opened), &mini.code(app).await).await;
            assert_eq!((late.status, &late.data()["next_action"]), (200, &Value::Null), "{}", late.body);
            assert_eq!(app.book().await.len(), before);
        }
    }

    async fn what_was_paid_while_it_was_being_cancelled_is_paid(app: TestApp) {
        let (session, opened) = WECHAT.opened(app).await;
        let text = WECHAT.handed(app, &session, &opened).await;
        app.fault(json!({ "fault": "silent", "channel": "wechatpay", "times": 9 })).await;
        WECHAT.approves(app, &text).await;
        let status = app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(status.data()["payment_status"], "SUCCESS", "{}", status.body);
    }

    async fn nothing_is_ordered_that_would_end_within_a_minute(app: TestApp) {
        let (session, opened) = WECHAT.opened(app).await;
        let rest = app.status(&session).await["code_expires_in_ms"].as_u64().unwrap();
        app.pass(Duration::from_millis(rest - 50_000));
        let late = brought(app, &session, &order_id(&opened), &WECHAT.code(app).await).await;
        assert_eq!((late.status, &late.data()["next_action"]["type"]), (200, &json!("login")), "{}", late.body);
        assert!(app.book().await.is_empty());
    }

    async fn nobody_says_who_pays_for_another_session_or_another_kind_of_payment(app: TestApp) {
        let (session, opened) = WECHAT.opened(app).await;
        let (stranger, code) = (app.session("CNY", "8888").await, WECHAT.code(app).await);
        let elsewhere = brought(app, &stranger, &order_id(&opened), &code).await;
        assert_eq!(elsewhere.status, 404, "{}", elsewhere.body);
        let path = format!("/v1/checkout/{}/transactions/{}/login", session.id, order_id(&opened));
        let keyless = app.call(Method::POST, &path, Some(&stranger.token), &[], Some(json!({ "code": code }))).await;
        assert_eq!(keyless.status, 401, "{}", keyless.body);
        let at_a_computer = app.pay(&stranger, "WECHATPAY").await;
        let refused = brought(app, &stranger, &order_id(&at_a_computer), &code).await;
        assert_eq!(refused.status, 404, "{}", refused.body);
        let empty = brought(app, &session, &order_id(&opened), "").await;
        assert_eq!((empty.status, empty.field()), (400, "code"), "{}", empty.body);
        assert_eq!(params(&brought(app, &session, &order_id(&opened), &code).await).len(), WECHAT.handed(app, &session, &opened).await.len());
    }

    async fn a_mini_program_is_offered_its_own_wallet_and_nothing_else(app: TestApp) {
        for mini in [&WECHAT, &ALIPAY] {
            let session = app.session("CNY", "8888").await;
            let view = mini.view(app, &session).await;
            let offers = view.data()["methods"].as_array().unwrap();
            for offer in offers {
                let is_own = offer["method"] == mini.method;
                assert_eq!(offer["unavailable"].is_null(), is_own, "{offer}");
                assert!(is_own || offer["unavailable"]["reason"] == "SCENE", "{offer}");
            }
            assert_eq!((&offers[0]["method"], &offers[0]["kind"]), (&json!(mini.method), &json!("mini_program")));
            let other = if mini.method == "ALIPAY" { "WECHATPAY" } else { "ALIPAY" };
            let refused = Mini { method: other, ..*mini }.pressed(app, &session).await;
            assert_eq!((refused.status, refused.code()), (409, "METHOD_NOT_OFFERED"), "{}", refused.body);
        }
    }

    async fn another_browser_is_told_that_it_goes_on_elsewhere(app: TestApp) {
        let (session, opened) = WECHAT.opened(app).await;
        WECHAT.handed(app, &session, &opened).await;
        let view = app.view(&session).await;
        assert_eq!(view.data()["open"]["next_action"], json!({ "type": "elsewhere" }), "{}", view.body);
    }

    async fn explain_says_what_pays_in_a_mini_program_and_why_not_the_rest(app: TestApp) {
        let explained = async |query: &str| {
            let path = format!("/v1/methods/explain?currency=CNY&amount=8888&{query}");
            app.merchant(Method::GET, &path, None).await.data().clone()
        };
        let of = |data: &Value, method: &str| {
            let methods = data["methods"].as_array().unwrap();
            methods.iter().find(|one| one["method"] == method).unwrap().clone()
        };
        for (mini, other) in [(&WECHAT, "ALIPAY"), (&ALIPAY, "WECHATPAY")] {
            let data = explained(&format!("scene={}", mini.scene)).await;
            assert_eq!(of(&data, mini.method)["state"], "OFFERED", "{data}");
            for method in [other, "ALIPAY_PLUS", "UNIONPAY"] {
                let found = of(&data, method);
                assert_eq!((&found["state"], &found["reason"]), (&json!("DISABLED"), &json!("SCENE")), "{found}");
            }
        }
        // A page within it can ask for nothing: neither by its own payment, which is the mini-program's, nor by a code or an app.
        let data = explained("user_agent=MicroMessenger/8.0.50%20miniProgram/wx1234567890abcdef").await;
        assert_eq!(data["scene"], "MINI_PROGRAM");
        assert!(data["scene_because"].as_str().unwrap().contains("only the mini-program itself"), "{data}");
        let wechat = of(&data, "WECHATPAY");
        assert_eq!((&wechat["state"], &wechat["reason"]), (&json!("DISABLED"), &json!("SCENE")));
        let needs = json!(["PC", "MOBILE", "WECHAT", "WECHAT_MINI_PROGRAM", "APP", "IN_STORE"]);
        assert_eq!(wechat["needs"], needs, "it says where it is paid instead");
    }
}
