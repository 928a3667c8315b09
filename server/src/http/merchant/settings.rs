//! The settings of a merchant and of its organisation, and their keys.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use florin_shared::Method;
use florin_shared::merchant::{KeyView, MerchantView, OrganisationView};
use url::Url;

use super::new_session::same_merchant;
use crate::domain::contrast::Colour;
use crate::domain::order::LateSuccess;
use crate::flow::keys::{self, Holder};
use crate::flow::settings::{self, AppearanceChange, MerchantChange, OrganisationChange};
use crate::http::answer::Good;
use crate::http::auth::{Caller, is_private};
use crate::http::body::{Body, Fields};
use crate::http::idempotency::Seed;
use crate::http::tenant::Group;
use crate::store::merchants::Merchant;
use crate::{App, Result};

/// The addresses of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/v1/merchant", get(merchant).patch(change_merchant))
        .route("/v1/merchant/keys", get(merchant_keys).post(new_merchant_key))
        .route("/v1/merchant/keys/{key_id}", delete(delete_merchant_key))
        .route("/v1/organisation", get(organisation).patch(change_organisation))
        .route("/v1/organisation/keys", get(organisation_keys).post(new_organisation_key))
        .route("/v1/organisation/keys/{key_id}", delete(delete_organisation_key))
}

async fn merchant(State(app): State<App>, Caller(merchant): Caller) -> Result<Good<MerchantView>> {
    Ok(Good(settings::merchant(&app, &merchant.id).await?))
}

async fn change_merchant(
    State(app): State<App>,
    Caller(merchant): Caller,
    body: Body,
) -> Result<Good<MerchantView>> {
    let mut fields = Fields::of(body.object);
    same_merchant(&mut fields, &merchant)?;
    let change = MerchantChange {
        name: name(&mut fields)?,
        origins: origins(&mut fields, &merchant)?,
        appearance: appearance(&mut fields)?,
        late_success: late_success(&mut fields)?,
        auto_query: fields.has("auto_query").then(|| fields.flag("auto_query")).transpose()?,
    };
    fields.end()?;
    Ok(Good(settings::change_merchant(&app, &merchant.id, change).await?))
}

async fn organisation(
    State(app): State<App>,
    Group(group): Group,
) -> Result<Good<OrganisationView>> {
    Ok(Good(settings::organisation(&app, group).await?))
}

async fn change_organisation(
    State(app): State<App>,
    Group(group): Group,
    body: Body,
) -> Result<Good<OrganisationView>> {
    let mut fields = Fields::of(body.object);
    let change =
        OrganisationChange { name: name(&mut fields)?, appearance: appearance(&mut fields)? };
    fields.end()?;
    Ok(Good(settings::change_organisation(&app, group.id, change).await?))
}

async fn merchant_keys(
    State(app): State<App>,
    Caller(merchant): Caller,
) -> Result<Good<Vec<KeyView>>> {
    Ok(Good(keys::list(&app, &holder(&merchant)).await?))
}

async fn new_merchant_key(
    State(app): State<App>,
    Caller(merchant): Caller,
    seed: Option<Seed>,
) -> Result<Good<KeyView>> {
    Ok(Good(keys::create(&app, holder(&merchant), seed.map(|seed| seed.text())).await?))
}

async fn delete_merchant_key(
    State(app): State<App>,
    Caller(merchant): Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    keys::delete(&app, holder(&merchant), id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn organisation_keys(
    State(app): State<App>,
    Group(group): Group,
) -> Result<Good<Vec<KeyView>>> {
    Ok(Good(keys::list(&app, &Holder::Organisation(group.id)).await?))
}

async fn new_organisation_key(
    State(app): State<App>,
    Group(group): Group,
    seed: Option<Seed>,
) -> Result<Good<KeyView>> {
    let holder = Holder::Organisation(group.id);
    Ok(Good(keys::create(&app, holder, seed.map(|seed| seed.text())).await?))
}

async fn delete_organisation_key(
    State(app): State<App>,
    Group(group): Group,
    Path(id): Path<String>,
) -> Result<Response> {
    keys::delete(&app, Holder::Organisation(group.id), id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn holder(merchant: &Merchant) -> Holder {
    Holder::Merchant(merchant.id.clone(), merchant.livemode)
}

fn name(fields: &mut Fields) -> Result<Option<String>> {
    if fields.has("name") { fields.required("name", 128).map(Some) } else { Ok(None) }
}

/// Scheme, host and port, exactly as a browser sends them; https, and in test mode also http to private hosts.
fn origins(fields: &mut Fields, merchant: &Merchant) -> Result<Option<Vec<String>>> {
    let Some(origins) = fields.texts("origins", 50, 255)? else { return Ok(None) };
    for (index, origin) in origins.iter().enumerate() {
        let is_origin =
            Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
        let is_safe = origin.starts_with("https://")
            || (origin.starts_with("http://") && !merchant.livemode && is_private(origin));
        if !is_origin || !is_safe {
            return Err(fields.wrong(
                &format!("origins.{index}"),
                "must be scheme, host and port, such as https://shop.example, and https beyond this network",
            ));
        }
    }
    Ok(Some(origins))
}

fn late_success(fields: &mut Fields) -> Result<Option<LateSuccess>> {
    if !fields.has("late_success") {
        return Ok(None);
    }
    let word = fields.word("late_success", &["REVERSE", "ACCEPT"])?;
    Ok(Some(word.parse()?))
}

/// Null takes a choice back.
fn appearance(fields: &mut Fields) -> Result<AppearanceChange> {
    let Some(mut looks) = fields.object("appearance")? else {
        return Ok(AppearanceChange::default());
    };
    let change = AppearanceChange {
        theme: looks.has("theme").then(|| theme(&mut looks)).transpose()?,
        color_primary: looks.has("color_primary").then(|| colour(&mut looks)).transpose()?,
        border_radius: looks.has("border_radius").then(|| radius(&mut looks)).transpose()?,
        methods: looks.has("methods").then(|| methods(&mut looks)).transpose()?,
    };
    looks.end()?;
    Ok(change)
}

fn theme(looks: &mut Fields) -> Result<Option<String>> {
    let theme = looks.text("theme", 16)?;
    match theme.as_deref() {
        None | Some("light" | "dark") => Ok(theme),
        Some(_) => Err(looks.wrong("theme", "must be light, dark or null")),
    }
}

fn colour(looks: &mut Fields) -> Result<Option<String>> {
    let text = looks.text("color_primary", 16)?;
    if text.as_deref().is_none_or(|text| Colour::of(text).is_some()) {
        return Ok(text);
    }
    Err(looks.wrong("color_primary", "must be six hexadecimal digits, such as #1f5eff"))
}

fn radius(looks: &mut Fields) -> Result<Option<u8>> {
    const MOST: u64 = 32;
    match looks.number("border_radius")? {
        None => Ok(None),
        Some(pixels) if pixels <= MOST => Ok(u8::try_from(pixels).ok()),
        Some(_) => Err(looks.wrong("border_radius", format!("is at most {MOST} pixels"))),
    }
}

fn methods(looks: &mut Fields) -> Result<Option<Vec<String>>> {
    let Some(words) = looks.texts("methods", 64, 64)? else { return Ok(None) };
    for (index, word) in words.iter().enumerate() {
        let path = format!("methods.{index}");
        if word.parse::<Method>().is_err() {
            return Err(looks.wrong(&path, "is no method that Florin knows"));
        }
        if words[..index].contains(word) {
            return Err(looks.wrong(&path, "stands twice"));
        }
    }
    if words.is_empty() {
        return Err(looks.wrong("methods", "must name a method; null offers all of them"));
    }
    Ok(Some(words))
}
