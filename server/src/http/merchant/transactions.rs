//! Transactions, for the merchant's server.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use florin_shared::Code;
use florin_shared::Envelope;
use florin_shared::transaction::TransactionView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::OneOrAll;
use super::asked::pay::QueryTransaction;
use super::asked::queries::OfTransaction;
use super::new_session::same_merchant;
use crate::flow::query::{self, Key};
use crate::flow::{cancel, to_the_end};
use crate::http::answer::Good;
use crate::http::asked::Asked;
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(by_query))
        .routes(routes!(by_body))
        .routes(routes!(cancel_one))
        .routes(routes!(capture_one))
}

/// Query a transaction.
///
/// By one of the three keys; `all=true` lists every attempt.
#[utoipa::path(
    get,
    path = "/v1/transactions",
    operation_id = "get_transaction",
    tag = "Transactions",
    params(OfTransaction),
    responses((status = 200, description = "Done.", body = Envelope<OneOrAll<TransactionView>>)),
)]
async fn by_query(
    State(app): State<App>,
    Caller(merchant): Caller,
    Asked(mut asked): Asked,
) -> Result<Response> {
    let (order, session) = (asked.text("order_id", 64)?, asked.text("session_id", 64)?);
    let key = key(order, session, asked.text("trans_id", 64)?)?;
    let all = asked.word("all", &["false", "true"])? == "true";
    asked.end()?;
    if all {
        return Ok(Good(query::transactions(&app, &merchant.id, &key).await?).into_response());
    }
    Ok(Good(query::transaction(&app, &merchant.id, &key).await?).into_response())
}

/// Query a transaction, as document 004 has it.
#[utoipa::path(
    post,
    path = "/v1/transactions/query",
    operation_id = "query_transaction",
    tag = "Transactions",
    request_body = QueryTransaction,
    responses((status = 200, description = "Done.", body = Envelope<TransactionView>)),
)]
async fn by_body(
    State(app): State<App>,
    Caller(merchant): Caller,
    body: Body,
) -> Result<Good<TransactionView>> {
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    let (order, session) = (fields.text("order_id", 64)?, fields.text("session_id", 64)?);
    let key = key(order, session, fields.text("trans_id", 64)?)?;
    fields.end()?;
    Ok(Good(query::transaction(&app, &merchant.id, &key).await?))
}

/// Close it at the channel, and tell what really happened.
#[utoipa::path(
    post,
    path = "/v1/transactions/{order_id}/cancel",
    operation_id = "cancel_transaction",
    tag = "Transactions",
    responses((status = 200, description = "Done.", body = Envelope<TransactionView>)),
)]
async fn cancel_one(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<TransactionView>> {
    let key = key(Some(id), None, None)?;
    let flow = app.clone();
    let cancelling = async move { cancel::for_merchant(&flow, &merchant.id, &key).await };
    to_the_end(cancelling).await.map(Good)
}

/// Take authorised money.
///
/// Every channel of this version takes the money at once, so there is never anything to capture.
#[utoipa::path(
    post,
    path = "/v1/transactions/{order_id}/capture",
    operation_id = "capture_transaction",
    tag = "Transactions"
)]
async fn capture_one(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<TransactionView>> {
    let payment = query::payment_of(&app, &merchant.id, &key(Some(id), None, None)?).await?;
    Err(Error::refused(
        Code::CaptureNotSupported,
        format!("{} takes money at once: there is nothing to capture", payment.channel),
    ))
}

/// Document 004's example sends all three; the most exact one counts.
pub(super) fn key(
    order: Option<String>,
    session: Option<String>,
    trans_id: Option<String>,
) -> Result<Key> {
    let not_exist = |_| Error::refused(Code::OrderNotExist, "the order doesn't exist");
    match (order, session, trans_id) {
        (Some(id), ..) => id.parse().map(Key::Payment).map_err(not_exist),
        (None, Some(id), _) => id.parse().map(Key::Session).map_err(not_exist),
        (None, None, Some(trans_id)) => Ok(Key::Order(trans_id)),
        (None, None, None) => Err(Error::field(
            Code::InvalidField,
            "order_id",
            "one of order_id, session_id and trans_id must be given",
        )),
    }
}
