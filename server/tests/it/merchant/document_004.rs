//! Document 004 works as written: each of its JSON examples, repaired only where it is not JSON (comments, a comma that is
//! missing or too many, `...`) or holds a date of the past, and each answer compared field by field.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::ask::{Reply, post};
use crate::support::{KEY, TestApp, code, on_both, order_id};

/// The examples as the document has them, each under a title.
const DOCUMENT: &str = include_str!("document_004.txt");

/// The example of that title, as JSON.
fn example(title: &str) -> Value {
    let after = DOCUMENT.split(&format!("== {title}\n")).nth(1).unwrap();
    let text = repaired(after.split("\n\n==").next().unwrap());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{title}: {error}\n{text}"))
}

fn repaired(text: &str) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| line.split("  # ").next().unwrap().trim().to_owned())
        .map(|line| line.split("# 交易").next().unwrap().trim().to_owned())
        .filter(|line| !line.is_empty() && !line.starts_with("//") && line != "...")
        .collect();
    for at in 1..lines.len() {
        let (next, line) = (lines[at].clone(), &mut lines[at - 1]);
        if next.starts_with(['}', ']']) {
            *line = line.trim_end_matches(',').to_owned();
        } else if next.starts_with('"') && !line.ends_with([',', '{', '[']) {
            line.push(',');
        }
    }
    lines.concat()
}

/// The example with a time that lies ahead, written as the document writes it.
fn dated(app: &TestApp, mut example: Value) -> Value {
    if example.get("expire_time").is_some() {
        example["expire_time"] = json!(ahead(app));
    }
    example
}

fn ahead(app: &TestApp) -> String {
    let at = jiff::Timestamp::from_millisecond(app.app.now() + 3_600_000).unwrap();
    let there = at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    there.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

async fn send(app: &TestApp, path: &str, body: &Value) -> Reply {
    post(app, path).by(KEY).json(body).send().await
}

/// Every field of the document's answer is there with the document's value, but for `ours`, and nothing else is but `more`.
#[track_caller]
fn is_as_written(reply: &Reply, title: &str, ours: &[(&str, &str)], more: &[&str]) {
    let expected = example(title);
    let mut found = reply.body();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut wanted = expected["data"].as_object().unwrap().clone();
    for (field, value) in ours {
        assert!(
            wanted.insert((*field).into(), json!(value)).is_some(),
            "the document has no {field}"
        );
    }
    let data = found["data"].as_object_mut().unwrap();
    for field in more {
        assert!(data.remove(*field).is_some(), "{field} is missing");
    }
    assert_eq!(
        (&Value::Object(data.clone()), &found["ret_code"], &found["ret_msg"]),
        (&Value::Object(wanted), &expected["ret_code"], &expected["ret_msg"]),
        "{title}"
    );
}

fn text(reply: &Reply, field: &str) -> String {
    reply.data()[field].as_str().unwrap().to_owned()
}

/// Puts a fragment's `payment` into a whole request.
fn with_payment(mut request: Value, fragment: &str) -> Value {
    let payment: Map<String, Value> = example(fragment)["payment"].as_object().unwrap().clone();
    request["payment"] = Value::Object(payment);
    request
}

#[test]
fn every_example_is_read_and_none_is_left_out() {
    let titles: Vec<&str> = DOCUMENT.lines().filter_map(|line| line.strip_prefix("== ")).collect();
    assert_eq!(titles.len(), 10);
    for title in titles {
        assert!(example(title).is_object(), "{title}");
    }
}

on_both! {
    async fn a_session_is_created_and_queried(app: TestApp) {
        let request = dated(app, example("create session"));
        let made = send(app, "/v1/sessions", &request).await;
        let (id, url) = (text(&made, "session_id"), text(&made, "session_url"));
        assert!(id.starts_with("CS") && url.ends_with(&format!("/pay/{id}")), "{url}");
        let expires = request["expire_time"].as_str().unwrap();
        let ours = [("session_id", id.as_str()), ("session_url", url.as_str()), ("expire_time", expires)];
        is_as_written(&made, "create session, answered", &ours, &["client_token", "livemode"]);
        let mut query = example("query session");
        query["session_id"] = json!(id);
        is_as_written(&send(app, "/v1/sessions/query", &query).await, "query session, answered", &ours, &["client_token", "livemode"]);
        // One of the two keys is enough.
        for key in ["trans_id", "session_id"] {
            let mut one = query.clone();
            one.as_object_mut().unwrap().remove(key);
            is_as_written(&send(app, "/v1/sessions/query", &one).await, "query session, answered", &ours, &["client_token", "livemode"]);
        }
    }

    async fn a_transaction_is_paid_and_queried(app: TestApp) {
        app.has_no_merchants_book("the document's own address is nobody's here");
        let session = app.session_of(dated(app, example("create session"))).await;
        let opened = app.pay(&session, "ALIPAY_PLUS").await;
        app.wallet(&code(&opened), "approve").await.is_paid();
        app.until_status(&session, "SUCCESS").await;
        let mut query = example("query transaction");
        query["session_id"] = json!(session.id);
        query["order_id"] = json!(order_id(&opened));
        let told = send(app, "/v1/transactions/query", &query).await;
        let paid = text(&told, "pay_finish_time");
        assert!(paid.parse::<jiff::Timestamp>().is_ok(), "{paid}");
        let (order, id) = (order_id(&opened), session.id.clone());
        let ours = [("order_id", order.as_str()), ("session_id", id.as_str()), ("pay_finish_time", paid.as_str())];
        let more = ["payment_method", "refunded_amount", "accepted"];
        is_as_written(&told, "query transaction, answered", &ours, &more);
        for keys in [["trans_id", "session_id"], ["trans_id", "order_id"], ["session_id", "order_id"]] {
            let mut one = query.clone();
            for key in keys {
                one.as_object_mut().unwrap().remove(key);
            }
            is_as_written(&send(app, "/v1/transactions/query", &one).await, "query transaction, answered", &ours, &more);
        }
    }

    async fn storing_a_card_is_read_for_one_purchase(app: TestApp) {
        let request = with_payment(dated(app, example("create session")), "card on file");
        assert_eq!(send(app, "/v1/sessions", &request).await.data()["status"], "PROCESSING");
    }

    async fn recurring_payments_are_read_whole_and_refused_by_name(app: TestApp) {
        // No channel of this version stores anything: the merchant is told, and never waits for a token in vain.
        let first = dated(app, example("first recurring payment"));
        for request in [first.clone(), with_payment(first.clone(), "subscription")] {
            let refused = send(app, "/v1/sessions", &request).await;
            assert_eq!((refused.status, refused.code().as_str(), refused.field().as_str()), (409, "PRODUCT_NOT_AVAILABLE", "payment_type"));
        }
        let later = send(app, "/v1/transactions", &example("later recurring payment")).await;
        assert_eq!((later.status, later.code().as_str(), later.field().as_str()), (409, "PRODUCT_NOT_AVAILABLE", "payment.token"));
        // P11: what is mandatory is asked for before.
        for (field, wrong) in [("store_payment_method", json!(false)), ("token_usage", json!("CARD_ON_FILE")), ("shopper_reference", json!(null))] {
            let mut request = first.clone();
            request["payment"][field] = wrong;
            let refused = send(app, "/v1/sessions", &request).await;
            assert_eq!((refused.status, refused.field()), (400, format!("payment.{field}")));
        }
        let mut later = example("later recurring payment");
        later["payment"]["token"] = json!(null);
        let refused = send(app, "/v1/transactions", &later).await;
        assert_eq!((refused.status, refused.field().as_str()), (400, "payment.token"));
    }

    async fn a_payment_code_that_is_missing_is_named(app: TestApp) {
        let scan = json!({ "trans_id": "counter-1", "currency": "HKD", "amount": "800", "payment": { "payment_method": "ALIPAY_PLUS" } });
        assert_eq!(send(app, "/v1/transactions", &scan).await.field(), "payment.payment_code");
    }

    async fn an_unpaid_expiry_is_told_to_whoever_asks_and_to_nobody_else(app: TestApp) {
        let mut request = dated(app, example("create session"));
        request["notify_url"] = json!(app.sink.url);
        let made = send(app, "/v1/sessions", &request).await;
        let id = text(&made, "session_id");
        app.pass(Duration::from_secs(3601));
        let mut query = example("query session");
        query["session_id"] = json!(id);
        app.until("the session is expired", async || send(app, "/v1/sessions/query", &query).await.data()["status"] == "EXPIRED").await;
        let mut transaction = example("query transaction");
        transaction.as_object_mut().unwrap().remove("order_id");
        transaction["session_id"] = json!(id);
        let none = send(app, "/v1/transactions/query", &transaction).await;
        assert_eq!((none.status, &none.body()["ret_msg"]), (404, &json!("the order doesn't exist")));
        // The document's own number of a transaction is nobody's here.
        assert_eq!(send(app, "/v1/transactions/query", &example("query transaction")).await.body()["ret_msg"], "the order doesn't exist");
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(app.sink.kinds("m3246749195217"), Vec::<String>::new());
    }
}
