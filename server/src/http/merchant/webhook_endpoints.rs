//! Webhook endpoints, for the merchant's server.

use axum::body::HttpBody;
use axum::extract::{FromRequest, Path, Request, State};
use florin_shared::Envelope;
use florin_shared::webhook::{
    EndpointDeleted, EndpointList, EndpointTested, EndpointView, KINDS, TryView,
};
use florin_shared::{Code, EndpointId};
use serde_json::Map;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::manage::{ChangeEndpoint, CreateEndpoint, RotateSecret};
use super::new_session::same_merchant;
use crate::clock::{Millis, rfc3339};
use crate::domain::webhook::{EndpointState, Sessions, is_pattern};
use crate::flow::to_the_end;
use crate::flow::webhook_endpoints::{
    self as endpoints, Change, LONGEST_OVERLAP_S, OVERLAP_S, Tested,
};
use crate::http::answer::Good;
use crate::http::auth::Caller;
use crate::http::body::{Body, Fields};
use crate::http::idempotency::Seed;
use crate::store::endpoints::Endpoint;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(one, change, delete))
        .routes(routes!(rotate))
        .routes(routes!(test))
}

/// Register an address that hears of events.
///
/// The answer holds the secret, and no later one does.
#[utoipa::path(
    post,
    path = "/v1/webhook_endpoints",
    operation_id = "create_webhook_endpoint",
    tag = "Webhook endpoints",
    request_body = CreateEndpoint,
    responses((status = 200, description = "Done.", body = Envelope<EndpointView>)),
)]
async fn create(
    State(app): State<App>,
    Caller(merchant): Caller,
    seed: Option<Seed>,
    body: Body,
) -> Result<Good<EndpointView>> {
    let wanted = read(body, &merchant)?;
    if wanted.url.is_none() {
        return Err(Error::field(Code::InvalidField, "url", "url is missing"));
    }
    let (endpoint, secret) =
        endpoints::create(&app, &merchant, seed.map(|seed| seed.id()), wanted).await?;
    Ok(Good(EndpointView { secret: Some(secret), ..view(endpoint, &merchant) }))
}

/// List the endpoints, oldest first.
#[utoipa::path(
    get,
    path = "/v1/webhook_endpoints",
    operation_id = "list_webhook_endpoints",
    tag = "Webhook endpoints",
    responses((status = 200, description = "Done.", body = Envelope<EndpointList>)),
)]
async fn list(State(app): State<App>, Caller(merchant): Caller) -> Result<Good<EndpointList>> {
    let all = endpoints::list(&app, &merchant).await?;
    let endpoints = all.into_iter().map(|endpoint| view(endpoint, &merchant)).collect();
    Ok(Good(EndpointList { endpoints }))
}

/// Show an endpoint.
#[utoipa::path(
    get,
    path = "/v1/webhook_endpoints/{endpoint_id}",
    operation_id = "get_webhook_endpoint",
    tag = "Webhook endpoints",
    responses((status = 200, description = "Done.", body = Envelope<EndpointView>)),
)]
async fn one(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<EndpointView>> {
    let endpoint = endpoints::get(&app, &merchant, &known(&id)?).await?;
    Ok(Good(view(endpoint, &merchant)))
}

/// Change an endpoint.
#[utoipa::path(
    patch,
    path = "/v1/webhook_endpoints/{endpoint_id}",
    operation_id = "change_webhook_endpoint",
    tag = "Webhook endpoints",
    request_body = ChangeEndpoint,
    responses((status = 200, description = "Done.", body = Envelope<EndpointView>)),
)]
async fn change(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Good<EndpointView>> {
    let id = known(&id)?;
    let change = read(body, &merchant)?;
    let endpoint = endpoints::change(&app, &merchant, id, change).await?;
    Ok(Good(view(endpoint, &merchant)))
}

/// Delete an endpoint.
#[utoipa::path(
    delete,
    path = "/v1/webhook_endpoints/{endpoint_id}",
    operation_id = "delete_webhook_endpoint",
    tag = "Webhook endpoints",
    responses((status = 200, description = "Done.", body = Envelope<EndpointDeleted>)),
)]
async fn delete(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<EndpointDeleted>> {
    let endpoint = known(&id)?;
    endpoints::delete(&app, &merchant, endpoint).await?;
    Ok(Good(EndpointDeleted { endpoint_id: id, deleted: true }))
}

/// Draw a new secret; the old one signs too for a while.
///
/// A body is not needed.
#[utoipa::path(
    post,
    path = "/v1/webhook_endpoints/{endpoint_id}/rotate",
    operation_id = "rotate_webhook_secret",
    tag = "Webhook endpoints",
    request_body = Option<RotateSecret>,
    responses((status = 200, description = "Done.", body = Envelope<EndpointView>)),
)]
async fn rotate(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
    seed: Option<Seed>,
    request: Request,
) -> Result<Good<EndpointView>> {
    let id = known(&id)?;
    let how = (overlap(request).await?, seed.map(|seed| seed.text()));
    let (endpoint, secret, until) = endpoints::rotate(&app, &merchant, id, how).await?;
    Ok(Good(EndpointView {
        secret: Some(secret),
        previous_secret_until: Some(rfc3339(until)),
        ..view(endpoint, &merchant)
    }))
}

/// Send a test event now, and tell what came of it.
#[utoipa::path(
    post,
    path = "/v1/webhook_endpoints/{endpoint_id}/test",
    operation_id = "test_webhook_endpoint",
    tag = "Webhook endpoints",
    responses((status = 200, description = "Done.", body = Envelope<EndpointTested>)),
)]
async fn test(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Good<EndpointTested>> {
    let endpoint = known(&id)?;
    let tested =
        to_the_end(async move { endpoints::test(&app, &merchant, &endpoint).await }).await?;
    Ok(Good(tested_view(id, tested)))
}

/// A malformed id cannot be anybody's: the same answer as for an unknown one.
fn known(id: &str) -> Result<EndpointId> {
    id.parse().map_err(|_| Error::no_such("webhook endpoint"))
}

fn read(body: Body, merchant: &Merchant) -> Result<Change> {
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, merchant)?;
    let change = Change {
        url: fields.text("url", 2048)?,
        description: fields.text("description", 256)?,
        types: types(&mut fields)?,
        sessions: sessions(&mut fields)?,
        enabled: fields.choice("enabled")?,
    };
    fields.end()?;
    Ok(change)
}

fn types(fields: &mut Fields) -> Result<Option<Vec<String>>> {
    let Some(types) = fields.texts("types", 32, 64)? else { return Ok(None) };
    let refuse = |sentence: String| Err(Error::field(Code::InvalidField, "types", sentence));
    if let Some(wrong) = types.iter().find(|pattern| !is_pattern(pattern)) {
        return refuse(format!(
            "types holds {wrong:?}; it may hold *, a family such as PAYMENT.*, or {}",
            KINDS.join(", ")
        ));
    }
    if types.is_empty() {
        return refuse("types must not be empty; to hear of nothing, set enabled to false".into());
    }
    Ok(Some(types))
}

fn sessions(fields: &mut Fields) -> Result<Option<Sessions>> {
    let Some(text) = fields.text("sessions", 32)? else { return Ok(None) };
    let wrong = |_| {
        Error::field(Code::InvalidField, "sessions", "sessions must be WITHOUT_NOTIFY_URL or ALL")
    };
    text.parse().map(Some).map_err(wrong)
}

/// A body is not needed: without one the overlap is the usual one.
pub(super) async fn overlap(request: Request) -> Result<Millis> {
    let is_empty = request.body().size_hint().exact() == Some(0);
    let object = match is_empty {
        true => Map::new(),
        false => Body::from_request(request, &()).await?.object,
    };
    let mut fields = Fields::of(object);
    let seconds = fields.number("overlap_seconds")?.unwrap_or(OVERLAP_S);
    fields.end()?;
    if seconds > LONGEST_OVERLAP_S {
        return Err(Error::field(
            Code::InvalidField,
            "overlap_seconds",
            format!("overlap_seconds is at most {LONGEST_OVERLAP_S}, a week"),
        ));
    }
    Ok(Millis::try_from(seconds).unwrap_or(0) * 1000)
}

fn view(endpoint: Endpoint, merchant: &Merchant) -> EndpointView {
    let is_gone = endpoint.state == EndpointState::Gone;
    EndpointView {
        endpoint_id: endpoint.id.to_string(),
        url: endpoint.url,
        types: endpoint.types,
        sessions: endpoint.sessions.as_str().into(),
        enabled: endpoint.state == EndpointState::Enabled,
        disabled_reason: is_gone.then(|| endpoint.state.as_str().to_owned()),
        description: endpoint.description,
        livemode: merchant.livemode,
        created_time: rfc3339(endpoint.created),
        failing_since: endpoint.failing_since.map(rfc3339),
        last_delivery: endpoint.delivered.map(rfc3339),
        secret: None,
        previous_secret_until: None,
    }
}

fn tested_view(endpoint_id: String, tested: Tested) -> EndpointTested {
    let answer = tested.answer;
    EndpointTested {
        endpoint_id,
        message_id: tested.message,
        delivered: answer.is_delivered(),
        attempt: TryView {
            number: 1,
            time: rfc3339(tested.at),
            took_ms: tested.took.unsigned_abs(),
            http_status: answer.status,
            error: (!answer.error.is_empty()).then_some(answer.error),
            response: (!answer.excerpt.is_empty()).then_some(answer.excerpt),
            next_try_time: None,
        },
    }
}
