//! Whom a key acts for (D14): a merchant's key for its merchant, an organisation's for the one of its merchants that
//! `merchant_id` names, in the query or in the body. A foreign merchant and an unknown one get the same answer.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use florin_shared::{Code, MerchantId};

use super::asked::pairs;
use super::auth::{bearer, within_half};
use super::body::{MOST, object};
use crate::flow::keys::note_use;
use crate::store::keys::{self, ORGANISATION};
use crate::store::organisations::{self, Organisation};
use crate::{App, Error, Result};

/// The merchant that an organisation's request names.
#[derive(Clone, Debug)]
struct Named(Option<String>);

/// An organisation whose secret key came with this request.
pub struct Group(pub Organisation);

impl FromRequestParts<App> for Group {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Group> {
        let key = bearer(&parts.headers, "an organisation's key")?;
        if !key.starts_with(ORGANISATION) {
            merchant_of(app, key).await?;
            return Err(Error::refused(
                Code::OrganisationKeyNeeded,
                "this call needs an organisation's key; this one is a merchant's",
            ));
        }
        let id = organisation_of(app, key).await?;
        within_half(app, &id)?;
        let found = organisations::get(&mut app.store.read().await?, &id).await?;
        found.map(Group).ok_or_else(|| Error::no_such("organisation"))
    }
}

/// For whom the key of this request acts.
pub async fn acting_for(parts: &Parts, app: &App, key: &str) -> Result<MerchantId> {
    if !key.starts_with(ORGANISATION) {
        let id = merchant_of(app, key).await?;
        return is_the_keys(parts, &id).map(|()| id);
    }
    let organisation = organisation_of(app, key).await?;
    let named = parts.extensions.get::<Named>().and_then(|Named(id)| id.as_deref());
    let named = named.ok_or_else(|| {
        Error::field(
            Code::InvalidField,
            "merchant_id",
            "an organisation's key acts for one of its merchants: say merchant_id",
        )
    })?;
    let unknown = || Error::no_such("merchant");
    let id: MerchantId = named.parse().map_err(|_| unknown())?;
    let belongs_to = organisations::of_merchant(&mut app.store.read().await?, &id).await?;
    if belongs_to == Some(organisation) { Ok(id) } else { Err(unknown()) }
}

/// What a merchant's request says of `merchant_id` must be so (D14); the body's is read with the body.
fn is_the_keys(parts: &Parts, id: &MerchantId) -> Result<()> {
    match pairs(parts.uri.query()).find(|(name, _)| name == "merchant_id") {
        Some((_, said)) if said != id.as_str() => Err(Error::field(
            Code::InvalidField,
            "merchant_id",
            "merchant_id is not the one of this key",
        )),
        _ => Ok(()),
    }
}

async fn merchant_of(app: &App, key: &str) -> Result<MerchantId> {
    let now = app.now();
    let miss = match app.keys.find(key, now) {
        Ok(known) => return Ok(known),
        Err(miss) => miss,
    };
    let owner = keys::merchant_of(&mut app.store.read().await?, key).await?;
    let owner = owner.ok_or_else(opens_nothing)?;
    note_use(app, key, &owner);
    app.keys.keep(miss, owner.id.clone(), now);
    Ok(owner.id)
}

async fn organisation_of(app: &App, key: &str) -> Result<String> {
    let owner = keys::organisation_of(&mut app.store.read().await?, key).await?;
    let owner = owner.ok_or_else(opens_nothing)?;
    note_use(app, key, &owner);
    Ok(owner.id)
}

fn opens_nothing() -> Error {
    Error::refused(Code::WrongKey, "this key opens nothing")
}

/// Whether an address belongs to the merchant API.
pub fn is_merchants(path: &str) -> bool {
    path.starts_with("/v1/") && !path.starts_with("/v1/checkout/")
}

/// Whether an address is about an organisation itself.
pub fn is_organisations(path: &str) -> bool {
    path == "/v1/organisation" || path.starts_with("/v1/organisation/")
}

/// Reads whom an organisation's request is for, before anything else looks at it.
pub async fn name(request: Request, next: Next) -> Response {
    match named(request).await {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

async fn named(request: Request) -> Result<Request> {
    let (mut parts, body) = request.into_parts();
    let is_group =
        bearer(&parts.headers, "a secret key").is_ok_and(|key| key.starts_with(ORGANISATION));
    if !is_group || !is_merchants(parts.uri.path()) || is_organisations(parts.uri.path()) {
        return Ok(Request::from_parts(parts, body));
    }
    let asked = pairs(parts.uri.query()).find(|(name, _)| name == "merchant_id");
    let bytes = whole(body).await?;
    // What cannot be read here is refused by whoever reads it next.
    let told = object(&bytes)
        .ok()
        .and_then(|fields| fields.get("merchant_id").and_then(|id| id.as_str()).map(str::to_owned));
    let asked = asked.map(|(_, id)| id);
    if told.is_some() && asked.is_some() && told != asked {
        return Err(Error::field(
            Code::InvalidField,
            "merchant_id",
            "merchant_id says one thing in the address and another in the body",
        ));
    }
    parts.extensions.insert(Named(told.or(asked)));
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// A body, if it is not too large.
pub async fn whole(body: Body) -> Result<axum::body::Bytes> {
    to_bytes(body, MOST)
        .await
        .map_err(|_| Error::refused(Code::BodyTooLarge, "the body is larger than 64 KiB"))
}
