//! The edge of every address: control characters do not get in, and no refusal gets out that is not ours.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use florin_shared::Code;

use super::asked::pairs;
use crate::Error;

/// Lets a request in and its answer out.
pub async fn guard(request: Request, next: Next) -> Response {
    if let Some(field) = unclean(request.uri()) {
        let sentence = format!("{field} holds a control character");
        return Error::field(Code::InvalidField, field, sentence).into_response();
    }
    let response = next.run(request).await;
    if is_bare(&response) { enveloped(response).await } else { response }
}

/// Which part of an address holds a control character: no id, number or word of ours has one, and PostgreSQL cannot
/// even hold a NUL.
fn unclean(uri: &Uri) -> Option<String> {
    if holds_control(uri.path()) {
        return Some("path".to_owned());
    }
    if !uri.query().is_some_and(holds_control) {
        return None;
    }
    let bad = pairs(uri.query()).find(|(_, value)| value.chars().any(char::is_control));
    Some(bad.map_or_else(|| "query".to_owned(), |(name, _)| name))
}

/// Whether percent-encoded text has a byte below the blank, or DEL; raw ones are no address at all.
fn holds_control(encoded: &str) -> bool {
    encoded.as_bytes().windows(3).any(|three| match three {
        [b'%', b'0' | b'1', low] => low.is_ascii_hexdigit(),
        [b'%', b'7', low] => low.eq_ignore_ascii_case(&b'f'),
        _ => false,
    })
}

/// A refusal of the framework's own extractors: plain text.
fn is_bare(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status().is_client_error() && kind.is_some_and(|kind| kind.starts_with("text/plain"))
}

async fn enveloped(response: Response) -> Response {
    const MOST: usize = 4096;
    let (parts, body) = response.into_parts();
    let text = match to_bytes(body, MOST).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    };
    let mut ours = refusal(parts.status, &text).into_response();
    *ours.status_mut() = parts.status;
    let mut kept = parts.headers;
    kept.remove(header::CONTENT_TYPE);
    kept.remove(header::CONTENT_LENGTH);
    ours.headers_mut().extend(kept);
    let (head, body) = ours.into_parts();
    Response::from_parts(head, Body::new(body))
}

fn refusal(status: StatusCode, text: &str) -> Error {
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::NotJson,
        StatusCode::NOT_FOUND => Code::NoSuchAddress,
        _ => Code::InvalidField,
    };
    let said = text.rsplit_once("deserialize query string: ").map_or(text, |(_, said)| said);
    match said.split_once(": ") {
        Some((field, what)) if is_name(field) => {
            Error::field(code, field, format!("{field}: {what}"))
        }
        _ if said.is_empty() => Error::refused(code, "the request cannot be read"),
        _ => Error::refused(code, said),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_and_their_field_is_named() {
        for (uri, field) in [
            ("/v1/sessions?trans_id=%00", Some("trans_id")),
            ("/v1/sessions?a=1&trans_id=x%0Ay", Some("trans_id")),
            ("/v1/sessions?a%1f=1", Some("query")),
            ("/v1/sessions/CS%7f/close", Some("path")),
            ("/v1/sessions/CS%7F", Some("path")),
            ("/v1/sessions?trans_id=%20%2500", None),
            ("/v1/sessions?trans_id=%F0%9F%92%A9", None),
            ("/", None),
        ] {
            assert_eq!(unclean(&uri.parse().unwrap()).as_deref(), field, "{uri}");
        }
    }
}
