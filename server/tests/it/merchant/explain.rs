//! Why a method is offered, disabled or hidden (A4, K5).

use std::time::Duration;

use florin_server::reach::Waiting;
use florin_shared::PaymentId;
use reqwest::Method;
use serde_json::{Value, json};

use super::ask::{ask, get};
use crate::support::{Session, TestApp, on_both, order_id};

async fn explained(app: &TestApp, query: &str) -> Value {
    get(app, &format!("/v1/methods/explain?{query}")).send().await.data()
}

fn of(explained: &Value, method: &str) -> Value {
    let methods = explained["methods"].as_array().unwrap();
    methods.iter().find(|found| found["method"] == method).unwrap().clone()
}

#[track_caller]
fn says(explained: &Value, method: &str, state: &str, reason: &str, needs: &[&str]) {
    let found = of(explained, method);
    assert_eq!((&found["state"], &found["reason"]), (&json!(state), &json!(reason)), "{found}");
    assert_eq!(found["needs"].as_array().cloned().unwrap_or_default(), needs, "{found}");
    assert!(found["message"].as_str().unwrap().len() > 10, "{found}");
}

/// Why the shopper cannot choose this method; empty when it can be chosen.
async fn why_not(app: &TestApp, session: &Session, method: &str) -> String {
    let view = app.view(session).await;
    let offer = view.data()["methods"]
        .as_array()
        .unwrap()
        .iter()
        .find(|offer| offer["method"] == method)
        .cloned();
    let offer = offer.unwrap_or_else(|| panic!("{method} is not in the list"));
    offer["unavailable"]["reason"].as_str().unwrap_or_default().to_owned()
}

async fn antom_is_dead(app: &TestApp) {
    for call in ["pay", "query", "cancel"] {
        app.fault(
            json!({ "fault": "server_error", "channel": "antom", "call": call, "times": 100_000 }),
        )
        .await;
    }
}

async fn antom_is_back(app: &TestApp) {
    let cleared =
        reqwest::Client::new().delete(format!("{}/faults", app.sandbox)).send().await.unwrap();
    assert!(cleared.status().is_success());
}

on_both! {
    async fn each_method_says_why(app: TestApp) {
        let php = explained(app, "amount=25000&currency=PHP&country=PH&scene=MOBILE").await;
        assert_eq!((&php["country"], &php["scene"]), (&json!("PH"), &json!("MOBILE")));
        says(&php, "GCASH", "OFFERED", "SUITS", &[]);
        assert_eq!(of(&php, "GCASH")["channels"][0], json!({ "channel": "antom", "state": "OFFERED", "reason": "SUITS",
            "message": "it suits the amount, the country, the scene and the time left", "product": "GCASH",
            "payment_code": { "state": "HIDDEN", "reason": "NOT_SOLD", "message": "no channel charges payment codes of this method" },
            "choice": { "taken": true, "reason": "TAKEN",
                "message": "it is the first of those that suit and answer: own accounts before the server's, then by fee, then in order" } }));
        says(&php, "ZALOPAY", "HIDDEN", "CURRENCY", &["VND"]);
        says(&explained(app, "amount=25000&currency=PHP&country=SG").await, "GCASH", "DISABLED", "COUNTRY", &["PH"]);
        says(&explained(app, "amount=5000001&currency=HKD").await, "ALIPAY_PLUS", "DISABLED", "AMOUNT_TOO_HIGH", &["5000000"]);
        says(&explained(app, "amount=9&currency=CNY").await, "ALIPAY_PLUS", "DISABLED", "AMOUNT_TOO_LOW", &["10"]);
        says(&explained(app, "amount=150&currency=IDR").await, "SHOPEEPAY", "DISABLED", "AMOUNT_STEP", &["100"]);
        let inside = explained(app, "amount=25000&currency=PHP&scene=MINI_PROGRAM").await;
        let outside = ["PC", "MOBILE", "WECHAT", "ALIPAY", "UNIONPAY", "APP", "IN_STORE"];
        says(&inside, "GCASH", "DISABLED", "SCENE", &outside);
        says(&inside, "BANK_TRANSFER", "OFFERED", "SUITS", &[]);
        ask(app, Method::PATCH, "/v1/merchant").json(&json!({ "appearance": { "methods": ["GCASH"] } })).send().await.data();
        let fewer = explained(app, "amount=25000&currency=PHP").await;
        says(&fewer, "GCASH", "OFFERED", "SUITS", &[]);
        says(&fewer, "MAYA", "HIDDEN", "NOT_ENABLED", &[]);
        assert_eq!(fewer["methods"][0]["method"], "GCASH");
        // The channel would carry it out: it is the merchant who hides it.
        assert_eq!(of(&fewer, "MAYA")["channels"][0]["state"], "OFFERED");
    }

    async fn where_the_shopper_is_is_told_with_its_reason(app: TestApp) {
        let of_agent = async |agent: &str| {
            let agent: String = url::form_urlencoded::byte_serialize(agent.as_bytes()).collect();
            explained(app, &format!("amount=25000&currency=CNY&user_agent={agent}")).await
        };
        let wechat = of_agent("Mozilla/5.0 (iPhone) MicroMessenger/8.0.50").await;
        assert_eq!(wechat["scene"], "WECHAT");
        assert!(wechat["scene_because"].as_str().unwrap().contains("WeChat's browser"), "{wechat}");
        let desk = of_agent("Mozilla/5.0 (Windows NT 6.1) MicroMessenger/7.0.20 WindowsWechat").await;
        assert_eq!(desk["scene"], "PC");
        let said = explained(app, "amount=25000&currency=CNY&scene=MOBILE&user_agent=MicroMessenger").await;
        assert_eq!(said["scene"], "MOBILE");
    }

    async fn a_session_is_explained_as_its_shopper_sees_it(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let query = format!("session_id={}", session.id);
        let told = explained(app, &query).await;
        assert_eq!((&told["session_id"], &told["amount"], &told["currency"]), (&json!(session.id), &json!("25000"), &json!("PHP")));
        let view = app.view(&session).await;
        for offer in view.data()["methods"].as_array().unwrap() {
            let found = of(&told, offer["method"].as_str().unwrap());
            match offer.get("unavailable") {
                None => assert_eq!(found["state"], "OFFERED"),
                Some(why) => assert_eq!((&found["state"], &found["reason"]), (&json!("DISABLED"), &why["reason"])),
            }
        }
        app.pass(Duration::from_secs(29 * 60 + 30));
        says(&explained(app, &query).await, "GCASH", "DISABLED", "TIME_TOO_SHORT", &[]);
        app.pass(Duration::from_secs(60));
        says(&explained(app, &query).await, "GCASH", "DISABLED", "SESSION_OVER", &[]);
    }

    async fn a_channel_that_does_not_answer_offers_nothing_until_it_does_again(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let looks = app.status(&session).await["looks"].clone();
        let busy = app.session("PHP", "25000").await;
        app.pay(&busy, "GCASH").await.data();
        antom_is_dead(app).await;
        for _ in 0..3 {
            let tried = app.session("PHP", "25000").await;
            app.pay(&tried, "GCASH").await;
        }
        app.until("its methods are down", async || why_not(app, &session, "GCASH").await == "DOWN").await;
        // Another channel goes on, and the page hears that its list has changed.
        assert_eq!(why_not(app, &session, "QRPH").await, "");
        let told = explained(app, &format!("session_id={}", session.id)).await;
        says(&told, "GCASH", "DISABLED", "DOWN", &[]);
        assert_eq!(of(&told, "GCASH")["channels"][0]["reason"], "DOWN");
        says(&told, "QRPH", "OFFERED", "SUITS", &[]);
        assert_ne!(app.status(&session).await["looks"], looks);
        // Who looks at a code sees no list.
        assert_eq!(app.status(&busy).await["looks"], looks);
        // Whoever presses all the same is not sent away.
        assert_ne!(app.pay(&session, "GCASH").await.code(), "METHOD_NOT_OFFERED");
        antom_is_back(app).await;
        app.until("they are offered again", async || why_not(app, &session, "GCASH").await.is_empty()).await;
        assert_eq!(app.status(&session).await["looks"], looks);
    }

    async fn it_is_found_out_that_it_answers_though_nobody_pays(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        antom_is_dead(app).await;
        for number in 0..3 {
            let nobodys = Waiting::Payment(PaymentId::of([number; 16]));
            app.app.reach.silent("antom", nobodys, app.app.now());
        }
        app.until("its methods are down", async || why_not(app, &session, "GCASH").await == "DOWN").await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(why_not(app, &session, "GCASH").await, "DOWN");
        antom_is_back(app).await;
        app.until("they are offered again", async || why_not(app, &session, "GCASH").await.is_empty()).await;
    }

    async fn one_payment_that_gets_no_answer_takes_nothing_from_the_others(app: TestApp) {
        let (other, session) = (app.session("PHP", "25000").await, app.session("PHP", "25000").await);
        let opened = app.pay(&session, "GCASH").await;
        for call in ["query", "cancel"] {
            let rule = json!({ "fault": "server_error", "channel": "antom", "call": call, "request": order_id(&opened), "times": 1000 });
            app.fault(rule).await;
        }
        for _ in 0..12 {
            app.check_now(&session, &order_id(&opened)).await;
            assert_eq!(why_not(app, &other, "GCASH").await, "");
            tokio::time::sleep(Duration::from_millis(600)).await;
        }
    }

    async fn a_question_that_is_none_is_refused_by_its_field(app: TestApp) {
        for (query, field) in [
            ("", "session_id"),
            ("amount=1", "currency"),
            ("amount=1&currency=XXX", "currency"),
            ("amount=-1&currency=HKD", "amount"),
            ("amount=1&currency=HKD&country=hk", "country"),
            ("amount=1&currency=HKD&scene=MOON", "scene"),
            ("amount=1&amount=2&currency=HKD", "amount"),
            ("amount=1&currency=HKD&more=1", "more"),
        ] {
            let refused = get(app, &format!("/v1/methods/explain?{query}")).send().await;
            assert_eq!((refused.status, refused.field().as_str()), (400, field), "{query}: {}", refused.text());
        }
        assert_eq!(get(app, "/v1/methods/explain?session_id=CS").send().await.status, 404);
    }
}
