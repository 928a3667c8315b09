//! Terminals at a counter: one takes an order up by its code, and then no other one can; it takes the card, or lets the order go.
//!
//! A program posts JSON to `/pos/claim`, `/pos/pay` and `/pos/release`; a person has the page `/pos`.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;

use super::payments::{FOR_HANDHELDS, state};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::ledger::{Line, Payment, Status};
use crate::notices::{self, News};
use crate::page::{self, fill, page};
use crate::wallet::{self, Action};
use crate::world::{Desk, World};

const PAGE: &str = include_str!("../../assets/pos.html");
const ORDER: &str = include_str!("../../assets/pos_order.html");

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/pos", get(show).post(press))
        .route("/pos/claim", post(claim))
        .route("/pos/pay", post(pay))
        .route("/pos/release", post(release))
}

/// What a terminal wants with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Claim,
    Release,
    Pay(Action),
}

#[derive(Deserialize)]
struct Asked {
    code: String,
    terminal: String,
    #[serde(default)]
    action: String,
    /// Whether it can be carried.
    #[serde(default)]
    handheld: bool,
}

type Done = Result<Result<Payment, &'static str>, Unwritten>;

async fn claim(State(world): State<Arc<World>>, Json(asked): Json<Asked>) -> Response {
    told(&world, act(&world, &asked, Wish::Claim).await)
}

async fn release(State(world): State<Arc<World>>, Json(asked): Json<Asked>) -> Response {
    told(&world, act(&world, &asked, Wish::Release).await)
}

async fn pay(State(world): State<Arc<World>>, Json(asked): Json<Asked>) -> Response {
    match Action::read(&asked.action) {
        Some(action) => told(&world, act(&world, &asked, Wish::Pay(action)).await),
        None => (StatusCode::BAD_REQUEST, "action is approve or decline").into_response(),
    }
}

fn told(world: &World, done: Done) -> Response {
    match done {
        Err(unwritten) => page::unwritten(unwritten),
        Ok(Err(why)) => {
            let status = if why == NO_ORDER { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            (status, Json(json!({ "error": why }))).into_response()
        }
        Ok(Ok(payment)) => Json(json!({
            "status": state(&payment, world.clock.now()),
            "number": payment.opened.key.request,
            "terminal": payment.at_terminal,
            "amount": payment.amount().to_wire(),
        }))
        .into_response(),
    }
}

const NO_ORDER: &str = "No order has this code.";
const ELSEWHERE: &str = "Another terminal has this order.";
const NOT_TAKEN: &str = "This terminal has not taken the order up.";
const FOR_HANDHELDS_ONLY: &str = "Only a handheld terminal takes this order up.";
const OVER: &str = "This order is over.";

/// Whoever pays has taken the order up; the card is the payer's, and the wallet's rules are those of every payer.
async fn act(world: &World, asked: &Asked, wish: Wish) -> Done {
    let now = world.clock.now();
    let code: String = asked.code.chars().filter(char::is_ascii_digit).collect();
    let terminal = asked.terminal.trim();
    let held =
        world.decide(|desk| hold(desk, (&code, terminal, asked.handheld), wish, now)).await?;
    let payment = match held {
        Ok(payment) => payment,
        Err(why) => return Ok(Err(why)),
    };
    if let Wish::Pay(action) = wish {
        let paid = wallet::act_at(world, &code, action, Some(terminal)).await?;
        return Ok(paid.map_err(|refusal| refusal.sentence()));
    }
    notices::tell(world, &payment, News::Moved);
    Ok(Ok(payment))
}

fn hold(
    desk: &mut Desk,
    (code, terminal, handheld): (&str, &str, bool),
    wish: Wish,
    now: i64,
) -> Result<Payment, &'static str> {
    let known = desk.ledger.by_code(code).filter(|known| known.opened.key.channel == Name::Pos);
    let payment = known.cloned().ok_or(NO_ORDER)?;
    let holder = payment.at_terminal.as_deref();
    if holder.is_some_and(|holder| holder != terminal) {
        return Err(ELSEWHERE);
    }
    if wish != Wish::Claim && holder.is_none() || terminal.is_empty() {
        return Err(NOT_TAKEN);
    }
    if wish == Wish::Claim && payment.opened.method == FOR_HANDHELDS && !handheld {
        return Err(FOR_HANDHELDS_ONLY);
    }
    let is_over = payment.status(now) != Status::Processing;
    match wish {
        // Paying has rules of its own for what is over.
        Wish::Pay(_) => return Ok(payment),
        Wish::Claim | Wish::Release if is_over => return Err(OVER),
        Wish::Claim | Wish::Release => {}
    }
    let terminal = (wish == Wish::Claim).then(|| terminal.to_owned());
    let key = payment.opened.key.clone();
    desk.write(Line::Held { key: key.clone(), at_ms: now, terminal });
    Ok(desk.ledger.payment(&key).cloned().unwrap_or(payment))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Shown {
    code: String,
    terminal: String,
    said: String,
}

/// `GET /pos`: a terminal for a person.
async fn show(State(world): State<Arc<World>>, Query(shown): Query<Shown>) -> Response {
    let now = world.clock.now();
    let found = world.decide(|desk| desk.ledger.by_code(&shown.code).cloned()).await;
    let order = match found {
        Err(unwritten) => return page::unwritten(unwritten),
        Ok(found) => found.filter(|known| known.opened.key.channel == Name::Pos),
    };
    let order = order.map_or_else(String::new, |payment| {
        let values = [
            ("amount", payment.amount().spoken()),
            ("payee", payment.opened.payee.clone()),
            ("number", payment.opened.key.request.clone()),
            ("state", state(&payment, now).to_owned()),
        ];
        fill(ORDER, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    });
    let terminal = if shown.terminal.is_empty() { "T1" } else { &shown.terminal };
    let values = [
        ("order", order.as_str()),
        ("code", &shown.code),
        ("terminal", terminal),
        ("said", &shown.said),
    ];
    page(StatusCode::OK, "Card terminal", &fill(PAGE, &values))
}

#[derive(Deserialize)]
struct Pressed {
    code: String,
    terminal: String,
    wish: String,
    /// A ticked box; else it is missing.
    handheld: Option<String>,
}

/// Whatever came of it, the page tells it; going there makes a reload harmless.
async fn press(State(world): State<Arc<World>>, Form(pressed): Form<Pressed>) -> Response {
    let Pressed { code, terminal, wish, handheld } = pressed;
    let wish = match (wish.as_str(), Action::read(&wish)) {
        (_, Some(action)) => Wish::Pay(action),
        ("release", None) => Wish::Release,
        _ => Wish::Claim,
    };
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let asked = Asked { code, terminal, action: String::new(), handheld: handheld.is_some() };
    let said = match act(&world, &asked, wish).await {
        Err(unwritten) => return page::unwritten(unwritten),
        Ok(done) => done.err().unwrap_or_default(),
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let fields = [("code", asked.code.as_str()), ("terminal", &asked.terminal), ("said", said)];
    query.extend_pairs(fields);
    Redirect::to(&format!("/pos?{}", query.finish())).into_response()
}
