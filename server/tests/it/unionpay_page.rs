//! UnionPay's own page for phones: a form of ours that the browser sends, and a way back that proves nothing.

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::json;

use crate::refunds::stored;
use crate::support::inside::visit_as;
use crate::support::onward::{PHONE, Sheet, form, sent_on, sheet};
use crate::support::{Answer, Session, TestApp, code, on_both, order_id};

const QUICKPASS: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) Mobile/15E148 (com.unionpay.chsp) (UnionPay/1.0 CloudPay)";
const MINOR: i64 = 8_888;

async fn opened(app: &TestApp) -> (Session, Answer) {
    let session = app.session("CNY", "8888").await;
    let opened = app.pay_as(&session, "UNIONPAY", PHONE).await;
    assert_eq!(opened.data()["next_action"]["type"], "redirect", "{}", opened.body);
    (session, opened)
}

/// Where the hosted page is.
fn page(app: &TestApp, session: &Session) -> String {
    format!("{}/pay/{}", app.base, session.id)
}

/// What UnionPay's page at this address gives a shopper who goes back to the shop.
async fn leaving(app: &TestApp, cashier: &str) -> Sheet {
    let (status, _, text) = visit_as(&format!("{}{cashier}", app.sandbox), PHONE).await;
    assert_eq!(status, 200, "{text}");
    sheet(&text, "/back")
}

async fn is_over(address: &str) -> bool {
    let (status, _, text) = visit_as(address, PHONE).await;
    status == 410 && !text.contains("<form") && text.contains("/pay/CS")
}

on_both! {
    async fn a_phone_goes_there_by_a_form_and_the_way_back_is_asked_about(app: TestApp) {
        app.fault(json!({ "channel": "unionpay", "fault": "silent", "times": 99 })).await;
        let (session, opened) = opened(app).await;
        let form = form(&code(&opened)).await;
        assert_eq!(form.action, format!("{}/gateway/api/frontTransReq.do", app.sandbox));
        for (name, value) in [
            ("txnType", "01"), ("txnSubType", "01"), ("bizType", "000201"), ("channelType", "08"),
            ("txnAmt", "8888"), ("orderId", &order_id(&opened)), ("frontUrl", &format!("{}/back", code(&opened))),
        ] {
            assert_eq!(form.get(name), value, "{name}");
        }
        let cashier = sent_on(&code(&opened)).await;
        app.wallet(&cashier, "approve").await.is_paid();
        // No message comes, and nobody polls: it is known because the browser has come back.
        let (status, to, _) = leaving(app, &cashier).await.send().await.unwrap();
        assert_eq!((status, to), (303, page(app, &session)));
        assert_eq!(stored(app, &order_id(&opened)).await.state.as_str(), "SUCCESS");
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn whoever_says_that_they_have_paid_has_shown_nothing(app: TestApp) {
        let (session, opened) = opened(app).await;
        let cashier = sent_on(&code(&opened)).await;
        let mut told = leaving(app, &cashier).await;
        assert_eq!(told.get("respCode"), "05");
        for (name, value) in &mut told.fields {
            if name == "respCode" {
                *value = "00".to_owned();
            }
        }
        let (status, to, _) = told.send().await.unwrap();
        assert_eq!((status, to), (303, page(app, &session)));
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
        assert_eq!(app.held(&order_id(&opened)).await, 0);
    }

    async fn opened_again_it_is_the_same_transaction(app: TestApp) {
        let (session, opened) = opened(app).await;
        let again = app.pay_as(&session, "UNIONPAY", QUICKPASS).await;
        assert_eq!((order_id(&again), code(&again)), (order_id(&opened), code(&opened)));
        let first = form(&code(&opened)).await;
        app.pass(Duration::from_secs(300));
        assert_eq!(form(&code(&opened)).await, first, "also later: not a byte differs");
        let there = [sent_on(&code(&opened)).await, sent_on(&code(&opened)).await];
        assert_eq!(there[0], there[1]);
        assert_eq!(app.book().await.len(), 1);
        // With another amount it is a duplicate, and nobody's signature.
        let mut other = first.clone();
        other.fields.iter_mut().filter(|(name, _)| name == "txnAmt").for_each(|(_, value)| *value = "1".to_owned());
        assert!(other.send().await.unwrap().2.starts_with("respCode 11"));
        app.wallet(&there[0], "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        let twice = first.send().await.unwrap();
        assert!(twice.0 == 200 && twice.2.starts_with("respCode 12"), "what was paid is opened by nobody: {}", twice.2);
    }

    async fn a_page_whose_payment_is_over_leads_back_and_nowhere_else(app: TestApp) {
        let (session, first) = opened(app).await;
        app.cancel(&session, &order_id(&first)).await;
        assert!(is_over(&code(&first)).await, "cancelled");
        let second = app.pay_as(&session, "UNIONPAY", PHONE).await;
        assert_ne!(order_id(&second), order_id(&first));
        app.wallet(&sent_on(&code(&second)).await, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert!(is_over(&code(&second)).await, "paid");
        let (_, third) = opened(app).await;
        app.pass(Duration::from_secs(15 * 60));
        assert!(is_over(&code(&third)).await, "out of time");
    }

    async fn what_was_left_there_can_still_be_paid_and_then_goes_back(app: TestApp) {
        let (session, first) = opened(app).await;
        let left = sent_on(&code(&first)).await;
        let second = app.pay(&session, "ALIPAY_PLUS").await;
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.wallet(&left, "approve").await.is_paid();
        app.until("the first is given back", async || app.held(&order_id(&first)).await == 0).await;
        assert_eq!(app.held(&order_id(&second)).await, MINOR);
        app.until("the shopper is told", async || app.status(&session).await["notice"] == "SURPLUS_RETURNED").await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn whoever_says_no_there_may_try_again(app: TestApp) {
        let (session, opened) = opened(app).await;
        let there = sent_on(&code(&opened)).await;
        app.wallet(&there, "decline").await;
        app.check_now(&session, &order_id(&opened)).await.data();
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
        assert_eq!(sent_on(&code(&opened)).await, there);
        app.wallet(&there, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn nobody_makes_such_an_address_up(app: TestApp) {
        let (_, opened) = opened(app).await;
        let address = code(&opened);
        let (start, last) = address.split_at(address.len() - 1);
        let other = if last == "0" { "1" } else { "0" };
        let qr = order_id(&app.pay(&app.session("CNY", "8888").await, "UNIONPAY").await);
        let order = order_id(&opened);
        for wrong in [format!("{start}{other}"), format!("{}/to/{order}", app.base), address.replace(&order, &qr)] {
            assert_eq!(visit_as(&wrong, PHONE).await.0, 404, "{wrong}");
            assert_eq!(visit_as(&format!("{wrong}/back"), PHONE).await.0, 404, "{wrong}");
        }
    }

    async fn the_page_is_in_the_shoppers_language_and_lets_nothing_else_in(app: TestApp) {
        let (_, opened) = opened(app).await;
        let browser = reqwest::Client::new();
        for (asked, lang, words) in [
            ("en", "<html lang=\"en\" dir=\"ltr\">", "Continue to UnionPay"),
            ("zh-CN", "<html lang=\"zh-Hans\" dir=\"ltr\">", "请在那里付款"),
            ("ar", "<html lang=\"ar\" dir=\"rtl\">", "ادفع هناك"),
        ] {
            let shown = browser.get(code(&opened)).header("accept-language", asked).send().await.unwrap();
            let header = |name: &str| shown.headers()[name].to_str().unwrap().to_owned();
            let (policy, kept) = (header("content-security-policy"), header("cache-control"));
            assert!(policy.contains("script-src 'sha256-") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(policy.contains(&format!("form-action https: {};", app.sandbox)), "{policy}");
            assert_eq!(kept, "no-store");
            let text = shown.text().await.unwrap();
            assert!(text.contains(lang) && text.contains(words), "{asked}: {text}");
        }
    }

    async fn it_is_offered_on_phones_and_in_unionpays_own_browser(app: TestApp) {
        let session = app.session("CNY", "8888").await;
        let path = format!("/v1/checkout/{}", session.id);
        for agent in [PHONE, QUICKPASS] {
            let header = [("user-agent", agent)];
            let view = app.call(Method::GET, &path, Some(&session.token), &header, None).await;
            let offers = view.data()["methods"].as_array().unwrap();
            let ours = offers.iter().find(|offer| offer["method"] == "UNIONPAY").unwrap();
            assert_eq!((&ours["kind"], &ours["unavailable"]), (&json!("redirect"), &json!(null)), "{agent}");
        }
    }
}
