//! The page behind a fixed receipt code (M3): the shopper enters the amount, Florin makes the order, and the hosted page
//! goes on. It is one form, rendered here, and works without JavaScript.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use florin_shared::{Code, Money};
use florin_widget::markup::money;
use url::form_urlencoded;

use super::language::Language;
use super::page::headers;
use super::template::{escape, fill};
use super::tenant::whole;
use super::words::{Words, words};
use crate::domain::entered;
use crate::flow::{codes, to_the_end};
use crate::store::codes::ReceiptCode;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result, hex};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/c/{code_id}", get(show).post(enter)).route("/receipt.css", get(style))
}

const PAGE: &str = include_str!("receipt.html");
const STYLE: &str = include_str!("receipt.css");

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")],
        STYLE,
    )
}

async fn show(State(app): State<App>, Path(id): Path<String>, asked: HeaderMap) -> Response {
    let language = Language::asked(&asked);
    match scanned(&app, &id).await {
        Ok((code, payee)) => {
            let sheet = hex(&app.random.bytes::<8>());
            let form = Form { code: &code, payee: &payee, sheet: &sheet, typed: "", wrong: None };
            page(language, StatusCode::OK, &payee.name, &form.html(language))
        }
        Err(error) => trouble(language, &error),
    }
}

async fn enter(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let language = Language::asked(request.headers());
    match entered_on(&app, &id, request, language).await {
        Ok(response) => response,
        Err(error) => trouble(language, &error),
    }
}

async fn entered_on(app: &App, id: &str, request: Request, language: Language) -> Result<Response> {
    let words = words(language);
    let (code, payee) = scanned(app, id).await?;
    let body = whole(request.into_body()).await?;
    let field = |name: &str| {
        let found = form_urlencoded::parse(&body).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (typed, sheet) = (field("amount"), field("sheet"));
    let wrong = match judge(&code, &typed, words) {
        Ok(amount) => match open(app, code.clone(), amount, &sheet).await {
            Ok(response) => return Ok(response),
            Err(error) if error.code() == Code::TooMany => {
                (StatusCode::TOO_MANY_REQUESTS, words.often.to_owned())
            }
            Err(error) => return Err(error),
        },
        Err(sentence) => (StatusCode::UNPROCESSABLE_ENTITY, sentence),
    };
    let sheet = hex(&app.random.bytes::<8>());
    let form =
        Form { code: &code, payee: &payee, sheet: &sheet, typed: &typed, wrong: Some(&wrong.1) };
    Ok(page(language, wrong.0, &payee.name, &form.html(language)))
}

async fn scanned(app: &App, id: &str) -> Result<(ReceiptCode, Arc<Merchant>)> {
    let id = id.parse().map_err(|_| Error::no_such("code"))?;
    let code = codes::scanned(app, &id).await?;
    let payee = app.merchant(&code.merchant).await?;
    Ok((code, payee))
}

/// The amount, or what is wrong with it.
fn judge(code: &ReceiptCode, typed: &str, words: &Words) -> std::result::Result<Money, String> {
    let amount = entered::amount(typed, code.currency).ok_or_else(|| unread(code, words))?;
    let fits = (code.least..=code.most).contains(&amount.minor());
    if fits { Ok(amount) } else { Err(words.outside.to_owned()) }
}

/// To the hosted page of the session. `303`, so that a reload there opens nothing again.
async fn open(app: &App, code: ReceiptCode, amount: Money, sheet: &str) -> Result<Response> {
    let is_ours = sheet.len() == 16 && sheet.bytes().all(|digit| digit.is_ascii_hexdigit());
    let sheet = if is_ours { sheet.to_owned() } else { hex(&app.random.bytes::<8>()) };
    let flow = app.clone();
    let session = to_the_end(async move { codes::open(&flow, code, amount, &sheet).await }).await?;
    Ok((headers(), Redirect::to(&format!("/pay/{}", session.id))).into_response())
}

struct Form<'a> {
    code: &'a ReceiptCode,
    payee: &'a Merchant,
    sheet: &'a str,
    typed: &'a str,
    wrong: Option<&'a str>,
}

impl Form<'_> {
    fn html(&self, language: Language) -> String {
        let words = words(language);
        let label = match self.code.label.as_str() {
            "" => String::new(),
            label => format!(r#"<p class="label"><bdi>{}</bdi></p>"#, escape(label)),
        };
        let wrong = self.wrong.map_or(String::new(), |wrong| {
            format!(r#"<p class="wrong" id="wrong" role="alert">{}</p>"#, escape(wrong))
        });
        let (described, invalid) = match self.wrong {
            Some(_) => ("wrong limits", r#" aria-invalid="true""#),
            None => ("limits", ""),
        };
        format!(
            r#"<form class="card receipt" method="post">
<h1><bdi>{payee}</bdi></h1>
{label}
<label for="amount">{enter}</label>
<div class="amount"><span class="currency">{currency}</span><input id="amount" name="amount" dir="ltr" value="{typed}" inputmode="decimal" autocomplete="off" maxlength="20" required autofocus aria-describedby="{described}"{invalid}></div>
{wrong}
<p class="limits" id="limits">{limits}</p>
<input type="hidden" name="sheet" value="{sheet}">
<button>{go}</button>
{test}
</form>"#,
            payee = escape(&self.payee.name),
            test = if self.payee.livemode {
                String::new()
            } else {
                format!(r#"<p class="test">{}</p>"#, words.test)
            },
            enter = words.enter,
            currency = self.code.currency,
            typed = escape(self.typed),
            limits = limits(self.code, language),
            sheet = self.sheet,
            go = words.go,
        )
    }
}

/// What could not be read, with an amount of the code's currency that can.
fn unread(code: &ReceiptCode, words: &Words) -> String {
    let example = match code.currency.exponent() {
        0 => 50_000,
        digits => 125 * 10_i64.pow(u32::from(digits) - 1),
    };
    words.unread.replace("{example}", &typed(example, code, words))
}

/// An amount as it may be typed: in groups it could be read two ways.
fn typed(minor: i64, code: &ReceiptCode, words: &Words) -> String {
    plain(minor, code).replace('.', &words.point.to_string())
}

fn plain(minor: i64, code: &ReceiptCode) -> String {
    Money::new(minor, code.currency).map(entered::written).unwrap_or_default()
}

/// What may be entered, in amounts as the language writes them.
fn limits(code: &ReceiptCode, language: Language) -> String {
    let words = words(language);
    let no_limit = code.most == florin_shared::money::MOST;
    let text = if no_limit { words.least } else { words.between };
    let written = |minor| {
        escape(&money::amount(&plain(minor, code), &code.currency.to_string(), language.tag()))
    };
    text.replace("{least}", &written(code.least)).replace("{most}", &written(code.most))
}

fn trouble(language: Language, error: &Error) -> Response {
    let words = words(language);
    let (status, [title, text]) = match error.code() {
        Code::NotFound => (StatusCode::NOT_FOUND, words.unused),
        Code::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, words.refused),
        _ => {
            tracing::error!(?error, "a receipt code could not be used");
            (StatusCode::SERVICE_UNAVAILABLE, words.refused)
        }
    };
    let card = format!(r#"<div class="card" role="alert"><h1>{title}</h1><p>{text}</p></div>"#);
    page(language, status, title, &card)
}

fn page(language: Language, status: StatusCode, title: &str, card: &str) -> Response {
    let (lang, dir, title) = (language.tag(), language.direction(), escape(title));
    let html = fill(PAGE, &[("lang", lang), ("dir", dir), ("title", &title), ("card", card)]);
    (status, headers(), Html(html)).into_response()
}
