//! Answers: the envelope with an honest HTTP status.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use florin_shared::{Code, Envelope};
use serde::Serialize;

use crate::Error;

/// A good answer, never kept by a cache.
pub struct Good<T>(pub T);

impl<T: Serialize> IntoResponse for Good<T> {
    fn into_response(self) -> Response {
        private(Json(Envelope::success(self.0)).into_response())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let code = self.code();
        let (sentence, field) = match self {
            Error::Refused(_, sentence, field) => (sentence, field),
            ours => {
                // Ours are logged in full, once, and told as no more than this.
                tracing::error!(error = ?ours, "a request failed");
                (ours.told().to_owned(), None)
            }
        };
        let status =
            StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body =
            Envelope::<()> { ret_code: code.as_str().into(), ret_msg: sentence, field, data: None };
        let mut response = private((status, Json(body)).into_response());
        if matches!(code, Code::Busy | Code::TooMany | Code::ChannelUnavailable) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
