//! The hosted page: the same widget on a page of ours. Holding its address is enough to pay (D15).

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use florin_shared::shopper::CheckoutView;
use florin_shared::{Code, SessionId};

use crate::flow::view;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/pay/{session_id}", get(pay)).route("/hosted.css", get(style))
}

const PAGE: &str = include_str!("hosted.html");
const STYLE: &str = include_str!("hosted.css");

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")],
        STYLE,
    )
}

async fn pay(State(app): State<App>, Path(id): Path<String>) -> Response {
    match page(&app, &id).await {
        Ok(html) => (headers(), Html(html)).into_response(),
        Err(error) if error.code() == Code::NotFound => {
            (StatusCode::NOT_FOUND, headers(), Html(notice(GONE))).into_response()
        }
        Err(error) => {
            tracing::error!(?error, "a hosted page could not be shown");
            (StatusCode::SERVICE_UNAVAILABLE, headers(), Html(notice(LATER))).into_response()
        }
    }
}

async fn page(app: &App, id: &str) -> Result<String> {
    let id: SessionId = id.parse().map_err(|_| Error::no_such("session"))?;
    let view = view::view(app, &id).await?;
    let token = app.client_token(&id);
    Ok(PAGE
        .replace("{{lang}}", &escape(view.display_locale.as_deref().unwrap_or("en")))
        .replace("{{title}}", &escape(&view.payee))
        .replace("{{heading}}", &format!(r#"<h1 class="unseen">{}</h1>"#, escape(&view.payee)))
        .replace("{{back}}", &back(&view))
        .replace("{{order}}", &order(&view))
        .replace("{{checkout}}", &checkout(&id, &token)))
}

fn checkout(id: &SessionId, token: &str) -> String {
    format!(
        r#"<florin-checkout session-id="{id}" client-token="{}"></florin-checkout>"#,
        escape(token)
    )
}

/// The way back to the shop, top left (P16).
fn back(view: &CheckoutView) -> String {
    match &view.return_url {
        Some(url) => {
            format!(r#"<a class="back" href="{}">{}</a>"#, escape(url), escape(&view.payee))
        }
        None => format!(r#"<span class="back">{}</span>"#, escape(&view.payee)),
    }
}

fn order(view: &CheckoutView) -> String {
    let line = |good: &florin_shared::shopper::Good| {
        format!(
            "<li><span>{}</span><span>×&#8239;{}</span></li>",
            escape(&good.name),
            good.quantity
        )
    };
    let lines: String = view.goods.iter().map(line).collect();
    if lines.is_empty() { String::new() } else { format!(r#"<ul class="goods">{lines}</ul>"#) }
}

const GONE: [&str; 2] = [
    "There is no such payment page",
    "Check the address, or go back to the shop and start again from there.",
];
const LATER: [&str; 2] = [
    "We cannot show this payment right now",
    "If you have paid, your payment is safe: do not pay again. Reload this page in a moment.",
];

fn notice([title, text]: [&str; 2]) -> String {
    let card = format!(r#"<div class="card" role="alert"><h1>{title}</h1><p>{text}</p></div>"#);
    PAGE.replace("{{lang}}", "en")
        .replace("{{title}}", "Payment")
        .replace("{{heading}}", "")
        .replace("{{back}}", "")
        .replace("{{order}}", "")
        .replace("{{checkout}}", &card)
}

/// Our page is never framed, loads nothing from elsewhere, and gives its address to nobody.
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

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_merchants_write_is_text_on_our_page() {
        assert_eq!(escape(r#"<b a="1" c='2'>&"#), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
    }
}
