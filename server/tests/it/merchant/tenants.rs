//! Two tenants: nothing of the other is told, in words or in time (D14, S09, S21).

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::ask::{Reply, ask, get, post};
use super::settings::{GROUP, GROUP_KEY, group};
use crate::support::{KEY, MERCHANT, OTHER_KEY, OTHER_MERCHANT, TestApp, on_both, order_id};

/// Every address of the merchant API that takes an id, with an id of the demo merchant's in it.
async fn with_ids(app: &TestApp) -> Vec<(Method, String, Option<Value>)> {
    let session = app.session("HKD", "800").await;
    let order = order_id(&app.pay(&session, "ALIPAY_PLUS").await);
    let code = post(app, "/v1/codes").json(&json!({ "currency": "HKD" })).send().await.data();
    let code = code["code_id"].as_str().unwrap();
    post(app, "/v1/merchant/keys").send().await.data();
    let keys = get(app, "/v1/merchant/keys").send().await.data();
    let key = keys[1]["key_id"].as_str().unwrap();
    let (id, trans) = (&session.id, &session.trans_id);
    vec![
        (Method::GET, format!("/v1/sessions?session_id={id}"), None),
        (Method::GET, format!("/v1/sessions?trans_id={trans}"), None),
        (Method::POST, "/v1/sessions/query".into(), Some(json!({ "session_id": id }))),
        (Method::POST, "/v1/sessions/query".into(), Some(json!({ "trans_id": trans }))),
        (Method::PATCH, format!("/v1/sessions/{id}"), Some(json!({ "amount": "1" }))),
        (Method::POST, format!("/v1/sessions/{id}/close"), None),
        (Method::GET, format!("/v1/sessions/{id}/qr.svg"), None),
        (Method::GET, format!("/v1/sessions/{id}/qr.png"), None),
        (Method::GET, format!("/v1/methods/explain?session_id={id}"), None),
        (Method::GET, format!("/v1/transactions?session_id={id}"), None),
        (Method::GET, format!("/v1/transactions?trans_id={trans}"), None),
        (Method::GET, format!("/v1/transactions?order_id={order}"), None),
        (Method::POST, "/v1/transactions/query".into(), Some(json!({ "order_id": order }))),
        (Method::GET, format!("/v1/codes/{code}"), None),
        (Method::GET, format!("/v1/codes/{code}/qr.svg"), None),
        (Method::GET, format!("/v1/codes/{code}/qr.png"), None),
        (Method::DELETE, format!("/v1/codes/{code}"), None),
        (Method::DELETE, format!("/v1/merchant/keys/{key}"), None),
    ]
}

/// The same request for an id that nobody has.
fn for_nobody(path: &str, body: &Option<Value>) -> (String, Option<Value>) {
    let ids = |text: &str| {
        let mut text = text.to_owned();
        for prefix in ["CS", "GW", "FC", "KY"] {
            if let Some(at) = text.find(prefix) {
                text.replace_range(at + 2..at + 8, "0a0a0a");
            }
        }
        match text.find("trans_id") {
            Some(_) => text.replace("m0", "nobody"),
            None => text,
        }
    };
    let body = body.as_ref().map(|body| serde_json::from_str(&ids(&body.to_string())).unwrap());
    (ids(path), body)
}

async fn send(app: &TestApp, key: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
    let asked = ask(app, method, path).by(key);
    match body {
        Some(body) => asked.json(&body).send().await,
        None => asked.send().await,
    }
}

/// The tenth part that is answered soonest, for each of two ids that are asked for in turn.
async fn quickest(app: &TestApp, ids: [&str; 2]) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    let client = reqwest::Client::new();
    for turn in 0..200 {
        let address = format!("{}/v1/sessions?session_id={}", app.base, ids[turn % 2]);
        let begun = tokio::time::Instant::now();
        client.get(address).bearer_auth(OTHER_KEY).send().await.unwrap().bytes().await.unwrap();
        times[turn % 2].push(begun.elapsed());
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 10]
    })
}

on_both! {
    async fn a_foreign_id_is_answered_as_one_that_nobody_has(app: TestApp) {
        for (method, path, body) in with_ids(app).await {
            let (nobodys, empty) = for_nobody(&path, &body);
            let foreign = send(app, OTHER_KEY, method.clone(), &path, body.clone()).await;
            let unknown = send(app, OTHER_KEY, method.clone(), &nobodys, empty).await;
            assert_eq!(foreign.status, 404, "{method} {path}: {}", foreign.text());
            assert_eq!((foreign.status, foreign.text()), (unknown.status, unknown.text()), "{method} {path}");
            // Nothing was done to it either.
            if method == Method::GET {
                assert_eq!(send(app, KEY, method, &path, body).await.status, 200, "{path}");
            }
        }
        assert_eq!(get(app, "/v1/codes").by(OTHER_KEY).send().await.data(), json!({ "codes": [] }));
        assert_eq!(get(app, "/v1/merchant").by(OTHER_KEY).send().await.data()["merchant_id"], OTHER_MERCHANT);
        assert_eq!(get(app, "/v1/merchant/keys").by(OTHER_KEY).send().await.data().as_array().unwrap().len(), 1);
    }

    async fn a_foreign_id_takes_no_longer_than_an_unknown_one(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let unknown = session.id.replace(&session.id[2..10], "00000000");
        // A busy machine disturbs a round; what the code itself does longer shows in every round.
        let mut rounds = Vec::new();
        for _ in 0..6 {
            let [foreign, unknown] = quickest(app, [&session.id, &unknown]).await;
            rounds.push((foreign, unknown));
            if foreign.abs_diff(unknown) < Duration::from_micros(100).max(unknown / 8) {
                return;
            }
        }
        panic!("foreign and unknown ids differ in every round: {rounds:?}");
    }

    async fn an_organisations_key_acts_for_its_merchants_and_no_other(app: TestApp) {
        group(app).await;
        // By the body, and by the query.
        let request = app.request("HKD", "800");
        let made = post(app, "/v1/sessions").by(GROUP_KEY).once("org-1").json(&request).send().await;
        assert_eq!(made.data()["merchant_id"], MERCHANT);
        assert!(post(app, "/v1/sessions").by(GROUP_KEY).once("org-1").json(&request).send().await.is_replayed());
        let id = made.data()["session_id"].as_str().unwrap().to_owned();
        let path = format!("/v1/sessions?session_id={id}&merchant_id={MERCHANT}");
        assert_eq!(get(app, &path).by(GROUP_KEY).send().await.data()["session_id"], id);
        let path = format!("/v1/sessions/{id}/close?merchant_id={MERCHANT}");
        assert_eq!(post(app, &path).by(GROUP_KEY).send().await.data()["status"], "CANCELLED");
        let path = format!("/v1/transactions?session_id={id}&merchant_id={MERCHANT}");
        assert_eq!(get(app, &path).by(GROUP_KEY).send().await.code(), "ORDER_NOT_EXIST");
        // A foreign merchant, an unknown one, and what is none at all are the same.
        let mut answers = Vec::new();
        for named in [OTHER_MERCHANT, "77", "x", "%00x"] {
            let path = format!("/v1/merchant?merchant_id={named}");
            answers.push(get(app, &path).by(GROUP_KEY).send().await);
        }
        assert_eq!(answers[3].code(), "INVALID_FIELD");
        for answer in &answers[..3] {
            assert_eq!((answer.status, answer.text()), (404, answers[0].text()));
        }
        let mut foreign = app.request("HKD", "800");
        foreign["merchant_id"] = json!(OTHER_MERCHANT);
        assert_eq!(post(app, "/v1/sessions").by(GROUP_KEY).json(&foreign).send().await.text(), answers[0].text());
        let unnamed = get(app, "/v1/merchant").by(GROUP_KEY).send().await;
        assert_eq!((unnamed.status, unnamed.code().as_str(), unnamed.field().as_str()), (400, "INVALID_FIELD", "merchant_id"));
        // Two names that differ are refused, whichever the key belongs to.
        let path = format!("/v1/sessions?merchant_id={OTHER_MERCHANT}");
        let mixed = post(app, &path).by(GROUP_KEY).json(&app.request("HKD", "800")).send().await;
        assert_eq!((mixed.status, mixed.field().as_str()), (400, "merchant_id"));
    }

    async fn a_merchants_key_names_no_other(app: TestApp) {
        let session = app.session("HKD", "800").await;
        for path in [format!("/v1/sessions?session_id={}", session.id), "/v1/merchant?x=1".into(), "/v1/transactions?trans_id=m0".into()] {
            let mut answers = Vec::new();
            for named in [OTHER_MERCHANT, "77"] {
                answers.push(get(app, &format!("{path}&merchant_id={named}")).send().await);
            }
            assert_eq!((answers[0].status, answers[0].field().as_str()), (400, "merchant_id"), "{path}");
            assert_eq!(answers[0].text(), answers[1].text());
        }
        let own = format!("/v1/sessions?session_id={}&merchant_id={MERCHANT}", session.id);
        assert_eq!(get(app, &own).send().await.data()["session_id"], session.id);
    }

    async fn an_organisation_is_for_its_own_key(app: TestApp) {
        group(app).await;
        let group = get(app, "/v1/organisation").by(GROUP_KEY).send().await.data();
        assert_eq!((&group["organisation_id"], &group["name"]), (&json!(GROUP), &json!("Northwind Group")));
        let merchants = get(app, "/v1/organisation").by(KEY).send().await;
        assert_eq!((merchants.status, merchants.code().as_str()), (403, "ORGANISATION_KEY_NEEDED"));
        for key in ["sk_org_wrong", "sk_test_wrong"] {
            let wrong = get(app, "/v1/organisation").by(key).send().await;
            assert_eq!((wrong.status, wrong.code().as_str()), (401, "WRONG_KEY"));
        }
        let made = post(app, "/v1/organisation/keys").by(GROUP_KEY).once("org-key").send().await;
        let secret = made.data()["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("sk_org_"));
        assert!(post(app, "/v1/organisation/keys").by(GROUP_KEY).once("org-key").send().await.is_replayed());
        let keys = get(app, "/v1/organisation/keys").by(&secret).send().await.data();
        assert_eq!(keys.as_array().unwrap().len(), 2);
        for (at, key, status) in [(0, &secret, 204), (1, &secret, 409)] {
            let path = format!("/v1/organisation/keys/{}", keys[at]["key_id"].as_str().unwrap());
            assert_eq!(ask(app, Method::DELETE, &path).by(key).send().await.status, status);
        }
        assert_eq!(get(app, "/v1/organisation").by(GROUP_KEY).send().await.status, 401);
    }
}
