//! What the shopper's page can ask.

use reqwest::Method;
use serde_json::json;

use crate::support::{TestApp, code, on_both, order_id};

on_both! {
    async fn the_list_says_which_methods_suit_and_why_others_do_not(app: TestApp) {
        let view = app.view(&app.session("HKD", "800").await).await;
        let methods = view.data()["methods"].as_array().unwrap();
        assert_eq!(methods[0]["method"], "ALIPAY_PLUS");
        assert!(methods[0].get("unavailable").is_none());
        assert!(methods.iter().all(|offer| offer["method"] != "GCASH"), "of another currency, and nobody asked for it");
        let mut named = app.request("HKD", "800");
        named["appearance"] = json!({ "methods": ["GCASH", "ALIPAY_PLUS"] });
        let view = app.view(&app.session_of(named).await).await;
        let gcash = &view.data()["methods"][1];
        assert_eq!(gcash["unavailable"], json!({ "reason": "CURRENCY", "needs": ["PHP"] }), "{gcash}");
        let refused = app.pay(&app.session("HKD", "800").await, "GCASH").await;
        assert_eq!((refused.status, refused.code(), refused.field()), (409, "METHOD_NOT_OFFERED", "method"));
    }

    async fn the_list_is_drawn_for_whoever_says_in_which_languages(app: TestApp) {
        let mut request = app.request("PHP", "25000");
        request["display_locale"] = json!("zh-CN");
        let session = app.session_of(request).await;
        let asked = async |locales: &str| {
            let path = format!("/v1/checkout/{}{locales}", session.id);
            app.call(Method::GET, &path, Some(&session.token), &[], None).await.data()["markup"].clone()
        };
        assert!(asked("").await.is_null());
        for (locales, language) in [("?locales=,*,en", "zh-Hans"), ("?locales=en-GB,*", "en"), ("?locales=tlh,%26&locales=zh", "en")] {
            assert_eq!(asked(locales).await["language"], language, "{locales}");
        }
        let html = asked("?locales=en").await["html"].as_str().unwrap().to_owned();
        assert!(html.contains(r#"value="GCASH""#) && html.contains("Pay \u{e000}250.00\u{e000}"), "{html}");
    }

    async fn a_mini_program_is_offered_no_code_to_scan(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let path = format!("/v1/checkout/{}", session.id);
        let agent = [("user-agent", "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50 miniProgram/wx0")];
        let view = app.call(Method::GET, &path, Some(&session.token), &agent, None).await;
        let methods = view.data()["methods"].as_array().unwrap();
        let suiting: Vec<_> = methods.iter().filter(|offer| offer.get("unavailable").is_none()).collect();
        assert_eq!(suiting, [&json!({ "method": "BANK_TRANSFER", "kind": "passcode" })]);
        let gcash = methods.iter().find(|offer| offer["method"] == "GCASH").unwrap();
        assert_eq!(gcash["unavailable"]["reason"], "SCENE");
        let wish = json!({ "method": "GCASH", "version": 1 });
        let refused = app.call(Method::POST, &format!("{path}/transactions"), Some(&session.token), &agent, Some(wish)).await;
        assert_eq!((refused.status, refused.code(), refused.field()), (409, "METHOD_NOT_OFFERED", "method"));
        app.pay(&session, "GCASH").await.data();
    }

    async fn a_transfer_shows_a_passcode(app: TestApp) {
        let session = app.session("PHP", "128000").await;
        let opened = app.pay(&session, "BANK_TRANSFER").await;
        assert_eq!(opened.data()["next_action"]["code_kind"], "passcode");
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn the_same_method_again_is_the_same_payment(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let (first, second) = tokio::join!(app.pay(&session, "GCASH"), app.pay(&session, "GCASH"));
        assert_eq!(order_id(&first), order_id(&second));
        assert_eq!(code(&first), code(&second));
        assert_eq!(app.book().await.len(), 1);
        let view = app.view(&session).await;
        assert_eq!(view.data()["open"]["next_action"]["text"], code(&first));
    }

    async fn a_stale_version_is_told_that_the_amount_changed(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let body = json!({ "method": "GCASH", "version": 0 });
        let refused = app.shopper(Method::POST, &session, "/transactions", Some(body)).await;
        assert_eq!((refused.status, refused.code()), (409, "AMOUNT_CHANGED"));
    }

    async fn one_token_opens_one_session(app: TestApp) {
        let (mine, other) = (app.session("PHP", "25000").await, app.session("PHP", "25000").await);
        let path = format!("/v1/checkout/{}", other.id);
        for path in [path.clone(), format!("{path}/status")] {
            let wrong = app.call(Method::GET, &path, Some(&mine.token), &[], None).await;
            let unknown = app.call(Method::GET, &path.replace(&other.id[2..8], "000000"), Some(&mine.token), &[], None).await;
            assert_eq!((wrong.status, wrong.code()), (401, "WRONG_KEY"));
            assert_eq!(wrong.body, unknown.body);
            assert_eq!(app.call(Method::GET, &path, None, &[], None).await.code(), "NO_KEY");
        }
        let opened = app.pay(&mine, "GCASH").await;
        let foreign = app.cancel(&other, &order_id(&opened)).await;
        assert_eq!((foreign.status, foreign.code()), (404, "NOT_FOUND"));
    }

    async fn only_pages_of_the_merchant_may_ask(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let path = format!("/v1/checkout/{}/status", session.id);
        for origin in ["https://shop.example", "http://localhost:3000", "http://192.168.1.7:8080", app.base.as_str()] {
            assert_eq!(app.call(Method::GET, &path, Some(&session.token), &[("origin", origin)], None).await.status, 200, "{origin}");
        }
        for origin in ["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null"] {
            let refused = app.call(Method::GET, &path, Some(&session.token), &[("origin", origin)], None).await;
            assert_eq!((refused.status, refused.code()), (403, "ORIGIN_NOT_REGISTERED"), "{origin}");
            assert!(refused.body["ret_msg"].as_str().unwrap().contains(origin));
        }
    }
}
