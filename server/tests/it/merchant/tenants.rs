//! Two tenants: nothing of the other is told in time, and a key acts for its own (D14, S09). `foreign` has the words: every address of the document (S21).

use std::time::Duration;

use florin_server::clock::Random;
use florin_shared::SessionId;
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::json;

use super::ask::{ask, get, post};
use super::settings::{GROUP, GROUP_KEY, group};
use crate::support::{KEY, MERCHANT, OTHER_KEY, OTHER_MERCHANT, TestApp, often, on_both};

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

    async fn ids_that_were_guessed_are_nobodys(app: TestApp) {
        // Some that somebody has, among 2^160.
        for _ in 0..20 {
            app.session("HKD", "800").await;
        }
        let (client, rows) = (reqwest::Client::new(), app.rows().await);
        let guesses = futures_util::stream::iter(0..often("FLORIN_GUESSES", 1_000)).map(async |_| {
            let id = SessionId::of(Random::System.bytes());
            let merchants = client.get(format!("{}/v1/sessions?session_id={id}", app.base)).bearer_auth(KEY);
            let shoppers = client.get(format!("{}/v1/checkout/{id}/status", app.base)).bearer_auth("ct_guessed");
            let statuses = [merchants.send().await.unwrap().status().as_u16(), shoppers.send().await.unwrap().status().as_u16()];
            assert_eq!(statuses, [404, 401], "{id}");
        });
        guesses.buffer_unordered(16).for_each(async |()| {}).await;
        assert_eq!(app.rows().await, rows);
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
