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
use crate::channel::Name;
use crate::numbers::random_digits;
use crate::page;
use crate::world::World;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new().route("/wallet/code", get(show)).route("/wallet/payment-code.svg", get(picture))
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    code: String,
    /// `at_once`, or by password.
    #[serde(default)]
    pays: String,
    /// Whose wallet shows it.
    #[serde(default)]
    channel: Name,
}

/// A payment code nobody has; `None` where the channel's payers show none.
fn fresh(world: &World, shown: &Shown) -> Option<String> {
    let channel = world.channels.of(shown.channel);
    let beginning = channel.payment_code(shown.pays == "at_once")?;
    let rest = channel.payment_code_digits().saturating_sub(beginning.len());
    Some(format!("{beginning}{}", random_digits(rest)))
}

async fn show(
    State(world): State<Arc<World>>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    let code = code::read(&world.channels, &shown.code);
    if code.is_empty() {
        return match fresh(&world, &shown) {
            Some(fresh) => Redirect::to(&format!("/wallet/code?code={fresh}")).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        };
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
async fn picture(State(world): State<Arc<World>>, Query(shown): Query<Shown>) -> Response {
    match code::svg(&code::read(&world.channels, &shown.code)) {
        Some(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}
