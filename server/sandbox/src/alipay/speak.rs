//! How Alipay signs what it answers: within the body, beside what is said, with every slash escaped.

use axum::http::StatusCode;
use serde_json::Value;

use super::signature::Keys;
use super::wire::Verdict;
use crate::channel::Signed;
use crate::gate::{Said, Voice};

pub(super) const CONTENT_TYPE: &str = "text/html;charset=utf-8";

/// Answers a call of this method.
pub(super) struct AlipayVoice<'a> {
    pub(super) keys: &'a Keys,
    pub(super) method: &'a str,
}

impl Voice for AlipayVoice<'_> {
    fn headers(&self, _: &Said, _: Signed) -> Vec<(&'static str, String)> {
        vec![("content-type", CONTENT_TYPE.into())]
    }

    fn body(&self, said: &Said, signed: Signed) -> String {
        let node = format!("{}_response", self.method.replace('.', "_"));
        let signature = self.keys.sign(&signed_text(&said.body, signed));
        format!(r#"{{"{node}":{},"sign":"{signature}"}}"#, said.body)
    }

    fn unknown(&self) -> Said {
        said(&Verdict::unknown().alone())
    }
}

/// An answer is 200 whatever it says, and what it says has escaped slashes: what is read and written anew is another text.
pub(super) fn said(answer: &Value) -> Said {
    Said { status: StatusCode::OK, body: answer.to_string().replace('/', r"\/") }
}

/// Signed wrongly, the signature is well formed, and of another text.
pub(super) fn signed_text(text: &str, signed: Signed) -> String {
    match signed {
        Signed::Well => text.to_owned(),
        Signed::Wrongly | Signed::AsProbe => format!("{text} "),
    }
}
