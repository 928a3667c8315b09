//! How the shop says no: a word that the page can translate, and a sentence for everybody else.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::merchant_api::ApiError;

/// A refusal of the shop itself, or one that it passes on.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    code: String,
    sentence: String,
}

impl Refused {
    /// The caller has to mend it.
    pub(crate) fn request(code: &str, sentence: impl Into<String>) -> Refused {
        Refused { status: StatusCode::BAD_REQUEST, code: code.into(), sentence: sentence.into() }
    }

    pub(crate) fn no_such_order() -> Refused {
        Refused {
            status: StatusCode::NOT_FOUND,
            code: "NO_SUCH_ORDER".into(),
            sentence: "The shop does not know this order. It forgets the oldest ones, and all of them when it is restarted.".into(),
        }
    }

    pub(crate) fn unauthenticated(code: &str, sentence: impl Into<String>) -> Refused {
        Refused { status: StatusCode::UNAUTHORIZED, code: code.into(), sentence: sentence.into() }
    }
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Refused {
        let (status, code) = match &error {
            ApiError::NoAnswer => (StatusCode::SERVICE_UNAVAILABLE, "CHECKOUT_UNREACHABLE"),
            ApiError::Refused { .. } => (StatusCode::BAD_GATEWAY, "CHECKOUT_REFUSED"),
            ApiError::Unreadable => (StatusCode::BAD_GATEWAY, "CHECKOUT_UNREADABLE"),
        };
        Refused { status, code: code.into(), sentence: error.to_string() }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.code, "sentence": self.sentence });
        (self.status, Json(body)).into_response()
    }
}
