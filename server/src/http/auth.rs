//! Extractors that are proofs: there is no other way to get a merchant or a shopper.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::http::request::Parts;
use florin_shared::{Code, SessionId};
use metrics::counter;
use url::{Host, Url};

use super::tenant::acting_for;
use crate::app::digest_of;
use crate::flow::view;
use crate::gates;
use crate::metrics::SHED;
use crate::status::Entry;
use crate::store::merchants::Merchant;
use crate::{App, Error, Result};

/// A merchant whose secret key, or whose organisation's, came with this request.
pub struct Caller(pub Arc<Merchant>);

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller> {
        if let Some(Known(merchant)) = parts.extensions.get() {
            return Ok(Caller(merchant.clone()));
        }
        let key = bearer(&parts.headers, "a secret key")?;
        let merchant = app.merchant(&acting_for(parts, app, key).await?).await?;
        within_half(app, merchant.id.as_str())?;
        // Test keys open nothing where real money moves, and the other way round (D14).
        if merchant.livemode != app.channels.are_live() {
            return Err(Error::refused(
                Code::WrongKey,
                "this key is for the other mode: test and live never meet",
            ));
        }
        parts.extensions.insert(Known(merchant.clone()));
        Ok(Caller(merchant))
    }
}

/// Nobody takes more than half of a class's places from the others (threat S30). Where only one merchant is served there
/// are no others.
pub(super) fn within_half(app: &App, holder: &str) -> Result<()> {
    let Some(place) = gates::held() else { return Ok(()) };
    if place.is_held_by(holder, app.serves_several()) {
        return Ok(());
    }
    counter!(SHED, "class" => place.class().as_str()).increment(1);
    Err(Error::refused(
        Code::Busy,
        "half of all places are taken by this caller alone; nothing was done, try again when one of its requests has ended",
    ))
}

/// The merchant that was found already: a request is asked for its key once.
#[derive(Clone)]
struct Known(Arc<Merchant>);

/// A shopper whose token opens the session in the path, on a page of the merchant's.
pub struct Shopper {
    /// The session.
    pub session: SessionId,
    /// The session in memory.
    pub entry: Arc<Entry>,
}

impl FromRequestParts<App> for Shopper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Shopper> {
        let token = digest_of(bearer(&parts.headers, "a client token")?);
        let session = session_of(parts, app).await?;
        // Compared before anything is looked up: a stranger never reaches the database.
        let right = app
            .board
            .get(&session)
            .map_or_else(|| app.token_digest(&session), |entry| entry.token_digest);
        verify_slices_are_equal(&token, &right).map_err(|_| wrong_token())?;
        let entry = view::entry(app, &session).await?;
        opens(&parts.headers, &entry, app)?;
        Ok(Shopper { session, entry })
    }
}

/// Whether the token in these headers opens this session still, on a page that may ask.
pub(super) fn opens(headers: &HeaderMap, entry: &Entry, app: &App) -> Result<()> {
    let token = digest_of(bearer(headers, "a client token")?);
    verify_slices_are_equal(&token, &entry.token_digest).map_err(|_| wrong_token())?;
    view::token_lives(&entry.snapshot().session, app.now())?;
    // One that is no text is nobody's; it is not the same as none.
    let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or("(unreadable)"));
    // Origins may have changed since this session came into memory.
    let merchant = app.merchant_at_hand(&entry.merchant.id);
    may_ask(origin, merchant.as_ref().unwrap_or(&entry.merchant), &app.public_url)
}

/// An unknown session, a foreign one and a wrong token get the same answer.
fn wrong_token() -> Error {
    Error::refused(Code::WrongKey, "this client token does not open this session")
}

async fn session_of(parts: &mut Parts, app: &App) -> Result<SessionId> {
    let Path(path) =
        Path::<std::collections::HashMap<String, String>>::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::no_such("session"))?;
    path.get("session_id").and_then(|id| id.parse().ok()).ok_or_else(wrong_token)
}

/// The key or token of a request.
pub(super) fn bearer<'a>(headers: &'a HeaderMap, what: &str) -> Result<&'a str> {
    let header = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    header
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, key)| key.trim())
        .filter(|key| !key.is_empty())
        .ok_or_else(|| {
            Error::refused(Code::NoKey, format!("this call needs {what}: Authorization: Bearer …"))
        })
}

/// Pages of the merchant's registered origins, our own pages, and in test mode those of this machine and its network.
pub(super) fn may_ask(origin: Option<&str>, merchant: &Merchant, public_url: &str) -> Result<()> {
    // Programs and same-origin GETs send none; a browser cannot hide it.
    let Some(origin) = origin else { return Ok(()) };
    let own = Url::parse(public_url).is_ok_and(|url| url.origin().ascii_serialization() == origin);
    let registered = merchant.origins.iter().any(|known| known == origin);
    if own || registered || (!merchant.livemode && is_private(origin)) {
        return Ok(());
    }
    Err(Error::refused(
        Code::OriginNotRegistered,
        format!(
            "the origin {origin} is not registered; add it to the merchant's origins, as scheme, host and port"
        ),
    ))
}

/// What a registered origin must be.
pub const ORIGIN_RULE: &str =
    "must be scheme, host and port, such as https://shop.example, and https beyond this network";

/// Whether pages of this origin may be let in: scheme, host and port, exactly as a browser sends them; https, and in
/// test mode also http to private hosts.
pub fn is_origin(origin: &str, livemode: bool) -> bool {
    let is_safe = origin.starts_with("https://")
        || (origin.starts_with("http://") && !livemode && is_private(origin));
    is_safe
        && Url::parse(origin)
            .is_ok_and(|url| has_plain_host(&url) && url.origin().ascii_serialization() == origin)
}

/// Addresses may have `*` and `;` in their host names. In the policy of a framed page the one would let every host in, and
/// the other begin a rule of its own.
fn has_plain_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

/// Whether an address is on this machine or in a private network.
pub fn is_private(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || name.ends_with(".local")
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_one_host_and_nothing_more() {
        for origin in
            ["https://shop.example", "https://a_b.shop.example:8443", "https://[2001:db8::1]"]
        {
            assert!(is_origin(origin, true), "{origin}");
        }
        for none in [
            "https://*.shop.example",
            "https://*",
            "https://shop.example;sandbox",
            "https://shop.example,https",
            "https://shop.example/",
            "http://shop.example",
            "null",
        ] {
            assert!(!is_origin(none, false), "{none}");
        }
    }

    #[test]
    fn private_means_this_machine_and_its_network() {
        for private in [
            "http://localhost:3000",
            "http://127.0.0.1",
            "http://192.168.1.4:8080",
            "http://[::1]",
            "http://box.local",
        ] {
            assert!(is_private(private), "{private}");
        }
        for public in [
            "https://shop.example",
            "http://localhost.evil.example",
            "http://8.8.8.8",
            "null",
            "",
            "http://127.0.0.1.evil.example",
        ] {
            assert!(!is_private(public), "{public}");
        }
    }
}
