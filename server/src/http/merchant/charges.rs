//! Initiate Transaction: the merchant charges without a page (P12), by the payment code that a shopper shows (M5, K7) or by a
//! stored card.
//!
//! No channel of this version stores cards, and pretending would take money from nobody or from the wrong one: a request
//! that is right gets a typed refusal, one that is wrong the same answer as everywhere.

use axum::extract::State;
use florin_shared::transaction::TransactionView;
use florin_shared::{Code, Envelope, Method, Money};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::pay::InitiateTransaction;
use super::new_session::{fingerprint, goods, notify_url, same_merchant, trans_id};
use crate::domain::scanned::Scanned;
use crate::domain::session::NO_PAGE;
use crate::flow::charge::{self, Charge, no_codes};
use crate::flow::create_session::NewSession;
use crate::flow::to_the_end;
use crate::http::answer::Good;
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::http::idempotency::Seed;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(initiate))
}

/// Charge without a page.
///
/// By the payment code that the shopper's wallet shows. The answer is the transaction: `SUCCESS` or `FAIL` at once, or `PROCESSING`
/// while the payer types a password: then ask again (`GET /v1/transactions?order_id=`), or wait for the message. The same request again
/// is the same charge. By a stored card it answers `PRODUCT_NOT_AVAILABLE`: no channel of this version carries that out.
#[utoipa::path(
    post,
    path = "/v1/transactions",
    operation_id = "initiate_transaction",
    tag = "Transactions",
    request_body = InitiateTransaction,
    responses((status = 200, description = "Done.", body = Envelope<TransactionView>)),
)]
async fn initiate(
    State(app): State<App>,
    Caller(merchant): Caller,
    seed: Option<Seed>,
    body: Body,
) -> Result<Good<TransactionView>> {
    let wanted = read(body, &merchant, seed)?;
    let charging = async move { charge::charge(&app, &merchant, wanted).await };
    to_the_end(charging).await.map(Good)
}

fn read(body: Body, merchant: &Merchant, seed: Option<Seed>) -> Result<Charge> {
    let fingerprint = fingerprint(&body);
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, merchant)?;
    let is_once = fields.word("payment_type", &["PURCHASE", "RECURRING"])? == "PURCHASE";
    fields.word("authorisation_type", &["FINAL_AUTH"])?;
    fields.word("capture_method", &["AUTOMATIC"])?;
    let trans_id = trans_id(&mut fields)?;
    let amount =
        Money::parse(&fields.required_minor("amount", 32)?, &fields.required("currency", 8)?)?;
    let goods = goods(&mut fields)?;
    let notify_url = notify_url(&mut fields, merchant)?;
    let device = device(&mut fields)?;
    let is_merchants = fields.flag("mit")?;
    let agreement = fields.text("recurring_agreement_id", 64)?;
    let payment = payment(&mut fields, is_merchants)?;
    fields.end()?;
    let By::Code { method, code } = payment else { return Err(no_cards()) };
    if !is_once || agreement.is_some() {
        return Err(Error::field(
            Code::ProductNotAvailable,
            if is_once { "recurring_agreement_id" } else { "payment_type" },
            "a payment code is charged once and leaves nothing behind that could be charged again",
        ));
    }
    let scanned = Scanned::read(&code, device).ok_or_else(|| {
        Error::field(
            Code::InvalidField,
            "payment.payment_code",
            "payment.payment_code must be what the wallet shows: 10 to 128 letters and digits, or base64",
        )
    })?;
    let session = NewSession {
        trans_id,
        amount,
        mode: NO_PAGE.to_owned(),
        country: String::new(),
        locale: String::new(),
        return_url: String::new(),
        cancel_url: String::new(),
        notify_url,
        goods,
        fingerprint,
        asked_by: seed.map(|seed| seed.text()).unwrap_or_default(),
        expire_text: String::new(),
        // The flow decides: it depends on who charges.
        expires: 0,
        appearance: String::new(),
    };
    let method = method.map(|name| name.parse::<Method>()).transpose().map_err(|_| no_codes())?;
    Ok(Charge { session, method, scanned })
}

/// By what the shopper is to be charged.
enum By {
    Code { method: Option<String>, code: String },
    Card,
}

fn payment(fields: &mut Fields, is_merchants: bool) -> Result<By> {
    let Some(mut payment) = fields.object("payment")? else {
        return Err(fields.wrong("payment", "is missing"));
    };
    if !is_merchants {
        let method = payment.text("payment_method", 64)?;
        let code = payment.required("payment_code", 128)?;
        payment.end()?;
        return Ok(By::Code { method, code });
    }
    payment.required("payment_method", 64)?;
    payment.required("shopper_reference", 128)?;
    payment.required("token", 64)?;
    payment.end()?;
    Ok(By::Card)
}

/// The merchant's own number of the device that scanned (K7).
fn device(fields: &mut Fields) -> Result<Option<String>> {
    match fields.text("device_id", 32)? {
        Some(text) if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(fields.wrong("device_id", "is 1 to 32 visible ASCII characters"))
        }
        found => Ok(found),
    }
}

fn no_cards() -> Error {
    Error::field(
        Code::ProductNotAvailable,
        "payment.token",
        "no channel of this server charges a stored card",
    )
}
