//! The same request twice is one request (T16, S31).

use std::time::Duration;

use florin_server::Error;
use florin_server::store::Tx;
use florin_server::store::idempotency::{self, Claim, Slot};
use reqwest::Method;
use serde_json::json;

use super::ask::{Reply, ask, count, post};
use crate::support::{KEY, MERCHANT, OTHER_KEY, TestApp, on_both};

const SESSIONS: &str = "select count(*) from session";

#[track_caller]
fn equal(first: &Reply, again: &Reply) {
    assert_eq!(first.text(), again.text());
    assert_eq!(
        (first.status, first.header("content-type")),
        (again.status, again.header("content-type"))
    );
    assert!(!first.is_replayed() && again.is_replayed());
}

/// A process that claimed the record of this request and died.
async fn claimed_and_died(app: &TestApp, slot: Slot, fingerprint: &'static str) {
    let now = app.app.now();
    let claim: Result<Claim, Error> = app
        .app
        .store
        .write(async move |tx: &mut Tx| {
            idempotency::claim(tx, &slot, fingerprint, "the dead", now).await.map_err(Error::from)
        })
        .await;
    assert_eq!(claim.unwrap(), Claim::Mine(now));
}

/// The process died after the effect: as if its answer had never been stored.
pub(super) async fn forget_answers(app: &TestApp) {
    let done: Result<(), Error> = app
        .app
        .store
        .write(async |tx: &mut Tx| {
            tx.sql("update idempotency set status = 0, answer = '', holder = 'the dead', lease_until_ms = 0")
                .execute()
                .await?;
            Ok(())
        })
        .await;
    done.unwrap();
}

async fn rename(app: &TestApp, sql: &'static str) {
    let done: Result<(), Error> = app
        .app
        .store
        .write(async move |tx: &mut Tx| {
            tx.sql(sql).execute().await?;
            Ok(())
        })
        .await;
    done.unwrap();
}

on_both! {
    async fn the_same_request_again_gets_the_same_bytes(app: TestApp) {
        let request = app.request("HKD", "800");
        let first = post(app, "/v1/sessions").once("\"0b6f-1\"").json(&request).send().await;
        assert_eq!(first.status, 200, "{}", first.text());
        app.pass(Duration::from_secs(90));
        let again = post(app, "/v1/sessions").once("\"0b6f-1\"").json(&request).send().await;
        equal(&first, &again);
        // Without the quotes of a structured field it is the same key; with its keys in another order the same body.
        let text = format!("{{\"trans_id\":{},{}", request["trans_id"], &request.to_string()[1..]
            .replacen(&format!("\"trans_id\":{}", request["trans_id"]), "", 1).replace(",,", ",").replace(",}", "}"));
        let bare = post(app, "/v1/sessions").once("0b6f-1").text("application/json", &text).send().await;
        equal(&first, &bare);
        assert_eq!(count(app, SESSIONS).await, 1);
        app.agrees(0).await;
    }

    async fn a_refusal_is_an_answer_too(app: TestApp) {
        let mut request = app.request("HKD", "800");
        assert_eq!(post(app, "/v1/sessions").json(&request).send().await.status, 200);
        request["amount"] = json!("900");
        let first = post(app, "/v1/sessions").once("refused-1").json(&request).send().await;
        assert_eq!(first.status, 409, "{:?}", first.code());
        equal(&first, &post(app, "/v1/sessions").once("refused-1").json(&request).send().await);
        app.agrees(0).await;
    }

    async fn what_could_not_be_read_may_be_mended_under_the_same_key(app: TestApp) {
        let request = app.request("HKD", "800");
        let mut wrong = request.clone();
        wrong["amount"] = json!("-1");
        for _ in 0..2 {
            let refused = post(app, "/v1/sessions").once("mend-1").json(&wrong).send().await;
            assert_eq!((refused.status, refused.code().as_str()), (400, "INVALID_AMOUNT"));
        }
        let plain = post(app, "/v1/sessions").once("mend-1").text("text/plain", &request.to_string()).send().await;
        assert_eq!(plain.status, 415);
        let good = post(app, "/v1/sessions").once("mend-1").json(&request).send().await;
        assert_eq!(good.status, 200);
        equal(&good, &post(app, "/v1/sessions").once("mend-1").json(&request).send().await);
        let late = post(app, "/v1/sessions").once("mend-1").json(&wrong).send().await;
        assert_eq!((late.status, late.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"));
        assert_eq!(count(app, SESSIONS).await, 1);
        app.agrees(0).await;
    }

    async fn another_request_under_the_same_key_is_refused(app: TestApp) {
        let request = app.request("HKD", "800");
        let first = post(app, "/v1/sessions").once("k-1").json(&request).send().await;
        for other in [app.request("HKD", "800"), json!({}), { let mut other = request.clone(); other["amount"] = json!("900"); other }] {
            let refused = post(app, "/v1/sessions").once("k-1").json(&other).send().await;
            assert_eq!((refused.status, refused.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"));
        }
        equal(&first, &post(app, "/v1/sessions").once("k-1").json(&request).send().await);
        // Another query is another request as well.
        let refused = post(app, "/v1/sessions?x=1").once("k-1").json(&request).send().await;
        assert_eq!(refused.status, 422);
        assert_eq!(count(app, SESSIONS).await, 1);
        app.agrees(0).await;
    }

    async fn a_key_belongs_to_one_merchant_and_one_address(app: TestApp) {
        let mut request = app.request("HKD", "800");
        let mine = post(app, "/v1/sessions").once("k-1").json(&request).send().await;
        request["merchant_id"] = json!(crate::support::OTHER_MERCHANT);
        let theirs = post(app, "/v1/sessions").by(OTHER_KEY).once("k-1").json(&request).send().await;
        assert_eq!(theirs.status, 200, "{}", theirs.text());
        assert!(!theirs.is_replayed());
        assert_ne!(mine.data()["session_id"], theirs.data()["session_id"]);
        let id = mine.data()["session_id"].as_str().unwrap().to_owned();
        let closed = post(app, &format!("/v1/sessions/{id}/close")).once("k-1").send().await;
        assert_eq!(closed.data()["status"], "CANCELLED");
        equal(&closed, &post(app, &format!("/v1/sessions/{id}/close")).once("k-1").send().await);
        // A wrong key learns nothing, not even that there is an answer.
        let stranger = post(app, "/v1/sessions").by("sk_test_wrong").once("k-1").json(&request).send().await;
        assert_eq!((stranger.status, stranger.code().as_str()), (401, "WRONG_KEY"));
        app.agrees(0).await;
    }

    async fn a_malformed_key_is_refused_and_nothing_is_done(app: TestApp) {
        let request = app.request("HKD", "800");
        let long = "k".repeat(256);
        for key in ["", "\"\"", "a b", "\"open", "a\"b", "back\\slash", &long, "schlüssel", "\u{1f4a9}", "a\tb"] {
            let refused = post(app, "/v1/sessions").header("idempotency-key", key).json(&request).send().await;
            assert_eq!((refused.status, refused.code().as_str()), (400, "IDEMPOTENCY_KEY_MALFORMED"), "{key}");
        }
        let twice = post(app, "/v1/sessions").once("one").once("two").json(&request).send().await;
        assert_eq!(twice.code(), "IDEMPOTENCY_KEY_MALFORMED");
        assert_eq!(count(app, SESSIONS).await + count(app, "select count(*) from idempotency").await, 0);
        let longest = "k".repeat(255);
        assert_eq!(post(app, "/v1/sessions").once(&longest).json(&request).send().await.status, 200);
        app.agrees(0).await;
    }

    async fn fifty_at_once_are_one(app: TestApp) {
        let request = app.request("HKD", "800");
        let asks = (0..50).map(|_| post(app, "/v1/sessions").once("burst-1").json(&request).send());
        let replies = futures_util::future::join_all(asks).await;
        let good: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
        for reply in &replies {
            // A machine that is late lets in only some of so many at once (`admission.rs`).
            let may_be = [(200, "000000"), (409, "IDEMPOTENCY_KEY_IN_USE"), (503, "BUSY")];
            assert!(may_be.contains(&(reply.status, reply.code().as_str())), "{}", reply.text());
        }
        assert_eq!(good.iter().filter(|reply| !reply.is_replayed()).count(), 1);
        assert!(good.iter().all(|reply| reply.bytes == good[0].bytes));
        assert_eq!(count(app, SESSIONS).await, 1);
        app.agrees(0).await;
    }

    async fn a_run_that_died_before_its_effect_frees_the_key_with_its_lease(app: TestApp) {
        let path = "/v1/sessions/query";
        let slot = Slot { scope: MERCHANT.into(), path: format!("POST {path}"), key: "dead-1".into() };
        let session = app.session("HKD", "800").await;
        let body = json!({ "session_id": session.id });
        // The very request, asked under another key first, so that its fingerprint is known.
        post(app, path).once("alive").json(&body).send().await.data();
        let row: Option<(String,)> = app.app.store.read().await.unwrap()
            .sql("select fingerprint from idempotency where idempotency_key = 'alive'").one().await.unwrap();
        claimed_and_died(app, slot, Box::leak(row.unwrap().0.into_boxed_str())).await;
        let running = post(app, path).once("dead-1").json(&body).send().await;
        assert_eq!((running.status, running.code().as_str()), (409, "IDEMPOTENCY_KEY_IN_USE"));
        let other = post(app, path).once("dead-1").json(&json!({})).send().await;
        assert_eq!(other.status, 422);
        app.pass(Duration::from_secs(31));
        let other = post(app, path).once("dead-1").json(&json!({})).send().await;
        assert_eq!(other.status, 422, "a freed record stays bound to its request");
        let first = post(app, path).once("dead-1").json(&body).send().await;
        assert_eq!(first.data()["session_id"], session.id);
        equal(&first, &post(app, path).once("dead-1").json(&body).send().await);
        app.agrees(0).await;
    }

    async fn a_crash_between_effect_and_answer_doubles_nothing(app: TestApp) {
        let request = app.request("HKD", "800");
        let first = post(app, "/v1/sessions").once("crash-1").json(&request).send().await;
        let key = post(app, "/v1/merchant/keys").once("crash-1").send().await;
        let code = post(app, "/v1/codes").once("crash-1").json(&json!({ "currency": "HKD" })).send().await;
        let hook = json!({ "url": "https://shop.example/hook" });
        let endpoint = post(app, "/v1/webhook_endpoints").once("crash-1").json(&hook).send().await;
        let rotate = format!("/v1/webhook_endpoints/{}/rotate", endpoint.data()["endpoint_id"].as_str().unwrap());
        let lost = post(app, &rotate).once("crash-1").send().await;
        let own = "/v1/merchant/webhook_secret/rotate";
        let own_lost = post(app, own).once("crash-1").send().await;
        let closed_id = app.session("PHP", "25000").await.id;
        let close = format!("/v1/sessions/{closed_id}/close");
        let closed = post(app, &close).once("crash-1").send().await;
        forget_answers(app).await;
        let again = post(app, "/v1/sessions").once("crash-1").json(&request).send().await;
        assert!(!again.is_replayed());
        assert_eq!(again.data(), first.data());
        let other = post(app, "/v1/merchant/keys").once("crash-1").send().await;
        assert!(!other.is_replayed());
        let list = app.merchant(Method::GET, "/v1/merchant/keys", None).await;
        assert_eq!(list.data().as_array().unwrap().len(), 2, "the first of the two was never shown: {}", list.body);
        let opens = |reply: &Reply| reply.data()["secret"].as_str().unwrap().to_owned();
        assert_eq!(ask(app, Method::GET, "/v1/merchant").by(&opens(&other)).send().await.status, 200);
        assert_eq!(ask(app, Method::GET, "/v1/merchant").by(&opens(&key)).send().await.status, 401);
        let same = post(app, "/v1/codes").once("crash-1").json(&json!({ "currency": "HKD" })).send().await;
        assert_eq!(same.data(), code.data());
        assert_eq!(post(app, &close).once("crash-1").send().await.data(), closed.data());
        assert_eq!(count(app, "select count(*) from session").await, 2);
        assert_eq!(count(app, "select count(*) from receipt_code").await, 1);
        let rotated = post(app, &rotate).once("crash-1").send().await;
        assert_ne!(rotated.data()["secret"], lost.data()["secret"], "the first one was never shown");
        assert_eq!(rotated.data()["previous_secret_until"], lost.data()["previous_secret_until"]);
        assert_eq!(count(app, "select count(*) from webhook_secret").await, 2, "the one that the receiver uses signs on");
        let own_again = post(app, own).once("crash-1").send().await;
        assert_ne!(own_again.data()["secret"], own_lost.data()["secret"], "the first one was never shown");
        assert_eq!(own_again.data()["previous_secret_until"], own_lost.data()["previous_secret_until"]);
        assert_eq!(count(app, "select count(*) from notify_secret").await, 1, "the one that the receiver uses signs on");
        let hears = post(app, "/v1/webhook_endpoints").once("crash-1").json(&hook).send().await;
        assert_eq!(hears.data()["endpoint_id"], endpoint.data()["endpoint_id"]);
        assert_ne!(hears.data()["secret"], endpoint.data()["secret"], "the first secret was never shown");
        assert_eq!(count(app, "select count(*) from webhook_endpoint").await, 1);
        app.agrees(0).await;
    }

    async fn a_failure_of_ours_is_no_answer_but_the_key_stays_bound(app: TestApp) {
        let body = json!({ "currency": "HKD" });
        rename(app, "alter table receipt_code rename to away").await;
        let failed = post(app, "/v1/codes").once("fail-1").json(&body).send().await;
        assert_eq!(failed.status, 500, "{}", failed.text());
        let again = post(app, "/v1/codes").once("fail-1").json(&body).send().await;
        assert!(again.status == 500 && !again.is_replayed());
        rename(app, "alter table away rename to receipt_code").await;
        let other = post(app, "/v1/codes").once("fail-1").json(&json!({ "currency": "PHP" })).send().await;
        assert_eq!((other.status, other.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"));
        let first = post(app, "/v1/codes").once("fail-1").json(&body).send().await;
        assert_eq!(first.data()["status"], "ACTIVE");
        equal(&first, &post(app, "/v1/codes").once("fail-1").json(&body).send().await);
        app.agrees(0).await;
    }

    async fn a_caller_who_hangs_up_finds_the_answer_later(app: TestApp) {
        let request = app.request("HKD", "800");
        // However early it hangs up: before the claim, while it runs, or before the answer is read.
        for wait in [1, 3, 6, 12, 25, 50] {
            let asked = post(app, "/v1/sessions").once("gone-1").json(&request).send();
            drop(tokio::time::timeout(Duration::from_millis(wait), asked).await);
        }
        app.until("nothing runs any more", async || {
            post(app, "/v1/sessions").once("gone-1").json(&request).send().await.status == 200
        }).await;
        assert_eq!(count(app, SESSIONS).await, 1);
        app.agrees(0).await;
    }

    async fn another_key_with_an_equal_body_is_another_request(app: TestApp) {
        let request = app.request("HKD", "800");
        let first = post(app, "/v1/sessions").once("first").json(&request).send().await;
        let second = post(app, "/v1/sessions").once("second").json(&request).send().await;
        assert_eq!((second.status, second.code().as_str()), (409, "TRANS_ID_OPEN"));
        // Without a key an equal body is the same request (D8).
        let plain = post(app, "/v1/sessions").json(&request).send().await;
        assert_eq!(plain.data(), first.data());
        app.agrees(0).await;
    }

    async fn an_answer_is_kept_for_72_hours_and_then_forgotten(app: TestApp) {
        let body = json!({ "currency": "HKD" });
        let first = post(app, "/v1/codes").once("old-1").json(&body).send().await;
        app.pass(Duration::from_secs(71 * 3600));
        equal(&first, &post(app, "/v1/codes").once("old-1").json(&body).send().await);
        app.pass(Duration::from_secs(2 * 3600));
        let anew = post(app, "/v1/codes").once("old-1").json(&body).send().await;
        assert!(!anew.is_replayed());
        assert_ne!(anew.data()["code_id"], first.data()["code_id"]);
        app.pass(Duration::from_secs(73 * 3600));
        app.until("the old answer is swept away", async || count(app, "select count(*) from idempotency").await == 0).await;
        app.agrees(0).await;
    }

    async fn old_answers_are_forgotten_some_at_a_time_until_none_is_left(app: TestApp) {
        let now = app.app.now();
        let old: Result<(), Error> = app.app.store.write(async move |tx: &mut Tx| {
            for number in 0..1_100 {
                tx.sql(
                    "insert into idempotency (scope, path, idempotency_key, fingerprint, holder, lease_until_ms, status,
                       content_type, answer, created_ms)
                     values ('1', 'POST /', $1, '', '', 0, 200, '', '', $2)",
                )
                .bind(format!("old-{number}"))
                .bind(now - florin_server::store::idempotency::KEPT - number)
                .execute()
                .await?;
            }
            // In the same unit, so that no worker comes between.
            assert_eq!(florin_server::store::idempotency::sweep(tx, now).await?, 500);
            Ok(())
        }).await;
        old.unwrap();
        app.until("all are forgotten", async || count(app, "select count(*) from idempotency").await == 0).await;
        app.agrees(0).await;
    }

    async fn a_stored_answer_is_sealed_from_whoever_reads_the_database(app: TestApp) {
        let made = post(app, "/v1/merchant/keys").once("secret-1").send().await;
        let secret = made.data()["secret"].as_str().unwrap().to_owned();
        let row: Option<(String,)> = app.app.store.read().await.unwrap()
            .sql("select answer from idempotency").one().await.unwrap();
        let stored = row.unwrap().0;
        assert!(stored.len() > 100 && !stored.contains("sk_test"), "{stored}");
        equal(&made, &post(app, "/v1/merchant/keys").once("secret-1").send().await);
        // The merchant's other key may not read what the first was told, and does not make another key either.
        let sealed = post(app, "/v1/merchant/keys").by(&secret).once("secret-1").send().await;
        assert_eq!((sealed.status, sealed.code().as_str()), (409, "IDEMPOTENCY_ANSWER_SEALED"));
        assert_eq!(app.call(Method::GET, "/v1/merchant/keys", Some(KEY), &[], None).await.data().as_array().unwrap().len(), 2);
        app.agrees(0).await;
    }

    async fn a_change_may_be_repeated_too_and_a_question_needs_no_record(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let path = format!("/v1/sessions/{}", session.id);
        let body = json!({ "amount": "900" });
        let first = ask(app, Method::PATCH, &path).once("p-1").json(&body).send().await;
        assert_eq!(first.data()["amount"], "900");
        ask(app, Method::PATCH, &path).json(&json!({ "amount": "1000" })).send().await.data();
        equal(&first, &ask(app, Method::PATCH, &path).once("p-1").json(&body).send().await);
        let now = ask(app, Method::GET, &format!("/v1/sessions?session_id={}", session.id)).once("p-1").send().await;
        assert_eq!(now.data()["amount"], "1000");
        assert_eq!(count(app, "select count(*) from idempotency").await, 1);
        app.agrees(0).await;
    }
}
