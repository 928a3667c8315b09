//! The payment code that a payer's wallet shows and the merchant scans (M5, K7, D13).

use std::time::Duration;

use florin_server::store::checks::When;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Db, KEY, OTHER_KEY, OTHER_MERCHANT, TestApp, on_both};

/// What the sandbox's codes do stands in `sandbox/src/antom/in_store.rs`.
const AT_ONCE: &str = "281000000000000001";
const BY_PASSWORD: &str = "282000000000000001";
const RUN_OUT: &str = "283000000000000001";

/// A charge of PHP 250.00 by this code, with a `trans_id` of its own.
fn wanted(app: &TestApp, code: &str) -> Value {
    let order = app.request("PHP", "25000");
    json!({
        "trans_id": order["trans_id"], "currency": "PHP", "amount": "25000", "notify_url": order["notify_url"],
        "goods": order["goods"], "device_id": "till-4",
        "payment": { "payment_method": "ALIPAY_PLUS", "payment_code": code },
    })
}

async fn charge(app: &TestApp, body: &Value) -> Answer {
    app.merchant(Method::POST, "/v1/transactions", Some(body.clone())).await
}

async fn charge_with_key(app: &TestApp, key: &str, body: &Value) -> Answer {
    let headers = [("idempotency-key", key)];
    app.call(Method::POST, "/v1/transactions", Some(KEY), &headers, Some(body.clone())).await
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned()
}

/// Status and reason, as the merchant reads them.
fn outcome(answer: &Answer) -> (String, String) {
    (text(answer.data(), "status"), text(answer.data(), "error_code"))
}

async fn seen(app: &TestApp, order: &str) -> Answer {
    app.merchant(Method::GET, &format!("/v1/transactions?order_id={order}"), None).await
}

async fn until(app: &TestApp, order: &str, status: &str) -> Answer {
    app.until(&format!("{order} is {status}"), async || {
        seen(app, order).await.body["data"]["status"] == status
    })
    .await;
    seen(app, order).await
}

async fn session_of(app: &TestApp, charged: &Answer) -> Value {
    let path = format!("/v1/sessions?session_id={}", text(charged.data(), "session_id"));
    app.merchant(Method::GET, &path, None).await.data().clone()
}

async fn at_rest(app: &TestApp) {
    app.until("at rest", async || app.is_clean(When::AtRest).await).await;
}

/// In how many places of the database a text stands.
async fn places(app: &TestApp, db: Db, text: &str) -> usize {
    if db == Db::Sqlite {
        let file = app.database.strip_prefix("sqlite:").unwrap();
        let whole = [file.to_owned(), format!("{file}-wal")]
            .map(|file| std::fs::read(file).unwrap_or_default());
        return whole
            .iter()
            .filter(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
            .count();
    }
    let mut tx = app.app.store.read().await.unwrap();
    let mut found = 0;
    for table in [
        "pay_order",
        "session",
        "payment",
        "event",
        "evidence",
        "outbox",
        "idempotency",
        "delivery_try",
    ] {
        let sql = format!("select count(*) from {table} t where cast(t as text) like $1");
        let count: Option<(i64,)> =
            tx.sql(sql.leak()).bind(format!("%{text}%")).one().await.unwrap();
        found += usize::try_from(count.unwrap().0).unwrap();
    }
    found
}

fn db_of(app: &TestApp) -> Db {
    if app.database.starts_with("sqlite:") { Db::Sqlite } else { Db::Postgres }
}

on_both! {
    async fn a_code_is_paid_at_once_and_the_merchant_hears_of_it(app: TestApp) {
        let body = wanted(app, AT_ONCE);
        let paid = charge(app, &body).await;
        assert_eq!(outcome(&paid), ("SUCCESS".into(), "0000".into()));
        assert_eq!((&paid.data()["payment_method"], &paid.data()["accepted"]), (&json!("ALIPAY_PLUS"), &json!(true)));
        assert_eq!((&paid.data()["trans_id"], &paid.data()["amount"]), (&body["trans_id"], &json!("25000")));
        assert!(paid.data()["pay_finish_time"].is_string());
        let order = text(paid.data(), "order_id");
        assert_eq!(app.held(&order).await, 25_000);
        let trans_id = text(&body, "trans_id");
        app.until("it is told", async || app.sink.kinds(&trans_id) == ["PAYMENT.SUCCESS"]).await;
        assert_eq!(app.sink.received()[0].body["data"]["session_status"], "SUCCESS");
        let session = session_of(app, &paid).await;
        assert_eq!((&session["status"], &session["session_mode"]), (&json!("SUCCESS"), &json!("NONE")));
        assert_eq!(places(app, db_of(app), AT_ONCE).await, 0, "the code is kept nowhere");
        assert!(places(app, db_of(app), &order).await > 0, "the look finds what is there");
        at_rest(app).await;
    }

    async fn the_merchant_need_not_name_the_wallet(app: TestApp) {
        let mut body = wanted(app, AT_ONCE);
        body["payment"].as_object_mut().unwrap().remove("payment_method");
        assert_eq!(charge(app, &body).await.data()["payment_method"], "ALIPAY_PLUS");
    }

    async fn the_payer_types_a_password_and_the_channel_is_asked_meanwhile(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 9 })).await;
        let body = wanted(app, BY_PASSWORD);
        let waiting = charge(app, &body).await;
        assert_eq!(outcome(&waiting), ("PROCESSING".into(), "0000".into()));
        let order = text(waiting.data(), "order_id");
        assert_eq!(seen(app, &order).await.data()["status"], "PROCESSING");
        app.wallet(BY_PASSWORD, "approve").await.is_paid();
        assert_eq!(until(app, &order, "SUCCESS").await.data()["accepted"], true);
        assert_eq!(app.held(&order).await, 25_000);
        at_rest(app).await;
    }

    async fn the_payer_declines_and_a_fresh_code_may_be_scanned(app: TestApp) {
        let mut body = wanted(app, BY_PASSWORD);
        let trans_id = text(&body, "trans_id");
        let waiting = charge(app, &body).await;
        app.wallet(BY_PASSWORD, "decline").await;
        let declined = until(app, &text(waiting.data(), "order_id"), "FAIL").await;
        assert_eq!(outcome(&declined), ("FAIL".into(), "DECLINED".into()));
        assert_eq!(session_of(app, &waiting).await["status"], "CANCELLED");
        app.until("it is told", async || app.sink.kinds(&trans_id) == ["PAYMENT.FAILURE"]).await;
        assert_eq!(app.sink.received()[0].body["data"]["session_status"], "CANCELLED");
        body["payment"]["payment_code"] = json!(AT_ONCE);
        assert_eq!(outcome(&charge(app, &body).await).0, "SUCCESS");
        assert_eq!(app.book().await.iter().map(|row| row["captured"].as_i64().unwrap()).sum::<i64>(), 25_000);
        at_rest(app).await;
    }

    async fn a_refused_code_says_why(app: TestApp) {
        let refused = [
            (RUN_OUT, "CODE_EXPIRED"), ("284000000000000001", "BALANCE"), ("285000000000000001", "RISK"),
            ("134567890123456789", "CODE_INVALID"),
        ];
        for (code, reason) in refused {
            let body = wanted(app, code);
            let failed = charge(app, &body).await;
            assert_eq!(outcome(&failed), ("FAIL".into(), reason.into()), "{code}");
            assert_eq!(session_of(app, &failed).await["status"], "CANCELLED");
            assert_eq!(app.held(&text(failed.data(), "order_id")).await, 0);
            // The same words again are the same charge, whatever became of it.
            assert_eq!(charge(app, &body).await.data(), failed.data());
        }
        let once = charge(app, &wanted(app, AT_ONCE)).await;
        let twice = charge(app, &wanted(app, AT_ONCE)).await;
        assert_eq!((outcome(&once).0, outcome(&twice).1), ("SUCCESS".into(), "CODE_INVALID".into()));
        let sentence = text(twice.data(), "error_description");
        assert!(sentence.contains("used before") && !sentence.contains(AT_ONCE), "{sentence}");
        at_rest(app).await;
    }

    async fn a_lost_answer_is_asked_about_by_our_own_number(app: TestApp) {
        app.fault(json!({ "fault": "lost_reply", "call": "pay", "times": 1 })).await;
        let paid = charge(app, &wanted(app, AT_ONCE)).await;
        assert_eq!(outcome(&paid).0, "SUCCESS");
        let book = app.book().await;
        assert_eq!((book.len(), book[0]["arrivals_ms"].as_array().unwrap().len()), (1, 1), "{book:?}");
        assert_eq!(app.held(&text(paid.data(), "order_id")).await, 25_000);
        // An answer that tells another amount decides nothing; the question does.
        app.fault(json!({ "fault": "wrong_amount", "call": "pay", "times": 1 })).await;
        let odd = charge(app, &wanted(app, "281000000000000002")).await;
        until(app, &text(odd.data(), "order_id"), "SUCCESS").await;
        at_rest(app).await;
    }

    async fn what_never_arrived_is_sent_once_more_under_the_same_number(app: TestApp) {
        app.fault(json!({ "fault": "lost_reply", "call": "pay", "when": "before", "times": 1 })).await;
        let paid = charge(app, &wanted(app, AT_ONCE)).await;
        assert_eq!(outcome(&paid).0, "SUCCESS");
        let book = app.book().await;
        assert_eq!((book.len(), book[0]["arrivals_ms"].as_array().unwrap().len()), (1, 2), "{book:?}");
        assert_eq!(app.held(&text(paid.data(), "order_id")).await, 25_000);
        at_rest(app).await;
    }

    async fn what_nobody_ever_heard_of_ends_unpaid(app: TestApp) {
        app.fault(json!({ "fault": "lost_reply", "call": "pay", "when": "before", "times": 9 })).await;
        let body = wanted(app, AT_ONCE);
        let lost = charge(app, &body).await;
        assert_eq!(outcome(&lost).0, "PROCESSING");
        app.pass(Duration::from_secs(121));
        let ended = until(app, &text(lost.data(), "order_id"), "CANCELLED").await;
        assert_eq!(outcome(&ended).1, "RUN_OUT");
        assert_eq!(session_of(app, &lost).await["status"], "CANCELLED");
        at_rest(app).await;
    }

    async fn a_code_whose_time_is_up_is_cancelled_and_late_money_goes_back(app: TestApp) {
        let body = wanted(app, BY_PASSWORD);
        let trans_id = text(&body, "trans_id");
        let order = text(charge(app, &body).await.data(), "order_id");
        app.pass(Duration::from_secs(91));
        let ended = until(app, &order, "CANCELLED").await;
        assert_eq!(outcome(&ended), ("CANCELLED".into(), "RUN_OUT".into()));
        assert_eq!(app.book_says(&order).await, "CANCELLED");
        app.until("it is told", async || app.sink.kinds(&trans_id) == ["PAYMENT.CANCELED"]).await;
        app.fault(json!({ "fault": "paid_after_cancel", "times": 1 })).await;
        app.wallet(BY_PASSWORD, "approve").await.is_paid();
        app.until("it is given back", async || app.held(&order).await == 0).await;
        app.until("that is told", async || app.sink.kinds(&trans_id) == ["PAYMENT.CANCELED", "PAYMENT.REVERSED"]).await;
        assert_eq!(seen(app, &order).await.data()["accepted"], false);
        at_rest(app).await;
    }

    async fn money_that_was_taken_in_the_last_moment_counts(app: TestApp) {
        app.fault(json!({ "fault": "silent", "times": 9 })).await;
        // Nobody is answered until the time is up: the last question finds the money.
        app.fault(json!({ "fault": "server_error", "call": "inquiryPayment", "times": 1 })).await;
        let order = text(charge(app, &wanted(app, BY_PASSWORD)).await.data(), "order_id");
        app.wallet(BY_PASSWORD, "approve").await.is_paid();
        app.pass(Duration::from_secs(91));
        until(app, &order, "SUCCESS").await;
        assert_eq!(app.held(&order).await, 25_000);
        at_rest(app).await;
    }

    async fn one_request_is_one_charge_however_often_it_comes(app: TestApp) {
        let body = wanted(app, AT_ONCE);
        let (one, two, three) = tokio::join!(charge(app, &body), charge(app, &body), charge(app, &body));
        let orders = [&one, &two, &three].map(|answer| text(answer.data(), "order_id"));
        assert!(orders.iter().all(|order| *order == orders[0]), "{orders:?}");
        let keyed = wanted(app, "281000000000000002");
        let first = charge_with_key(app, "k1", &keyed).await;
        assert_eq!(charge_with_key(app, "k1", &keyed).await.body, first.body);
        assert_eq!(outcome(&first).0, "SUCCESS");
        let mut other = keyed.clone();
        other["amount"] = json!("25001");
        assert_eq!(charge_with_key(app, "k1", &other).await.code(), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(charge_with_key(app, "k2", &keyed).await.code(), "TRANS_ID_PAID");
        let book = app.book().await;
        assert_eq!((book.len(), book.iter().map(|row| row["captured"].as_i64().unwrap()).sum::<i64>()), (2, 50_000));
        at_rest(app).await;
    }

    async fn a_trans_id_is_charged_once_at_a_time(app: TestApp) {
        let body = wanted(app, BY_PASSWORD);
        let order = text(charge_with_key(app, "k1", &body).await.data(), "order_id");
        for (key, code) in [("k2", BY_PASSWORD), ("k3", AT_ONCE)] {
            let mut again = body.clone();
            again["payment"]["payment_code"] = json!(code);
            let refused = charge_with_key(app, key, &again).await;
            assert_eq!((refused.status, refused.code(), refused.field()), (409, "TRANS_ID_OPEN", "trans_id"));
        }
        let mut page = app.request("PHP", "25000");
        page["trans_id"] = body["trans_id"].clone();
        assert_eq!(app.create(page.clone()).await.code(), "TRANS_ID_OPEN");
        app.wallet(BY_PASSWORD, "approve").await.is_paid();
        until(app, &order, "SUCCESS").await;
        assert_eq!(app.create(page).await.code(), "TRANS_ID_PAID");
        assert_eq!(app.book().await.len(), 1);
    }

    async fn the_merchant_cancels_while_the_payer_hesitates(app: TestApp) {
        let body = wanted(app, BY_PASSWORD);
        let order = text(charge(app, &body).await.data(), "order_id");
        let path = format!("/v1/transactions/{order}/cancel");
        let cancelled = app.merchant(Method::POST, &path, None).await;
        assert_eq!(cancelled.data()["status"], "CANCELLED");
        assert_ne!(app.wallet(BY_PASSWORD, "approve").await.status, 200);
        app.until("it is told", async || app.sink.kinds(&text(&body, "trans_id")) == ["PAYMENT.CANCELED"]).await;
        let paid = charge(app, &wanted(app, AT_ONCE)).await;
        let path = format!("/v1/transactions/{}/cancel", text(paid.data(), "order_id"));
        assert_eq!(app.merchant(Method::POST, &path, None).await.code(), "ALREADY_PAID");
        let capture = format!("/v1/transactions/{}/capture", text(paid.data(), "order_id"));
        assert_eq!(app.merchant(Method::POST, &capture, None).await.code(), "CAPTURE_NOT_SUPPORTED");
        at_rest(app).await;
    }

    async fn a_charge_is_refunded_like_every_payment(app: TestApp) {
        let order = text(charge(app, &wanted(app, AT_ONCE)).await.data(), "order_id");
        let body = json!({ "order_id": order, "refund_trans_id": "r1", "amount": "10000" });
        let refund = app.merchant(Method::POST, "/v1/refunds", Some(body)).await;
        assert_eq!(refund.data()["status"], "SUCCESS");
        assert_eq!((app.held(&order).await, &seen(app, &order).await.data()["refunded_amount"]), (15_000, &json!("10000")));
        at_rest(app).await;
    }

    async fn nobody_else_sees_or_pays_it(app: TestApp) {
        let waiting = charge(app, &wanted(app, BY_PASSWORD)).await;
        let (order, session) = (text(waiting.data(), "order_id"), text(waiting.data(), "session_id"));
        let told = session_of(app, &waiting).await;
        assert!(told.get("session_url").is_none() && told.get("client_token").is_none(), "{told}");
        let foreign = app.call(Method::GET, &format!("/v1/transactions?order_id={order}"), Some(OTHER_KEY), &[], None).await;
        assert_eq!((foreign.status, foreign.code()), (404, "ORDER_NOT_EXIST"));
        let cancel = app.call(Method::POST, &format!("/v1/transactions/{order}/cancel"), Some(OTHER_KEY), &[], None).await;
        assert_eq!(cancel.code(), "ORDER_NOT_EXIST");
        assert_eq!(app.call(Method::GET, &format!("/pay/{session}"), None, &[], None).await.status, 404);
        for picture in ["qr.svg", "qr.png"] {
            let path = format!("/v1/sessions/{session}/{picture}");
            assert_eq!(app.merchant(Method::GET, &path, None).await.code(), "NOT_FOUND");
        }
        let change = json!({ "amount": "1" });
        let changed = app.merchant(Method::PATCH, &format!("/v1/sessions/{session}"), Some(change)).await;
        assert_eq!((changed.status, changed.code()), (409, "SESSION_CLOSED"));
        assert_eq!(seen(app, &order).await.data()["status"], "PROCESSING");
        let closed = app.merchant(Method::POST, &format!("/v1/sessions/{session}/close"), None).await;
        assert_eq!(closed.status, 200);
        until(app, &order, "CANCELLED").await;
        let mut named = wanted(app, AT_ONCE);
        named["merchant_id"] = json!(OTHER_MERCHANT);
        assert_eq!(charge(app, &named).await.field(), "merchant_id");
    }

    async fn what_is_wrong_is_named_and_leaves_nothing_behind(app: TestApp) {
        let before = app.rows().await;
        let wrong_codes = [json!(null), json!(""), json!("281"), json!("28 1000 0000 0000 0001"), json!("281000000000000001\r"),
            json!("２８１０００００００００００００００１"), json!("2".repeat(129)), json!(281_000_000_000_000_001_u64)];
        for code in wrong_codes {
            let mut body = wanted(app, AT_ONCE);
            body["payment"]["payment_code"] = code.clone();
            let refused = charge(app, &body).await;
            assert_eq!((refused.status, refused.field()), (400, "payment.payment_code"), "{code}: {}", refused.body);
        }
        let cases = [
            ("/payment/payment_method", json!("BANKCARD"), 409, "PRODUCT_NOT_AVAILABLE", "payment.payment_code"),
            ("/payment/payment_method", json!("GCASH"), 409, "PRODUCT_NOT_AVAILABLE", "payment.payment_code"),
            ("/payment_type", json!("RECURRING"), 409, "PRODUCT_NOT_AVAILABLE", "payment_type"),
            ("/recurring_agreement_id", json!("RA1"), 409, "PRODUCT_NOT_AVAILABLE", "recurring_agreement_id"),
            ("/currency", json!("USD"), 409, "METHOD_NOT_OFFERED", "payment.payment_method"),
            ("/amount", json!("56000001"), 409, "METHOD_NOT_OFFERED", "payment.payment_method"),
            ("/amount", json!("0"), 400, "INVALID_AMOUNT", "amount"),
            ("/device_id", json!("till 4"), 400, "INVALID_FIELD", "device_id"),
            ("/notify_url", json!("ftp://shop.example"), 400, "INVALID_RETURN_URL", "notify_url"),
            ("/payment/token", json!("TK1"), 400, "UNKNOWN_FIELD", "payment.token"),
        ];
        for (place, value, status, code, field) in cases {
            let mut body = wanted(app, AT_ONCE);
            let (parent, name) = place.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[name] = value;
            let refused = charge(app, &body).await;
            assert_eq!((refused.status, refused.code(), refused.field()), (status, code, field), "{place}: {}", refused.body);
        }
        assert_eq!((app.rows().await, app.book().await.len()), (before, 0));
    }

    async fn a_merchant_that_does_not_offer_the_method_cannot_charge_it(app: TestApp) {
        let only = json!({ "appearance": { "methods": ["GCASH"] } });
        app.merchant(Method::PATCH, "/v1/merchant", Some(only)).await.data();
        let refused = charge(app, &wanted(app, AT_ONCE)).await;
        assert_eq!((refused.status, refused.code()), (409, "METHOD_NOT_OFFERED"));
        let mut any = wanted(app, AT_ONCE);
        any["payment"] = json!({ "payment_code": AT_ONCE });
        assert_eq!(charge(app, &any).await.code(), "PRODUCT_NOT_AVAILABLE");
    }

    async fn a_channel_that_cannot_be_reached_has_taken_nothing(app: TestApp) {
        app.fault(json!({ "fault": "server_error", "call": "pay", "times": 9 })).await;
        let unsure = charge(app, &wanted(app, AT_ONCE)).await;
        assert_eq!(outcome(&unsure).0, "PROCESSING", "a broken answer is no refusal");
        assert_eq!(app.held(&text(unsure.data(), "order_id")).await, 0);
    }

    async fn nobody_at_the_counter_waits_for_a_channel_that_hangs(app: TestApp) {
        app.fault(json!({ "fault": "late", "call": "pay", "ms": 12_000, "times": 1 })).await;
        let begun = tokio::time::Instant::now();
        let paid = charge(app, &wanted(app, AT_ONCE)).await;
        assert!(begun.elapsed() < Duration::from_secs(11), "{:?}", begun.elapsed());
        // The channel's own message was there before its answer.
        assert_eq!(outcome(&paid).0, "SUCCESS");
    }

    async fn explain_says_whose_codes_can_be_charged(app: TestApp) {
        let answer = app.merchant(Method::GET, "/v1/methods/explain?amount=25000&currency=PHP", None).await;
        let of = |method: &str| {
            let all = answer.data()["methods"].as_array().unwrap().clone();
            all.into_iter().find(|one| one["method"] == method).unwrap()
        };
        assert_eq!(of("ALIPAY_PLUS")["payment_code"]["state"], "OFFERED");
        assert_eq!(of("ALIPAY_PLUS")["channels"][0]["payment_code"]["state"], "OFFERED");
        assert_eq!(of("GCASH")["payment_code"]["reason"], "NOT_SOLD");
        assert_eq!(of("GCASH")["state"], "OFFERED");
        let dear = app.merchant(Method::GET, "/v1/methods/explain?amount=56000001&currency=PHP", None).await;
        assert_eq!(dear.data()["methods"][0]["channels"][0]["payment_code"]["reason"], "AMOUNT_TOO_HIGH");
    }
}
