//! Online banking: a bank is picked on a page of ours, once for each payment, and UnionPay leads to its own page.

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::json;

use crate::refunds::stored;
use crate::support::inside::visit_as;
use crate::support::onward::{PHONE, form, pick, sent_on};
use crate::support::{Answer, Session, TestApp, code, on_both, order_id};

const MINOR: i64 = 8_888;
const METHOD: &str = "ONLINE_BANKING";

async fn opened(app: &TestApp) -> (Session, Answer) {
    let session = app.session("CNY", "8888").await;
    let opened = app.pay(&session, METHOD).await;
    assert_eq!(opened.data()["next_action"]["type"], "redirect", "{}", opened.body);
    (session, opened)
}

/// The page at this address.
async fn page(address: &str) -> String {
    let (status, _, text) = visit_as(address, "").await;
    assert_eq!(status, 200, "{text}");
    text
}

/// Somebody picks a bank: the page with its form.
async fn picked(address: &str, bank: &str) -> String {
    let (status, to) = pick(address, bank).await;
    assert!(status == 303 && to.ends_with(&format!("?bank={bank}")), "{to}");
    to
}

/// Whose page it is: `GW…`.
fn of(address: &str) -> &str {
    &address.split("/to/").nth(1).unwrap()[..28]
}

on_both! {
    async fn a_bank_is_picked_and_its_page_opens(app: TestApp) {
        let (session, opened) = opened(app).await;
        let list = page(&code(&opened)).await;
        for bank in [r#"value="ICBC""#, r#"value="OTHER""#, "China Merchants Bank", r#"<small lang="zh-Hans">招商银行</small>"#] {
            assert!(list.contains(bank), "{bank}: {list}");
        }
        assert!(!list.contains("frontTransReq") && !list.contains("<script>("), "nothing goes out before: {list}");
        assert_eq!(app.book().await.len(), 0, "nobody has heard of it");
        let there = picked(&code(&opened), "CCB").await;
        assert_eq!(there.split('?').next().unwrap(), code(&opened), "the same payment");
        assert!(page(&there).await.contains("Continue to China Construction Bank"));
        let form = form(&there).await;
        for (name, value) in [
            ("txnType", "01"), ("txnSubType", "01"), ("bizType", "000201"), ("channelType", "07"), ("issInsCode", "CCB"),
            ("txnAmt", "8888"), ("orderId", &order_id(&opened)), ("frontUrl", &format!("{}/back", code(&opened))),
        ] {
            assert_eq!(form.get(name), value, "{name}");
        }
        let bank = sent_on(&there).await;
        assert!(page(&format!("{}{bank}", app.sandbox)).await.contains("China Construction Bank"));
        app.wallet(&bank, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        assert_eq!(stored(app, &order_id(&opened)).await.product, "NETBANK");
    }

    async fn a_bank_that_was_picked_stays(app: TestApp) {
        let (session, opened) = opened(app).await;
        let there = picked(&code(&opened), "ABC").await;
        let first = form(&there).await;
        assert_eq!(form(&code(&opened)).await, first, "what the address says is not asked");
        assert_eq!(form(&there.replace("ABC", "CMB")).await, first);
        let again = app.pay(&session, METHOD).await;
        assert_eq!((order_id(&again), code(&again)), (order_id(&opened), there.clone()));
        app.pass(Duration::from_secs(300));
        assert_eq!(picked(&code(&opened), "ABC").await, there, "pressed twice it is one");
        assert_eq!(form(&there).await, first, "not a byte differs");
        assert_eq!(sent_on(&there).await, sent_on(&there).await);
        assert_eq!(app.book().await.len(), 1);
    }

    async fn another_bank_is_another_payment_and_only_one_of_them_keeps_its_money(app: TestApp) {
        let (session, opened) = opened(app).await;
        let first = picked(&code(&opened), "ICBC").await;
        let left = sent_on(&first).await;
        let list = page(&format!("{}?again=1", code(&opened))).await;
        assert!(list.contains(r#"value="CCB""#) && !list.contains("frontTransReq"));
        let second = picked(&code(&opened), "CCB").await;
        assert_ne!(of(&second), of(&first));
        assert_eq!(visit_as(&first, "").await.0, 410, "the first leads nowhere");
        assert_eq!(app.status(&session).await["order_id"], of(&second));
        app.wallet(&sent_on(&second).await, "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        app.wallet(&left, "approve").await.is_paid();
        app.until("the first is given back", async || app.held(of(&first)).await == 0).await;
        assert_eq!(app.held(of(&second)).await, MINOR);
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn what_a_bank_takes_when_all_is_over_goes_back_though_nobody_tells_of_it(app: TestApp) {
        let (session, opened) = opened(app).await;
        let bank = sent_on(&picked(&code(&opened), "CCB").await).await;
        app.pass(Duration::from_secs(40 * 60));
        app.until("the session has ended", async || app.session_status(&session).await == "EXPIRED").await;
        let asks = stored(app, &order_id(&opened)).await.asks;
        app.pass(Duration::from_secs(20 * 60));
        app.until("it is asked about all the same", async || stored(app, &order_id(&opened)).await.asks > asks).await;
        app.fault(json!({ "fault": "silent", "times": 99 })).await;
        app.wallet(&bank, "approve").await.is_paid();
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        app.pass(Duration::from_secs(20 * 60));
        app.until("the money is back", async || app.held(&order_id(&opened)).await == 0).await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn two_who_pick_at_once_have_a_payment_each(app: TestApp) {
        let (session, opened) = opened(app).await;
        let address = code(&opened);
        let (one, other) = tokio::join!(picked(&address, "ICBC"), picked(&address, "CMB"));
        assert_ne!(of(&one), of(&other));
        let live = app.status(&session).await["order_id"].as_str().unwrap().to_owned();
        assert!([of(&one), of(&other)].contains(&live.as_str()));
        for (there, bank) in [(&one, "ICBC"), (&other, "CMB")] {
            match of(there) == live {
                true => assert_eq!(form(there).await.get("issInsCode"), bank),
                false => assert_eq!(visit_as(there, "").await.0, 410),
            }
        }
    }

    async fn a_bank_that_is_not_in_the_list_is_picked_at_unionpay(app: TestApp) {
        let (session, opened) = opened(app).await;
        let there = picked(&code(&opened), "OTHER").await;
        assert!(page(&there).await.contains("Continue to UnionPay"));
        let form = form(&there).await;
        assert_eq!((form.get("channelType"), form.get("issInsCode")), ("07", ""));
        // Back from there, one that is in the list is another payment: UnionPay has seen the first.
        assert_ne!(of(&picked(&there, "ICBC").await), order_id(&opened));
        assert_eq!(app.status(&session).await["payment_status"], "PROCESSING");
    }

    async fn nobody_picks_what_is_not_there(app: TestApp) {
        let (session, opened) = opened(app).await;
        for bank in ["", "NOBANK", "icbc", "<b>"] {
            assert_eq!(pick(&code(&opened), bank).await.0, 404, "{bank}");
        }
        let phones = app.pay_as(&app.session("CNY", "8888").await, "UNIONPAY", PHONE).await;
        assert_eq!(pick(&code(&phones), "ICBC").await.0, 404, "a phone's page has no banks");
        assert_eq!(pick(&code(&opened).replace("/to/GW", "/to/GX"), "ICBC").await.0, 404);
        // Who is too late is told by the checkout.
        app.cancel(&session, &order_id(&opened)).await;
        assert_eq!(visit_as(&code(&opened), "").await.0, 410);
        assert_eq!(pick(&code(&opened), "ICBC").await, (303, format!("{}/pay/{}", app.base, session.id)));
        assert!(!stored(app, &order_id(&opened)).await.action.contains("ICBC"));
    }

    async fn the_list_is_in_the_shoppers_language_and_lets_nothing_else_in(app: TestApp) {
        let (_, opened) = opened(app).await;
        let browser = reqwest::Client::new();
        for (asked, lang, words, unsaid) in [
            ("en", "<html lang=\"en\" dir=\"ltr\">", "Choose your bank", "选择"),
            ("zh-CN", "<html lang=\"zh-Hans\" dir=\"ltr\">", "选择您的银行", "China Merchants"),
            ("ar", "<html lang=\"ar\" dir=\"rtl\">", "اختر بنكك", "选择"),
        ] {
            let shown = browser.get(code(&opened)).header("accept-language", asked).send().await.unwrap();
            let policy = shown.headers()["content-security-policy"].to_str().unwrap().to_owned();
            assert!(policy.contains("form-action 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
            let text = shown.text().await.unwrap();
            assert!(text.contains(lang) && text.contains(words) && !text.contains(unsaid), "{asked}: {text}");
        }
    }

    async fn it_is_offered_at_computers_alone(app: TestApp) {
        let session = app.session("CNY", "8888").await;
        let path = format!("/v1/checkout/{}", session.id);
        for (agent, unavailable) in [("", json!(null)), (PHONE, json!({ "reason": "SCENE", "needs": ["PC"] }))] {
            let header = [("user-agent", agent)];
            let view = app.call(Method::GET, &path, Some(&session.token), &header, None).await;
            let offers = view.data()["methods"].as_array().unwrap();
            let ours = offers.iter().find(|offer| offer["method"] == METHOD).unwrap();
            assert_eq!((&ours["kind"], &ours["unavailable"]), (&json!("redirect"), &unavailable), "{agent}");
        }
        assert_eq!(app.pay_as(&session, METHOD, PHONE).await.code(), "METHOD_NOT_OFFERED");
    }
}
