//! What stands behind the `?` of an address, read as strictly as a body: a name that stands twice, or that the call does
//! not have, is refused with its path.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use florin_shared::Code;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::body::Fields;
use crate::{Error, Result};

/// The query, to be taken out field by field.
pub struct Asked(pub Fields);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked> {
        let mut map = Map::new();
        for (name, value) in pairs(parts.uri.query()) {
            if map.insert(name.clone(), Value::String(value)).is_some() {
                let sentence = format!("{name} stands twice");
                return Err(Error::field(Code::InvalidField, name, sentence));
            }
        }
        // An organisation's key says here whom it acts for; `tenant.rs` has read it.
        map.remove("merchant_id");
        Ok(Asked(Fields::of(map)))
    }
}

/// `limit`: how many stand on a page.
pub fn limit(asked: &mut Fields, usual: i64, most: i64) -> Result<i64> {
    let Some(text) = asked.text("limit", 16)? else { return Ok(usual) };
    let limit = text.parse().ok().filter(|limit| (1..=most).contains(limit));
    let wrong = || format!("limit must be a whole number from 1 to {most}");
    limit.ok_or_else(|| Error::field(Code::InvalidField, "limit", wrong()))
}

/// Names and values of a query.
pub fn pairs(query: Option<&str>) -> impl Iterator<Item = (String, String)> + '_ {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned()
}
