//! `/q/{order_id}`, the address in the one code: what a wallet opens that has scanned it (`flow/scan.rs`).
//!
//! It is a plain `GET`, since a scanner sends nothing else; opened twice by one wallet it is one payment. Holding the code is enough
//! to pay and to see what is sold, as holding the hosted page's address is (D15).

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use super::language::Language;
use super::page;
use super::peer::Payer;
use super::shopper::{agent, terminal};
use super::words::words;
use crate::domain::scene::Scene;
use crate::flow::scan::{self, Scanner, Way};
use crate::flow::to_the_end;
use crate::{App, Error, Result};

/// The addresses of this file.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/q/{order_id}", get(open))
}

async fn open(
    State(app): State<App>,
    Path(id): Path<String>,
    Payer(payer_ip): Payer,
    asked: HeaderMap,
) -> Response {
    let agent = agent(&asked);
    let scanner = Scanner { scene: Scene::of(agent), terminal: terminal(agent), payer_ip };
    page::told(opened(&app, &id, scanner, &asked).await, &asked)
}

async fn opened(app: &App, id: &str, scanner: Scanner, asked: &HeaderMap) -> Result<Response> {
    let id = id.parse().map_err(|_| Error::no_such("code"))?;
    let flow = app.clone();
    Ok(match to_the_end(async move { scan::scanned(&flow, &id, scanner).await }).await? {
        Way::To(address) => (page::headers(), Redirect::to(&address)).into_response(),
        Way::Nowhere => {
            let language = Language::asked(asked);
            let html = page::notice(language, words(language).elsewhere, "");
            (page::own_headers(), Html(html)).into_response()
        }
    })
}
