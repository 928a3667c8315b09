//! Who may come in: the right application, the right signature, a time that is one.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use url::form_urlencoded;

use super::signature::{Fields, Keys};
use super::speak::{self, AlipayVoice};
use super::wire::{self, Verdict};
use super::{APP_ID, MINI_APP_ID};
use crate::channel::Signed;
use crate::gate::{self, Spoken};

/// A call whose sender is known.
pub(super) struct Asked {
    pub(super) app_id: String,
    pub(super) method: String,
    pub(super) content: String,
    pub(super) notify_url: Option<String>,
    pub(super) return_url: String,
    /// What a login has given out, and what is wanted for it.
    pub(super) code: String,
    pub(super) grant_type: String,
}

/// Why nobody comes in.
pub(super) enum Refusal {
    /// Alipay does not know whom to answer, so it cannot sign.
    Stranger(Verdict),
    /// It knows, and says no.
    Known(String, Verdict),
}

impl Refusal {
    pub(super) fn why(&self) -> &str {
        match self {
            Refusal::Stranger(verdict) | Refusal::Known(_, verdict) => &verdict.sub_msg,
        }
    }

    pub(super) fn spoken(self, keys: &Keys) -> Spoken {
        match self {
            Refusal::Stranger(verdict) => {
                let body = format!(r#"{{"error_response":{}}}"#, verdict.alone());
                let headers = [("content-type", speak::CONTENT_TYPE)];
                Spoken::Answer((StatusCode::OK, headers, body).into_response())
            }
            Refusal::Known(method, verdict) => {
                let voice = AlipayVoice { keys, method: &method };
                gate::say(&voice, &speak::said(&verdict.alone()), Signed::Well)
            }
        }
    }
}

impl Asked {
    /// The parameters stand in the address, in the body, or some in each.
    pub(super) fn of(keys: &Keys, query: Option<&str>, body: &[u8]) -> Result<Asked, Refusal> {
        let query = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned();
        let fields: Fields = query.chain(form_urlencoded::parse(body).into_owned()).collect();
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let illegal = |sub_code, why: &str| Verdict::new("40002", sub_code, why);
        if ![APP_ID, MINI_APP_ID].contains(&field("app_id").as_str()) {
            return Err(Refusal::Stranger(illegal("isv.invalid-app-id", "no such application")));
        }
        let known = |verdict| Refusal::Known(field("method"), verdict);
        if field("sign_type") != "RSA2" {
            return Err(known(illegal("isv.invalid-signature-type", "sign_type is RSA2")));
        }
        if !keys.has_signed(&fields) {
            return Err(known(illegal("isv.invalid-signature", "the signature does not fit")));
        }
        if field("charset") != "utf-8" || field("version") != "1.0" {
            return Err(known(illegal("isv.invalid-parameter", "charset utf-8, version 1.0")));
        }
        if wire::parse_time(&field("timestamp")).is_none() {
            return Err(known(illegal("isv.invalid-timestamp", "timestamp is Beijing's time")));
        }
        Ok(Asked {
            app_id: field("app_id"),
            method: field("method"),
            content: field("biz_content"),
            notify_url: Some(field("notify_url")).filter(|url| !url.is_empty()),
            return_url: field("return_url"),
            code: field("code"),
            grant_type: field("grant_type"),
        })
    }
}
