//! What each call may be refused with.

use florin_shared::session::SessionView;
use florin_shared::{Code, Envelope};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use super::part;
use crate::http::tenant::{is_merchants, is_organisations};

/// The form of a refusal, and one of each.
pub(super) fn describe(components: &mut Value) {
    if let Some(schemas) = part(components, "schemas") {
        schemas.insert("Refusal".into(), form());
    }
    if let Some(examples) = part(components, "examples") {
        examples.extend(Code::ALL.iter().map(|code| (code.as_str().to_owned(), example(*code))));
    }
}

/// The envelope, without the data that only good answers have.
fn form() -> Value {
    let mut form = serde_json::to_value(Envelope::<SessionView>::schema()).unwrap_or_default();
    form["description"] = json!(
        "A refusal: a stable code, one clear sentence, and the path of the field that is wrong."
    );
    if let Some(properties) = part(&mut form, "properties") {
        properties.remove("data");
    }
    form
}

fn example(code: Code) -> Value {
    json!({
        "summary": code.meaning(),
        "value": { "ret_code": code.as_str(), "ret_msg": code.meaning() },
    })
}

/// Adds an answer for each status of a refusal.
pub(super) fn add(path: &str, method: &str, operation: &mut Value) {
    let codes = codes(path, method, operation);
    let Some(responses) = part(operation, "responses") else { return };
    let mut statuses: Vec<u16> = codes.iter().map(|code| code.status()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let same: Vec<Code> =
            codes.iter().copied().filter(|code| code.status() == status).collect();
        responses.insert(status.to_string(), response(&same));
    }
}

fn response(codes: &[Code]) -> Value {
    let line = |code: &Code| format!("`{}`: {}", code.as_str(), code.meaning());
    let lines: Vec<String> = codes.iter().map(line).collect();
    let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let examples: Map<String, Value> = words
        .iter()
        .map(|word| {
            ((*word).to_owned(), json!({ "$ref": format!("#/components/examples/{word}") }))
        })
        .collect();
    let mut response = json!({
        "description": lines.join(" "),
        "content": { "application/json": {
            "schema": { "allOf": [
                { "$ref": "#/components/schemas/Refusal" },
                { "type": "object", "properties": { "ret_code": { "enum": words } } },
            ] },
            "examples": examples,
        } },
    });
    let waits = [Code::Busy, Code::TooMany, Code::ChannelUnavailable];
    if codes.iter().any(|code| waits.contains(code)) {
        response["headers"] = json!({ "Retry-After": {
            "description": "Seconds.", "schema": { "type": "integer" } } });
    }
    response
}

/// Every code of a call, in the catalogue's order.
fn codes(path: &str, method: &str, operation: &Value) -> Vec<Code> {
    let id = operation["operationId"].as_str().unwrap_or_default();
    let asks = operation["parameters"].as_array().is_some_and(|all| {
        all.iter().any(|one| one["in"] == "query" && one["name"] != "merchant_id")
    });
    let mut found = own(id).to_vec();
    found.extend(of_api(path));
    if is_merchants(path) && matches!(method, "post" | "patch") {
        found.extend(IDEMPOTENCY);
    }
    if operation.get("requestBody").is_some() {
        found.extend([Code::MalformedBody, Code::NotJson, Code::UnknownField]);
    }
    if path.starts_with("/v1/") && method != "get" {
        found.extend([Code::BodyTooLarge, Code::BodyTooSlow]);
    }
    if asks {
        found.push(Code::UnknownField);
    }
    Code::ALL.iter().copied().filter(|code| found.contains(code)).collect()
}

const IDEMPOTENCY: [Code; 4] = [
    Code::IdempotencyKeyMalformed,
    Code::IdempotencyKeyInUse,
    Code::IdempotencyAnswerSealed,
    Code::IdempotencyKeyReused,
];

/// What every call of an API may be refused with.
fn of_api(path: &str) -> &'static [Code] {
    use Code::{
        Busy, Internal, InvalidField, NoKey, NotFound, OrganisationKeyNeeded, OriginNotRegistered,
        WrongKey,
    };
    if is_organisations(path) {
        &[NoKey, WrongKey, OrganisationKeyNeeded, InvalidField, NotFound, Internal, Busy]
    } else if is_merchants(path) {
        &[NoKey, WrongKey, InvalidField, NotFound, Internal, Busy]
    } else if path.starts_with("/v1/checkout/") {
        &[NoKey, WrongKey, OriginNotRegistered, InvalidField, NotFound, Internal, Busy]
    } else {
        &[]
    }
}

/// What only this call is refused with.
fn own(operation: &str) -> &'static [Code] {
    use Code::*;
    match operation {
        "create_session" => &[
            InvalidAmount,
            InvalidExpiry,
            InvalidReturnUrl,
            InvalidWebhookUrl,
            TransIdOpen,
            TransIdPaid,
            ProductNotAvailable,
        ],
        "change_session" => {
            &[InvalidAmount, AlreadyPaid, BeingConfirmed, SessionExpired, SessionClosed]
        }
        "get_transaction" | "query_transaction" => &[OrderNotExist],
        "cancel_transaction" => &[OrderNotExist, AlreadyPaid, BeingConfirmed],
        "capture_transaction" => &[OrderNotExist, CaptureNotSupported],
        "initiate_transaction" => &[
            InvalidAmount,
            InvalidReturnUrl,
            InvalidWebhookUrl,
            TransIdOpen,
            TransIdPaid,
            AlreadyPaid,
            BeingConfirmed,
            MethodNotOffered,
            ProductNotAvailable,
        ],
        "create_refund" => &[
            InvalidAmount,
            InvalidReturnUrl,
            InvalidWebhookUrl,
            OrderNotExist,
            NotRefundable,
            RefundAmountExceed,
            RefundTransIdUsed,
        ],
        "resolve_reversal" => &[NotManual, AlreadyReturned, ChannelUnavailable],
        "create_code" => &[InvalidAmount, InvalidReturnUrl, InvalidWebhookUrl],
        "explain_methods" => &[InvalidAmount],
        "create_channel" => &[LimitReached, ProductNotAvailable],
        "create_webhook_endpoint" => &[InvalidWebhookUrl, LimitReached],
        "change_webhook_endpoint" => &[InvalidWebhookUrl],
        "rotate_webhook_secret"
        | "rotate_merchant_webhook_secret"
        | "create_merchant_key"
        | "create_organisation_key" => &[LimitReached],
        "test_webhook_endpoint" | "test_channel" => &[TooMany],
        "replay_delivery" => &[EndpointDisabled],
        "delete_merchant_key" | "delete_organisation_key" => &[LastKey],
        "open_transaction" => &[
            AlreadyPaid,
            BeingConfirmed,
            SessionExpired,
            SessionClosed,
            AmountChanged,
            MethodNotOffered,
            TooMany,
            ChannelUnavailable,
        ],
        "say_who_pays" => &[LoginNotTaken, ChannelUnavailable],
        "hear_notice" => &[
            WrongKey,
            InvalidField,
            NotFound,
            NoSuchAddress,
            BodyTooLarge,
            BodyTooSlow,
            Internal,
            Busy,
            ChannelUnavailable,
        ],
        _ => &[],
    }
}
