//! Deliveries, for the merchant's server: what was told, try by try, and telling it again.

use axum::extract::{Path, State};
use florin_shared::webhook::{DeliveryList, DeliveryView, TryView};
use florin_shared::{Code, DeliveryId, Envelope};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::queries::OfDeliveries;
use crate::clock::rfc3339;
use crate::domain::webhook::{DeliveryState, NOTIFY_URL};
use crate::flow::deliveries::{self, Told};
use crate::http::answer::Good;
use crate::http::asked::{Asked, limit};
use crate::http::auth::Caller;
use crate::http::body::Fields;
use crate::store::deliveries::{Of, Page, TryRow};
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(replay))
}

/// How many stand on a page, when nothing is said, and at most.
const USUAL: i64 = 20;
const MOST: i64 = 100;

/// List what was told, newest first, with every try.
#[utoipa::path(
    get,
    path = "/v1/deliveries",
    operation_id = "list_deliveries",
    tag = "Deliveries",
    params(OfDeliveries),
    responses((status = 200, description = "Done.", body = Envelope<DeliveryList>)),
)]
async fn list(
    State(app): State<App>,
    Caller(merchant): Caller,
    Asked(asked): Asked,
) -> Result<Good<DeliveryList>> {
    let (told, has_more) = deliveries::list(&app, &merchant, page(asked)?).await?;
    let deliveries: Vec<_> = told.into_iter().map(view).collect();
    let last = deliveries.last().map(|delivery: &DeliveryView| delivery.delivery_id.clone());
    Ok(Good(DeliveryList { next_cursor: last.filter(|_| has_more), deliveries }))
}

/// Show a delivery.
#[utoipa::path(
    get,
    path = "/v1/deliveries/{delivery_id}",
    operation_id = "get_delivery",
    tag = "Deliveries",
    responses((status = 200, description = "Done.", body = Envelope<DeliveryView>)),
)]
async fn one(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<DeliveryView>> {
    Ok(Good(view(deliveries::get(&app, &merchant, &known(&id)?).await?)))
}

/// Tell it again, with the same `webhook-id`.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{delivery_id}/replay",
    operation_id = "replay_delivery",
    tag = "Deliveries",
    responses((status = 200, description = "Done.", body = Envelope<DeliveryView>)),
)]
async fn replay(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<DeliveryView>> {
    Ok(Good(view(deliveries::replay(&app, &merchant, known(&id)?).await?)))
}

fn known(id: &str) -> Result<DeliveryId> {
    id.parse().map_err(|_| Error::no_such("delivery"))
}

fn page(mut asked: Fields) -> Result<Page> {
    let state = asked.text("state", 16)?.as_deref().map(state).transpose()?;
    let before = asked.text("cursor", 64)?.as_deref().map(str::parse).transpose();
    let before = before.map_err(|_| wrong("cursor", "is not one that a page gave"))?;
    let most = limit(&mut asked, USUAL, MOST)?;
    let page = Page { of: of(&mut asked)?, state, before, most };
    asked.end()?;
    Ok(page)
}

fn of(asked: &mut Fields) -> Result<Of> {
    let (endpoint, payment) = (asked.text("endpoint_id", 64)?, asked.text("order_id", 64)?);
    let (order, session) = (asked.text("trans_id", 64)?, asked.text("session_id", 64)?);
    match (endpoint, payment, order, session) {
        (None, None, None, None) => Ok(Of::Merchant),
        (Some(id), None, None, None) => Ok(Of::Endpoint(id.parse()?)),
        (None, Some(id), None, None) => Ok(Of::Payment(id.parse()?)),
        (None, None, Some(id), None) => Ok(Of::Order(id)),
        (None, None, None, Some(id)) => Ok(Of::Session(id.parse()?)),
        _ => Err(Error::refused(
            Code::InvalidField,
            "only one of endpoint_id, order_id, trans_id and session_id may be given",
        )),
    }
}

fn state(text: &str) -> Result<DeliveryState> {
    let words: Vec<_> = DeliveryState::ALL.iter().map(|state| state.as_str()).collect();
    text.parse().map_err(|_| wrong("state", &format!("must be one of {}", words.join(", "))))
}

fn wrong(name: &str, what: &str) -> Error {
    Error::field(Code::InvalidField, name, format!("{name} {what}"))
}

fn view((row, tries): Told) -> DeliveryView {
    let is_pending = row.state == DeliveryState::Pending.as_str();
    DeliveryView {
        delivery_id: row.delivery_id,
        message_id: row.message_id,
        endpoint_id: (row.endpoint_id != NOTIFY_URL).then_some(row.endpoint_id),
        url: row.url,
        kind: row.kind,
        trans_id: row.trans_id,
        session_id: row.session_id,
        order_id: row.order_id,
        seq: row.seq.unsigned_abs(),
        state: row.state,
        tries: row.tries.unsigned_abs(),
        next_try_time: is_pending.then(|| rfc3339(row.next_ms)),
        created_time: rfc3339(row.created_ms),
        delivered_time: row.done_ms.map(rfc3339),
        body: row.body,
        attempts: tries.into_iter().map(try_view).collect(),
    }
}

fn try_view(row: TryRow) -> TryView {
    TryView {
        number: row.number.unsigned_abs(),
        time: rfc3339(row.at_ms),
        took_ms: row.took_ms.unsigned_abs(),
        http_status: row.status.and_then(|status| u16::try_from(status).ok()),
        error: (!row.error.is_empty()).then_some(row.error),
        response: (!row.excerpt.is_empty()).then_some(row.excerpt),
        next_try_time: row.next_ms.map(rfc3339),
    }
}
