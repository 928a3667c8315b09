//! The settings of a merchant and of its organisation, and their keys.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use florin_shared::Envelope;
use florin_shared::merchant::{KeyView, MerchantView, NotifySecretView, OrganisationView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::appearance::appearance;
use super::asked::manage::{ChangeMerchant, ChangeOrganisation, RotateSecret};
use super::new_session::same_merchant;
use super::webhook_endpoints::overlap;
use crate::clock::rfc3339;
use crate::domain::order::LateSuccess;
use crate::flow::keys::{self, Kind};
use crate::flow::notify_secret;
use crate::flow::settings::{self, MerchantChange, OrganisationChange};
use crate::http::answer::Good;
use crate::http::auth::{Caller, ORIGIN_RULE, is_origin};
use crate::http::body::{Body, Fields};
use crate::http::idempotency::Seed;
use crate::http::tenant::Group;
use crate::store::keys::Holder;
use crate::store::merchants::Merchant;
use crate::{App, Result};

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(merchant, change_merchant))
        .routes(routes!(rotate_notify_secret))
        .routes(routes!(organisation, change_organisation))
        .routes(routes!(merchant_keys, new_merchant_key))
        .routes(routes!(delete_merchant_key))
        .routes(routes!(organisation_keys, new_organisation_key))
        .routes(routes!(delete_organisation_key))
}

/// Show the merchant's settings.
#[utoipa::path(
    get,
    path = "/v1/merchant",
    operation_id = "get_merchant",
    tag = "Settings",
    responses((status = 200, description = "Done.", body = Envelope<MerchantView>)),
)]
async fn merchant(State(app): State<App>, Caller(merchant): Caller) -> Result<Good<MerchantView>> {
    Ok(Good(settings::merchant(&app, &merchant.id).await?))
}

/// Change the merchant's settings.
#[utoipa::path(
    patch,
    path = "/v1/merchant",
    operation_id = "change_merchant",
    tag = "Settings",
    request_body = ChangeMerchant,
    responses((status = 200, description = "Done.", body = Envelope<MerchantView>)),
)]
async fn change_merchant(
    State(app): State<App>,
    Caller(merchant): Caller,
    body: Body,
) -> Result<Good<MerchantView>> {
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    let mut change = MerchantChange {
        name: name(&mut fields)?,
        origins: origins(&mut fields, &merchant)?,
        appearance: appearance(&app, &mut fields)?,
        late_success: late_success(&mut fields)?,
    };
    if let Some(auto_query) = fields.choice("auto_query")? {
        change.appearance.fields.insert("auto_query".to_owned(), auto_query.into());
    }
    fields.end()?;
    Ok(Good(settings::change_merchant(&app, &merchant.id, change).await?))
}

/// Draw a new secret for what goes to sessions' `notify_url`; the old one signs too for a while.
///
/// A body is not needed. The answer holds the secret, and no later one does. An endpoint has a secret of its own.
#[utoipa::path(
    post,
    path = "/v1/merchant/webhook_secret/rotate",
    operation_id = "rotate_merchant_webhook_secret",
    tag = "Settings",
    request_body = Option<RotateSecret>,
    responses((status = 200, description = "Done.", body = Envelope<NotifySecretView>)),
)]
async fn rotate_notify_secret(
    State(app): State<App>,
    Caller(merchant): Caller,
    seed: Option<Seed>,
    request: Request,
) -> Result<Good<NotifySecretView>> {
    let how = (overlap(request).await?, seed.map(|seed| seed.text()));
    let (secret, until) = notify_secret::rotate(&app, &merchant.id, how).await?;
    Ok(Good(NotifySecretView {
        merchant_id: merchant.id.to_string(),
        secret,
        previous_secret_until: rfc3339(until),
    }))
}

/// Show the organisation's settings and merchants.
#[utoipa::path(
    get,
    path = "/v1/organisation",
    operation_id = "get_organisation",
    tag = "Settings",
    responses((status = 200, description = "Done.", body = Envelope<OrganisationView>)),
)]
async fn organisation(
    State(app): State<App>,
    Group(group): Group,
) -> Result<Good<OrganisationView>> {
    Ok(Good(settings::organisation(&app, group).await?))
}

/// Change the organisation's settings.
#[utoipa::path(
    patch,
    path = "/v1/organisation",
    operation_id = "change_organisation",
    tag = "Settings",
    request_body = ChangeOrganisation,
    responses((status = 200, description = "Done.", body = Envelope<OrganisationView>)),
)]
async fn change_organisation(
    State(app): State<App>,
    Group(group): Group,
    body: Body,
) -> Result<Good<OrganisationView>> {
    let mut fields = Fields::of(body.object);
    let change =
        OrganisationChange { name: name(&mut fields)?, appearance: appearance(&app, &mut fields)? };
    fields.end()?;
    Ok(Good(settings::change_organisation(&app, group.id, change).await?))
}

/// List the merchant's secret keys, without the secrets.
#[utoipa::path(
    get,
    path = "/v1/merchant/keys",
    operation_id = "list_merchant_keys",
    tag = "Settings",
    responses((status = 200, description = "Done.", body = Envelope<Vec<KeyView>>)),
)]
async fn merchant_keys(
    State(app): State<App>,
    Caller(merchant): Caller,
) -> Result<Good<Vec<KeyView>>> {
    Ok(Good(keys::list(&app, &holder(&merchant)).await?))
}

/// Make one more secret key for the merchant.
///
/// The answer holds the secret, and no later one does.
#[utoipa::path(
    post,
    path = "/v1/merchant/keys",
    operation_id = "create_merchant_key",
    tag = "Settings",
    responses((status = 200, description = "Done.", body = Envelope<KeyView>)),
)]
async fn new_merchant_key(
    State(app): State<App>,
    Caller(merchant): Caller,
    seed: Option<Seed>,
) -> Result<Good<KeyView>> {
    let kind = Kind::of_merchant(merchant.livemode);
    Ok(Good(keys::create(&app, holder(&merchant), kind, seed.map(|seed| seed.text())).await?))
}

/// Delete a secret key of the merchant; it opens nothing from now on.
#[utoipa::path(
    delete,
    path = "/v1/merchant/keys/{key_id}",
    operation_id = "delete_merchant_key",
    tag = "Settings",
    responses((status = 204, description = "The key is no more.")),
)]
async fn delete_merchant_key(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    keys::delete(&app, holder(&merchant), id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// List the organisation's secret keys, without the secrets.
#[utoipa::path(
    get,
    path = "/v1/organisation/keys",
    operation_id = "list_organisation_keys",
    tag = "Settings",
    responses((status = 200, description = "Done.", body = Envelope<Vec<KeyView>>)),
)]
async fn organisation_keys(
    State(app): State<App>,
    Group(group): Group,
) -> Result<Good<Vec<KeyView>>> {
    Ok(Good(keys::list(&app, &Holder::Organisation(group.id)).await?))
}

/// Make one more secret key for the organisation.
///
/// The answer holds the secret, and no later one does.
#[utoipa::path(
    post,
    path = "/v1/organisation/keys",
    operation_id = "create_organisation_key",
    tag = "Settings",
    responses((status = 200, description = "Done.", body = Envelope<KeyView>)),
)]
async fn new_organisation_key(
    State(app): State<App>,
    Group(group): Group,
    seed: Option<Seed>,
) -> Result<Good<KeyView>> {
    let holder = Holder::Organisation(group.id);
    let seed = seed.map(|seed| seed.text());
    Ok(Good(keys::create(&app, holder, Kind::Organisation, seed).await?))
}

/// Delete a secret key of the organisation; it opens nothing from now on.
#[utoipa::path(
    delete,
    path = "/v1/organisation/keys/{key_id}",
    operation_id = "delete_organisation_key",
    tag = "Settings",
    responses((status = 204, description = "The key is no more.")),
)]
async fn delete_organisation_key(
    State(app): State<App>,
    Group(group): Group,
    Path(id): Path<String>,
) -> Result<Response> {
    keys::delete(&app, Holder::Organisation(group.id), id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn holder(merchant: &Merchant) -> Holder {
    Holder::Merchant(merchant.id.clone())
}

fn name(fields: &mut Fields) -> Result<Option<String>> {
    if fields.has("name") { fields.required("name", 128).map(Some) } else { Ok(None) }
}

fn origins(fields: &mut Fields, merchant: &Merchant) -> Result<Option<Vec<String>>> {
    let Some(origins) = fields.texts("origins", 50, 255)? else { return Ok(None) };
    match origins.iter().position(|origin| !is_origin(origin, merchant.livemode)) {
        Some(index) => Err(fields.wrong(&format!("origins.{index}"), ORIGIN_RULE)),
        None => Ok(Some(origins)),
    }
}

fn late_success(fields: &mut Fields) -> Result<Option<LateSuccess>> {
    let Some(word) = fields.text("late_success", 64)? else { return Ok(None) };
    let known = word.parse();
    known.map(Some).map_err(|_| fields.wrong("late_success", "must be one of REVERSE, ACCEPT"))
}
