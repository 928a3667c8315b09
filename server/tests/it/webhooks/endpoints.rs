//! Endpoints: made, listed, changed, rotated, deleted, tried out.

use florin_server::flow::webhook_endpoints;
use florin_server::store::Tx;
use reqwest::Method;
use serde_json::{Value, json};

use super::{change, deliveries, pay_at, register, sign};
use crate::support::sink::Sink;
use crate::support::{MERCHANT, OTHER_KEY, OTHER_MERCHANT, TestApp, on_both};

const ALL: &str = "/v1/webhook_endpoints";

on_both! {
    async fn an_endpoint_hears_signed_with_its_own_secret(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, secret) = register(app, &sink.url, json!({})).await;
        let session = pay_at(app, None).await;
        app.until("the endpoint heard", async || !sink.received().is_empty()).await;
        let received = sink.received().remove(0);
        assert_eq!(received.signature, sign(&secret, &received.id, &received.timestamp, &received.raw));
        let told = deliveries(app, &format!("endpoint_id={endpoint}")).await;
        assert_eq!((told.len(), &told[0]["message_id"], &told[0]["trans_id"]), (1, &json!(received.id), &json!(session.trans_id)));
        assert!(app.sink.received().is_empty());
    }

    async fn several_endpoints_hear_the_same_message_each_with_its_secret(app: TestApp) {
        let (first, second) = (app.another_sink().await, app.another_sink().await);
        let (_, one) = register(app, &first.url, json!({})).await;
        let (_, two) = register(app, &second.url, json!({})).await;
        assert_ne!(one, two);
        pay_at(app, None).await;
        app.until("both heard", async || !first.received().is_empty() && !second.received().is_empty()).await;
        let (a, b) = (first.received().remove(0), second.received().remove(0));
        assert_eq!((&a.id, &a.raw), (&b.id, &b.raw));
        assert_eq!(a.signature, sign(&one, &a.id, &a.timestamp, &a.raw));
        assert_eq!(b.signature, sign(&two, &b.id, &b.timestamp, &b.raw));
    }

    async fn the_sessions_own_address_comes_first(app: TestApp) {
        let (fallback, everything) = (app.another_sink().await, app.another_sink().await);
        register(app, &fallback.url, json!({})).await;
        register(app, &everything.url, json!({ "sessions": "ALL" })).await;
        let own = pay_at(app, Some(&app.sink.url)).await;
        app.until("both heard", async || !app.sink.received().is_empty() && !everything.received().is_empty()).await;
        assert_eq!(deliveries(app, &format!("trans_id={}", own.trans_id)).await.len(), 2);
        let without = pay_at(app, None).await;
        app.until("it heard", async || !fallback.received().is_empty()).await;
        assert_eq!(fallback.kinds(&own.trans_id), Vec::<String>::new());
        assert_eq!(fallback.kinds(&without.trans_id), ["PAYMENT.SUCCESS"]);
    }

    async fn an_endpoint_hears_of_the_types_it_chose_only(app: TestApp) {
        let (success, refunds) = (app.another_sink().await, app.another_sink().await);
        register(app, &success.url, json!({ "types": ["PAYMENT.SUCCESS", "REFUND.*"] })).await;
        let (refunds_id, _) = register(app, &refunds.url, json!({ "types": ["REFUND.*"] })).await;
        let session = pay_at(app, None).await;
        app.until("it heard", async || !success.received().is_empty()).await;
        assert_eq!(success.kinds(&session.trans_id), ["PAYMENT.SUCCESS"]);
        assert!(deliveries(app, &format!("endpoint_id={refunds_id}")).await.is_empty());
        change(app, &refunds_id, json!({ "types": ["PAYMENT.*"] })).await;
        let session = pay_at(app, None).await;
        app.until("now it hears", async || !refunds.kinds(&session.trans_id).is_empty()).await;
    }

    async fn both_secrets_sign_while_they_overlap_and_then_the_new_one_alone(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, old) = register(app, &sink.url, json!({})).await;
        let path = format!("{ALL}/{endpoint}/rotate");
        let rotated = app.merchant(Method::POST, &path, Some(json!({ "overlap_seconds": 3600 }))).await;
        let new = rotated.data()["secret"].as_str().unwrap().to_owned();
        assert!(rotated.data()["previous_secret_until"].is_string());
        signed_by(app, &sink, 1, &[&new, &old]).await;
        app.pass(std::time::Duration::from_secs(3601));
        signed_by(app, &sink, 2, &[&new]).await;
        // Without a body the overlap is a day.
        let again = app.merchant(Method::POST, &path, None).await;
        let newest = again.data()["secret"].as_str().unwrap().to_owned();
        signed_by(app, &sink, 3, &[&newest, &new]).await;
    }

    async fn every_secret_signs_until_it_was_promised_to_however_often_it_is_rotated(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, first) = register(app, &sink.url, json!({})).await;
        let path = format!("{ALL}/{endpoint}/rotate");
        let rotate = async |seconds: u64| {
            app.pass(std::time::Duration::from_secs(1));
            app.merchant(Method::POST, &path, Some(json!({ "overlap_seconds": seconds }))).await
        };
        let secret = |rotated: &crate::support::Answer| rotated.data()["secret"].as_str().unwrap().to_owned();
        let (second, third) = (secret(&rotate(3600).await), secret(&rotate(60).await));
        signed_by(app, &sink, 1, &[&third, &second, &first]).await;
        app.pass(std::time::Duration::from_secs(120));
        signed_by(app, &sink, 2, &[&third, &first]).await;
        for _ in 0..3 {
            rotate(3600).await.data();
        }
        let refused = rotate(3600).await;
        assert_eq!((refused.status, refused.code()), (409, "LIMIT_REACHED"));
    }

    async fn an_endpoint_says_since_when_it_fails_and_when_it_was_told_last(app: TestApp) {
        app.has_no_merchants_book("its only endpoint still refuses");
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({})).await;
        let shown = async || app.merchant(Method::GET, &format!("{ALL}/{endpoint}"), None).await.data().clone();
        let well = shown().await;
        assert_eq!((well.get("failing_since"), well.get("last_delivery")), (None, None));
        sink.refuse(&[500]);
        pay_at(app, None).await;
        app.until("it fails", async || shown().await["failing_since"].is_string()).await;
        let (since, failing) = (app.app.now(), shown().await);
        assert_eq!(failing.get("last_delivery"), None);
        app.pass(std::time::Duration::from_secs(6));
        app.app.wake.outbox.notify_one();
        app.until("it is well", async || shown().await.get("failing_since").is_none()).await;
        let told = shown().await["last_delivery"].as_str().unwrap().to_owned();
        assert!(told >= florin_server::clock::rfc3339(since), "{told}");
        // While it fails, what it took before is still said, in the list too; and the next failure changes neither.
        sink.refuse(&[503, 500]);
        pay_at(app, None).await;
        app.until("it fails again", async || shown().await["failing_since"].is_string()).await;
        let failing = shown().await;
        assert_eq!(failing["last_delivery"], told);
        app.pass(std::time::Duration::from_secs(6));
        app.app.wake.outbox.notify_one();
        app.until("it was tried again", async || {
            deliveries(app, "state=PENDING").await.iter().any(|told| told["attempts"].as_array().unwrap().len() == 2)
        }).await;
        let list = app.merchant(Method::GET, ALL, None).await;
        assert_eq!(list.data()["endpoints"][0], failing);
    }

    async fn a_410_of_an_old_address_does_not_disable_the_new_one(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({})).await;
        let (merchant, id, now) = (MERCHANT.parse().unwrap(), endpoint.parse().unwrap(), app.app.now());
        let ended = app.app.store.write(async move |tx: &mut Tx| {
            webhook_endpoints::gone(tx, (&merchant, &id), "http://127.0.0.1:1/old", now).await
        });
        assert!(!ended.await.unwrap());
        assert_eq!(app.merchant(Method::GET, &format!("{ALL}/{endpoint}"), None).await.data()["enabled"], true);
    }

    async fn what_waits_for_a_disabled_endpoint_is_told_when_it_is_enabled_again(app: TestApp) {
        app.has_no_merchants_book("of what happens while it is disabled nobody hears");
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({})).await;
        sink.refuse(&[500]);
        let waiting = pay_at(app, None).await;
        app.until("the first try failed", async || {
            deliveries(app, "state=PENDING").await.iter().any(|told| !told["attempts"].as_array().unwrap().is_empty())
        }).await;
        assert_eq!(change(app, &endpoint, json!({ "enabled": false })).await["enabled"], false);
        assert_eq!(deliveries(app, "state=HELD").await.len(), 1);
        let unheard = pay_at(app, None).await;
        app.pass(std::time::Duration::from_secs(40 * 86_400));
        assert_eq!(sink.received().len(), 0);
        change(app, &endpoint, json!({ "enabled": true })).await;
        app.until("it is told", async || !sink.kinds(&waiting.trans_id).is_empty()).await;
        // An event while it was disabled is not for it.
        assert!(deliveries(app, &format!("trans_id={}", unheard.trans_id)).await.is_empty());
    }

    async fn a_deleted_endpoint_hears_nothing_more_and_its_deliveries_can_be_read(app: TestApp) {
        app.has_no_merchants_book("its only endpoint refuses, and is deleted");
        let sink = app.another_sink().await;
        let (endpoint, _) = register(app, &sink.url, json!({})).await;
        sink.refuse(&[500]);
        let session = pay_at(app, None).await;
        app.until("a try failed", async || {
            deliveries(app, "").await.iter().any(|told| !told["attempts"].as_array().unwrap().is_empty())
        }).await;
        let path = format!("{ALL}/{endpoint}");
        assert_eq!(app.merchant(Method::DELETE, &path, None).await.data()["deleted"], true);
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(app.merchant(method, &path, None).await.status, 404);
        }
        let told = deliveries(app, &format!("trans_id={}", session.trans_id)).await;
        assert_eq!(told[0]["state"], "DEAD");
        let replay = format!("/v1/deliveries/{}/replay", told[0]["delivery_id"].as_str().unwrap());
        assert_eq!(app.merchant(Method::POST, &replay, None).await.code(), "ENDPOINT_DISABLED");
        pay_at(app, None).await;
        assert_eq!(deliveries(app, "").await.len(), 1);
    }

    async fn a_test_event_is_signed_and_its_answer_is_shown(app: TestApp) {
        let sink = app.another_sink().await;
        let (endpoint, secret) = register(app, &sink.url, json!({})).await;
        let path = format!("{ALL}/{endpoint}/test");
        let tested = app.merchant(Method::POST, &path, None).await;
        assert_eq!((&tested.data()["delivered"], &tested.data()["http_status"]), (&json!(true), &json!(200)));
        let heard = sink.received().remove(0);
        assert_eq!((heard.body["type"].as_str(), &heard.id), (Some("WEBHOOK.TEST"), &tested.data()["message_id"].as_str().unwrap().to_owned()));
        assert_eq!(heard.signature, sign(&secret, &heard.id, &heard.timestamp, &heard.raw));
        sink.refuse(&[302]);
        let tested = app.merchant(Method::POST, &path, None).await;
        assert_eq!((&tested.data()["delivered"], &tested.data()["response"]), (&json!(false), &json!("not today")));
        assert!(tested.data()["error"].as_str().unwrap().contains("redirects are not followed"));
    }

    async fn the_secret_is_shown_once(app: TestApp) {
        let (endpoint, secret) = register(app, &app.sink.url, json!({ "description": "the shop" })).await;
        assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
        for path in [ALL.to_owned(), format!("{ALL}/{endpoint}")] {
            let answer = app.merchant(Method::GET, &path, None).await;
            let text = answer.data().to_string();
            assert!(text.contains(&endpoint) && text.contains("the shop") && !text.contains("whsec_"), "{text}");
        }
    }

    async fn nobody_reaches_another_merchants_endpoints(app: TestApp) {
        let (endpoint, _) = register(app, &app.sink.url, json!({ "sessions": "ALL" })).await;
        pay_at(app, None).await;
        let told = deliveries(app, "").await;
        let delivery = told[0]["delivery_id"].as_str().unwrap();
        let one = format!("{ALL}/{endpoint}");
        let calls = [
            (Method::GET, one.clone(), None),
            (Method::PATCH, one.clone(), Some(json!({ "url": "http://127.0.0.1:9/" }))),
            (Method::DELETE, one.clone(), None),
            (Method::POST, format!("{one}/rotate"), None),
            (Method::POST, format!("{one}/test"), None),
            (Method::GET, format!("/v1/deliveries/{delivery}"), None),
            (Method::POST, format!("/v1/deliveries/{delivery}/replay"), None),
        ];
        for (method, path, body) in calls {
            let answer = app.call(method.clone(), &path, Some(OTHER_KEY), &[], body).await;
            assert_eq!((answer.status, answer.code()), (404, "NOT_FOUND"), "{method} {path}");
        }
        for path in [ALL.to_owned(), "/v1/deliveries".into(), format!("/v1/deliveries?endpoint_id={endpoint}")] {
            let answer = app.call(Method::GET, &path, Some(OTHER_KEY), &[], None).await;
            assert!(!answer.data().to_string().contains("WE") && !answer.data().to_string().contains("WD"), "{path}");
        }
        assert_eq!(app.call(Method::GET, ALL, None, &[], None).await.status, 401);
        assert_ne!(MERCHANT, OTHER_MERCHANT);
    }

    async fn what_is_wrong_is_refused_with_its_field_and_nothing_is_kept(app: TestApp) {
        let url = "https://shop.example/hook";
        for (body, code, field) in [
            (json!({}), "INVALID_FIELD", "url"),
            (json!({ "url": "" }), "INVALID_WEBHOOK_URL", "url"),
            (json!({ "url": 7 }), "INVALID_FIELD", "url"),
            (json!({ "url": "ftp://shop.example/" }), "INVALID_WEBHOOK_URL", "url"),
            (json!({ "url": "http://169.254.169.254/latest" }), "INVALID_WEBHOOK_URL", "url"),
            (json!({ "url": "https://user:pass@shop.example/" }), "INVALID_WEBHOOK_URL", "url"),
            (json!({ "url": url, "types": [] }), "INVALID_FIELD", "types"),
            (json!({ "url": url, "types": "PAYMENT.*" }), "INVALID_FIELD", "types"),
            (json!({ "url": url, "types": ["PAYMENT.SUCESS"] }), "INVALID_FIELD", "types"),
            (json!({ "url": url, "types": [1] }), "INVALID_FIELD", "types.0"),
            (json!({ "url": url, "sessions": "SOME" }), "INVALID_FIELD", "sessions"),
            (json!({ "url": url, "enabled": "yes" }), "INVALID_FIELD", "enabled"),
            (json!({ "url": url, "secret": "whsec_mine" }), "UNKNOWN_FIELD", "secret"),
            (json!({ "url": url, "merchant_id": OTHER_MERCHANT }), "INVALID_FIELD", "merchant_id"),
        ] {
            let answer = app.merchant(Method::POST, ALL, Some(body.clone())).await;
            assert_eq!((answer.status, answer.code(), answer.field()), (400, code, field), "{body}");
        }
        let mut session = app.request("PHP", "25000");
        session["notify_url"] = json!("http://169.254.169.254/latest/meta-data");
        let answer = app.create(session).await;
        assert_eq!((answer.status, answer.code(), answer.field()), (400, "INVALID_WEBHOOK_URL", "notify_url"));
        let none: Vec<Value> = Vec::new();
        assert_eq!(app.merchant(Method::GET, ALL, None).await.data()["endpoints"], json!(none));
        let (endpoint, _) = register(app, &app.sink.url, json!({})).await;
        let path = format!("{ALL}/{endpoint}/rotate");
        let answer = app.merchant(Method::POST, &path, Some(json!({ "overlap_seconds": 604_801 }))).await;
        assert_eq!((answer.status, answer.field()), (400, "overlap_seconds"));
        for path in ["state=LOST", "limit=0", "limit=101", "cursor=x", "order_id=x", "what=1", "order_id=GW1&trans_id=2"] {
            let answer = app.merchant(Method::GET, &format!("/v1/deliveries?{path}"), None).await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.body);
        }
    }

    async fn a_merchant_has_fifty_endpoints_at_most(app: TestApp) {
        for _ in 0..50 {
            register(app, "http://127.0.0.1:9/", json!({ "enabled": false })).await;
        }
        let one_more = json!({ "url": "http://127.0.0.1:9/" });
        let answer = app.merchant(Method::POST, ALL, Some(one_more)).await;
        assert_eq!((answer.status, answer.code()), (409, "LIMIT_REACHED"));
    }
}

/// The next message, the sink's `number`th, is signed with these secrets, in this order.
async fn signed_by(app: &TestApp, sink: &Sink, number: usize, secrets: &[&str]) {
    pay_at(app, None).await;
    app.until("it heard", async || sink.received().len() == number).await;
    let heard = sink.received().remove(number - 1);
    let each: Vec<_> = secrets
        .iter()
        .map(|secret| sign(secret, &heard.id, &heard.timestamp, &heard.raw))
        .collect();
    assert_eq!(heard.signature, each.join(" "));
}
