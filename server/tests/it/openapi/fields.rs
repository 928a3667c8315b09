//! The readers take exactly the fields that the document names: every name that any call has is sent to every call.

use std::collections::BTreeSet;
use std::path::Path;

use florin_server::http::openapi::DOCUMENT;
use reqwest::Method;
use serde_json::{Value, json};

use super::form::properties;
use super::{calls, filled};
use crate::support::{Answer, KEY, Session, TestApp, on_both};

/// Every name that stands in the document or, in quotes, in a reader.
fn names() -> BTreeSet<String> {
    let mut found = BTreeSet::from(["no_such_field".to_owned()]);
    for schema in DOCUMENT["components"]["schemas"].as_object().unwrap().values() {
        found.extend(properties(schema).into_iter().map(|(name, _)| name));
    }
    for file in [
        "http/shopper.rs",
        "http/merchant/new_session.rs",
        "http/merchant/sessions.rs",
        "http/merchant/transactions.rs",
        "http/merchant/charges.rs",
        "http/merchant/refunds.rs",
        "http/merchant/reversals.rs",
        "http/merchant/codes.rs",
        "http/merchant/webhook_endpoints.rs",
        "http/merchant/settings.rs",
        "http/merchant/appearance.rs",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let is_name = |word: &&str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        found.extend(text.split('"').filter(is_name).map(str::to_owned));
    }
    assert!(found.len() > 100, "{found:?}");
    found
}

/// The addresses' ids that have to be somebody's before the body is looked at.
fn address(path: &str, call: &Value, session: &Session) -> String {
    filled(&path.replace("{session_id}", &session.id), call)
}

async fn send(app: &TestApp, method: &Method, at: &str, session: &Session, body: &Value) -> Answer {
    let key = if at.starts_with("/v1/checkout/") { &session.token } else { KEY };
    app.call(method.clone(), at, Some(key), &[], Some(body.clone())).await
}

/// The objects in a body that know their fields: the body itself, and by their path those in it.
fn places(schema: &Value) -> Vec<(String, Value)> {
    let mut found = vec![(String::new(), schema.clone())];
    for (name, field) in properties(schema) {
        let (at, form) = match field.get("items") {
            Some(items) => (format!("/{name}/0"), items.clone()),
            None => (format!("/{name}"), field),
        };
        if !properties(&form).is_empty() {
            found.push((at, form));
        }
    }
    found
}

/// Whether an object of this form refuses a field that it does not have.
fn is_strict(schema: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        return is_strict(DOCUMENT.pointer(reference.strip_prefix('#').unwrap()).unwrap());
    }
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    schema["additionalProperties"] == false || choices.clone().any(is_strict)
}

on_both! {
    async fn readers_take_the_fields_that_are_described_and_no_others(app: TestApp) {
        app.has_no_merchants_book("every field is tried with the example's address, which is nobody's here");
        let session = app.session("HKD", "800").await;
        let (names, mut tried) = (names(), 0);
        for (method, path, call) in calls() {
            let content = &call["requestBody"]["content"]["application/json"];
            // An organisation's settings have the readers of a merchant's.
            if !content.is_object() || path.starts_with("/v1/organisation") || path.starts_with("/notify/") {
                continue;
            }
            let at = address(&path, &call, &session);
            let mut whole = content["example"].clone();
            whole.as_object_mut().unwrap().remove("expire_time");
            for (place, form) in places(&content["schema"]) {
                let has: Vec<String> = properties(&form).into_iter().map(|(name, _)| name).collect();
                if whole.pointer(&place).is_none() || !is_strict(&form) {
                    continue;
                }
                for name in &names {
                    let mut body = whole.clone();
                    let of_card = ["token", "shopper_reference"].contains(&name.as_str());
                    if of_card && place == "/payment" && path == "/v1/transactions" {
                        // A stored way to pay stands instead of a payment code.
                        body["mit"] = json!(true);
                        body["payment"] = json!({ "payment_method": "BANKCARD" });
                    }
                    body.pointer_mut(&place).unwrap()[name] = json!(null);
                    let answer = send(app, &method, &at, &session, &body).await;
                    let path_of = format!("{place}/{name}")[1..].replace('/', ".");
                    let is_refused = answer.code() == "UNKNOWN_FIELD" && answer.field() == path_of;
                    assert_eq!(!is_refused, has.contains(name), "{method} {path} {path_of}: {} {}", answer.status, answer.body);
                    tried += 1;
                }
            }
        }
        assert!(tried > 1000, "{tried}");
    }

    async fn queries_take_the_names_that_are_described(app: TestApp) {
        for (method, path, call) in calls().into_iter().filter(|(_, path, _)| path.starts_with("/v1/") && !path.starts_with("/v1/checkout")) {
            for one in call["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query") {
                let name = one["name"].as_str().unwrap();
                let value = if name == "merchant_id" { crate::support::MERCHANT } else { "x" };
                let at = format!("{}?{name}={value}", filled(&path, &call));
                let answer = app.call(method.clone(), &at, Some(KEY), &[], None).await;
                assert_ne!(answer.code(), "UNKNOWN_FIELD", "{method} {at}: {}", answer.body);
            }
        }
    }
}
