//! Initiate Transaction: the merchant charges without a page (P12), by a stored card or by the payment code that a
//! shopper shows (M5).
//!
//! No channel of this version carries either out, and pretending would take money from nobody or from the wrong one: a
//! request that is right gets a typed refusal, one that is wrong the same answer as everywhere.

use axum::extract::State;
use florin_shared::{Code, Money};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::pay::InitiateTransaction;
use super::new_session::{goods, same_merchant, trans_id};
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(initiate))
}

/// Charge without a page.
///
/// No channel of this version carries it out: a request that is right gets `PRODUCT_NOT_AVAILABLE`.
#[utoipa::path(
    post,
    path = "/v1/transactions",
    operation_id = "initiate_transaction",
    tag = "Transactions",
    request_body = InitiateTransaction,
)]
async fn initiate(State(_): State<App>, Caller(merchant): Caller, body: Body) -> Result<Error> {
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    fields.word("payment_type", &["PURCHASE", "RECURRING"])?;
    fields.word("authorisation_type", &["FINAL_AUTH"])?;
    fields.word("capture_method", &["AUTOMATIC"])?;
    trans_id(&mut fields)?;
    Money::parse(&fields.required("amount", 32)?, &fields.required("currency", 8)?)?;
    goods(&mut fields)?;
    let is_merchants = fields.flag("mit")?;
    fields.text("recurring_agreement_id", 64)?;
    let asked = payment(&mut fields, is_merchants)?;
    fields.end()?;
    Ok(Error::field(
        Code::ProductNotAvailable,
        asked,
        format!("no channel of this server carries this out: {asked}"),
    ))
}

/// By what the shopper is to be charged: the path of the field that says it.
fn payment(fields: &mut Fields, is_merchants: bool) -> Result<&'static str> {
    let Some(mut payment) = fields.object("payment")? else {
        return Err(fields.wrong("payment", "is missing"));
    };
    payment.required("payment_method", 64)?;
    if !is_merchants {
        payment.required("payment_code", 64)?;
        payment.end()?;
        return Ok("payment.payment_code");
    }
    payment.required("shopper_reference", 128)?;
    payment.required("token", 64)?;
    payment.end()?;
    Ok("payment.token")
}
