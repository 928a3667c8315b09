//! `/to/{state}`: the page that sends a shopper's browser on to a page of the channel's which only a form opens (`flow/onward.rs`), and
//! `/to/{state}/back`, where that brings it back to.
//!
//! The form goes by itself, once; without JavaScript, after a reload and for whoever comes back by the browser's own button, by its
//! own. The address names the payment and proves that the way began here, so it cannot be made up.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use florin_shared::shopper::CheckoutView;
use florin_widget::markup::money::amount;
use florin_widget::markup::{short, words as texts};
use florin_widget::money::decimal;

use super::language::Language;
use super::page;
use super::printed::hash;
use super::shopper::agent;
use super::template::{escape, fill};
use super::words::words;
use crate::channel::Form;
use crate::domain::scene::Scene;
use crate::flow::onward::{self, Onward};
use crate::flow::to_the_end;
use crate::{App, Error, Result};

/// The addresses of this file.
pub(super) fn routes() -> Router<App> {
    // UnionPay's page sends its shoppers back by a form; others by a link.
    Router::new().route("/to/{state}", get(show)).route("/to/{state}/back", get(back).post(back))
}

const PAGE: &str = include_str!("onward.html");
const FORM: &str = include_str!("onward_form.html");
const PAST: &str = include_str!("onward_past.html");
const SCRIPT: &str = include_str!("onward.js");

/// The hosted page's sheet, and what is more here.
fn sheet() -> &'static str {
    static SHEET: LazyLock<String> =
        LazyLock::new(|| short(concat!(include_str!("hosted.css"), include_str!("onward.css"))));
    &SHEET
}

async fn show(State(app): State<App>, Path(state): Path<String>, asked: HeaderMap) -> Response {
    page::told(shown(&app, state, &asked).await, &asked)
}

async fn shown(app: &App, state: String, asked: &HeaderMap) -> Result<Response> {
    let (flow, scene) = (app.clone(), Scene::of(agent(asked)));
    let onward = to_the_end(async move { onward::onward(&flow, &state, scene).await }).await?;
    let language = onward.view.display_locale.as_deref().and_then(Language::of);
    html(&onward, language.unwrap_or_else(|| Language::asked(asked)))
}

async fn back(State(app): State<App>, Path(state): Path<String>, asked: HeaderMap) -> Response {
    let came = onward::back(&app, &state).await;
    let came = came
        .map(|session| (page::headers(), Redirect::to(&app.session_url(&session))).into_response());
    page::told(came, &asked)
}

fn html(onward: &Onward, language: Language) -> Result<Response> {
    let view = &onward.view;
    let looks = match view.appearance.css.as_str() {
        "" => String::new(),
        css => format!(":root{{{}}}", css.replace('<', "\\3c ")),
    };
    let (status, card, action) = match &onward.form {
        Some(form) => (StatusCode::OK, card(onward, form, language)?, form.action.as_str()),
        None => (StatusCode::GONE, past(view, language)?, ""),
    };
    let script = if onward.form.is_some() { SCRIPT.trim() } else { "" };
    let html = fill(
        PAGE,
        &[
            ("lang", language.tag()),
            ("dir", language.direction()),
            ("payee", &escape(&view.payee)),
            ("style", sheet()),
            ("looks", &looks),
            ("checkout", &escape(&view.session_url)),
            ("card", &card),
            ("script", script),
        ],
    );
    Ok((status, headers(&looks, action), Html(html)).into_response())
}

/// What is paid to whom, and the way on.
fn card(onward: &Onward, form: &Form, language: Language) -> Result<String> {
    let (view, words, texts) = (&onward.view, words(language), of(language)?);
    let fields = form.fields.iter().map(|(name, value)| {
        format!(r#"<input type="hidden" name="{}" value="{}">"#, escape(name), escape(value))
    });
    let sum = amount(
        &decimal(&view.amount.amount, view.amount.exponent),
        &view.amount.currency,
        language.tag(),
    );
    let test = format!(r#"<p class="test">{}</p>"#, words.test);
    Ok(fill(
        FORM,
        &[
            ("action", &escape(&form.action)),
            ("sum", &escape(&sum)),
            ("to", &escape(&texts.to_payee(&view.payee))),
            ("how", words.onward),
            ("fields", &fields.collect::<String>()),
            ("go", &escape(&texts.continue_to(&texts.wallet_unionpay()))),
            ("test", if view.livemode { "" } else { &test }),
        ],
    ))
}

/// It leads nowhere any more: the checkout knows how it stands.
fn past(view: &CheckoutView, language: Language) -> Result<String> {
    let [title, text] = words(language).past;
    let on = of(language)?.continue_page();
    let values = [
        ("title", title),
        ("text", text),
        ("checkout", &escape(&view.session_url)),
        ("on", &escape(&on)),
    ];
    Ok(fill(PAST, &values))
}

fn of(language: Language) -> Result<std::sync::Arc<florin_widget::texts::Texts>> {
    texts::words(language.tag()).ok_or_else(|| Error::Internal("no words".into()))
}

/// Those of our pages, with the one script that stands in it, and one way out. A browser holds the addresses to which the channel sends a
/// form on against the same list, and at UnionPay those are its own cashier's and the banks'.
fn headers(looks: &str, action: &str) -> HeaderMap {
    let mut headers = page::headers_with(&[sheet(), looks]);
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|own| own.to_str().ok());
    let policy = policy.unwrap_or_default();
    let script = format!("script-src '{}'", hash(SCRIPT.trim()));
    let host = match action.split('/').take(3).collect::<Vec<_>>().join("/") {
        host if host.is_empty() => "'none'".to_owned(),
        host => format!("https: {host}"),
    };
    let policy = policy
        .replace("script-src 'self' 'wasm-unsafe-eval'", &script)
        .replace("form-action 'self'", &format!("form-action {host}"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers
}
