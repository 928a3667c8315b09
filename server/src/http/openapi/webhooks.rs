//! What merchants are told: each type of event as a webhook of the document.

use florin_shared::webhook::{TEST_KIND, Webhook};
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::{examples, part};

/// The types that this version sends, each in a sentence. The others of `KINDS` are reserved.
const SENT: [(&str, &str); 9] = [
    (
        "PAYMENT.SUCCESS",
        "A transaction is paid. Ship when `session_status` is `SUCCESS`, and once.",
    ),
    ("PAYMENT.FAILURE", "A transaction has failed; the session may still be paid by another one."),
    (
        "PAYMENT.CANCELED",
        "A transaction was cancelled; the session may still be paid by another one.",
    ),
    ("PAYMENT.REVERSED", "A payment that may not be kept goes back."),
    ("REFUND.SUCCESS", "Money is back, be it that somebody gave it back at the channel."),
    ("REFUND.FAILURE", "A refund is not possible."),
    (
        "REVERSAL.MANUAL",
        "The channel will not return what may not be kept: a person must see to it.",
    ),
    ("REVERSAL.RESOLVED", "A person has, or the channel has returned it after all."),
    (TEST_KIND, "Sent by `POST /v1/webhook_endpoints/{endpoint_id}/test` and by nothing else."),
];

/// Adds the events and their form.
pub(super) fn describe(document: &mut Value) {
    let mut forms = vec![(Webhook::name().into_owned(), Webhook::schema())];
    Webhook::schemas(&mut forms);
    if let Some(schemas) = part(&mut document["components"], "schemas") {
        schemas.extend(
            forms
                .into_iter()
                .filter_map(|(name, form)| Some((name, serde_json::to_value(form).ok()?))),
        );
    }
    let all: Map<String, Value> = SENT
        .iter()
        .map(|(kind, about)| ((*kind).to_owned(), json!({ "post": event(kind, about) })))
        .collect();
    document["webhooks"] = Value::Object(all);
}

fn event(kind: &str, about: &str) -> Value {
    json!({
        "tags": ["Webhooks"],
        "security": [],
        "operationId": format!("webhook_{}", kind.to_lowercase().replace('.', "_")),
        "summary": about,
        "description": "Signed as Standard Webhooks 1.0: HMAC-SHA256 over `webhook-id.webhook-timestamp.body`. Answer 2xx within 15 \
            seconds; anything else is tried again for 30 days, 410 disables the endpoint. Remember `webhook-id`, and answer 2xx to a message you know.",
        "parameters": [
            header("webhook-id", "The same for every try and every address.", "msg_0123456789abcdefghijklmnop"),
            header("webhook-timestamp", "Seconds since 1970, of this try.", "1795003200"),
            header("webhook-signature", "`v1,` and base64; several, with blanks between, while a secret is rotated.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
        ],
        "requestBody": { "required": true, "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/Webhook" }, "example": example(kind) } } },
        "responses": {
            "2XX": { "description": "Taken: it is not sent again." },
            "410": { "description": "Gone: the endpoint is disabled." },
            "default": { "description": "It is tried again." },
        },
    })
}

fn header(name: &str, about: &str, example: &str) -> Value {
    json!({ "name": name, "in": "header", "required": true, "description": about,
        "schema": { "type": "string" }, "example": example })
}

/// The example of its family, with its own words.
fn example(kind: &str) -> Value {
    let family = if kind.starts_with("RE") { "Webhook.REFUND" } else { "Webhook.PAYMENT" };
    let mut example = examples::of(family).cloned().unwrap_or_default();
    example["type"] = json!(kind);
    let words: &[(&str, &str)] = match kind {
        "PAYMENT.FAILURE" => &[("status", "FAIL"), ("session_status", "PROCESSING")],
        "PAYMENT.CANCELED" => &[("status", "CANCELLED"), ("session_status", "PROCESSING")],
        "REFUND.FAILURE" => &[("refund_status", "FAIL")],
        "REVERSAL.MANUAL" => &[("refund_status", "MANUAL"), ("refund_kind", "SURPLUS")],
        "REVERSAL.RESOLVED" => &[("refund_status", "KEPT"), ("refund_kind", "SURPLUS")],
        _ => &[],
    };
    for (name, word) in words {
        example["data"][name] = json!(word);
    }
    let is_paid = example["data"]["status"] == "SUCCESS";
    if let Some(data) = example["data"].as_object_mut().filter(|_| !is_paid) {
        data.remove("pay_finish_time");
    }
    example
}
