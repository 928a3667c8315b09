//! What the merchant is told of sessions and transactions.

use florin_shared::session::SessionView;
use florin_shared::transaction::TransactionView;
use florin_shared::{Code, MerchantId, PaymentId, SessionId};

use crate::app::App;
use crate::clock::rfc3339;
use crate::domain::payment::{Payment, PaymentState, Role};
use crate::domain::reversal::ReversalState;
use crate::domain::session::Session;
use crate::status::{choose, status_of};
use crate::store::{Tx, payments, reversals, sessions};
use crate::{Error, Result};

/// By what a session or a transaction is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// `CS…`.
    Session(SessionId),
    /// `GW…`; transactions only.
    Payment(PaymentId),
    /// The merchant's own number.
    Order(String),
}

/// The session of this merchant that the key means.
pub async fn session(app: &App, merchant: &MerchantId, key: &Key) -> Result<Session> {
    let mut tx = app.store.read().await?;
    let found = match key {
        Key::Session(id) => sessions::of_merchant(&mut tx, merchant, id).await?,
        Key::Order(trans_id) => sessions::telling(&mut tx, merchant, trans_id).await?,
        Key::Payment(_) => None,
    };
    found.ok_or_else(|| Error::no_such("session"))
}

/// The transaction of this merchant that the key means (D12).
pub async fn transaction(app: &App, merchant: &MerchantId, key: &Key) -> Result<TransactionView> {
    let mut tx = app.store.read().await?;
    let found = of_key(&mut tx, merchant, key).await?;
    let payment = choose(found.iter()).ok_or_else(not_exist)?;
    transaction_view(&mut tx, payment).await
}

/// The payment of this merchant that the key means, whole.
pub async fn payment_of(app: &App, merchant: &MerchantId, key: &Key) -> Result<Payment> {
    let found = of_key(&mut app.store.read().await?, merchant, key).await?;
    choose(found.iter()).cloned().ok_or_else(not_exist)
}

/// Every transaction that the key means, oldest first (`all=true`).
pub async fn transactions(
    app: &App,
    merchant: &MerchantId,
    key: &Key,
) -> Result<Vec<TransactionView>> {
    let mut tx = app.store.read().await?;
    let mut views = Vec::new();
    for payment in of_key(&mut tx, merchant, key).await? {
        views.push(transaction_view(&mut tx, &payment).await?);
    }
    if views.is_empty() { Err(not_exist()) } else { Ok(views) }
}

async fn of_key(tx: &mut Tx, merchant: &MerchantId, key: &Key) -> Result<Vec<Payment>> {
    let mut found = match key {
        Key::Session(id) => payments::of_session(tx, id).await?,
        Key::Payment(id) => payments::get(tx, id).await?.into_iter().collect(),
        Key::Order(trans_id) => payments::of_order(tx, merchant.as_str(), trans_id).await?,
    };
    found.retain(|payment| payment.merchant == *merchant);
    Ok(found)
}

/// PayKKa's own words, as document 004 has them (P17).
fn not_exist() -> Error {
    Error::refused(Code::OrderNotExist, "the order doesn't exist")
}

async fn transaction_view(tx: &mut Tx, payment: &Payment) -> Result<TransactionView> {
    let refunded: i64 = reversals::of_payment(tx, &payment.id)
        .await?
        .iter()
        .filter(|reversal| reversal.state == ReversalState::Success)
        .map(|reversal| reversal.amount.minor())
        .sum();
    let (error_code, error_description) = outcome(payment);
    Ok(TransactionView {
        merchant_id: payment.merchant.to_string(),
        trans_id: payment.trans_id.clone(),
        order_id: payment.id.to_string(),
        session_id: payment.session.to_string(),
        status: status(payment).to_owned(),
        error_code,
        error_description,
        payment_method: payment.method.as_str().to_owned(),
        amount: payment.amount.minor().to_string(),
        currency: payment.amount.currency().to_string(),
        refunded_amount: refunded.to_string(),
        accepted: payment.role == Role::Accepted,
        pay_finish_time: payment.paid.map(rfc3339),
    })
}

/// The transaction's status on the wire. A success that goes back is not one for the shop.
pub fn status(payment: &Payment) -> &'static str {
    match (payment.state, payment.role) {
        (PaymentState::Success, Role::Accepted | Role::None) => "SUCCESS",
        (PaymentState::Success, Role::Surplus) | (PaymentState::Cancelled, _) => "CANCELLED",
        (PaymentState::Fail, _) => "FAIL",
        (state, _) if state.is_final() => "FAIL",
        _ => "PROCESSING",
    }
}

/// `error_code` and `error_description` of a transaction.
pub fn outcome(payment: &Payment) -> (String, String) {
    match (payment.state, payment.role) {
        (PaymentState::Success, Role::Surplus) => {
            ("REVERSED".into(), "paid, not kept, and on its way back to the payer".into())
        }
        (PaymentState::Fail | PaymentState::Cancelled, _) if !payment.reason.is_empty() => {
            (payment.reason.clone(), format!("not paid: {}", sentence(&payment.reason)))
        }
        (PaymentState::Fail, _) => ("FAIL".into(), "not paid".into()),
        (PaymentState::Cancelled, _) => ("CANCELLED".into(), "cancelled; nothing was taken".into()),
        _ => ("0000".into(), "request success".into()),
    }
}

/// What the cashier or the shopper does next, where that is more than the reason's own word.
fn sentence(reason: &str) -> String {
    match reason {
        "CODE_EXPIRED" => "the payment code has run out; scan a fresh one".to_owned(),
        "CODE_INVALID" => {
            "this is no payment code of a wallet, or it was used before; scan a fresh one"
                .to_owned()
        }
        reason => reason.to_lowercase().replace('_', " "),
    }
}

/// A session on the wire.
pub fn session_view(app: &App, session: &Session, livemode: bool) -> SessionView {
    SessionView {
        merchant_id: session.merchant.to_string(),
        trans_id: session.trans_id.clone(),
        session_id: session.id.to_string(),
        session_mode: session.mode.clone(),
        status: status_of(session.state),
        currency: session.amount.currency().to_string(),
        amount: session.amount.minor().to_string(),
        expire_time: match session.expire_text.as_str() {
            "" => rfc3339(session.expires),
            text => text.to_owned(),
        },
        authorisation_type: "FINAL_AUTH".into(),
        capture_method: "AUTOMATIC".into(),
        session_url: match session.has_page() {
            true => app.session_url(&session.id),
            false => String::new(),
        },
        client_token: (session.has_page() && !session.state.is_over())
            .then(|| app.client_token(&session.id)),
        livemode,
    }
}
