//! `/to/{state}`: the page that sends a shopper's browser on to a page of the channel's which only a form opens (`flow/onward.rs`), and
//! `/to/{state}/back`, where that brings it back to. Where banks have pages of their own the shopper first picks one there.
//!
//! The form goes by itself, once; without JavaScript, after a reload and for whoever comes back by the browser's own button, by its
//! own. The address names the payment and proves that the way began here, so it cannot be made up.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use florin_shared::Method;
use florin_shared::shopper::CheckoutView;
use florin_widget::markup::money::amount;
use florin_widget::markup::{short, words as texts};
use florin_widget::money::decimal;
use serde::Deserialize;
use url::form_urlencoded;

use super::language::Language;
use super::page;
use super::peer::Payer;
use super::printed::hash;
use super::shopper::{agent, terminal};
use super::template::{escape, fill};
use super::tenant::whole;
use super::words::words;
use crate::channel::{Bank, Form};
use crate::domain::scene::Scene;
use crate::flow::bank::{self, ANOTHER, Picker};
use crate::flow::onward::{self, Onward, Step};
use crate::flow::to_the_end;
use crate::{App, Error, Result};

/// The addresses of this file.
pub(super) fn routes() -> Router<App> {
    // UnionPay's page sends its shoppers back by a form; others by a link.
    Router::new()
        .route("/to/{state}", get(show).post(pick))
        .route("/to/{state}/back", get(back).post(back))
}

const PAGE: &str = include_str!("onward.html");
const FORM: &str = include_str!("onward_form.html");
const BANKS: &str = include_str!("onward_banks.html");
const PAST: &str = include_str!("onward_past.html");
const SCRIPT: &str = include_str!("onward.js");

/// The hosted page's sheet, and what is more here.
fn sheet() -> &'static str {
    static SHEET: LazyLock<String> =
        LazyLock::new(|| short(concat!(include_str!("hosted.css"), include_str!("onward.css"))));
    &SHEET
}

/// What the address may say besides.
#[derive(Deserialize)]
struct Wish {
    /// To pick another bank.
    #[serde(default)]
    again: String,
}

async fn show(
    State(app): State<App>,
    Path(state): Path<String>,
    Query(wish): Query<Wish>,
    asked: HeaderMap,
) -> Response {
    page::told(shown(&app, state, !wish.again.is_empty(), &asked).await, &asked)
}

async fn shown(app: &App, state: String, again: bool, asked: &HeaderMap) -> Result<Response> {
    let (flow, scene, here) = (app.clone(), Scene::of(agent(asked)), format!("/to/{state}"));
    let onward = async move { onward::onward(&flow, &state, scene, again).await };
    let onward = to_the_end(onward).await?;
    let language = onward.view.display_locale.as_deref().and_then(Language::of);
    html(&onward, &here, language.unwrap_or_else(|| Language::asked(asked)))
}

/// A bank was pressed. `303`, so that the page with the form is a page of its own, to which the browser's own button comes back.
async fn pick(State(app): State<App>, Path(state): Path<String>, request: Request) -> Response {
    let asked = request.headers().clone();
    let picked = picked(&app, &state, request).await;
    page::told(picked.map(|to| (page::headers(), Redirect::to(&to)).into_response()), &asked)
}

async fn picked(app: &App, state: &str, request: Request) -> Result<String> {
    let asked = request.headers().clone();
    let Payer(payer_ip) = Payer::of(request.extensions().get().copied(), &asked);
    let picker = Picker { terminal: terminal(agent(&asked)), payer_ip };
    let body = whole(request.into_body()).await?;
    let bank = form_urlencoded::parse(&body).find(|(name, _)| name == "bank");
    let bank = bank.map(|(_, code)| code.into_owned()).unwrap_or_default();
    bank::pick(app, state, &bank, picker).await
}

async fn back(State(app): State<App>, Path(state): Path<String>, asked: HeaderMap) -> Response {
    let came = onward::back(&app, &state).await;
    let came = came
        .map(|session| (page::headers(), Redirect::to(&app.session_url(&session))).into_response());
    page::told(came, &asked)
}

fn html(onward: &Onward, here: &str, language: Language) -> Result<Response> {
    let view = &onward.view;
    let looks = match view.appearance.css.as_str() {
        "" => String::new(),
        css => format!(":root{{{}}}", css.replace('<', "\\3c ")),
    };
    let (status, card, leads) = match &onward.step {
        Step::Go { form, bank, may_pick } => {
            let others = if *may_pick { other(here, language) } else { String::new() };
            let to = match bank {
                Some(bank) => name(bank, language).to_owned(),
                None => carrier(onward.payment.method, language)?,
            };
            (StatusCode::OK, going(view, form, (&to, &others), language)?, Leads::To(form))
        }
        Step::Pick(banks) => (StatusCode::OK, listed(view, here, banks, language)?, Leads::Here),
        Step::Nothing => (StatusCode::GONE, past(view, language)?, Leads::Nowhere),
    };
    let script = if matches!(leads, Leads::To(_)) { SCRIPT.trim() } else { "" };
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
    Ok((status, headers(&looks, leads), Html(html)).into_response())
}

/// Where a page's form may lead.
#[derive(Clone, Copy)]
enum Leads<'a> {
    To(&'a Form),
    Here,
    Nowhere,
}

/// What is paid, and to whom.
fn sum(view: &CheckoutView, language: Language) -> Result<[String; 2]> {
    let decimal = decimal(&view.amount.amount, view.amount.exponent);
    let sum = amount(&decimal, &view.amount.currency, language.tag());
    Ok([escape(&sum), escape(&of(language)?.to_payee(&view.payee))])
}

fn test(view: &CheckoutView, language: Language) -> String {
    match view.livemode {
        true => String::new(),
        false => format!(r#"<p class="test">{}</p>"#, words(language).test),
    }
}

/// What is paid to whom, and the way on.
fn going(
    view: &CheckoutView,
    form: &Form,
    (name, others): (&str, &str),
    language: Language,
) -> Result<String> {
    let (words, texts) = (words(language), of(language)?);
    let fields = form.fields.iter().map(|(name, value)| {
        format!(r#"<input type="hidden" name="{}" value="{}">"#, escape(name), escape(value))
    });
    let [sum, to] = sum(view, language)?;
    Ok(fill(
        FORM,
        &[
            ("action", &escape(&form.action)),
            ("sum", &sum),
            ("to", &to),
            ("how", words.onward),
            ("fields", &fields.collect::<String>()),
            ("go", &escape(&texts.continue_to(name))),
            ("others", others),
            ("test", &test(view, language)),
        ],
    ))
}

/// Whose page it is. UnionPay's wallet has a name of its own in Chinese, which at its list of banks nobody would know.
fn carrier(method: Method, language: Language) -> Result<String> {
    Ok(match (method, language) {
        (Method::OnlineBanking, Language::SimplifiedChinese) => "银联".to_owned(),
        (Method::OnlineBanking, Language::TraditionalChinese) => "銀聯".to_owned(),
        _ => of(language)?.wallet_unionpay(),
    })
}

/// A bank's name for whoever reads this language.
fn name(bank: &Bank, language: Language) -> &'static str {
    if is_chinese(language) { bank.chinese } else { bank.english }
}

fn is_chinese(language: Language) -> bool {
    matches!(language, Language::SimplifiedChinese | Language::TraditionalChinese)
}

/// The way back to the banks.
fn other(here: &str, language: Language) -> String {
    format!(r#"<a class="other" href="{here}?again=1">{}</a>"#, words(language).banks[3])
}

/// The banks, each a button: one press, and the browser is on its way.
fn listed(view: &CheckoutView, here: &str, banks: &[Bank], language: Language) -> Result<String> {
    let [title, text, another, _] = words(language).banks;
    let button = |code: &str, name: &str, own: &str| {
        format!(r#"<li><button name="bank" value="{code}"><span>{name}</span>{own}</button></li>"#)
    };
    let own = |bank: &Bank| match is_chinese(language) {
        true => String::new(),
        false => format!(r#"<small lang="zh-Hans">{}</small>"#, bank.chinese),
    };
    let each = banks.iter().map(|bank| button(bank.code, name(bank, language), &own(bank)));
    let all: String = each.chain([button(ANOTHER, another, "")]).collect();
    let [sum, to] = sum(view, language)?;
    let values = [
        ("here", here),
        ("sum", &sum),
        ("to", &to),
        ("title", title),
        ("text", text),
        ("banks", &all),
        ("test", &test(view, language)),
    ];
    Ok(fill(BANKS, &values))
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
fn headers(looks: &str, leads: Leads<'_>) -> HeaderMap {
    let mut headers = page::headers_with(&[sheet(), looks]);
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|own| own.to_str().ok());
    let policy = policy.unwrap_or_default();
    let script = format!("script-src '{}'", hash(SCRIPT.trim()));
    let host = match leads {
        Leads::To(form) => {
            format!("https: {}", form.action.split('/').take(3).collect::<Vec<_>>().join("/"))
        }
        Leads::Here => "'self'".to_owned(),
        Leads::Nowhere => "'none'".to_owned(),
    };
    let policy = policy
        .replace("script-src 'self' 'wasm-unsafe-eval'", &script)
        .replace("form-action 'self'", &format!("form-action {host}"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers
}
