//! What stands in an address and in the headers.

use serde_json::{Value, json};

use crate::http::tenant::{is_merchants, is_organisations};

/// Names what the address and the headers hold, where the handler has not.
pub(super) fn complete(path: &str, method: &str, operation: &mut Value) {
    let mut all: Vec<Value> = path.split('/').filter_map(of_path).collect();
    all.extend(operation["parameters"].as_array().cloned().unwrap_or_default());
    let reads_body = operation.get("requestBody").is_some();
    if is_merchants(path) && !is_organisations(path) && !reads_body {
        all.push(merchant_id());
    }
    if is_merchants(path) && matches!(method, "post" | "patch") {
        all.push(idempotency_key());
    }
    if !all.is_empty() {
        operation["parameters"] = Value::Array(all);
    }
}

/// The id between `{` and `}`.
fn of_path(part: &str) -> Option<Value> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    let (about, example) = match name {
        "session_id" => ("`CS…`.", "CS0123456789abcdefghijklmnopqrstuv"),
        "order_id" => ("`GW…`.", "GW0123456789abcdefghijklmnop"),
        "refund_id" => ("`RF…`.", "RF0123456789abcdefghijklmnop"),
        "code_id" => ("`FC…`.", "FC0123456789abcdefghijklmnop"),
        "endpoint_id" => ("`WE…`.", "WE0123456789abcdefghijklmnop"),
        "delivery_id" => ("`WD…`.", "WD0123456789abcdefghijklmnop"),
        "channel_id" => ("`CA…`.", "CA0123456789abcdefghijklmnop"),
        "key_id" => ("`KY…`.", "KY0123456789abcdefghijklmnop"),
        _ => ("The channel's name.", "antom"),
    };
    Some(json!({
        "name": name, "in": "path", "required": true, "description": about,
        "schema": { "type": "string", "pattern": form(example) }, "example": example,
    }))
}

/// Ids are two letters and random base32; a channel's name is a word.
fn form(example: &str) -> String {
    match example.split_at_checked(2) {
        Some((kind, random)) if kind.bytes().all(|letter| letter.is_ascii_uppercase()) => {
            format!("^{kind}[0-9a-v]{{{}}}$", random.len())
        }
        _ => "^[a-z]+(-CA[0-9a-v]{26})?$".to_owned(),
    }
}

fn merchant_id() -> Value {
    json!({
        "name": "merchant_id", "in": "query", "required": false,
        "description": "The merchant that an organisation's key acts for.",
        "schema": { "type": "string", "pattern": "^[0-9]{1,20}$" }, "example": "18356675194960",
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "The same request with the same key is done once; the answer is kept for 72 hours and given again, with \
            `Idempotency-Replayed: true`. After 400, 413 or 415 nothing was done and nothing is kept: mend the request and send it \
            under the same key. A key says nothing to anybody else: it is looked up among those of your own secret key's owner, so a \
            short one that you do not use twice, such as an order's number, is as good as a UUID.",
        "schema": { "type": "string", "pattern": r#"^([!#-\[\]-~]{1,255}|"[!#-\[\]-~]{1,255}")$"# },
        "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    })
}
