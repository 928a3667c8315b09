//! The document, for programs (`/openapi.json`) and for people (`/docs`), and beside it the guides of this repository
//! (`/docs/start` and on, as Markdown at `/docs/start.md`). The pages load what is ours and nothing else.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use super::openapi::text;
use super::page::headers;
use crate::App;

mod call;
mod markdown;
mod pages;
mod write;

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/docs", get(page))
        .route("/docs/", get(async || Redirect::permanent("/docs/start")))
        .route("/docs/{page}", get(guide))
        .route("/docs.css", get(async || style(STYLE)))
        .route("/guide.css", get(async || style(include_str!("guide.css"))))
        .route("/guide.js", get(script))
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

/// A guide, or as it was written where `.md` stands behind its name.
async fn guide(Path(name): Path<String>) -> Response {
    if let Some(text) = name.strip_suffix(".md").and_then(pages::markdown) {
        return (kind("text/markdown; charset=utf-8"), text).into_response();
    }
    match pages::html(&name) {
        Some(html) => (headers(), Html(html)).into_response(),
        None => (StatusCode::NOT_FOUND, headers(), Html(pages::nowhere())).into_response(),
    }
}

fn style(sheet: &'static str) -> impl IntoResponse {
    (kind("text/css; charset=utf-8"), sheet)
}

async fn script() -> impl IntoResponse {
    (kind("text/javascript; charset=utf-8"), include_str!("guide.js"))
}

fn kind(name: &'static str) -> [(header::HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, name), (header::CACHE_CONTROL, "no-cache")]
}
