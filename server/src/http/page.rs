//! The hosted page: the same widget on a page of ours. Holding its address is enough to pay (D15).

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use florin_shared::money::Amount;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::{CheckoutView, Good};
use florin_shared::{Code, SessionId};
use florin_widget::markup;
use florin_widget::markup::money::amount;
use florin_widget::markup::plain::Told;
use florin_widget::money::decimal;

use super::asked::pairs;
use super::framed;
use super::hosted;
use super::language::Language;
use super::plain;
use super::printed::{self, Early, Place};
use super::shopper::agent;
use super::template::{escape, fill};
use super::words::words;
use crate::domain::scene::Scene;
use crate::domain::session::Session;
use crate::flow::view;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/pay/{session_id}", get(pay).post(plain::press))
        .route("/pay/{session_id}/view", post(hosted::view))
        .route("/pay/{session_id}/back", get(leave))
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
    Extension(early): Extension<Early>,
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
        page(&app, &early, &id, &uri, &asked).await
    };
    told(shown.await, &asked)
}

/// The sheet as it stands in the page: no trip more before anything is seen.
fn inside() -> &'static str {
    static SHEET: LazyLock<String> = LazyLock::new(|| markup::short(STYLE));
    &SHEET
}

/// The page, or why there is none.
pub(super) fn told(shown: Result<Response>, asked: &HeaderMap) -> Response {
    let language = Language::asked(asked);
    let words = words(language);
    match shown {
        Ok(shown) => shown,
        Err(error) if error.code() == Code::NotFound => {
            (StatusCode::NOT_FOUND, own_headers(), Html(notice(language, words.gone, "")))
                .into_response()
        }
        Err(error) => {
            tracing::error!(?error, "a hosted page could not be shown");
            let html = notice(language, words.later, "");
            (StatusCode::SERVICE_UNAVAILABLE, own_headers(), Html(html)).into_response()
        }
    }
}

async fn page(
    app: &App,
    early: &Early,
    id: &str,
    uri: &Uri,
    asked: &HeaderMap,
) -> Result<Response> {
    let id: SessionId = id.parse().map_err(|_| Error::no_such("session"))?;
    let session = view::paged(app, &id).await?;
    let view = view::view(app, &id, Scene::of(agent(asked))).await?;
    // The merchant's word counts, if we have the language; without one, the browser's.
    let wished = view.display_locale.as_deref();
    let language = wished.and_then(Language::of).unwrap_or_else(|| Language::asked(asked));
    if view::token_lives(&session, app.now()).is_err() {
        return Ok((own_headers(), Html(over(&view, language))).into_response());
    }
    let lang = wished.filter(|tag| Language::of(tag).is_some()).unwrap_or(language.tag());
    let place = Place { base: "", tag: lang, language, nonce: None, is_ours: true };
    let (payee, style) = (escape(&view.payee), printed::sheet(&view));
    let query: Vec<_> = pairs(uri.query()).collect();
    // What became of an attempt, the program tells by the view.
    let refused = match plain::told(&query) {
        refused @ Told::NotOpened { .. } => refused,
        Told::Order(_) | Told::Nothing => Told::Nothing,
    };
    let html = fill(
        PAGE,
        &[
            ("lang", &escape(lang)),
            ("dir", language.direction()),
            ("title", &payee),
            ("style", inside()),
            ("heading", &format!(r#"<h1 class="unseen">{payee}</h1>"#)),
            ("back", &back(&lasting(&session, &view))),
            ("order", &order(&view, language)),
            ("checkout", &printed::element(app, &id, &view, &style, &place, refused)?),
            (
                "lead",
                &format!(
                    r#"{}<noscript><meta http-equiv="refresh" content="0;url={}"></noscript>"#,
                    early.links(&place),
                    escape(&plain::instead(&id, uri))
                ),
            ),
            ("noscript", &instead(&id, language)),
        ],
    );
    Ok((headers_with(&[&style, inside()]), Html(html)).into_response())
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

/// The view for a page that stands while its shopper pays: where leaving before is another way than leaving afterwards, the link
/// leads to us, and the press decides.
fn lasting(session: &Session, view: &CheckoutView) -> CheckoutView {
    let parts = !session.cancel_url.is_empty();
    let back = view.return_url.clone();
    let back = back.map(|url| if parts { format!("{}/back", view.session_url) } else { url });
    CheckoutView { return_url: back, ..view.clone() }
}

/// The shopper leaves the hosted page: for where, the session's state says.
async fn leave(State(app): State<App>, Path(id): Path<String>, asked: HeaderMap) -> Response {
    let shown = async {
        let id: SessionId = id.parse().map_err(|_| Error::no_such("session"))?;
        let session = view::paged(&app, &id).await?;
        let back = view::way_back(&app, &session).await?;
        let to = back.unwrap_or_else(|| app.session_url(&id));
        Ok((own_headers(), Redirect::to(&to)).into_response())
    };
    told(shown.await, &asked)
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

/// What is sold; with its price, where the merchant says one.
pub(super) fn order(view: &CheckoutView, language: Language) -> String {
    let line = |good: &Good| {
        let price = price(good, &view.amount, language);
        let price = price.map(|price| format!("<b><bdi>{}</bdi></b>", escape(&price)));
        format!(
            "<li><bdi>{}</bdi><span>×&#8239;{}</span>{}</li>",
            escape(&good.name),
            good.quantity,
            price.unwrap_or_default()
        )
    };
    let lines: String = view.goods.iter().map(line).collect();
    if lines.is_empty() {
        return String::new();
    }
    let heading = words(language).order;
    format!(r#"<section class="goods"><h2>{heading}</h2><ul>{lines}</ul></section>"#)
}

/// What a line of the order costs.
fn price(good: &Good, of: &Amount, language: Language) -> Option<String> {
    let one: u64 = good.unit_amount.as_ref()?.parse().ok()?;
    let all = u128::from(one) * u128::from(good.quantity);
    let number = decimal(&all.to_string(), of.exponent);
    Some(amount(&number, &of.currency, language.tag()))
}

/// A page that shows no checkout, but says why.
pub(super) fn notice(language: Language, [title, text]: [&str; 2], back: &str) -> String {
    let card = format!(r#"<div class="card" role="alert"><h1>{title}</h1><p>{text}</p></div>"#);
    let values = [
        ("lang", language.tag()),
        ("dir", language.direction()),
        ("title", words(language).title),
        ("style", inside()),
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

/// The same for a page with nothing but our own sheet.
pub(super) fn own_headers() -> HeaderMap {
    headers_with(&[inside()])
}

/// The same, with style sheets inside of the page, each of which is allowed by its hash.
pub(super) fn headers_with(sheets: &[&str]) -> HeaderMap {
    let mut headers = headers();
    let policy =
        headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    let mut allowed = String::from("style-src 'self'");
    for sheet in sheets {
        allowed += &format!(" '{}'", printed::hash(sheet));
    }
    let policy = policy.unwrap_or_default().replace("style-src 'self'", &allowed);
    if let Ok(policy) = header::HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers
}
