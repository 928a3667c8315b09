//! Placing an order, changing one's mind, and what the shop knows of an order.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::Shop;
use crate::answer::Refused;
use crate::book::Order;
use crate::merchant_api::{Bill, CreateSession, Good, Session};
use crate::order::NewOrder;

/// How long an order may be paid.
const LIFETIME: SignedDuration = SignedDuration::from_mins(20);

pub(crate) fn routes() -> Router<Arc<Shop>> {
    Router::new()
        .route("/shop/orders", post(place))
        .route("/shop/orders/{trans_id}", get(show))
        .route("/shop/orders/{trans_id}/close", post(close))
}

async fn place(State(shop): State<Arc<Shop>>, body: Bytes) -> Result<Json<Value>, Refused> {
    let order = NewOrder::parse(&body)?;
    let trans_id = new_trans_id();
    shop.book().place(&trans_id, order.clone());
    let session = shop.api.create_session(&session_for(&shop, &order, &trans_id)).await?;
    shop.book().opened(&trans_id, &session.session_id);
    Ok(Json(json!({
        "trans_id": trans_id,
        "session_id": session.session_id,
        "client_token": session.client_token,
        "session_url": session.session_url,
    })))
}

async fn show(
    State(shop): State<Arc<Shop>>,
    Path(trans_id): Path<String>,
) -> Result<Json<Value>, Refused> {
    let book = shop.book();
    let order = book.order(&trans_id).ok_or_else(Refused::no_such_order)?;
    Ok(Json(order_json(&trans_id, order)))
}

/// The shopper wants another basket. The old order must not be paid as well, so its session is closed; whether it
/// was paid in the meantime is for Florin to say. `PROCESSING` means that nobody knows yet: ask again.
async fn close(
    State(shop): State<Arc<Shop>>,
    Path(trans_id): Path<String>,
) -> Result<Json<Value>, Refused> {
    let session_id = shop.book().order(&trans_id).and_then(|order| order.session_id.clone());
    let session_id = session_id.ok_or_else(Refused::no_such_order)?;
    let session = close_or_look(&shop, &session_id).await?;
    Ok(Json(json!({ "trans_id": trans_id, "status": session.status })))
}

/// A session that is paid or over refuses to be closed; then its own word counts.
async fn close_or_look(shop: &Shop, session_id: &str) -> Result<Session, Refused> {
    match shop.api.close(session_id).await {
        Ok(session) => Ok(session),
        Err(_) => Ok(shop.api.session(session_id).await?),
    }
}

fn session_for(shop: &Shop, order: &NewOrder, trans_id: &str) -> CreateSession {
    CreateSession {
        merchant_id: shop.settings.merchant_id.clone(),
        payment_type: "PURCHASE",
        authorisation_type: "FINAL_AUTH",
        capture_method: "AUTOMATIC",
        session_mode: "DROP_IN",
        trans_id: trans_id.into(),
        expire_time: expire_time(shop.clock.now()),
        display_locale: order.locale.tag(),
        currency: order.currency.code(),
        amount: order.amount().to_string(),
        goods: goods(order),
        bill: Bill { country: order.currency.country() },
        return_url: shop.address("/shop/thanks"),
        notify_url: shop.address("/shop/webhook"),
    }
}

fn goods(order: &NewOrder) -> Vec<Good> {
    order
        .lines
        .iter()
        .map(|line| Good {
            name: line.good.name.in_locale(order.locale),
            quantity: line.quantity,
            unit_amount: line.good.price(order.currency).to_string(),
        })
        .collect()
}

/// RFC 3339 in whole seconds.
fn expire_time(now: Timestamp) -> String {
    let end = now.saturating_add(LIFETIME).unwrap_or(now);
    Timestamp::from_second(end.as_second()).unwrap_or(end).to_string()
}

/// `NT` and 16 characters. Whoever knows the number may see and close the order, so it cannot be guessed: 80 bits.
fn new_trans_id() -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut random = [0u8; 16];
    aws_lc_rs::rand::fill(&mut random).expect("the system's random source answers");
    random.iter().fold(String::from("NT"), |mut id, byte| {
        id.push(char::from(DIGITS[usize::from(byte % 32)]));
        id
    })
}

fn order_json(trans_id: &str, order: &Order) -> Value {
    json!({
        "trans_id": trans_id,
        "session_id": order.session_id,
        "currency": order.placed.as_ref().map(|placed| placed.currency.code()),
        "amount": order.placed.as_ref().map(|placed| placed.amount().to_string()),
        "standing": order.standing(),
        "webhook": order.news,
    })
}
