//! The OpenAPI document says what the server does: its addresses, its fields, its answers.

mod fields;
pub mod form;
mod page;

use std::path::Path;

use florin_server::http::openapi::{DOCUMENT, catalogue, text};
use florin_shared::account::{ChannelList, ChannelRemoved, ChannelTested, ChannelView};
use florin_shared::code::{CodeList, CodeView};
use florin_shared::explain::ExplainView;
use florin_shared::merchant::{KeyView, MerchantView, NotifySecretView, OrganisationView};
use florin_shared::refund::{RefundView, ReversalView, Reversals};
use florin_shared::session::SessionView;
use florin_shared::shopper::{Checkout, OpenTransaction, PayRequest, StatusView};
use florin_shared::transaction::TransactionView;
use florin_shared::webhook::{
    DeliveryList, DeliveryView, EndpointList, EndpointView, KINDS, TEST_KIND, Webhook,
};
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::form::fits;
use crate::support::{KEY, TestApp, on_both};

/// Compares a committed page with what the code makes; `FLORIN_WRITE_DOCS=1` writes it.
#[track_caller]
fn is_committed(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("FLORIN_WRITE_DOCS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/{name} is not what the code makes; FLORIN_WRITE_DOCS=1 cargo test -p florin-server --test it openapi writes it"
    );
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    is_committed("openapi.json", &text());
}

#[test]
fn the_committed_catalogue_has_every_code() {
    is_committed("errors.md", &catalogue::markdown());
    for code in florin_shared::Code::ALL {
        assert!(catalogue::markdown().contains(&format!(
            "| `{}` | {} |",
            code.as_str(),
            code.status()
        )));
        assert!(!code.meaning().is_empty() && code.meaning().ends_with('.'), "{code:?}");
    }
}

/// Method, address and description of each call.
pub fn calls() -> Vec<(Method, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            all.push((method, path.clone(), call.clone()));
        }
    }
    assert!(all.len() > 45, "{}", all.len());
    all
}

#[test]
fn every_call_has_a_name_of_its_own_a_summary_and_an_example() {
    let mut names = Vec::new();
    for (method, path, call) in calls() {
        let name = call["operationId"].as_str().unwrap().to_owned();
        assert!(!names.contains(&name), "{name}");
        names.push(name);
        assert!(call["summary"].is_string(), "{method} {path}");
        let says_nothing = |content: &Value| content.get("example").is_none();
        if let Some(body) = call["requestBody"].pointer("/content/application~1json") {
            assert!(!says_nothing(body), "{method} {path}: no example of a body");
        }
        if let Some(answer) = call.pointer("/responses/200/content/application~1json") {
            // Each channel is answered as it wants it.
            let is_lone = call["operationId"] == "hear_notice";
            assert!(!says_nothing(answer) || is_lone, "{method} {path}: no example of an answer");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn look(value: &Value, found: &mut usize) {
        if let Some(at) = value.get("$ref").and_then(Value::as_str) {
            *found += 1;
            assert!(DOCUMENT.pointer(at.strip_prefix('#').unwrap()).is_some(), "{at}");
        }
        match value {
            Value::Array(all) => all.iter().for_each(|one| look(one, found)),
            Value::Object(all) => all.values().for_each(|one| look(one, found)),
            _ => {}
        }
    }
    let mut found = 0;
    look(&DOCUMENT, &mut found);
    assert!(found > 100, "{found}");
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
}

/// The example of an answer is one that our own types read, and write again without a loss.
#[track_caller]
fn reads<T: Serialize + DeserializeOwned>(example: &Value) {
    let read: T = serde_json::from_value(example.clone()).unwrap();
    assert_eq!(&serde_json::to_value(read).unwrap(), example);
}

#[test]
fn the_examples_of_answers_are_answers() {
    let mut read = 0;
    for (_, _, call) in calls() {
        let Some(answer) = call.pointer("/responses/200/content/application~1json/example/data")
        else {
            continue;
        };
        let one = if answer.is_array() { &answer[0] } else { answer };
        let form = call.pointer("/responses/200/content/application~1json/schema/$ref").unwrap();
        let form = form.as_str().unwrap().rsplit('_').next().unwrap();
        read += 1;
        match form {
            "SessionView" => reads::<SessionView>(one),
            "TransactionView" => reads::<TransactionView>(one),
            "RefundView" => reads::<RefundView>(one),
            "ReversalView" => reads::<ReversalView>(one),
            "CodeView" => reads::<CodeView>(one),
            "CodeList" => reads::<CodeList>(one),
            "ChannelView" => reads::<ChannelView>(one),
            "ChannelList" => reads::<ChannelList>(one),
            "ChannelRemoved" => reads::<ChannelRemoved>(one),
            "ChannelTested" => reads::<ChannelTested>(one),
            "EndpointView" => reads::<EndpointView>(one),
            "DeliveryView" => reads::<DeliveryView>(one),
            "MerchantView" => reads::<MerchantView>(one),
            "OrganisationView" => reads::<OrganisationView>(one),
            "KeyView" => reads::<KeyView>(one),
            "NotifySecretView" => reads::<NotifySecretView>(one),
            "Reversals" => reads::<Reversals>(one),
            "EndpointList" => reads::<EndpointList>(one),
            "DeliveryList" => reads::<DeliveryList>(one),
            "ExplainView" => reads::<ExplainView>(one),
            "Checkout" => reads::<Checkout>(one),
            "StatusView" => reads::<StatusView>(one),
            "OpenTransaction" => reads::<OpenTransaction>(one),
            _ => read -= 1,
        }
    }
    assert!(read > 31, "{read}");
    let pay = "/paths/~1v1~1checkout~1{session_id}~1transactions/post/requestBody/content/application~1json/example";
    reads::<PayRequest>(DOCUMENT.pointer(pay).unwrap());
}

#[test]
fn every_example_has_the_form_that_it_shows() {
    let mut seen = 0;
    let mut look = |content: &Value, at: &str| {
        if let Some(example) = content.get("example") {
            seen += 1;
            fits(&content["schema"], example, at);
        }
    };
    for (method, path, call) in calls() {
        let at = format!("{method} {path}");
        look(&call["requestBody"]["content"]["application/json"], &at);
        look(&call["responses"]["200"]["content"]["application/json"], &at);
    }
    for (kind, item) in DOCUMENT["webhooks"].as_object().unwrap() {
        look(&item["post"]["requestBody"]["content"]["application/json"], kind);
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn the_webhooks_are_those_that_are_sent() {
    let all = DOCUMENT["webhooks"].as_object().unwrap();
    for (kind, item) in all {
        assert!(KINDS.contains(&kind.as_str()) || kind == TEST_KIND, "{kind}");
        let example = item.pointer("/post/requestBody/content/application~1json/example").unwrap();
        assert_eq!(example["type"], json!(kind));
        reads::<Webhook>(example);
        assert_eq!(example["data"].get("refund_id").is_some(), kind.starts_with("RE"), "{kind}");
    }
    let reserved =
        |kind: &&&str| !(kind.starts_with("DISPUTE.") || **kind == "PAYMENT.AUTHORIZATION");
    for kind in KINDS.iter().filter(reserved) {
        assert!(all.contains_key(*kind), "{kind}");
    }
}

/// An address with ids of the right form that belong to nobody.
fn filled(path: &str, call: &Value) -> String {
    let parameters = call["parameters"].as_array().cloned().unwrap_or_default();
    parameters.iter().filter(|one| one["in"] == "path").fold(path.to_owned(), |path, one| {
        path.replace(
            &format!("{{{}}}", one["name"].as_str().unwrap()),
            one["example"].as_str().unwrap(),
        )
    })
}

on_both! {
    async fn every_described_address_is_there_and_takes_no_other_method(app: TestApp) {
        let all = calls();
        for (_, path, call) in &all {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let is_described = all.iter().any(|(one, at, _)| *one == method && at == path);
                let answer = app.call(method.clone(), &filled(path, call), None, &[], None).await;
                let is_there = answer.status != 405 && answer.code() != "NO_SUCH_ADDRESS";
                assert_eq!(is_there, is_described, "{method} {path}: {} {}", answer.status, answer.body);
                if path.starts_with("/v1/") && is_described {
                    assert_eq!((answer.status, answer.code()), (401, "NO_KEY"), "{method} {path}");
                }
            }
        }
    }

    async fn answers_have_the_form_that_is_described(app: TestApp) {
        let session = app.session("HKD", "800").await;
        let opened = app.pay(&session, "ALIPAY_PLUS").await;
        is_described("open_transaction", opened.status, &opened.body);
        let view = app.view(&session).await;
        is_described("show_checkout", view.status, &view.body);
        let paths = [
            ("get_session", format!("/v1/sessions?session_id={}", session.id)),
            ("get_session", "/v1/sessions?session_id=CS0".to_owned()),
            ("get_session", "/v1/sessions?colour=red".to_owned()),
            ("get_transaction", format!("/v1/transactions?trans_id={}", session.trans_id)),
            ("get_transaction", format!("/v1/transactions?trans_id={}&all=true", session.trans_id)),
            ("explain_methods", format!("/v1/methods/explain?session_id={}", session.id)),
            ("get_merchant", "/v1/merchant".to_owned()),
            ("list_merchant_keys", "/v1/merchant/keys".to_owned()),
            ("list_deliveries", "/v1/deliveries".to_owned()),
            ("list_deliveries", "/v1/deliveries?state=GONE".to_owned()),
            ("list_reversals", "/v1/reversals".to_owned()),
            ("list_codes", "/v1/codes".to_owned()),
            ("list_channels", "/v1/channels".to_owned()),
            ("list_webhook_endpoints", "/v1/webhook_endpoints".to_owned()),
            ("get_organisation", "/v1/organisation".to_owned()),
        ];
        for (name, path) in paths {
            let answer = app.call(Method::GET, &path, Some(KEY), &[], None).await;
            is_described(name, answer.status, &answer.body);
        }
    }
}

/// Whether this call may answer so: the status, the code, and every field of the form.
#[track_caller]
fn is_described(name: &str, status: u16, body: &Value) {
    let (_, _, call) =
        calls().into_iter().find(|(_, _, call)| call["operationId"] == name).unwrap();
    let content = call.pointer(&format!("/responses/{status}/content/application~1json"));
    let content = content.unwrap_or_else(|| panic!("{name}: {status} is not described: {body}"));
    fits(&content["schema"], body, name);
}
