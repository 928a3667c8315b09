//! Answers made smaller on their way (gzip): the pages, the view, the guides. What was built is packed already (`assets.rs`).
//!
//! How small an answer becomes tells a listener a little of what it holds. Whoever can have words of his own put beside a
//! secret, and have the answer sent again and again, guesses the secret letter by letter (BREACH). Two things stand against
//! that. Nothing here is answered because of who the browser is: there are no cookies, and whoever could have an answer sent
//! knows the address or the token already that would be guessed. And an answer that holds a token while it repeats words of its
//! request is sent as it is: [`is_packed`] names what may be packed, and nothing else is.

use std::io::Write;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

/// In bytes. Less than this travels in one packet anyway; and more, packed each time it is asked for, would let anybody keep us
/// busy (the OpenAPI document has 700 KB).
const WORTH_IT: std::ops::RangeInclusive<u64> = 1_000..=100_000;

/// The layer.
pub(super) async fn packed(request: Request, next: Next) -> Response {
    let may = is_packed(request.method(), request.uri());
    let takes = takes(request.headers(), "gzip");
    let mut response = next.run(request).await;
    if !may {
        return response;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let is_worth_it =
        response.body().size_hint().exact().is_some_and(|size| WORTH_IT.contains(&size));
    if takes && is_worth_it && !response.headers().contains_key(header::CONTENT_ENCODING) {
        pack(response).await
    } else {
        response
    }
}

/// Whether an answer may be packed, by its address.
fn is_packed(method: &Method, uri: &Uri) -> bool {
    let path: Vec<&str> = uri.path().split('/').skip(1).collect();
    match (method.as_str(), &*path) {
        // It holds the token, and what stands behind its `?` is repeated in it.
        ("GET", ["pay", _]) => uri.query().is_none(),
        // They hold none. The languages asked for choose among ours and are not repeated.
        ("POST", ["pay", _, "view"]) | ("GET", ["v1", "checkout", _]) => true,
        // The same for everybody.
        ("GET", ["docs", _]) => true,
        ("GET", [sheet]) => sheet.ends_with(".css") || *sheet == "guide.js",
        _ => false,
    }
}

async fn pack(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(head, Body::empty());
    };
    let Some(small) = gzip(&plain) else { return Response::from_parts(head, Body::from(plain)) };
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(head, Body::from(small))
}

/// As gzip; nothing where it cannot be.
pub(super) fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::default());
    packer.write_all(plain).ok()?;
    packer.finish().ok()
}

/// Whether an encoding is among those that are taken, and not with a weight of nothing.
pub(super) fn takes(asked: &HeaderMap, encoding: &str) -> bool {
    let refused = |weight: &str| {
        weight.trim().strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty())
    };
    let accepted =
        asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';');
        parts.next().is_some_and(|name| name.trim().eq_ignore_ascii_case(encoding))
            && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_to_whoever_takes_it() {
        let accepting = |accepted: &str| {
            let value = HeaderValue::from_str(accepted).unwrap();
            takes(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]), "br")
        };
        for taken in ["br", "gzip, deflate, br", "gzip, BR;q=0.5", "br; q=1.0"] {
            assert!(accepting(taken), "{taken}");
        }
        for refused in ["", "gzip", "br;q=0", "gzip, br; q=0.000", "brotli", "*"] {
            assert!(!accepting(refused), "{refused}");
        }
    }

    #[test]
    fn what_holds_a_token_and_repeats_its_request_is_not_packed() {
        for (method, uri, packed) in [
            ("GET", "/pay/CS1", true),
            ("GET", "/pay/CS1?tried=GCASH&why=AMOUNT_CHANGED", false),
            ("GET", "/pay/CS1?plain=1", false),
            ("POST", "/pay/CS1", false),
            ("POST", "/pay/CS1/view", true),
            ("GET", "/v1/checkout/CS1?locales=de", true),
            ("GET", "/v1/checkout/CS1/status", false),
            ("POST", "/v1/checkout/CS1/transactions", false),
            ("POST", "/v1/sessions", false),
            ("GET", "/v1/sessions?session_id=CS1", false),
            ("GET", "/plain.css", true),
            ("GET", "/docs/start.md", true),
            ("GET", "/openapi.json", false),
            ("GET", "/c/RC1", false),
            ("GET", "/florin.js", false),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(is_packed(&method, &uri.parse().unwrap()), packed, "{method} {uri}");
        }
    }
}
