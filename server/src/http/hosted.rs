//! The view for the loader's first moment: what `GET /v1/checkout/{session_id}` answers, asked by a plain text.
//!
//! Before a browser sends a header of ours to another origin it asks whether it may, which is a trip to the server and back
//! before anything can be seen. A text it sends at once. That changes nothing about who may ask: the token stands in
//! the text, the browser says the origin by itself, and both are judged as ever.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderValue, header};
use florin_shared::shopper::Checkout;

use super::answer::Good;
use super::auth::Shopper;
use super::shopper::{agent, shown};
use super::tenant::whole;
use crate::domain::scene::Scene;
use crate::{App, Error, Result};

/// `TOKEN LOCALES`: the locales as the query has them, or nothing.
pub(super) async fn view(State(app): State<App>, request: Request) -> Result<Good<Checkout>> {
    let (mut parts, body) = request.into_parts();
    let said = whole(body).await?;
    let said = str::from_utf8(&said).unwrap_or_default();
    let (token, locales) = said.split_once(' ').unwrap_or((said, ""));
    let key = HeaderValue::from_str(&format!("Bearer {token}"));
    let unreadable = |_| Error::refused(florin_shared::Code::NoKey, "the token is no text");
    parts.headers.insert(header::AUTHORIZATION, key.map_err(unreadable)?);
    let shopper = Shopper::from_request_parts(&mut parts, &app).await?;
    let scene = Scene::of(agent(&parts.headers));
    shown(&app, &shopper, scene, Some(locales).filter(|locales| !locales.is_empty())).await
}
