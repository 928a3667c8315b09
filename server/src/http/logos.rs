//! The pictures of merchants. Their names are hashes of what is in them, so that they never change.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::domain::looks::media_type;
use crate::flow::looks;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/logos/{name}", get(show))
}

/// The address of the picture of that name.
pub fn address(app: &App, name: &str) -> String {
    looks::logo_url(app, name)
}

/// What a browser may do with it: show it, in any page, as what it is.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
];

async fn show(State(app): State<App>, Path(name): Path<String>) -> Result<Response> {
    let missing = || Error::no_such("picture");
    let media = media_type(&name).ok_or_else(missing)?;
    let bytes = looks::picture(&app, &name).await?.ok_or_else(missing)?;
    let mut answer = ([(header::CONTENT_TYPE, media)], bytes).into_response();
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(answer)
}
