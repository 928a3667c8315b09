//! The OpenAPI document: what the handlers say of themselves (`utoipa`), and what is true of many calls and therefore
//! said once: who may call, what may be refused, the idempotency key, the examples, the webhooks.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

pub mod catalogue;
mod examples;
mod forms;
mod parameters;
mod refusals;
mod remedies;
mod webhooks;

/// The document, made once. `docs/openapi.json` is the same, and a test compares them.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// The document as text, with a newline at its end.
pub fn text() -> String {
    format!("{:#}\n", *DOCUMENT)
}

fn document() -> Value {
    // What `utoipa` describes is always JSON; an empty document would be seen by every test of it.
    let mut document = serde_json::to_value(super::api().into_openapi()).unwrap_or_default();
    document["info"] = info();
    document["servers"] =
        json!([{ "url": "/", "description": "The server that shows this document." }]);
    document["tags"] = tags();
    document["components"]["securitySchemes"] = security_schemes();
    refusals::describe(&mut document["components"]);
    webhooks::describe(&mut document);
    forms::mend(&mut document["components"]["schemas"]);
    each_operation(&mut document, |path, method, operation| {
        parameters::complete(path, method, operation);
        operation["security"] = security(path);
        refusals::add(path, method, operation);
        examples::add(operation);
    });
    plain(&mut document);
    document
}

/// Does something to every call of the document.
fn each_operation(document: &mut Value, mut change: impl FnMut(&str, &str, &mut Value)) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            change(path, method, operation);
        }
    }
}

fn info() -> Value {
    json!({
        "title": "Florin",
        "version": env!("CARGO_PKG_VERSION"),
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        "description": "An open, self-hosted checkout. Every answer is `{\"ret_code\":\"000000\",\"ret_msg\":\"Success\",\"data\":{…}}` \
            with an honest HTTP status; a refusal has a stable `ret_code`, one sentence, and the path of the field that is wrong. \
            Amounts are decimal strings of the currency's smallest unit: `\"800\"` HKD is HK$8.00. Times are RFC 3339. \
            Clients ignore fields and words that they do not know; new ones may come.",
    })
}

fn tags() -> Value {
    json!([
        { "name": "Sessions", "description": "One cashier page: an intent to be paid." },
        { "name": "Transactions", "description": "One attempt to pay a session." },
        { "name": "Refunds", "description": "Money that goes back because the merchant asked." },
        { "name": "Reversals", "description": "Money that goes back because it may not be kept." },
        { "name": "Receipt codes", "description": "Fixed codes, printed once." },
        { "name": "Methods", "description": "Which methods suit, and why." },
        { "name": "Webhook endpoints", "description": "Addresses that hear of events." },
        { "name": "Deliveries", "description": "What was told, try by try." },
        { "name": "Settings", "description": "A merchant's and an organisation's settings and keys." },
        { "name": "Own channels", "description": "A merchant's own accounts at channels." },
        { "name": "Shopper", "description": "What the shopper's page asks, with the session's token." },
        { "name": "Channels", "description": "What payment channels call." },
        { "name": "Health", "description": "What a load balancer asks." },
    ])
}

fn security_schemes() -> Value {
    json!({
        "secret_key": {
            "type": "http", "scheme": "bearer",
            "description": "A secret key: `sk_…` of a merchant, or `sk_org_…` of an organisation, which acts for the merchant \
                that `merchant_id` names. It stays on the merchant's server.",
        },
        "client_token": {
            "type": "http", "scheme": "bearer",
            "description": "The `client_token` of a session: it opens that session only, until one hour after its end.",
        },
    })
}

fn security(path: &str) -> Value {
    if super::tenant::is_merchants(path) {
        json!([{ "secret_key": [] }])
    } else if path.starts_with("/v1/checkout/") {
        json!([{ "client_token": [] }])
    } else {
        json!([])
    }
}

/// Links of the code's own documentation lead nowhere here.
fn plain(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace("[`", "`").replace("`]", "`"),
        Value::Array(all) => all.iter_mut().for_each(plain),
        Value::Object(all) => all.values_mut().for_each(plain),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The part of a JSON object at this name, made if it is not there.
fn part<'a>(of: &'a mut Value, name: &str) -> Option<&'a mut Map<String, Value>> {
    of.as_object_mut()?.entry(name).or_insert_with(|| json!({})).as_object_mut()
}
