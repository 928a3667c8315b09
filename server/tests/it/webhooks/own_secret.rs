//! The secret that signs what goes to sessions' own addresses: rotated with an overlap, like those of endpoints.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{pay_one, sign};
use crate::support::{Answer, KEY, MERCHANT, OTHER_KEY, SECRET, TestApp, on_both};

const ROTATE: &str = "/v1/merchant/webhook_secret/rotate";

on_both! {
    async fn the_secret_of_notify_url_is_rotated_and_the_old_one_signs_beside_it(app: TestApp) {
        let rotated = rotate(app, json!({ "overlap_seconds": 3600 })).await;
        let (second, until) = (secret(&rotated), rotated.data()["previous_secret_until"].clone());
        assert!(second.starts_with("whsec_") && second != SECRET);
        assert_eq!(rotated.data()["merchant_id"], MERCHANT);
        assert!(until.is_string(), "{}", rotated.body);
        signed_by(app, &[&second, SECRET]).await;
        app.pass(Duration::from_secs(60));
        let third = secret(&rotate(app, json!({ "overlap_seconds": 60 })).await);
        signed_by(app, &[&third, &second, SECRET]).await;
        app.pass(Duration::from_secs(61));
        signed_by(app, &[&third, SECRET]).await;
        app.pass(Duration::from_secs(3600));
        signed_by(app, &[&third]).await;
        // Without a body the overlap is a day; with none at all the old secret signs nothing more.
        let answer = app.merchant(Method::POST, ROTATE, None).await;
        let fourth = secret(&answer);
        signed_by(app, &[&fourth, &third]).await;
        let fifth = secret(&rotate(app, json!({ "overlap_seconds": 0 })).await);
        signed_by(app, &[&fifth, &third]).await;
    }

    async fn another_process_follows_within_two_seconds(app: TestApp) {
        let (_, other) = app.another().await;
        let id = MERCHANT.parse().unwrap();
        assert_eq!(app.app.merchant(&id).await.unwrap().webhook_secret, SECRET);
        let rotated = app.call_at(&other, Method::POST, ROTATE, Some(KEY), &[], None).await;
        app.pass(Duration::from_secs(2));
        let known = app.app.merchant(&id).await.unwrap();
        assert_eq!(known.secrets(app.app.now()), [secret(&rotated), SECRET.to_owned()]);
    }

    async fn five_secrets_sign_at_most_and_nobody_rotates_anothers(app: TestApp) {
        for _ in 0..4 {
            rotate(app, json!({})).await.data();
        }
        let refused = rotate(app, json!({})).await;
        assert_eq!((refused.status, refused.code()), (409, "LIMIT_REACHED"), "{}", refused.body);
        app.pass(Duration::from_secs(86_401));
        assert_eq!(rotate(app, json!({})).await.status, 200, "four have ended");
        for (body, field) in [
            (json!({ "overlap_seconds": 604_801 }), "overlap_seconds"),
            (json!({ "overlap_seconds": "1" }), "overlap_seconds"),
            (json!({ "overlap": 1 }), "overlap"),
        ] {
            let refused = rotate(app, body).await;
            assert_eq!((refused.status, refused.field()), (400, field), "{}", refused.body);
        }
        let own = app.call(Method::POST, ROTATE, Some(OTHER_KEY), &[], None).await;
        assert_eq!(own.status, 200);
        let mine = app.app.merchant(&MERCHANT.parse().unwrap()).await.unwrap();
        assert_ne!(mine.webhook_secret, secret(&own), "each merchant has its own");
        assert_eq!(app.call(Method::POST, ROTATE, None, &[], None).await.status, 401);
    }
}

async fn rotate(app: &TestApp, body: Value) -> Answer {
    app.merchant(Method::POST, ROTATE, Some(body)).await
}

fn secret(rotated: &Answer) -> String {
    rotated.data()["secret"].as_str().unwrap_or_default().to_owned()
}

/// The next message to a session's own address is signed by these, in this order.
async fn signed_by(app: &TestApp, secrets: &[&str]) {
    let trans_id = pay_one(app).await;
    app.until("the webhook is there", async || !app.sink.kinds(&trans_id).is_empty()).await;
    let heard = app.sink.received().pop().unwrap();
    assert_eq!(heard.body["data"]["trans_id"], trans_id);
    let signatures = secrets.iter().map(|one| sign(one, &heard.id, &heard.timestamp, &heard.raw));
    assert_eq!(heard.signature, signatures.collect::<Vec<_>>().join(" "));
}
