//! How the channel answers: signed, in full; or, when a fault says so, not quite.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::Spoken;
use super::signature::{CLIENT_ID, Content};
use crate::clock;
use crate::world::World;

/// Between the first half and the end, so that the half really leaves.
const BREATH: Duration = Duration::from_millis(50);

/// Answers a request to `path`.
#[derive(Clone, Copy)]
pub(super) struct Voice<'a> {
    pub(super) world: &'a World,
    pub(super) path: &'a str,
}

impl Voice<'_> {
    pub(super) fn say(&self, answer: &Value) -> Spoken {
        let body = answer.to_string();
        Spoken::Answer(self.signed(body.clone(), &body))
    }

    /// The signature is of another body: well formed, and wrong.
    pub(super) fn say_forged(&self, answer: &Value) -> Spoken {
        let body = answer.to_string();
        Spoken::Answer(self.signed(body.clone(), &format!("{body} ")))
    }

    /// Promises the whole body and ends after half of it.
    pub(super) fn say_half(&self, answer: &Value) -> Spoken {
        let body = answer.to_string();
        let half = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
        let rest = stream::once(async {
            tokio::time::sleep(BREATH).await;
            Err(io::Error::from(io::ErrorKind::ConnectionAborted))
        });
        let broken = Body::from_stream(stream::iter([Ok(half)]).chain(rest));
        let mut response = self.signed(broken, &body);
        response.headers_mut().insert(header::CONTENT_LENGTH, body.len().into());
        Spoken::Answer(response)
    }

    fn signed(&self, body: impl Into<Body>, signed_body: &str) -> Response {
        let time = clock::now().to_string();
        let content = Content {
            path: self.path,
            client: CLIENT_ID,
            time: &time,
            body: signed_body.as_bytes(),
        };
        let signature = self.world.keys.sign(&content, ",");
        let headers = [
            ("content-type", "application/json; charset=UTF-8"),
            ("client-id", CLIENT_ID),
            ("response-time", &time),
            ("signature", &signature),
        ];
        (headers, body.into()).into_response()
    }
}

/// A server that does not get as far as the protocol: no JSON, no signature.
pub(super) fn broken(why: &'static str) -> Spoken {
    Spoken::Answer((StatusCode::INTERNAL_SERVER_ERROR, why).into_response())
}
