//! The hosted page in a frame of the merchant's page (`?frame=1`), for pages whose policy forbids WebAssembly.
//!
//! Only the merchant's registered origins may frame it, as only they may ask: the browser refuses every other one. It shows
//! nothing before the page around has said how (`framed.ts`), and tells what happens to that page alone.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use florin_shared::SessionId;

use super::auth::is_origin;
use super::language::Language;
use super::page::headers;
use super::template::{escape, fill};
use crate::domain::scene::Scene;
use crate::flow::view;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result};

const PAGE: &str = include_str!("framed.html");

/// In test mode every page of this machine may frame it.
const LOOPBACK: &str = "http://localhost:* http://127.0.0.1:*";

/// The page, for whoever may frame it.
pub(super) async fn page(app: &App, id: &str, asked: &HeaderMap) -> Result<Response> {
    let id: SessionId = id.parse().map_err(|_| Error::no_such("session"))?;
    let session = view::paged(app, &id).await?;
    // The hosted page tells how one ended that no token opens any more.
    view::token_lives(&session, app.now()).map_err(|_| Error::no_such("session"))?;
    let (view, merchant) =
        (view::view(app, &id, Scene::Pc).await?, app.merchant(&session.merchant).await?);
    let wished = view.display_locale.as_deref();
    let language = wished.and_then(Language::of).unwrap_or_else(|| Language::asked(asked));
    let html = fill(
        PAGE,
        &[
            ("lang", language.tag()),
            ("dir", language.direction()),
            ("title", &escape(&view.payee)),
            ("session", &id.to_string()),
            ("token", &escape(&app.client_token(&id))),
        ],
    );
    let mut headers = headers();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(&merchant, asked)?);
    Ok((headers, Html(html)).into_response())
}

/// The hosted page's policy, but for who may frame it.
fn policy(merchant: &Merchant, asked: &HeaderMap) -> Result<HeaderValue> {
    let policy = headers();
    let policy = policy[header::CONTENT_SECURITY_POLICY].to_str().unwrap_or_default();
    let framers = framers(merchant, asked.get(header::REFERER).and_then(|page| page.to_str().ok()));
    let policy = policy.replace("frame-ancestors 'none'", &format!("frame-ancestors {framers}"));
    HeaderValue::from_str(&policy).map_err(|_| Error::no_such("session"))
}

/// The registered origins; in test mode also this machine, and the page in a private network that asks.
fn framers(merchant: &Merchant, page: Option<&str>) -> String {
    // Rows of before may hold what is no origin.
    let registered = merchant.origins.iter().filter(|origin| is_origin(origin, merchant.livemode));
    let mut framers: Vec<String> = registered.cloned().collect();
    if !merchant.livemode {
        framers.push(LOOPBACK.to_owned());
        let origin = page.map(|page| page.trim_end_matches('/'));
        framers.extend(origin.filter(|origin| is_private_page(origin)).map(str::to_owned));
    }
    if framers.is_empty() { "'none'".to_owned() } else { framers.join(" ") }
}

/// Whether this is the origin of a page in a private network, and nothing that would end or widen the policy.
fn is_private_page(origin: &str) -> bool {
    super::auth::is_private(origin)
        && is_origin(origin, false)
        && !origin.contains(['*', ';', ',', '[', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_origin_of_this_network_is_let_in_by_its_name() {
        for page in ["http://192.168.1.4:8080", "https://box.local", "http://10.0.0.2"] {
            assert!(is_private_page(page), "{page}");
        }
        for page in [
            "https://shop.example",
            "http://192.168.1.4:8080/pay",
            "http://*.local",
            "http://a.local; script-src *",
            "http://[::1]:3000",
            "null",
        ] {
            assert!(!is_private_page(page), "{page}");
        }
    }
}
