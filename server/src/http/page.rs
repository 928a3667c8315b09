//! The hosted page: the same widget on a page of ours. Holding its address is enough to pay (D15).

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use florin_shared::session::SessionStatus;
use florin_shared::shopper::CheckoutView;
use florin_shared::{Code, SessionId};

use super::language::Language;
use super::template::{escape, fill};
use crate::domain::scene::Scene;
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

async fn pay(State(app): State<App>, Path(id): Path<String>, asked: HeaderMap) -> Response {
    let words = words(Language::asked(&asked));
    match page(&app, &id, words).await {
        Ok(html) => (headers(), Html(html)).into_response(),
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
        let told = if view.status == SessionStatus::Success { words.paid } else { words.ended };
        return Ok(notice(words, told, &back(&view)));
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
            ("noscript", words_for(&view, words).noscript),
        ],
    ))
}

/// Our own sentences in the merchant's language, if we have it.
fn words_for(view: &CheckoutView, asked: &'static Words) -> &'static Words {
    view.display_locale.as_deref().and_then(Language::of).map_or(asked, words)
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

/// A page that shows no checkout, but says why.
fn notice(words: &Words, [title, text]: [&str; 2], back: &str) -> String {
    let card = format!(r#"<div class="card" role="alert"><h1>{title}</h1><p>{text}</p></div>"#);
    let values =
        [("lang", words.lang), ("title", words.title), ("back", back), ("checkout", &card)];
    fill(PAGE, &values)
}

/// What the page itself says in one language; the rest is the widget's.
struct Words {
    lang: &'static str,
    title: &'static str,
    gone: [&'static str; 2],
    later: [&'static str; 2],
    paid: [&'static str; 2],
    ended: [&'static str; 2],
    noscript: &'static str,
}

fn words(language: Language) -> &'static Words {
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
    noscript: r#"<noscript><p class="card">This page needs JavaScript. Please turn it on, or ask the shop for another way to pay.</p></noscript>"#,
};

static CHINESE: Words = Words {
    lang: "zh-Hans",
    title: "付款",
    gone: ["没有这个付款页面", "请检查网址，或返回商店重新开始。"],
    later: ["暂时无法显示这笔付款", "如果您已付款，款项是安全的，请不要重复付款。请稍后刷新本页。"],
    paid: ["这笔订单已支付", "您无需再进行任何操作，谢谢。"],
    ended: ["本次付款已结束", "付款未完成。您可以从商店重新开始。"],
    noscript: r#"<noscript><p class="card">本页面需要 JavaScript。请启用后重试，或向商店询问其他付款方式。</p></noscript>"#,
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
