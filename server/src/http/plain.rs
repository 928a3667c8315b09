//! The hosted page without a program: for a browser without JavaScript or WebAssembly, and wherever the program fails.
//!
//! The widget's views drawn here, as one form. What is pressed goes to the flows that the widget's calls go to; the page looks
//! again by itself while something is under way. It decides nothing about money.

use std::net::IpAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use florin_shared::shopper::{CheckoutView, PaymentStatus};
use florin_shared::{PaymentId, SessionId};
use florin_widget::markup::money::spelled;
use florin_widget::markup::plain::{self, Page, Told};
use florin_widget::markup::{sheet, words};
use url::form_urlencoded;

use super::asked::pairs;
use super::auth::may_ask;
use super::language::Language;
use super::page;
use super::peer::Payer;
use super::shopper::{agent, terminal};
use super::template::{escape, fill};
use super::tenant::whole;
use crate::app::digest_of;
use crate::domain::scene::Scene;
use crate::flow::pay::Choice;
use crate::flow::{cancel, pay, to_the_end, view};
use crate::store::merchants::Merchant;
use crate::{App, Error, Result};

const PAGE: &str = include_str!("plain.html");
const STYLE: &str = include_str!("plain.css");

/// The widget's rules, and the few round them.
pub(super) async fn style() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    ([kind, (header::CACHE_CONTROL, "no-cache")], sheet() + STYLE)
}

/// How it stands now.
pub(super) async fn page(app: &App, id: &str, uri: &Uri, asked: &HeaderMap) -> Result<Response> {
    let id: SessionId = id.parse().map_err(|_| Error::no_such("session"))?;
    let session = view::paged(app, &id).await?;
    let shown = view::view(app, &id, Scene::of(agent(asked))).await?;
    let language = shown.display_locale.as_deref().and_then(Language::of);
    let language = language.unwrap_or_else(|| Language::asked(asked));
    if view::token_lives(&session, app.now()).is_err() {
        return Ok((page::own_headers(), Html(page::over(&shown, language))).into_response());
    }
    // Somebody looks, as a poll would say.
    view::entry(app, &id).await?.watch(app.now());
    let texts = words::words(language.tag()).ok_or_else(|| Error::Internal("no words".into()))?;
    let query: Vec<_> = pairs(uri.query()).collect();
    let drawn = plain::page(&shown, &texts, told(&query));
    Ok(html(app, &id, &shown, &drawn, language))
}

/// What the address says has happened.
pub(super) fn told(query: &[(String, String)]) -> Told<'_> {
    let field = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| &**value);
    match (field("order"), field("tried"), field("why")) {
        (Some(order), _, _) => Told::Order(order),
        (None, Some(method), Some(code)) => Told::NotOpened { method, code },
        _ => Told::Nothing,
    }
}

fn html(app: &App, id: &SessionId, view: &CheckoutView, page: &Page, lang: Language) -> Response {
    let order = page.order.as_deref().unwrap_or_default();
    let again = address(id, &[("order", order)]);
    let next = page.leaves_for.as_ref().unwrap_or(&again);
    let after = page.after_s.map_or_else(String::new, |seconds| {
        format!(r#"<meta http-equiv="refresh" content="{seconds};url={}">"#, escape(next))
    });
    let card = spelled(&page.html, &view.amount.currency, lang.tag());
    let looks = &view.appearance.css;
    let rules = if looks.is_empty() { String::new() } else { format!(".florin{{{looks}}}") };
    let html = fill(
        PAGE,
        &[
            ("lang", lang.tag()),
            ("dir", lang.direction()),
            ("after", &after),
            ("title", &escape(&view.payee)),
            (
                "style",
                &if rules.is_empty() { String::new() } else { format!("<style>{rules}</style>") },
            ),
            ("back", &page::back(view)),
            ("id", id.as_str()),
            ("hidden", &hidden(app, id, view, page)),
            ("card", &card),
            ("order", &page::order(view, lang)),
        ],
    );
    (page::headers_with(&[&rules]), Html(html)).into_response()
}

/// What the form says besides what is pressed. The token proves that it is ours.
fn hidden(app: &App, id: &SessionId, view: &CheckoutView, page: &Page) -> String {
    let field = |name: &str, value: &str| {
        format!(r#"<input type="hidden" name="{name}" value="{}">"#, escape(value))
    };
    [
        field("token", &app.client_token(id)),
        field("version", &view.version.to_string()),
        field("order", page.order.as_deref().unwrap_or_default()),
        field("was", page.method.as_deref().unwrap_or_default()),
    ]
    .concat()
}

/// The same page without a program, with what this one was told.
pub(super) fn instead(id: &SessionId, uri: &Uri) -> String {
    let query: Vec<_> = pairs(uri.query()).collect();
    let known = query.iter().filter(|(key, _)| ["order", "tried", "why"].contains(&&**key));
    address(id, &known.map(|(key, value)| (&**key, &**value)).collect::<Vec<_>>())
}

/// This page, with what it is to know.
fn address(id: &SessionId, known: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::from("plain=1"));
    for (name, value) in known.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    format!("/pay/{id}?{}", query.finish())
}

/// Something was pressed. `303`, so that a reload presses nothing again.
pub(super) async fn press(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let asked = request.headers().clone();
    let shown = pressed(&app, &id, request).await;
    let shown = shown.map(|to| (page::headers(), Redirect::to(&to)).into_response());
    page::told(shown, &asked)
}

async fn pressed(app: &App, id: &str, request: Request) -> Result<String> {
    let id: SessionId = id.parse().map_err(|_| Error::no_such("session"))?;
    let session = view::paged(app, &id).await?;
    let asked = request.headers().clone();
    let Payer(payer_ip) = Payer::of(request.extensions().get().copied(), &asked);
    let body = whole(request.into_body()).await?;
    let form = Form { fields: form_urlencoded::parse(&body).into_owned().collect(), payer_ip };
    let lives = view::token_lives(&session, app.now()).is_ok();
    if form.field("from") == "list" {
        let page = format!("/pay/{id}");
        let seller = app.merchant(&session.merchant).await?;
        if !lives || !is_of_list(app, &id, &asked, &form, &seller) {
            return Ok(page);
        }
        // The hosted page goes on where the session stands; a browser without a program is led to the plain one from there.
        let plain = open(app, &id, &asked, &form, form.field("method")).await?;
        return Ok(plain.replacen("?plain=1&", "?", 1).replacen("?plain=1", "", 1));
    }
    if !lives || !is_ours(app, &id, &asked, &form) {
        return Ok(address(&id, &[]));
    }
    let order = form.field("order");
    match form.field("do") {
        "" => open(app, &id, &asked, &form, form.field("method")).await,
        "renew" => open(app, &id, &asked, &form, form.field("was")).await,
        "check" => {
            if let Ok(payment) = order.parse::<PaymentId>() {
                // Whatever comes of it, the page tells how it stands.
                let _told_by_the_page = cancel::check(app, &id, &payment).await;
            }
            Ok(address(&id, &[("order", order)]))
        }
        "leave" => leave(app, &id, order).await,
        _ => Ok(address(&id, &[("order", order)])),
    }
}

/// A form that this server made, sent from its own page.
fn is_ours(app: &App, id: &SessionId, asked: &HeaderMap, form: &Form) -> bool {
    let site = asked.get("sec-fetch-site").map_or(b"same-origin" as &[u8], HeaderValue::as_bytes);
    site == b"same-origin" && has_token(app, id, form)
}

/// A list that this server drew (`printed.rs`), sent from a page that may call us with the same token.
fn is_of_list(
    app: &App,
    id: &SessionId,
    asked: &HeaderMap,
    form: &Form,
    seller: &Merchant,
) -> bool {
    let origin = asked.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("(unreadable)"));
    let may = || may_ask(origin, seller, &app.public_url).is_ok();
    // Our own page tells its origin to nobody, not even to us.
    is_ours(app, id, asked, form) || (has_token(app, id, form) && may())
}

fn has_token(app: &App, id: &SessionId, form: &Form) -> bool {
    verify_slices_are_equal(&digest_of(form.field("token")), &app.token_digest(id)).is_ok()
}

async fn open(
    app: &App,
    id: &SessionId,
    asked: &HeaderMap,
    form: &Form,
    tried: &str,
) -> Result<String> {
    let Ok(method) = tried.parse() else { return Ok(address(id, &[])) };
    let seen = form.field("version").parse().unwrap_or(0);
    let agent = agent(asked);
    let (terminal, scene) = (terminal(agent), Scene::of(agent));
    let choice =
        Choice { method, seen, terminal, scene, payer_ip: form.payer_ip, code: None, bank: None };
    Ok(match pay::pay(app, id, choice).await {
        Ok(open) => address(id, &[("order", &open.order_id)]),
        Err(error) => address(id, &[("tried", tried), ("why", error.code().as_str())]),
    })
}

/// Back to the list; what is still being closed stays on the page until it is known how it ended.
async fn leave(app: &App, id: &SessionId, order: &str) -> Result<String> {
    let Ok(payment) = order.parse::<PaymentId>() else { return Ok(address(id, &[])) };
    let (flow, session) = (app.clone(), id.clone());
    let left = to_the_end(async move { cancel::cancel(&flow, &session, &payment).await }).await;
    let is_over = left.is_ok_and(|status| status.payment_status != Some(PaymentStatus::Processing));
    Ok(address(id, &[("order", if is_over { "" } else { order })]))
}

struct Form {
    fields: Vec<(String, String)>,
    /// Where the browser is that has sent it.
    payer_ip: Option<IpAddr>,
}

impl Form {
    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}
