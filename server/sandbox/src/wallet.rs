//! The payer. A person opens the page behind a code; a program posts the code's text.
//!
//! Both act through [`act`], which books the money before it says that it was taken.

mod code;
mod payer;
mod payment_code;
mod screen;
mod words;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;

pub(crate) use self::payer::{Action, act_at, approved};
use self::payer::{Refusal, act};
use self::screen::Visit;
use self::words::Words;
use crate::ledger::{Payment, Status};
use crate::page;
use crate::world::World;

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/wallet", get(show).post(pay))
        .route("/wallet/code.svg", get(picture))
        .merge(payment_code::routes())
}

/// What a program posts.
#[derive(Deserialize)]
struct Wish {
    code: String,
    action: Action,
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    code: String,
    #[serde(flatten)]
    visit: Visit,
    /// What the payer was just told, where the payment is still open: `declined` or `too_low`.
    #[serde(default)]
    said: String,
}

/// `GET /wallet`: asks for a code, or shows what the code is about.
async fn show(
    State(world): State<Arc<World>>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    let words = Words::asked(&headers);
    if shown.code.trim().is_empty() {
        return screen::enter(words, StatusCode::OK, "");
    }
    let code = code::read(&world.channels, &shown.code);
    let found =
        world.decide(|desk| payer::known(&world, desk, &code, world.clock.now(), false)).await;
    match found {
        Err(unwritten) => page::unwritten(unwritten),
        Ok(None) => screen::enter(words, StatusCode::NOT_FOUND, words.no_code),
        Ok(Some(payment)) if !payer::may_pay(&world, &payment, world.clock.now()) => {
            screen::result(words, &world, &payment, &shown.visit)
        }
        Ok(Some(payment)) => match shown.said.as_str() {
            "" => screen::ask(words, &world, &payment, &shown.visit),
            said => screen::not_yet(words, &world, &payment, &shown.visit, said),
        },
    }
}

/// `POST /wallet`: JSON from a program, a form from a person.
async fn pay(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match kind.is_some_and(|kind| kind.starts_with("application/json")) {
        true => pay_by_program(&world, &body).await,
        false => pay_by_person(&world, Words::asked(&headers), &body).await,
    }
}

async fn pay_by_program(world: &World, body: &[u8]) -> Response {
    let wish: Wish = match serde_json::from_slice(body) {
        Ok(wish) => wish,
        Err(error) => return sorry(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match act(world, &code::read(&world.channels, &wish.code), wish.action).await {
        Err(unwritten) => page::unwritten(unwritten),
        Ok(Err(refusal)) => sorry(refusal_status(refusal), refusal.sentence()),
        Ok(Ok(payment)) => Json(told(&payment, world.clock.now())).into_response(),
    }
}

fn told(payment: &Payment, now: i64) -> serde_json::Value {
    let status = match payment.status(now) {
        Status::Paid => "PAID",
        Status::Pending => "PENDING",
        Status::Processing => "PROCESSING",
        Status::Declined => "DECLINED",
        Status::Expired => "EXPIRED",
        Status::Cancelled => "CANCELLED",
    };
    json!({
        "status": status,
        "channel": payment.opened.key.channel,
        "paymentRequestId": payment.opened.key.request,
        "amount": payment.amount().to_wire(),
    })
}

fn refusal_status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::NoSuchCode => StatusCode::NOT_FOUND,
        Refusal::AlreadyPaid
        | Refusal::Declined
        | Refusal::Expired
        | Refusal::Cancelled
        | Refusal::AtTerminal => StatusCode::CONFLICT,
    }
}

fn sorry(status: StatusCode, sentence: &str) -> Response {
    (status, Json(json!({ "error": sentence }))).into_response()
}

/// Whatever came of it, the page of the code tells it; going there makes a reload harmless.
async fn pay_by_person(world: &World, words: &Words, body: &[u8]) -> Response {
    let field = |name: &str| {
        let mut fields = form_urlencoded::parse(body);
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let code = code::read(&world.channels, &field("code").unwrap_or_default());
    let Some(action) = field("action").and_then(|word| Action::read(&word)) else {
        return screen::enter(words, StatusCode::BAD_REQUEST, words.choose);
    };
    let acted = match act(world, &code, action).await {
        Err(unwritten) => return page::unwritten(unwritten),
        Ok(acted) => acted,
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("code", &code);
    for name in ["from", "redirect_url"] {
        query.append_pair(name, &field(name).unwrap_or_default());
    }
    if acted.is_ok_and(|payment| payment.status(world.clock.now()) == Status::Processing) {
        let said = if action == Action::Decline { "declined" } else { "too_low" };
        query.append_pair("said", said);
    }
    Redirect::to(&format!("/wallet?{}", query.finish())).into_response()
}

/// `GET /wallet/code.svg`: the picture that `pay` offers beside the text.
async fn picture(State(world): State<Arc<World>>, Query(shown): Query<Shown>) -> Response {
    let text =
        format!("{}/wallet?code={}", world.public_url, code::read(&world.channels, &shown.code));
    match code::svg(&text) {
        Some(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}
