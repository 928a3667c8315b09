//! A merchant's account at WeChat Pay that names no public key: its platform certificates are fetched, and change under open payments.

use florin_server::channel::wechatpay;
use florin_server::clock::Clock;
use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::{TestApp, code, on_both, order_id};

const MINOR: i64 = 8_888;

/// The sandbox's account as a merchant gives it that has no public key of WeChat Pay's.
fn settings(app: &TestApp) -> Value {
    let known = wechatpay::sandbox(&app.sandbox);
    json!({
        "host": known.host, "mchid": known.mchid, "appid": known.appid, "serial": known.serial,
        "private_key": known.private_key, "api_v3_key": known.api_v3_key,
    })
}

/// Which certificates WeChat Pay has from now on, and which of them signs.
async fn turn(app: &TestApp, signs: &str, lists: &[&str]) {
    let shown = json!({ "speaks": "certificates", "signs": signs, "lists": lists });
    let address = format!("{}/wechatpay/certificates", app.sandbox);
    let turned = reqwest::Client::new().post(address).json(&shown).send().await.unwrap();
    assert_eq!(turned.status(), 200);
}

/// How often WeChat Pay was asked for them.
async fn asked(app: &TestApp) -> u64 {
    let address = format!("{}/wechatpay/certificates", app.sandbox);
    let told: Value = reqwest::get(address).await.unwrap().json().await.unwrap();
    told["asked"].as_u64().unwrap()
}

/// The account: its id and its name.
async fn added(app: &TestApp, settings: Value) -> (String, String) {
    let body = json!({ "channel": "wechatpay", "settings": settings });
    let made = app.merchant(Method::POST, "/v1/channels", Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let text = |name: &str| made.data()[name].as_str().unwrap().to_owned();
    (text("channel_id"), text("name"))
}

/// What a test of the account says of it.
async fn tested(app: &TestApp, id: &str) -> (bool, String) {
    let path = format!("/v1/channels/{id}/test");
    let told = app.merchant(Method::POST, &path, None).await.data().clone();
    let checks = told["checks"].as_array().unwrap();
    let account = checks.iter().find(|one| one["check"] == "account").unwrap();
    (account["ok"] == true, account["told"].as_str().unwrap().to_owned())
}

/// A message of nobody's, which names this serial.
async fn forged(app: &TestApp, stranger: &reqwest::Client, name: &str, serial: &str) -> u16 {
    let now = Clock::System.now() / 1000;
    let sent = stranger
        .post(format!("{}/notify/{name}", app.base))
        .header("wechatpay-timestamp", now.to_string())
        .header("wechatpay-nonce", "n1")
        .header("wechatpay-serial", serial)
        .header("wechatpay-signature", "QUJD")
        .body("{}");
    sent.send().await.unwrap().status().as_u16()
}

on_both! {
    async fn an_account_without_a_public_key_is_paid_and_gives_back(app: TestApp) {
        turn(app, "first", &["first"]).await;
        let (id, name) = added(app, settings(app)).await;
        assert!(tested(app, &id).await.0);
        let session = app.session("CNY", "8888").await;
        let opened = app.pay(&session, "WECHATPAY").await;
        assert_eq!(stored(app, &order_id(&opened)).await.channel, name);
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        let body = json!({ "order_id": order_id(&opened), "refund_trans_id": "r1" });
        let refund = app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
        assert_eq!(refund.status, 200, "{}", refund.body);
        app.until("it is back", async || app.held(&order_id(&opened)).await == 0).await;
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
        let shown = app.merchant(Method::GET, &format!("/v1/channels/{id}"), None).await;
        assert!(shown.data()["settings"]["public_key_id"].is_null(), "{}", shown.body);
    }

    async fn a_certificate_that_changes_under_an_open_payment_loses_nothing(app: TestApp) {
        turn(app, "first", &["first"]).await;
        added(app, settings(app)).await;
        let session = app.session("CNY", "8888").await;
        let opened = app.pay(&session, "WECHATPAY").await;
        let before = asked(app).await;
        turn(app, "second", &["first", "second"]).await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(app.held(&order_id(&opened)).await, MINOR);
        // Then only the new one is left.
        turn(app, "second", &["second"]).await;
        let session = app.session("CNY", "8888").await;
        let opened = app.pay(&session, "WECHATPAY").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert!((1..=2).contains(&(asked(app).await - before)), "the message's question and our own");
        app.until("nothing hangs", async || app.is_clean(When::AtRest).await).await;
    }

    async fn hundreds_of_forged_messages_make_us_ask_once(app: TestApp) {
        turn(app, "first", &["first"]).await;
        let (_, name) = added(app, settings(app)).await;
        let session = app.session("CNY", "8888").await;
        let opened = app.pay(&session, "WECHATPAY").await;
        let (before, stranger) = (asked(app).await, reqwest::Client::new());
        assert_eq!(forged(app, &stranger, &name, &"A".repeat(40)).await, 401);
        app.until("we have asked once", async || asked(app).await == before + 1).await;
        for number in 0..300 {
            assert_eq!(forged(app, &stranger, &name, &format!("{number:040X}")).await, 401);
        }
        assert_eq!(asked(app).await, before + 1);
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(asked(app).await, before + 1);
    }

    async fn a_certificate_that_has_ended_is_not_believed_and_nothing_is_ordered(app: TestApp) {
        turn(app, "expired", &["expired"]).await;
        let (id, _) = added(app, settings(app)).await;
        let (ok, told) = tested(app, &id).await;
        assert!(!ok && told.contains("not valid now"), "{told}");
        let session = app.session("CNY", "8888").await;
        app.pay(&session, "WECHATPAY").await;
        assert!(app.book().await.is_empty(), "nobody could have read the answer");
        turn(app, "first", &["first", "expired"]).await;
        app.until("it is well again", async || tested(app, &id).await.0).await;
    }

    async fn a_wrong_api_v3_key_is_told_by_its_name(app: TestApp) {
        turn(app, "first", &["first"]).await;
        let mut wrong = settings(app);
        wrong["api_v3_key"] = json!("fedcba9876543210fedcba9876543210");
        let (id, _) = added(app, wrong).await;
        let (ok, told) = tested(app, &id).await;
        assert!(!ok && told.contains("cannot be opened by api_v3_key"), "{told}");
        assert!(!told.contains("fedcba"), "{told}");
        let path = format!("/v1/channels/{id}");
        let right = json!({ "settings": { "api_v3_key": settings(app)["api_v3_key"] } });
        app.merchant(Method::PATCH, &path, Some(right)).await.data();
        assert!(tested(app, &id).await.0, "the account is another at once");
    }

    async fn an_account_goes_over_to_the_public_key_and_back(app: TestApp) {
        turn(app, "first", &["first"]).await;
        let known = wechatpay::sandbox(&app.sandbox);
        let mut half = settings(app);
        half["public_key_id"] = json!(known.public_key_id);
        let body = json!({ "channel": "wechatpay", "settings": half });
        let refused = app.merchant(Method::POST, "/v1/channels", Some(body)).await;
        assert_eq!((refused.status, refused.code()), (400, "INVALID_FIELD"), "{}", refused.body);
        assert!(refused.body.to_string().contains("belong together"), "{}", refused.body);

        let (id, _) = added(app, settings(app)).await;
        let path = format!("/v1/channels/{id}");
        for change in [
            json!({ "other_public_key_id": known.public_key_id, "other_public_key": known.public_key }),
            json!({ "public_key_id": known.public_key_id, "public_key": known.public_key,
                "other_public_key_id": null, "other_public_key": null }),
            json!({ "public_key_id": null, "public_key": null }),
        ] {
            let changed = app.merchant(Method::PATCH, &path, Some(json!({ "settings": change }))).await;
            assert_eq!(changed.status, 200, "{}", changed.body);
            let (ok, told) = tested(app, &id).await;
            assert!(ok, "{told}");
        }
    }
}
