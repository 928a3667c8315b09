//! The hosted page: the same widget on a page of ours. Holding its address is enough to pay (D15).

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::CheckoutView;
use florin_shared::{Code, SessionId};
use florin_widget::markup::words;

use super::asked::pairs;
use super::language::Language;
use super::plain;
use super::template::{escape, fill};
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
    let plain = pairs(uri.query()).any(|(name, _)| name == "plain");
    let shown = async {
        if plain {
            return plain::page(&app, &id, &uri, &asked).await;
        }
        let words = words(Language::asked(&asked));
        Ok((headers(), Html(page(&app, &id, words).await?)).into_response())
    };
    told(shown.await, &asked)
}

/// The page, or why there is none.
pub(super) fn told(shown: Result<Response>, asked: &HeaderMap) -> Response {
    let words = words(Language::asked(asked));
    match shown {
        Ok(shown) => shown,
        Err(error) if error.code() == Code::NotFound => {
            (StatusCode::NOT_FOUND, headers(), Html(notice(words, words.gone, ""))).into_response()
        }
        Err(error) => {
            tracing::error!(?error, "a hosted page could not be shown");
            let html = notice(words, words.later, "");
            (StatusCode::SERVICE_UNAVAILABLE, headers(), Html(html)).into_response()
        }
    }
}

async fn page(app: &App, id: &str, words: &'static Words) -> Result<String> {
    let id: SessionId = id.parse().map_err(|_| Error::no_such("session"))?;
    // The list of methods is not read here: the widget asks for it, from where the shopper is.
    let (session, view) = (view::paged(app, &id).await?, view::view(app, &id, Scene::Pc).await?);
    if view::token_lives(&session, app.now()).is_err() {
        return Ok(over(&view, words));
    }
    // The merchant's word counts; without one, the browser's. A language that we lack is left to the widget.
    let lang = view.display_locale.as_deref().unwrap_or(words.lang);
    let (payee, token) = (escape(&view.payee), app.client_token(&id));
    Ok(fill(
        PAGE,
        &[
            ("lang", &escape(lang)),
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
            ("noscript", &instead(&id, &view, words)),
        ],
    ))
}

/// The way to the plain page, in the shopper's language: a browser may not follow of itself.
fn instead(id: &SessionId, view: &CheckoutView, asked: &Words) -> String {
    let language = view.display_locale.as_deref().and_then(Language::of).map(Language::tag);
    let texts = words::words(language.unwrap_or(asked.lang)).unwrap_or_default();
    let link = format!(r#"<a href="/pay/{id}?plain=1">{}</a>"#, escape(&texts.open_page()));
    format!(r#"<noscript><p class="card">{link}</p></noscript>"#)
}

/// A session that ended long ago: how.
pub(super) fn over(view: &CheckoutView, words: &Words) -> String {
    let told = if view.status == SessionStatus::Success { words.paid } else { words.ended };
    notice(words, told, &back(view))
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

/// A page that shows no checkout, but says why.
fn notice(words: &Words, [title, text]: [&str; 2], back: &str) -> String {
    let card = format!(r#"<div class="card" role="alert"><h1>{title}</h1><p>{text}</p></div>"#);
    let values =
        [("lang", words.lang), ("title", words.title), ("back", back), ("checkout", &card)];
    fill(PAGE, &values)
}

/// What the page itself says in one language; the rest is the widget's.
pub(super) struct Words {
    lang: &'static str,
    title: &'static str,
    gone: [&'static str; 2],
    later: [&'static str; 2],
    paid: [&'static str; 2],
    ended: [&'static str; 2],
}

pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    }
}

static ENGLISH: Words = Words {
    lang: "en",
    title: "Payment",
    gone: [
        "There is no such payment page",
        "Check the address, or go back to the shop and start again from there.",
    ],
    later: [
        "We cannot show this payment right now",
        "If you have paid, your payment is safe: do not pay again. Reload this page in a moment.",
    ],
    paid: ["This has been paid", "There is nothing left to do here. Thank you."],
    ended: ["This payment has ended", "It was not completed. You can start again in the shop."],
};

static CHINESE: Words = Words {
    lang: "zh-Hans",
    title: "付款",
    gone: ["没有这个付款页面", "请检查网址，或返回商店重新开始。"],
    later: ["暂时无法显示这笔付款", "如果您已付款，款项是安全的，请不要重复付款。请稍后刷新本页。"],
    paid: ["这笔订单已支付", "您无需再进行任何操作，谢谢。"],
    ended: ["本次付款已结束", "付款未完成。您可以从商店重新开始。"],
};

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
