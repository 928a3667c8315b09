//! Errors: a code, a sentence, and an HTTP status that counts (`protocols/wechatpay-v3.md` 8).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::gate::Said;

/// Why a call was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Where the fault is, such as `/amount/total`.
    pub(super) field: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into(), field: None }
    }

    pub(super) fn parameter(field: &'static str, message: impl Into<String>) -> Refusal {
        let refusal = Refusal::new(StatusCode::BAD_REQUEST, "PARAM_ERROR", message);
        Refusal { field: Some(field), ..refusal }
    }

    /// Well formed, and against the rules.
    pub(super) fn against_rules(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    }

    pub(super) fn bad(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn unsigned(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "SIGN_ERROR", message)
    }

    pub(super) fn forbidden(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(super) fn missing(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(super) fn too_fast(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "FREQUENCY_LIMITED", message)
    }

    /// The outcome is not known, neither good nor bad.
    pub(super) fn unknown() -> Refusal {
        let message = "the system is busy; repeat the call, or ask";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR", message)
    }

    /// The payer has the password before them.
    pub(super) fn user_paying() -> Refusal {
        Refusal::new(StatusCode::ACCEPTED, "USERPAYING", "the payer types the password; ask again")
    }

    pub(super) fn said(&self) -> Said {
        let mut body = json!({ "code": self.code, "message": self.message });
        if let Some(field) = self.field {
            body["detail"] = json!({ "field": field, "issue": self.message, "location": "body" });
        }
        Said { status: self.status, body: body.to_string() }
    }
}

/// 200 with this body.
pub(super) fn well(body: &Value) -> Said {
    Said { status: StatusCode::OK, body: body.to_string() }
}
