//! How Antom signs what it says: its answers and its notifications.

use axum::http::StatusCode;
use serde_json::Value;
use url::Url;

use super::signature::{CLIENT_ID, Content, Keys};
use super::verdict::Verdict;
use crate::channel::Signed;
use crate::clock;
use crate::gate::{Said, Voice};

/// Answers a request to `path`.
pub(super) struct AntomVoice<'a> {
    pub(super) keys: &'a Keys,
    pub(super) path: &'a str,
}

impl Voice for AntomVoice<'_> {
    fn headers(&self, said: &Said, signed: Signed) -> Vec<(&'static str, String)> {
        let time = clock::now().to_string();
        let body = signed_body(&said.body, signed);
        let content =
            Content { path: self.path, client: CLIENT_ID, time: &time, body: body.as_bytes() };
        let signature = self.keys.sign(&content, ",");
        headers("response-time", time, signature)
    }

    fn unknown(&self) -> Said {
        said(&Verdict::unknown().alone())
    }
}

/// An answer is 200 whatever it says.
pub(super) fn said(answer: &Value) -> Said {
    Said { status: StatusCode::OK, body: answer.to_string() }
}

/// The headers of a notification to `url`.
pub(super) fn notice_headers(
    keys: &Keys,
    url: &Url,
    body: &str,
    signed: Signed,
) -> Vec<(&'static str, String)> {
    let time = clock::iso(clock::now());
    let body = signed_body(body, signed);
    let content =
        Content { path: url.path(), client: CLIENT_ID, time: &time, body: body.as_bytes() };
    let signature = keys.sign(&content, ", ");
    headers("request-time", time, signature)
}

/// Signed wrongly, the signature is well formed, and of another body.
fn signed_body(body: &str, signed: Signed) -> String {
    match signed {
        Signed::Well => body.to_owned(),
        Signed::Wrongly | Signed::AsProbe => format!("{body} "),
    }
}

fn headers(
    time_name: &'static str,
    time: String,
    signature: String,
) -> Vec<(&'static str, String)> {
    vec![
        ("content-type", "application/json; charset=UTF-8".into()),
        ("client-id", CLIENT_ID.into()),
        (time_name, time),
        ("signature", signature),
    ]
}
