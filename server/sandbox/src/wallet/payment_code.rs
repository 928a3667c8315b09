//! The payment code that a payer shows at the counter: `/wallet/code`.
//!
//! The page looks every two seconds whether the code has been scanned, and then asks for the password.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::code;
use super::screen;
use super::words::Words;
use crate::antom::fresh_payment_code;
use crate::page;
use crate::world::World;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/wallet/code", get(show)).route("/wallet/payment-code.svg", get(picture))
}

/// Codes that are paid at once, and codes whose payer types a password.
const AT_ONCE: &str = "281";
const BY_PASSWORD: &str = "282";

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    code: String,
    /// `at_once`, or by password.
    #[serde(default)]
    pays: String,
}

async fn show(
    State(world): State<Arc<World>>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    let code = code::within(&shown.code);
    if code.is_empty() {
        let beginning = if shown.pays == "at_once" { AT_ONCE } else { BY_PASSWORD };
        let fresh = fresh_payment_code(beginning);
        return Redirect::to(&format!("/wallet/code?code={fresh}")).into_response();
    }
    match world.decide(|desk| desk.ledger.by_code(&code).is_some()).await {
        Err(unwritten) => page::unwritten(unwritten),
        Ok(true) => Redirect::to(&format!("/wallet?code={code}")).into_response(),
        Ok(false) => {
            let mut page = screen::payment_code(Words::asked(&headers), &code);
            page.headers_mut().insert(header::REFRESH, HeaderValue::from_static("2"));
            page
        }
    }
}

/// The digits and nothing else: a scanner types what it reads.
async fn picture(Query(shown): Query<Shown>) -> Response {
    match code::svg(&code::within(&shown.code)) {
        Some(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}
