//! Merchants' own accounts at channels: whose they are, what they carry, what is told of them, and what becomes of payments whose
//! account has changed since.

use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use florin_server::channel::alipay::sandbox;
use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::refunds::stored;
use crate::support::{Answer, KEY, OTHER_KEY, Session, TestApp, alipay, code, on_both, order_id};

mod processes;
mod transfers;

const ALL: &str = "/v1/channels";

/// The sandbox's account at Alipay, as a merchant gives it.
fn settings(host: &str) -> Value {
    let known = sandbox(host);
    json!({
        "host": known.host, "app_id": known.app_id, "seller_id": known.seller_id,
        "private_key": known.private_key, "public_key": known.public_key,
    })
}

async fn add(app: &TestApp, key: &str, body: Value) -> Answer {
    app.call(Method::POST, ALL, Some(key), &[], Some(body)).await
}

/// An account at the sandbox, with its id and its name.
async fn added(app: &TestApp, more: Value) -> (String, String) {
    let mut body = json!({ "channel": "alipay", "settings": settings(&app.sandbox) });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = add(app, KEY, body).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let text = |name: &str| made.data()[name].as_str().unwrap().to_owned();
    (text("channel_id"), text("name"))
}

/// A pair of keys that nobody else has: the private one, and the public one.
fn strange() -> (String, String) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let pem = |label: &str, der: &[u8]| {
        let text = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    };
    (pem("PRIVATE KEY", private.as_ref()), pem("PUBLIC KEY", public.as_ref()))
}

async fn opened(app: &TestApp) -> (Session, Answer) {
    let session = app.session("CNY", "8888").await;
    let opened = app.pay(&session, "ALIPAY").await;
    (session, opened)
}

async fn carried_by(app: &TestApp, opened: &Answer) -> String {
    stored(app, &order_id(opened)).await.channel
}

async fn refunded(app: &TestApp, order: &str, own: &str) {
    let body = json!({ "order_id": order, "refund_trans_id": own });
    let made = app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
    assert!(made.status < 300, "{}", made.body);
    app.until(&format!("{own} is done"), async || {
        let path = format!("/v1/refunds?refund_trans_id={own}");
        app.merchant(Method::GET, &path, None).await.data()["status"] == "SUCCESS"
    })
    .await;
}

async fn change(app: &TestApp, id: &str, body: Value) -> Answer {
    app.merchant(Method::PATCH, &format!("{ALL}/{id}"), Some(body)).await
}

async fn remove(app: &TestApp, id: &str) {
    let gone = app.merchant(Method::DELETE, &format!("{ALL}/{id}"), None).await;
    assert_eq!(gone.data()["deleted"], true, "{}", gone.body);
}

/// A message of Alipay's to this address.
async fn told(app: &TestApp, name: &str, message: String) -> u16 {
    let path = format!("/notify/{name}");
    app.raw(&path, "none", "application/x-www-form-urlencoded", message).await.status
}

on_both! {
    async fn a_merchants_own_account_carries_its_payments_and_nobody_elses(app: TestApp) {
        let (id, name) = added(app, json!({})).await;
        assert_eq!(name, format!("alipay-{id}"));
        let (session, opened) = opened(app).await;
        assert_eq!(carried_by(app, &opened).await, name);
        // Nobody looks: only the message to the account's own address can tell.
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until("the merchant is told", async || app.sink.kinds(&session.trans_id) == ["PAYMENT.SUCCESS"]).await;
        refunded(app, &order_id(&opened), "own-1").await;
        assert_eq!(app.held(&order_id(&opened)).await, 0);
        // Another merchant's payments go on with the server's account, and it sees and changes nothing.
        let mut request = app.request("CNY", "8888");
        request.as_object_mut().unwrap().remove("merchant_id");
        let theirs = app.call(Method::POST, "/v1/sessions", Some(OTHER_KEY), &[], Some(request)).await;
        let text = |name: &str| theirs.data()[name].as_str().unwrap().to_owned();
        let theirs = Session { id: text("session_id"), trans_id: text("trans_id"), token: text("client_token") };
        let theirs = app.pay(&theirs, "ALIPAY").await;
        assert_eq!(carried_by(app, &theirs).await, "alipay");
        let path = format!("{ALL}/{id}");
        for (method, body) in [(Method::GET, None), (Method::PATCH, Some(json!({ "enabled": false }))), (Method::DELETE, None)] {
            let answer = app.call(method, &path, Some(OTHER_KEY), &[], body).await;
            assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND"), "{}", answer.body);
        }
        let listed = app.call(Method::GET, ALL, Some(OTHER_KEY), &[], None).await;
        assert_eq!(listed.data()["channels"], json!([]));
        app.until("nothing hangs", async || app.is_clean(When::Always).await).await;
    }

    async fn no_key_is_ever_told_or_stored_as_it_is(app: TestApp) {
        let (id, _) = added(app, json!({ "label": "main", "fee": "0.6%" })).await;
        let secret = sandbox(&app.sandbox).private_key;
        let line = secret.lines().nth(1).unwrap();
        for path in [ALL.to_owned(), format!("{ALL}/{id}")] {
            let answer = app.merchant(Method::GET, &path, None).await;
            assert!(!answer.body.to_string().contains(line), "{path}");
        }
        let one = app.merchant(Method::GET, &format!("{ALL}/{id}"), None).await;
        let one = one.data();
        assert_eq!((&one["label"], &one["fee"], &one["enabled"]), (&json!("main"), &json!("0.6%"), &json!(true)));
        assert_eq!(one["settings"]["app_id"], sandbox("x").app_id.as_str());
        assert!(one["secrets"]["private_key"].as_str().unwrap().starts_with("sha256:"), "{one}");
        let mut tx = app.app.store.read().await.unwrap();
        let rows: Vec<(String,)> = tx.sql("select sealed || label || fee from channel_account").all().await.unwrap();
        assert_eq!(rows.len(), 1);
        assert!(!rows[0].0.contains(&line[..20]) && !rows[0].0.contains("2088000000000002"));
    }

    async fn a_removed_account_takes_nothing_new_and_ends_what_it_began(app: TestApp) {
        let (id, name) = added(app, json!({})).await;
        let (session, paid) = opened(app).await;
        let (late, unpaid) = opened(app).await;
        assert_eq!(carried_by(app, &unpaid).await, name);
        remove(app, &id).await;
        assert_eq!(change(app, &id, json!({ "enabled": true })).await.status, 404);
        let keys = json!({ "public_key": sandbox(&app.sandbox).public_key });
        change(app, &id, json!({ "settings": keys })).await.data();
        let (_, newer) = opened(app).await;
        assert_eq!(carried_by(app, &newer).await, "alipay");
        app.wallet(&code(&paid), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        refunded(app, &order_id(&paid), "removed-1").await;
        // A code that nobody has scanned cannot be closed there: whoever scans it after all has paid, and is asked about by the account.
        let again = app.pay(&late, "ALIPAY").await;
        assert_eq!((order_id(&again), code(&again)), (order_id(&unpaid), code(&unpaid)), "no second code beside it");
        app.wallet(&code(&unpaid), "approve").await.is_paid();
        app.until_status(&late, "SUCCESS").await;
    }

    async fn a_disabled_account_takes_nothing_and_nobody_takes_it_instead(app: TestApp) {
        let (id, name) = added(app, json!({ "enabled": false })).await;
        let (_, refused) = opened(app).await;
        assert_eq!((refused.status, &refused.body["ret_code"]), (409, &json!("METHOD_NOT_OFFERED")), "{}", refused.body);
        change(app, &id, json!({ "enabled": true })).await.data();
        assert_eq!(carried_by(app, &opened(app).await.1).await, name);
    }

    async fn keys_are_exchanged_and_payments_that_are_open_go_on_by_the_new_ones(app: TestApp) {
        let (id, _) = added(app, json!({})).await;
        let (session, opened) = opened(app).await;
        // A wrong key of the channel's: its messages and its answers prove nothing any more.
        let (_, wrong) = strange();
        change(app, &id, json!({ "settings": { "public_key": wrong } })).await.data();
        app.wallet(&code(&opened), "approve").await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_ne!(app.status(&session).await["payment_status"], "SUCCESS");
        let right = sandbox(&app.sandbox).public_key;
        change(app, &id, json!({ "settings": { "public_key": right } })).await.data();
        app.until_status(&session, "SUCCESS").await;
        // What says which account it is stays: nobody could ask about what it has carried.
        let other = change(app, &id, json!({ "settings": { "seller_id": "2088000000000009" } })).await;
        assert_eq!((other.status, other.field()), (400, "settings.seller_id"), "{}", other.body);
        // What it has not said yet is added, and then it stays too.
        let known = sandbox(&app.sandbox);
        let mini = json!({ "mini_program_app_id": known.mini_program_app_id, "products": known.products });
        change(app, &id, json!({ "settings": mini })).await.data();
        for other in [json!("2021000000000019"), Value::Null] {
            let other = change(app, &id, json!({ "settings": { "mini_program_app_id": other } })).await;
            assert_eq!((other.status, other.field()), (400, "settings.mini_program_app_id"), "{}", other.body);
        }
    }

    async fn a_message_is_believed_only_at_its_accounts_address_and_by_its_accounts_keys(app: TestApp) {
        app.has_no_channels_book("what is paid is a message of the test's own");
        let (_, first) = added(app, json!({})).await;
        let (session, opened) = opened(app).await;
        let order = order_id(&opened);
        let mut other = settings(&app.sandbox);
        other["public_key"] = json!(strange().1);
        let other = add(app, OTHER_KEY, json!({ "channel": "alipay", "settings": other })).await;
        let other = other.data()["name"].as_str().unwrap().to_owned();
        let paid = || alipay::saying(&order, "88.88", &[("trade_status", "TRADE_SUCCESS")]);
        // Another merchant's keys; the server's account, which knows no such payment; addresses of nobody.
        assert_eq!(told(app, &other, paid()).await, 401);
        assert_eq!(told(app, "alipay", paid()).await, 404);
        for nobody in ["alipay-CA00000000000000000000000000", "wechatpay-CA", "alipay-"] {
            assert_eq!(told(app, nobody, paid()).await, 404, "{nobody}");
        }
        assert_eq!(told(app, &first.replace("alipay", "lakala"), paid()).await, 404);
        assert_ne!(app.status(&session).await["payment_status"], "SUCCESS");
        assert_eq!(told(app, &first, paid()).await, 200);
        app.until_status(&session, "SUCCESS").await;
    }

    async fn settings_that_cannot_be_used_are_refused_by_their_names(app: TestApp) {
        let good = settings(&app.sandbox);
        let with = |key: &str, value: Value| {
            let mut settings = good.clone();
            settings[key] = value;
            json!({ "channel": "alipay", "settings": settings })
        };
        let live = json!({ "channel": "alipay", "settings": {
            "host": "https://openapi.alipay.com", "app_id": "2021000000000009", "seller_id": "2088000000000009",
            "private_key": good["private_key"], "public_key": good["public_key"],
        } });
        for (body, field) in [
            (json!({ "settings": good }), "channel"),
            (json!({ "channel": "paypal", "settings": good }), "channel"),
            (json!({ "channel": "alipay" }), "settings.host"),
            (with("host", json!("http://169.254.169.254")), "settings.host"),
            (with("host", json!("https://merchant.example")), "settings.host"),
            (with("colour", json!("red")), "settings.colour"),
            (with("app_id", json!(7)), "settings.app_id"),
            (with("private_key", json!("hunter2 hunter2 hunter2")), "settings"),
            (with("public_key", json!(good["private_key"])), "settings"),
            (json!({ "channel": "alipay", "settings": good, "fee": "cheap" }), "fee"),
            (live, "settings"),
        ] {
            let answer = add(app, KEY, body).await;
            assert_eq!((answer.status, answer.field()), (400, field), "{}", answer.body);
            assert!(!answer.body.to_string().contains("hunter2"));
        }
        assert_eq!(app.merchant(Method::GET, ALL, None).await.data()["channels"], json!([]));
    }

    async fn the_cheapest_that_answers_is_taken_and_nobody_is_charged_twice(app: TestApp) {
        let other = app.another_sandbox().await;
        let (_, cheap) = added(app, json!({ "fee": "0.3%", "settings": settings(&other) })).await;
        let (_, dear) = added(app, json!({ "fee": "0.6%" })).await;
        let (waiting, first) = opened(app).await;
        assert_eq!(carried_by(app, &first).await, cheap);
        let told = choices(app).await;
        assert_eq!(told[&cheap], json!(["TAKEN", true, "27"]), "{told}");
        assert_eq!(told[&dear], json!(["DEARER", false, "54"]), "{told}");
        dies(&other).await;
        let (late, lost) = opened(app).await;
        for _ in 0..2 {
            opened(app).await;
        }
        app.until("the cheap one is down", async || choices(app).await[&dear][0] == "TAKEN").await;
        assert_eq!(choices(app).await[&cheap][0], "UNFIT");
        let (paid, second) = opened(app).await;
        assert_eq!(carried_by(app, &second).await, dear);
        app.wallet(&code(&second), "approve").await.is_paid();
        app.until_status(&paid, "SUCCESS").await;
        // Whoever presses again gets the code that is there: a second one could be paid, too.
        let again = app.pay(&waiting, "ALIPAY").await;
        assert_eq!((order_id(&again), code(&again)), (order_id(&first), code(&first)));
        recovers(&other).await;
        app.until("it is back", async || choices(app).await[&cheap][0] == "TAKEN").await;
        let again = app.pay(&paid, "ALIPAY").await;
        assert_eq!((again.status, again.code()), (409, "ALREADY_PAID"));
        assert_eq!(carried_by(app, &opened(app).await.1).await, cheap);
        let approve = json!({ "code": code(&first), "action": "approve" });
        reqwest::Client::new().post(format!("{other}/wallet")).json(&approve).send().await.unwrap();
        app.until_status(&waiting, "SUCCESS").await;
        // What was lost meanwhile is found out about, or opened once more under the same number.
        app.until("the lost one is there or over", async || {
            let payment = stored(app, &order_id_of(app, &late, &lost).await).await;
            payment.state.is_final() || !payment.action.is_empty()
        }).await;
        for session in [&waiting, &paid] {
            let all = app.merchant(Method::GET, &format!("/v1/transactions?session_id={}&all=true", session.id), None).await;
            assert_eq!(all.data().as_array().unwrap().len(), 1, "{}", all.body);
        }
    }

    async fn a_test_says_what_is_wrong_with_a_key(app: TestApp) {
        let (id, _) = added(app, json!({})).await;
        let tested = async || app.merchant(Method::POST, &format!("{ALL}/{id}/test"), None).await.data().clone();
        let says = |tested: &Value, check: &str| {
            let checks = tested["checks"].as_array().unwrap();
            let one = checks.iter().find(|one| one["check"] == check).unwrap();
            (one["ok"] == true, one["told"].as_str().unwrap().to_owned())
        };
        let well = tested().await;
        assert_eq!(well["ok"], true, "{well}");
        let (private, public) = strange();
        change(app, &id, json!({ "settings": { "public_key": public } })).await.data();
        let (ok, told) = says(&tested().await, "account");
        assert!(!ok && told.starts_with("its answer is not signed by the key"), "{told}");
        let right = sandbox(&app.sandbox).public_key;
        change(app, &id, json!({ "settings": { "public_key": right, "private_key": private } })).await.data();
        let (ok, told) = says(&tested().await, "account");
        assert!(!ok && told.starts_with("the channel does not accept our signature"), "{told}");
        assert!(says(&tested().await, "clock").0);
        let theirs = app.call(Method::POST, &format!("{ALL}/{id}/test"), Some(OTHER_KEY), &[], None).await;
        assert_eq!(theirs.status, 404);
    }
}

/// The order of what was opened; where the answer says nothing of one, the session's newest.
async fn order_id_of(app: &TestApp, session: &Session, opened: &Answer) -> String {
    if let Some(id) = opened.body["data"]["order_id"].as_str() {
        return id.to_owned();
    }
    app.transaction(session).await.data()["order_id"].as_str().unwrap().to_owned()
}

/// For each channel that suits: why it is taken or not, and what it costs.
async fn choices(app: &TestApp) -> Value {
    let path = "/v1/methods/explain?amount=8888&currency=CNY";
    let told = app.merchant(Method::GET, path, None).await;
    let methods = told.data()["methods"].as_array().unwrap().clone();
    let alipay = methods.into_iter().find(|one| one["method"] == "ALIPAY").unwrap();
    let each = alipay["channels"].as_array().unwrap().iter();
    let each = each.map(|one| {
        let choice = &one["choice"];
        let row = json!([choice["reason"], choice["taken"], choice["fee"]]);
        (one["channel"].as_str().unwrap().to_owned(), row)
    });
    Value::Object(each.collect())
}

async fn dies(sandbox: &str) {
    for call in ["pay", "query", "cancel"] {
        let rule =
            json!({ "fault": "server_error", "channel": "alipay", "call": call, "times": 100_000 });
        let made = reqwest::Client::new().post(format!("{sandbox}/faults")).json(&rule).send();
        assert_eq!(made.await.unwrap().status(), 201);
    }
}

async fn recovers(sandbox: &str) {
    let cleared = reqwest::Client::new().delete(format!("{sandbox}/faults")).send().await;
    assert!(cleared.unwrap().status().is_success());
}
