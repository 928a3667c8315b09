//! Who may come in: the right address, the right form, the right signature.

use axum::http::{HeaderMap, Method};
use serde_json::Value;

use super::Heard;
use super::signature::{CLIENT_ID, Content, Unsigned};
use super::verdict::Verdict;
use crate::faults::Call;
use crate::world::World;

const PREFIX: &str = "/ams/sandbox/api/v1/payments/";

/// The call that is asked for, if the merchant really asks for it.
pub(super) fn admit(world: &World, heard: &Heard) -> Result<(Call, Value), Verdict> {
    let call = call_at(&heard.path)?;
    if heard.method != Method::POST {
        return Err(Verdict::refused("METHOD_NOT_SUPPORTED", "every call is a POST"));
    }
    if !header(&heard.headers, "content-type").starts_with("application/json") {
        return Err(Verdict::refused("MEDIA_TYPE_NOT_ACCEPTABLE", "send application/json"));
    }
    check_signature(world, heard)?;
    let ask = serde_json::from_slice(&heard.body)
        .map_err(|error| Verdict::illegal(format!("the body is not JSON: {error}")))?;
    Ok((call, ask))
}

fn call_at(path: &str) -> Result<Call, Verdict> {
    let nothing = || Verdict::refused("NO_INTERFACE_DEF", format!("there is no {path}"));
    match path.strip_prefix(PREFIX).ok_or_else(nothing)? {
        "pay" => Ok(Call::Pay),
        "inquiryPayment" => Ok(Call::InquiryPayment),
        "cancel" => Ok(Call::Cancel),
        "refund" => Ok(Call::Refund),
        "inquiryRefund" => Ok(Call::InquiryRefund),
        "consult" => Ok(Call::Consult),
        _ => Err(nothing()),
    }
}

fn check_signature(world: &World, heard: &Heard) -> Result<(), Verdict> {
    let client = header(&heard.headers, "client-id");
    let time = header(&heard.headers, "request-time");
    if client != CLIENT_ID {
        return Err(Verdict::refused("INVALID_CLIENT", "the client id is not known"));
    }
    if time.is_empty() {
        return Err(Verdict::illegal("the header request-time is missing"));
    }
    let content = Content { path: &heard.path, client, time, body: &heard.body };
    match world.keys.verify(header(&heard.headers, "signature"), &content) {
        Ok(()) => Ok(()),
        Err(Unsigned::Wrong) => {
            Err(Verdict::refused("INVALID_SIGNATURE", "the signature does not fit the request"))
        }
        Err(Unsigned::UnknownKey) => {
            Err(Verdict::refused("KEY_NOT_FOUND", "there is no key of this version"))
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
