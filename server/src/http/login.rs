//! Where a channel's own login sends a shopper's browser back to, and the page on which the wallet's bridge asks for the money.
//!
//! It is a page of ours for two reasons: the code counts once, and a wallet lets only those addresses ask that its merchant has
//! registered, which need not be every shop's. Whatever the bridge says, the page goes back to the checkout: how the payment
//! stands comes from the channel.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use florin_widget::markup::words as texts;

use super::asked::pairs;
use super::language::Language;
use super::page;
use super::template::{escape, fill};
use crate::domain::account;
use crate::flow::login::{self, Returned};
use crate::flow::{to_the_end, view};
use crate::{App, Result};

/// The addresses of this file.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/login/{channel}", get(back)).route("/bridge.js", get(script))
}

const PAGE: &str = include_str!("login.html");
const SCRIPT: &str = include_str!("bridge.js");

async fn script() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, "text/javascript; charset=utf-8");
    ([kind, (header::CACHE_CONTROL, "no-cache")], SCRIPT)
}

async fn back(
    State(app): State<App>,
    Path(channel): Path<String>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    page::told(returned(&app, channel, &uri, &asked).await, &asked)
}

async fn returned(app: &App, channel: String, uri: &Uri, asked: &HeaderMap) -> Result<Response> {
    let brought = |name: &str| {
        let found = pairs(uri.query()).find(|(key, _)| key == name);
        found.map(|(_, value)| value).unwrap_or_default()
    };
    // Alipay has a name of its own for it.
    let code = ["code", "auth_code"].map(brought).into_iter().find(|code| !code.is_empty());
    let (state, code) = (brought("state"), code.unwrap_or_default());
    let (flow, of) = (app.clone(), channel.clone());
    let opening = async move { login::returned(&flow, &of, &state, &code).await };
    match to_the_end(opening).await? {
        Returned { session, request: Some(request) } => {
            let session = view::paged(app, &session).await?;
            let payee = app.merchant(&session.merchant).await?.name.clone();
            let checkout = app.session_url(&session.id);
            // The bridge is the wallet's, whosever account it is.
            let wallet = account::of_name(&channel).map_or(channel.as_str(), |(base, _)| base);
            Ok(html(Language::asked(asked), &payee, (wallet, &request), &checkout))
        }
        Returned { session, request: None } => {
            Ok((page::headers(), Redirect::to(&app.session_url(&session))).into_response())
        }
    }
}

/// What is happening: the bridge covers it, sometimes seconds later. Without the script, and without the bridge, there is the way on.
fn html(
    language: Language,
    payee: &str,
    (channel, request): (&str, &str),
    checkout: &str,
) -> Response {
    let values = [
        ("lang", language.tag()),
        ("dir", language.direction()),
        ("payee", &escape(payee)),
        ("channel", &escape(channel)),
        ("request", &escape(request)),
        ("checkout", &escape(checkout)),
        ("opening", &escape(&opening(language, channel))),
    ];
    let mut headers = page::headers();
    // Some of WeChat's bridges are called by a frame of this scheme.
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|own| own.to_str().ok());
    let policy = format!("{}; frame-src weixin:", policy.unwrap_or_default());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    (headers, Html(fill(PAGE, &values))).into_response()
}

/// "Opening WeChat Pay…", as the checkout says it.
fn opening(language: Language, wallet: &str) -> String {
    let Some(texts) = texts::words(language.tag()) else { return String::new() };
    let name = match wallet {
        "alipay" => texts.wallet_alipay(),
        _ => texts.wechat_pay(),
    };
    texts.opening(&name)
}
