//! The document, for programs (`/openapi.json`) and for people (`/docs`): one page, written here, that loads a style
//! sheet of ours and nothing else.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;

use super::openapi::{catalogue, text};
use super::page::headers;
use crate::App;

mod call;
mod write;

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/docs", get(page))
        .route("/docs.css", get(style))
        .route("/docs/errors.md", get(errors))
}

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(text()));
static PAGE: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(write::page()));

const STYLE: &str = include_str!("docs.css");

async fn document() -> impl IntoResponse {
    (kind("application/json"), DOCUMENT.clone())
}

async fn page() -> impl IntoResponse {
    (headers(), Html(PAGE.clone()))
}

async fn style() -> impl IntoResponse {
    (kind("text/css; charset=utf-8"), STYLE)
}

async fn errors() -> impl IntoResponse {
    (kind("text/markdown; charset=utf-8"), catalogue::markdown())
}

fn kind(name: &'static str) -> [(header::HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, name), (header::CACHE_CONTROL, "no-cache")]
}
