//! Refunds, for the merchant's server.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::State;
use florin_shared::Code;
use florin_shared::Envelope;
use florin_shared::refund::RefundView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::pay::{CreateRefund, QueryRefund};
use super::asked::queries::OfRefund;
use super::new_session::{notify_url, same_merchant};
use super::transactions::key;
use crate::domain::reversal::Wish;
use crate::flow::refund::{NewRefund, RefundKey, query, refund, view};
use crate::flow::to_the_end;
use crate::http::answer::Good;
use crate::http::asked::Asked;
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::store::merchants::Merchant;
use crate::{App, Error, Result, hex};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, by_query)).routes(routes!(by_body))
}

/// Give a payment back, whole or in part.
#[utoipa::path(
    post,
    path = "/v1/refunds",
    operation_id = "create_refund",
    tag = "Refunds",
    request_body = CreateRefund,
    responses((status = 200, description = "Done.", body = Envelope<RefundView>)),
)]
async fn create(
    State(app): State<App>,
    Caller(merchant): Caller,
    body: Body,
) -> Result<Good<RefundView>> {
    let wanted = parse(body, &merchant)?;
    let flow = app.clone();
    to_the_end(async move { refund(&flow, &merchant, wanted).await }).await.map(Good)
}

/// Florin's names; PayKKa's `ori_order_id` and `refund_amount` say the same.
fn parse(body: Body, merchant: &Merchant) -> Result<NewRefund> {
    let fingerprint = fingerprint(&body);
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, merchant)?;
    let order = (fields.text("order_id", 64)?, fields.text("ori_order_id", 64)?);
    let order = either(order, "order_id", "ori_order_id")?;
    let (session, trans_id) = (fields.text("session_id", 64)?, fields.text("trans_id", 64)?);
    let amount = (fields.minor("amount", 32)?, fields.minor("refund_amount", 32)?);
    let amount = either(amount, "amount", "refund_amount")?;
    let currency = fields.text("currency", 8)?;
    let wish = Wish {
        refund_trans_id: own_number(&mut fields)?,
        reason: reason(&mut fields)?,
        notify_url: notify_url(&mut fields, merchant)?,
        fingerprint,
    };
    fields.end()?;
    Ok(NewRefund { key: key(order, session, trans_id)?, amount, currency, wish })
}

/// The same request has the same fingerprint, whatever the order of its keys.
fn fingerprint(body: &Body) -> String {
    let canonical = serde_json::to_vec(&body.object).unwrap_or_default();
    hex(digest(&SHA256, &canonical).as_ref())
}

/// One value that may go by two names, and must not differ.
fn either(
    said: (Option<String>, Option<String>),
    name: &'static str,
    other: &'static str,
) -> Result<Option<String>> {
    match said {
        (Some(one), Some(two)) if one != two => Err(Error::field(
            Code::InvalidField,
            other,
            format!("{other} says the same as {name}, and must not differ from it"),
        )),
        (one, two) => Ok(one.or(two)),
    }
}

fn own_number(fields: &mut Fields) -> Result<String> {
    let text = fields.required("refund_trans_id", 64)?;
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text);
    }
    Err(Error::field(
        Code::InvalidField,
        "refund_trans_id",
        "refund_trans_id is 1 to 64 visible ASCII characters",
    ))
}

/// People read it, at the channel too.
fn reason(fields: &mut Fields) -> Result<String> {
    let text = fields.text("reason", 256)?.unwrap_or_default();
    if text.chars().any(char::is_control) {
        return Err(Error::field(
            Code::InvalidField,
            "reason",
            "reason is one line of at most 256 bytes",
        ));
    }
    Ok(text)
}

/// Query a refund.
///
/// By `?refund_id=` or `?refund_trans_id=`.
#[utoipa::path(
    get,
    path = "/v1/refunds",
    operation_id = "get_refund",
    tag = "Refunds",
    params(OfRefund),
    responses((status = 200, description = "Done.", body = Envelope<RefundView>)),
)]
async fn by_query(
    State(app): State<App>,
    Caller(merchant): Caller,
    Asked(mut asked): Asked,
) -> Result<Good<RefundView>> {
    let key = of(asked.text("refund_id", 64)?, asked.text("refund_trans_id", 64)?)?;
    asked.end()?;
    let found = query(&app, &merchant.id, &key).await?;
    Ok(Good(view(&found, merchant.livemode)))
}

/// Query a refund, with a body.
#[utoipa::path(
    post,
    path = "/v1/refunds/query",
    operation_id = "query_refund",
    tag = "Refunds",
    request_body = QueryRefund,
    responses((status = 200, description = "Done.", body = Envelope<RefundView>)),
)]
async fn by_body(
    State(app): State<App>,
    Caller(merchant): Caller,
    body: Body,
) -> Result<Good<RefundView>> {
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    let id = (fields.text("refund_id", 64)?, fields.text("refund_order_id", 64)?);
    let id = either(id, "refund_id", "refund_order_id")?;
    let key = of(id, fields.text("refund_trans_id", 64)?)?;
    fields.end()?;
    let found = query(&app, &merchant.id, &key).await?;
    Ok(Good(view(&found, merchant.livemode)))
}

/// The more exact key counts. A malformed id cannot be anybody's: the same answer as for an unknown one.
fn of(id: Option<String>, own: Option<String>) -> Result<RefundKey> {
    match (id, own) {
        (Some(id), _) => id.parse().map(RefundKey::Refund).map_err(|_| Error::no_such("refund")),
        (None, Some(own)) if !own.contains('\0') => Ok(RefundKey::Own(own)),
        (None, Some(_)) => Err(Error::no_such("refund")),
        (None, None) => Err(Error::field(
            Code::InvalidField,
            "refund_id",
            "one of refund_id and refund_trans_id must be given",
        )),
    }
}
