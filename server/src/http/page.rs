//! The hosted page: the same widget on a page of ours. Holding its address is enough to pay (D15).

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::CheckoutView;
use florin_shared::{Code, SessionId};
use florin_widget::markup;

use super::asked::pairs;
use super::framed;
use super::language::Language;
use super::plain;
use super::template::{escape, fill};
use super::words::words;
use crate::domain::scene::Scene;
use crate::flow::view;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/pay/{session_id}", get(pay).post(plain::press))
        .route("/hosted.css", get(style))
        .route("/plain.css", get(plain::style))
}

const PAGE: &str = include_str!("hosted.html");
const STYLE: &str = include_str!("hosted.css");

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")],
        STYLE,
    )
}

async fn pay(
    State(app): State<App>,
    Path(id): Path<String>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    let asks_for = |wish: &str| pairs(uri.query()).any(|(name, _)| name == wish);
    let shown = async {
        if asks_for("plain") {
            return plain::page(&app, &id, &uri, &asked).await;
        }
        if asks_for("frame") {
            return framed::page(&app, &id, &asked).await;
        }
        let html = page(&app, &id, Language::asked(&asked)).await?;
        Ok((headers(), Html(html)).into_response())
    };
    told(shown.await, &asked)
}

/// The page, or why there is none.
pub(super) fn told(shown: Result<Response>, asked: &HeaderMap) -> Response {
    let language = Language::asked(asked);
    let words = words(language);
    match shown {
        Ok(shown) => shown,
        Err(error) if error.code() == Code::NotFound => {
            (StatusCode::NOT_FOUND, headers(), Html(notice(language, words.gone, "")))
                .into_response()
        }
        Err(error) => {
            tracing::error!(?error, "a hosted page could not be shown");
            let html = notice(language, words.later, "");
            (StatusCode::SERVICE_UNAVAILABLE, headers(), Html(html)).into_response()
        }
    }
}

async fn page(app: &App, id: &str, asked: Language) -> Result<String> {
    let id: SessionId = id.parse().map_err(|_| Error::no_such("session"))?;
    // The list of methods is not read here: the widget asks for it, from where the shopper is.
    let (session, view) = (view::paged(app, &id).await?, view::view(app, &id, Scene::Pc).await?);
    // The merchant's word counts, if we have the language; without one, the browser's.
    let wished = view.display_locale.as_deref();
    let language = wished.and_then(Language::of).unwrap_or(asked);
    if view::token_lives(&session, app.now()).is_err() {
        return Ok(over(&view, language));
    }
    let lang = wished.filter(|tag| Language::of(tag).is_some()).unwrap_or(language.tag());
    let (payee, token) = (escape(&view.payee), app.client_token(&id));
    Ok(fill(
        PAGE,
        &[
            ("lang", &escape(lang)),
            ("dir", language.direction()),
            ("title", &payee),
            ("heading", &format!(r#"<h1 class="unseen">{payee}</h1>"#)),
            ("back", &back(&view)),
            ("order", &order(&view)),
            ("checkout", &checkout(&id, &token)),
            (
                "lead",
                &format!(
                    r#"<noscript><meta http-equiv="refresh" content="0;url=/pay/{id}?plain=1"></noscript>"#
                ),
            ),
            ("noscript", &instead(&id, language)),
        ],
    ))
}

/// The way to the plain page, in the shopper's language: a browser may not follow of itself.
fn instead(id: &SessionId, language: Language) -> String {
    let texts = markup::words::words(language.tag()).unwrap_or_default();
    let link = format!(r#"<a href="/pay/{id}?plain=1">{}</a>"#, escape(&texts.open_page()));
    format!(r#"<noscript><p class="card">{link}</p></noscript>"#)
}

/// A session that ended long ago: how.
pub(super) fn over(view: &CheckoutView, language: Language) -> String {
    let words = words(language);
    let told = if view.status == SessionStatus::Success { words.paid } else { words.ended };
    notice(language, told, &back(view))
}

fn checkout(id: &SessionId, token: &str) -> String {
    format!(
        r#"<florin-checkout session-id="{id}" client-token="{}"></florin-checkout>"#,
        escape(token)
    )
}

/// The way back to the shop, top left (P16).
pub(super) fn back(view: &CheckoutView) -> String {
    match &view.return_url {
        Some(url) => {
            format!(
                r#"<a class="back" href="{}"><bdi>{}</bdi></a>"#,
                escape(url),
                escape(&view.payee)
            )
        }
        None => format!(r#"<span class="back"><bdi>{}</bdi></span>"#, escape(&view.payee)),
    }
}

fn order(view: &CheckoutView) -> String {
    let line = |good: &florin_shared::shopper::Good| {
        format!("<li><bdi>{}</bdi><span>×&#8239;{}</span></li>", escape(&good.name), good.quantity)
    };
    let lines: String = view.goods.iter().map(line).collect();
    if lines.is_empty() { String::new() } else { format!(r#"<ul class="goods">{lines}</ul>"#) }
}

/// A page that shows no checkout, but says why.
fn notice(language: Language, [title, text]: [&str; 2], back: &str) -> String {
    let card = format!(r#"<div class="card" role="alert"><h1>{title}</h1><p>{text}</p></div>"#);
    let values = [
        ("lang", language.tag()),
        ("dir", language.direction()),
        ("title", words(language).title),
        ("back", back),
        ("checkout", &card),
    ];
    fill(PAGE, &values)
}

/// Our page is never framed but where [`framed`] says so, loads nothing from elsewhere, and gives its address to nobody.
pub(super) fn headers() -> HeaderMap {
    const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
                          img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, header::HeaderValue::from_static(value))
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    headers
}
