//! A merchant's own account that is transferred to by hand: what comes in there pays its own orders and nobody else's.

use florin_server::channel::transfer::sandbox;
use florin_server::domain::credit::CreditState;
use florin_server::store::credits;
use serde_json::{Value, json};

use super::{add, remove};
use crate::refunds::stored;
use crate::support::{Answer, KEY, OTHER_KEY, Session, TestApp, code, on_both, order_id};
use crate::webhooks::sign;

const AMOUNT: &str = "1234567";

/// Another one's secret.
const STRANGE: &str = "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LTAwMDE=";

/// An account at the sandbox's bank, as a merchant gives it.
fn settings(host: &str) -> Value {
    let known = sandbox(host);
    json!({
        "host": known.host, "client_id": known.client_id, "secret": known.secret,
        "name": "Own Tea GmbH", "bank": "Own Bank", "account": known.account, "bank_code": "OWNBDEFF",
    })
}

fn body(settings: Value) -> Value {
    json!({ "channel": "transfer.eur", "settings": settings })
}

/// An account of whoever has this key: its id and its name.
async fn added(app: &TestApp, key: &str, settings: Value) -> (String, String) {
    let made = add(app, key, body(settings)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let text = |name: &str| made.data()[name].as_str().unwrap().to_owned();
    (text("channel_id"), text("name"))
}

async fn opened(app: &TestApp, session: Session) -> (Session, Answer) {
    let opened = app.pay(&session, "BANK_TRANSFER").await;
    (session, opened)
}

/// An order of the first merchant's, whose bank has been asked once: from then on it knows where credits are told.
async fn waiting(app: &TestApp) -> (Session, Answer) {
    let (session, opened) = opened(app, app.session("EUR", AMOUNT).await).await;
    app.check_now(&session, &order_id(&opened)).await.data();
    (session, opened)
}

/// An order of another merchant's.
async fn another(app: &TestApp) -> Session {
    let mut request = app.request("EUR", AMOUNT);
    request.as_object_mut().unwrap().remove("merchant_id");
    let made =
        app.call(reqwest::Method::POST, "/v1/sessions", Some(OTHER_KEY), &[], Some(request)).await;
    let text = |name: &str| made.data()[name].as_str().unwrap().to_owned();
    Session { id: text("session_id"), trans_id: text("trans_id"), token: text("client_token") }
}

fn payee(opened: &Answer) -> &Value {
    &opened.data()["next_action"]["transfer"]["payee"]
}

/// A message about a credit of the right amount under this reference, at the address of this account, signed by this secret.
async fn told(app: &TestApp, name: &str, secret: &str, reference: &str) -> u16 {
    let data = json!({
        "account": "SANDBOX_TRANSFER", "reference": reference, "id": "FT1", "number": 1, "amount": AMOUNT, "currency": "EUR",
        "at": "2026-11-18T04:01:30Z",
    });
    let message =
        json!({ "type": "credit.received", "timestamp": "2026-11-18T04:01:31Z", "data": data });
    let time = (app.app.now() / 1000).to_string();
    let signature = sign(secret, "FT1", &time, &message.to_string());
    let headers =
        [("webhook-id", "FT1"), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    app.call(reqwest::Method::POST, &format!("/notify/{name}"), None, &headers, Some(message))
        .await
        .status
}

async fn matched(app: &TestApp) -> usize {
    let mut tx = app.app.store.read().await.unwrap();
    credits::list(&mut tx, CreditState::Matched.as_str(), 100).await.unwrap().len()
}

on_both! {
    async fn it_is_shown_to_its_merchants_shoppers_and_paid_by_what_comes_in(app: TestApp) {
        let (id, name) = added(app, KEY, settings(&app.sandbox)).await;
        assert_eq!(name, format!("transfer.eur-{id}"));
        let (session, opened_here) = waiting(app).await;
        assert_eq!(payee(&opened_here), "Own Tea GmbH", "{}", opened_here.body);
        assert_eq!(opened_here.data()["next_action"]["transfer"]["bank_code"], "OWNBDEFF");
        assert_eq!(stored(app, &order_id(&opened_here)).await.channel, name);
        let (_, theirs) = opened(app, another(app).await).await;
        assert_eq!(payee(&theirs), "Northwind Tea GmbH", "another merchant's shoppers pay to the server's");
        app.wallet(&code(&opened_here), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        assert_eq!(matched(app).await, 1);
        // What its owner sees of it: all but the secret.
        let shown = app.merchant(reqwest::Method::GET, &format!("/v1/channels/{id}"), None).await;
        assert_eq!(shown.data()["settings"]["account"], "DE75 5121 0800 1245 1261 99", "{}", shown.body);
        assert_eq!(shown.data()["settings"]["bank_code"], "OWNBDEFF");
        assert!(!shown.body.to_string().contains(&sandbox("").secret), "{}", shown.body);
    }

    async fn what_comes_in_at_one_account_pays_no_order_of_another(app: TestApp) {
        app.has_no_channels_book("the messages are the test's own");
        let (_, mine) = added(app, KEY, settings(&app.sandbox)).await;
        let mut strange = settings(&app.sandbox);
        strange["secret"] = json!(STRANGE);
        let (_, theirs) = added(app, OTHER_KEY, strange).await;
        let (session, opened_here) = waiting(app).await;
        let reference = stored(app, &order_id(&opened_here)).await.request_id;
        // Signed as it should be, at the address of another merchant's account and of the server's.
        told(app, &theirs, STRANGE, &reference).await;
        told(app, "transfer.eur", &sandbox("").secret, &reference).await;
        assert_eq!(told(app, &mine, STRANGE, &reference).await, 401);
        assert_ne!(app.status(&session).await["payment_status"], "SUCCESS");
        assert_eq!(matched(app).await, 0);
    }

    async fn what_was_sent_to_an_account_that_is_removed_counts(app: TestApp) {
        let (id, _) = added(app, KEY, settings(&app.sandbox)).await;
        let (session, opened_here) = waiting(app).await;
        remove(app, &id).await;
        let (_, newer) = opened(app, app.session("EUR", AMOUNT).await).await;
        assert_eq!(payee(&newer), "Northwind Tea GmbH", "nobody is sent there any more");
        app.wallet(&code(&opened_here), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
    }

    async fn what_no_transfer_could_reach_is_refused_by_its_name(app: TestApp) {
        let good = settings(&app.sandbox);
        let with = |key: &str, value: Value| {
            let mut settings = good.clone();
            settings[key] = value;
            body(settings)
        };
        let mut nameless = good.clone();
        nameless.as_object_mut().unwrap().remove("name");
        for (body, field) in [
            (json!({ "channel": "transfer", "settings": good }), "channel"),
            (json!({ "channel": "transfer.EUR", "settings": good }), "channel"),
            (json!({ "channel": "transfer.zzz", "settings": good }), "channel"),
            (body(nameless), "settings.name"),
            (with("account", json!("DE75512108001245126198")), "settings"),
            (with("secret", json!("hunter2")), "settings"),
            (with("host", json!("https://merchant.example")), "settings.host"),
        ] {
            let answer = add(app, KEY, body).await;
            assert_eq!((answer.status, answer.field()), (400, field), "{}", answer.body);
            assert!(!answer.body.to_string().contains("hunter2"));
        }
    }
}
