//! Who may come in: the right address, the right form, the right signature.

use axum::http::Method;
use serde_json::Value;

use super::calls::CALLS;
use super::signature::{CLIENT_ID, Content, Keys, Unsigned};
use super::verdict::Verdict;
use crate::faults::{Call, Kind};
use crate::gate::Heard;

const PREFIX: &str = "/ams/sandbox/api/v1/payments/";

/// The call that is asked for, if the merchant really asks for it.
pub(super) fn admit(keys: &Keys, heard: &Heard) -> Result<(&'static Call, Value), Verdict> {
    let call = call_at(heard.path())?;
    if heard.method != Method::POST {
        return Err(Verdict::refused("METHOD_NOT_SUPPORTED", "every call is a POST"));
    }
    if !heard.header("content-type").starts_with("application/json") {
        return Err(Verdict::refused("MEDIA_TYPE_NOT_ACCEPTABLE", "send application/json"));
    }
    check_signature(keys, heard)?;
    let ask = serde_json::from_slice(&heard.body)
        .map_err(|error| Verdict::illegal(format!("the body is not JSON: {error}")))?;
    Ok((call, ask))
}

fn call_at(path: &str) -> Result<&'static Call, Verdict> {
    let nothing = || Verdict::refused("NO_INTERFACE_DEF", format!("there is no {path}"));
    let name = path.strip_prefix(PREFIX).ok_or_else(nothing)?;
    let mut ours = CALLS.iter().filter(|call| call.kind != Kind::Notification);
    ours.find(|call| call.name == name).ok_or_else(nothing)
}

fn check_signature(keys: &Keys, heard: &Heard) -> Result<(), Verdict> {
    let client = heard.header("client-id");
    let time = heard.header("request-time");
    if client != CLIENT_ID {
        return Err(Verdict::refused("INVALID_CLIENT", "the client id is not known"));
    }
    if time.is_empty() {
        return Err(Verdict::illegal("the header request-time is missing"));
    }
    let content = Content { path: heard.path(), client, time, body: &heard.body };
    match keys.verify(heard.header("signature"), &content) {
        Ok(()) => Ok(()),
        Err(Unsigned::Wrong) => {
            Err(Verdict::refused("INVALID_SIGNATURE", "the signature does not fit the request"))
        }
        Err(Unsigned::UnknownKey) => {
            Err(Verdict::refused("KEY_NOT_FOUND", "there is no key of this version"))
        }
    }
}
