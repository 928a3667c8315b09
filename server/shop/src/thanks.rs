//! The page a shopper comes back to.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, REFRESH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::Shop;
use crate::book::Standing;
use crate::catalogue::accepted;
use crate::locale::Locale;
use crate::merchant_api::Session;
use crate::thanks_page::{Page, Placed, page, refresh};
use crate::truth::Truth;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

pub(crate) fn routes() -> Router<Arc<Shop>> {
    Router::new().route("/shop/thanks", get(thanks))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    session_id: String,
    /// How often this page has asked already; it asks more and more slowly.
    #[serde(default)]
    look: u32,
}

async fn thanks(
    State(shop): State<Arc<Shop>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    if !is_id(&asked.session_id) {
        return answer(&Page::of(Truth::NoSuchOrder, accepted(&headers)));
    }
    let (truth, session) = ask(&shop, &asked.session_id).await;
    let (placed, locale) = placed(&shop, &asked.session_id, accepted(&headers));
    answer(&Page { truth, session, placed, locale, session_id: asked.session_id, look: asked.look })
}

/// The session first: an order that is paid has its payment, so the second answer is never behind the first.
async fn ask(shop: &Shop, session_id: &str) -> (Truth, Option<Session>) {
    let session = shop.api.session(session_id).await;
    let truth = match &session {
        Ok(_) => Truth::of(&session, shop.api.transaction(session_id).await),
        Err(_) => Truth::of(&session, Ok(None)),
    };
    match truth {
        // The API is away, but a webhook has already said it: that is the truth as well.
        Truth::NoAnswer if has_been_told(shop, session_id) => (Truth::Paid { with: None }, None),
        truth => (truth, session.ok()),
    }
}

fn has_been_told(shop: &Shop, session_id: &str) -> bool {
    let book = shop.book();
    book.order_of_session(session_id).is_some_and(|(_, order)| order.standing() == Standing::Paid)
}

/// What was ordered, and the language it was ordered in.
fn placed(shop: &Shop, session_id: &str, locale: Locale) -> (Option<Placed>, Locale) {
    let book = shop.book();
    let found = book.order_of_session(session_id);
    let placed = found.and_then(|(trans_id, order)| {
        let order = order.placed.clone()?;
        Some(Placed { trans_id: trans_id.clone(), order })
    });
    let locale = placed.as_ref().map_or(locale, |placed| placed.order.locale);
    (placed, locale)
}

fn answer(shown: &Page) -> Response {
    let status = match shown.truth {
        Truth::NoSuchOrder => StatusCode::NOT_FOUND,
        Truth::NoAnswer => StatusCode::SERVICE_UNAVAILABLE,
        Truth::Paid { .. } | Truth::Confirming | Truth::Open { .. } | Truth::Over { .. } => {
            StatusCode::OK
        }
    };
    // The address carries the session's id, which opens the cashier page: it goes to nobody else.
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    let again = AppendHeaders(refresh(shown).map(|refresh| (REFRESH, refresh)));
    (status, headers, again, Html(page(shown))).into_response()
}

/// Ours to send on as it is: letters and digits only.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
