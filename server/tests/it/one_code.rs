//! One code that WeChat, Alipay and UnionPay scan (L21): a computer shows it, and whichever wallet opens it pays in its own browser.

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::inside::{request, visit, visit_as};
use crate::support::onward::{form, sent_on};
use crate::support::{Session, TestApp, code, on_both, order_id};

const WECHAT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.53 NetType/WIFI";
const ALIPAY: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 AliApp(AP/10.6.60) AlipayClient/10.6.60";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1";
const QUICKPASS: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) Mobile/15E148 (com.unionpay.chsp) (UnionPay/1.0 CloudPay)";
const MINI_PROGRAM: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.53 miniProgram/wx1";
const MINOR: i64 = 8_888;

/// The computer's page shows the code: its session, its address, and its number.
async fn shown(app: &TestApp) -> (Session, String, String) {
    let session = app.session("CNY", "8888").await;
    let opened = app.pay(&session, "ONE_CODE").await;
    let (address, order) = (code(&opened), order_id(&opened));
    assert_eq!(address, format!("{}/q/{order}", app.base));
    (session, address, order)
}

/// A wallet scans: where its browser is sent.
async fn scans(address: &str, agent: &str) -> String {
    let (status, to, text) = visit_as(address, agent).await;
    assert_eq!(status, 303, "{text}");
    to
}

/// The wallet goes through its login: what its payer would be asked for.
async fn asked(way: &str, by: &str) -> String {
    let (_, back, _) = visit(way).await;
    let (status, _, page) = visit(&back).await;
    assert_eq!(status, 200, "{page}");
    request(&page)[by].as_str().unwrap().to_owned()
}

async fn open(app: &TestApp, session: &Session) -> Value {
    app.view(session).await.data()["open"].clone()
}

/// Where the hosted page is.
fn page(app: &TestApp, session: &Session) -> String {
    format!("{}/pay/{}", app.base, session.id)
}

on_both! {
    async fn wechat_scans_and_the_computer_hears_of_it(app: TestApp) {
        let (session, address, code) = shown(app).await;
        let login = scans(&address, WECHAT).await;
        assert!(login.contains("/connect/oauth2/authorize"), "{login}");
        let there = open(app, &session).await;
        assert_eq!((&there["method"], &there["next_action"]), (&json!("WECHATPAY"), &json!({ "type": "elsewhere" })));
        let payment = stored(app, there["order_id"].as_str().unwrap()).await;
        assert_eq!((payment.product.as_str(), payment.terminal.as_str()), ("JSAPI", "WAP_IOS"));
        app.until("the code is called back", async || stored(app, &code).await.state.as_str() == "CANCELLED").await;
        app.wallet(&asked(&login, "package").await, "approve").await.is_paid();
        let status = app.until_status(&session, "SUCCESS").await;
        assert_eq!(status["order_id"], payment.id.as_str());
        assert_eq!(app.held(&payment.request_id).await, MINOR);
        assert_eq!(app.book().await.len(), 1, "no channel has heard of the code itself");
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id).contains(&"PAYMENT.SUCCESS".to_owned())).await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn alipay_scans_the_same_code(app: TestApp) {
        let (session, address, _) = shown(app).await;
        let login = scans(&address, ALIPAY).await;
        assert!(login.contains("/oauth2/publicAppAuthorize.htm"), "{login}");
        app.wallet(&asked(&login, "tradeNO").await, "approve").await.is_paid();
        let status = app.until_status(&session, "SUCCESS").await;
        assert_eq!(status["method"], "ALIPAY");
        assert_eq!(app.book().await.len(), 1);
    }

    async fn unionpay_scans_it_as_the_third_wallet(app: TestApp) {
        let (session, address, code) = shown(app).await;
        let way = scans(&address, QUICKPASS).await;
        assert!(way.starts_with(&format!("{}/to/{}", app.base, "GW")), "{way}");
        let there = open(app, &session).await;
        assert_eq!((&there["method"], &there["next_action"]), (&json!("UNIONPAY"), &json!({ "type": "elsewhere" })));
        let payment = stored(app, there["order_id"].as_str().unwrap()).await;
        assert_eq!(payment.product, "WAP");
        app.until("the code is called back", async || stored(app, &code).await.state.as_str() == "CANCELLED").await;
        // The same phone, or another one of the same wallet, is the same transaction at UnionPay.
        assert_eq!(scans(&address, QUICKPASS).await, way);
        let (first, second) = (form(&way).await, form(&way).await);
        assert_eq!(first, second);
        let payer = sent_on(&way).await;
        assert_eq!(sent_on(&way).await, payer);
        app.wallet(&payer, "approve").await.is_paid();
        let status = app.until_status(&session, "SUCCESS").await;
        assert_eq!(status["order_id"], payment.id.as_str());
        assert_eq!(app.held(&payment.request_id).await, MINOR);
        assert_eq!(app.book().await.len(), 1);
        assert_eq!(scans(&address, QUICKPASS).await, page(app, &session), "and then it is told as paid");
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn unionpay_and_another_wallet_make_one_payment(app: TestApp) {
        let (session, address, _) = shown(app).await;
        let (one, other) = tokio::join!(scans(&address, QUICKPASS), scans(&address, ALIPAY));
        let here = page(app, &session);
        assert!((one == here) != (other == here), "one of them pays: {one} {other}");
        let payer = if one == here { asked(&other, "tradeNO").await } else { sent_on(&one).await };
        app.wallet(&payer, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.book().await.len(), 1);
    }

    async fn opened_twice_by_one_wallet_it_is_one_payment(app: TestApp) {
        let (session, address, _) = shown(app).await;
        let first = scans(&address, WECHAT).await;
        let order = open(app, &session).await["order_id"].clone();
        assert_eq!(scans(&address, WECHAT).await, first);
        assert_eq!(open(app, &session).await["order_id"], order);
        app.wallet(&asked(&first, "package").await, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.book().await.len(), 1);
        assert_eq!(scans(&address, WECHAT).await, page(app, &session), "and then it is told as paid");
    }

    async fn a_second_wallet_stops_nobody_who_may_be_paying(app: TestApp) {
        let (session, address, _) = shown(app).await;
        let login = scans(&address, WECHAT).await;
        let order = open(app, &session).await["order_id"].clone();
        assert_eq!(scans(&address, ALIPAY).await, page(app, &session));
        assert_eq!(open(app, &session).await["order_id"], order, "WeChat's payment is the one that lives");
        app.wallet(&asked(&login, "package").await, "approve").await.is_paid();
        let status = app.until_status(&session, "SUCCESS").await;
        assert_eq!(status["order_id"], order);
        assert_eq!(app.book().await.len(), 1);
    }

    async fn two_phones_at_the_same_moment_make_one_payment(app: TestApp) {
        let (session, address, _) = shown(app).await;
        let (one, other) = tokio::join!(scans(&address, WECHAT), scans(&address, ALIPAY));
        let here = page(app, &session);
        assert!((one == here) != (other == here), "one of them pays: {one} {other}");
        let (way, by) = if one == here { (other, "tradeNO") } else { (one, "package") };
        app.wallet(&asked(&way, by).await, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.book().await.len(), 1);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn two_phones_of_one_wallet_pay_once(app: TestApp) {
        let (session, address, _) = shown(app).await;
        let (one, other) = tokio::join!(scans(&address, ALIPAY), scans(&address, ALIPAY));
        assert_eq!(one, other);
        let number = asked(&one, "tradeNO").await;
        app.wallet(&number, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.book().await.len(), 1);
    }

    async fn who_chooses_another_way_at_the_computer_has_called_the_code_back(app: TestApp) {
        let (session, address, _) = shown(app).await;
        let native = app.pay(&session, "WECHATPAY").await;
        assert_eq!(scans(&address, ALIPAY).await, page(app, &session));
        assert_eq!(open(app, &session).await["order_id"], order_id(&native));
        app.wallet(&code(&native), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.book().await.len(), 1);
    }

    async fn a_code_that_was_left_opens_nothing(app: TestApp) {
        let (session, address, code) = shown(app).await;
        let status = app.cancel(&session, &code).await;
        assert_eq!(status.data()["payment_status"], "CANCELLED", "{}", status.body);
        assert_eq!(scans(&address, WECHAT).await, page(app, &session));
        assert!(open(app, &session).await.is_null() && app.book().await.is_empty());
    }

    async fn a_code_opens_nothing_after_its_time_or_the_sessions(app: TestApp) {
        let (session, address, _) = shown(app).await;
        app.pass(Duration::from_secs(16 * 60));
        assert_eq!(scans(&address, WECHAT).await, page(app, &session), "the code is too old");
        assert!(app.book().await.is_empty());
        let again = app.pay(&session, "ONE_CODE").await;
        let fresh = code(&again);
        assert_ne!(fresh, address);
        app.pass(Duration::from_secs(16 * 60));
        app.until("the session is expired", async || app.session_status(&session).await == "EXPIRED").await;
        assert_eq!(scans(&fresh, ALIPAY).await, page(app, &session));
        assert!(app.book().await.is_empty());
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn a_closed_session_and_another_amount_call_it_back(app: TestApp) {
        let (session, address, _) = shown(app).await;
        let path = format!("/v1/sessions/{}", session.id);
        let changed = app.merchant(Method::PATCH, &path, Some(json!({ "amount": "9999" }))).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(scans(&address, WECHAT).await, page(app, &session), "it was made for another amount");
        let wish = json!({ "method": "ONE_CODE", "version": 2 });
        let path = format!("/v1/checkout/{}/transactions", session.id);
        let again = app.call(Method::POST, &path, Some(&session.token), &[], Some(wish)).await;
        let fresh = code(&again);
        let closed = app.merchant(Method::POST, &format!("/v1/sessions/{}/close", session.id), None).await;
        assert_eq!(closed.status, 200, "{}", closed.body);
        assert_eq!(scans(&fresh, WECHAT).await, page(app, &session));
        assert!(app.book().await.is_empty());
    }

    async fn a_phones_own_browser_finds_the_checkout_with_its_methods(app: TestApp) {
        let (session, address, code) = shown(app).await;
        assert_eq!(scans(&address, PHONE).await, page(app, &session));
        let path = format!("/v1/checkout/{}", session.id);
        let view = app.call(Method::GET, &path, Some(&session.token), &[("user-agent", PHONE)], None).await;
        assert!(view.data()["open"].is_null(), "nobody scans the phone that they hold: {}", view.body);
        let methods = view.data()["methods"].as_array().unwrap();
        assert!(methods.iter().all(|offer| offer["method"] != "ONE_CODE"), "{methods:?}");
        assert_eq!(open(app, &session).await["order_id"], code, "and at the computer it still stands");
    }

    async fn a_wallet_that_cannot_pay_here_is_told_what_to_do(app: TestApp) {
        let (session, address, _) = shown(app).await;
        app.merchant(Method::PATCH, "/v1/merchant", Some(json!({ "appearance": { "methods": ["ONE_CODE", "WECHATPAY"] } }))).await;
        let (status, _, text) = visit_as(&address, MINI_PROGRAM).await;
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("Scan the code with Alipay or WeChat"), "{text}");
        // Whoever offers the one code offers its wallets by it.
        assert!(scans(&address, ALIPAY).await.contains("/oauth2/"));
        assert_eq!(open(app, &session).await["method"], "ALIPAY");
    }

    async fn only_a_code_is_one(app: TestApp) {
        let session = app.session("CNY", "8888").await;
        let native = order_id(&app.pay(&session, "WECHATPAY").await);
        for wrong in [native.as_str(), "GWaaaaaaaaaaaaaaaaaaaaaaaaaa", "x"] {
            assert_eq!(visit_as(&format!("{}/q/{wrong}", app.base), WECHAT).await.0, 404, "{wrong}");
        }
        let nobody = app.raw("/notify/one_code", "", "application/json", "{}").await;
        assert_eq!((nobody.status, nobody.code()), (401, "WRONG_KEY"));
    }

    async fn explain_says_where_it_is_offered_and_why_not(app: TestApp) {
        let says = async |query: &str| {
            let explained = app.merchant(Method::GET, &format!("/v1/methods/explain?currency=CNY&{query}"), None).await;
            let methods = explained.data()["methods"].as_array().unwrap().clone();
            let found = methods.into_iter().find(|one| one["method"] == "ONE_CODE").unwrap();
            (found["state"].as_str().unwrap().to_owned(), found["reason"].as_str().unwrap().to_owned())
        };
        let said = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
        assert_eq!(says("amount=8888").await, said("OFFERED", "SUITS"));
        assert_eq!(says("amount=8888&scene=MOBILE").await, said("HIDDEN", "SCENE"));
        assert_eq!(says("amount=5000001").await, said("HIDDEN", "AMOUNT_TOO_HIGH"));
    }
}
