//! JSON in, read once and strictly: a key that stands twice is refused, so is a field that the call does not have,
//! and every refusal names the path of the field.

mod numbers;

use std::fmt;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use florin_shared::Code;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

pub use self::numbers::digits;
use crate::{Error, Result};

/// The largest body that is read, in bytes.
pub const MOST: usize = 64 * 1024;

/// A JSON object, with its raw bytes.
pub struct Body {
    /// The object.
    pub object: Map<String, Value>,
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Body> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("");
        if !kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json") {
            return Err(Error::refused(
                Code::NotJson,
                "the body must be JSON, with content-type application/json",
            ));
        }
        let bytes = to_bytes(request.into_body(), MOST)
            .await
            .map_err(|_| Error::refused(Code::BodyTooLarge, "the body is larger than 64 KiB"))?;
        Ok(Body { object: object(&bytes)? })
    }
}

/// Reads a JSON object; a duplicated key anywhere, or a NUL character, is refused.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>> {
    let malformed = |why: String| {
        Error::refused(Code::MalformedBody, format!("the body is not a JSON object: {why}"))
    };
    let Strict(value) =
        serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(malformed("it is something else".into())),
    }
}

/// A JSON value without duplicated keys.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> std::result::Result<Value, E> {
        // PostgreSQL cannot hold it, and nobody means it.
        if value.contains('\0') {
            Err(E::custom("text holds a NUL character"))
        } else {
            Ok(value.into())
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if map.insert(key.clone(), value).is_some() {
                return Err(de::Error::custom(format!("the key {key:?} stands twice")));
            }
        }
        Ok(Value::Object(map))
    }
}

/// An object whose fields are taken out one by one; what is left at the end is refused.
pub struct Fields {
    path: String,
    rest: Map<String, Value>,
}

impl Fields {
    /// The fields of the whole body.
    pub fn of(object: Map<String, Value>) -> Fields {
        Fields { path: String::new(), rest: object }
    }

    /// The path of one of these fields, from the whole body.
    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The refusal of one of these fields.
    pub fn wrong(&self, name: &str, what: impl fmt::Display) -> Error {
        let path = self.at(name);
        Error::field(Code::InvalidField, path.clone(), format!("{path} {what}"))
    }

    /// Whether the field is there, be it null.
    pub fn has(&self, name: &str) -> bool {
        self.rest.contains_key(name)
    }

    /// A text of at most `most` bytes without control characters, if it is there.
    pub fn text(&mut self, name: &str, most: usize) -> Result<Option<String>> {
        let value = self.rest.remove(name);
        self.checked(name, value, most)
    }

    /// The same, whatever is in it: for a caller that judges every character itself.
    pub fn unjudged(&mut self, name: &str, most: usize) -> Result<Option<String>> {
        let value = self.rest.remove(name);
        self.short(name, value, most)
    }

    fn checked(&self, name: &str, value: Option<Value>, most: usize) -> Result<Option<String>> {
        match self.short(name, value, most)? {
            Some(text) if text.chars().any(char::is_control) => {
                Err(self.wrong(name, "holds a control character"))
            }
            text => Ok(text),
        }
    }

    fn short(&self, name: &str, value: Option<Value>, most: usize) -> Result<Option<String>> {
        match value {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.len() <= most => Ok(Some(text)),
            Some(Value::String(_)) => {
                Err(self.wrong(name, format_args!("is longer than {most} bytes")))
            }
            Some(_) => Err(self.wrong(name, "must be a string")),
        }
    }

    /// A list of at most `most` texts, each of at most `longest` bytes, if it is there.
    pub fn texts(
        &mut self,
        name: &str,
        most: usize,
        longest: usize,
    ) -> Result<Option<Vec<String>>> {
        let list = match self.rest.remove(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(list)) if list.len() <= most => list,
            Some(Value::Array(_)) => {
                return Err(self.wrong(name, format_args!("has more than {most} entries")));
            }
            Some(_) => return Err(self.wrong(name, "must be a list")),
        };
        let text = |(index, value)| {
            let entry = format!("{name}.{index}");
            let text = self.checked(&entry, Some(value), longest)?;
            text.ok_or_else(|| self.wrong(&entry, "must be a string"))
        };
        list.into_iter().enumerate().map(text).collect::<Result<Vec<_>>>().map(Some)
    }

    /// A text that must be there and not be empty.
    pub fn required(&mut self, name: &str, most: usize) -> Result<String> {
        match self.text(name, most)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(self.wrong(name, "must not be empty")),
            None => Err(self.wrong(name, "is missing")),
        }
    }

    /// One of these words, or the first of them when it is absent.
    pub fn word(&mut self, name: &str, words: &[&'static str]) -> Result<&'static str> {
        let Some(text) = self.text(name, 64)? else { return Ok(words[0]) };
        let found = words.iter().copied().find(|word| *word == text);
        found.ok_or_else(|| self.wrong(name, format_args!("must be one of {}", words.join(", "))))
    }

    /// Two letters of ISO 3166, if they are there.
    pub fn country(&mut self, name: &str) -> Result<Option<String>> {
        let text = self.text(name, 2)?;
        let is_country = |text: &String| {
            text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase())
        };
        if text.as_ref().is_none_or(is_country) {
            return Ok(text);
        }
        Err(self.wrong(name, "must be two letters of ISO 3166, such as HK"))
    }

    /// True or false, false when it is absent.
    pub fn flag(&mut self, name: &str) -> Result<bool> {
        match self.rest.remove(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.wrong(name, "must be true or false")),
        }
    }

    /// True or false, if it is there.
    pub fn choice(&mut self, name: &str) -> Result<Option<bool>> {
        let is_there = self.rest.get(name).is_some_and(|value| !value.is_null());
        let flag = self.flag(name)?;
        Ok(is_there.then_some(flag))
    }

    /// A whole number from 0, if it is there.
    pub fn number(&mut self, name: &str) -> Result<Option<u64>> {
        match self.rest.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| self.wrong(name, "must be a whole number from 0")),
        }
    }

    /// An object, if it is there.
    pub fn object(&mut self, name: &str) -> Result<Option<Fields>> {
        match self.rest.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(rest)) => Ok(Some(Fields { path: self.at(name), rest })),
            Some(_) => Err(self.wrong(name, "must be an object")),
        }
    }

    /// An object whose fields somebody else judges, if it is there.
    pub fn map(&mut self, name: &str) -> Result<Option<Map<String, Value>>> {
        Ok(self.object(name)?.map(|fields| fields.rest))
    }

    /// A list of objects; empty when it is absent.
    pub fn objects(&mut self, name: &str, most: usize) -> Result<Vec<Fields>> {
        let list = match self.rest.remove(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(list)) if list.len() <= most => list,
            Some(Value::Array(_)) => {
                return Err(self.wrong(name, format_args!("has more than {most} entries")));
            }
            Some(_) => return Err(self.wrong(name, "must be a list")),
        };
        let path = self.at(name);
        let fields = |(index, value)| match value {
            Value::Object(rest) => Ok(Fields { path: format!("{path}.{index}"), rest }),
            _ => Err(self.wrong(name, format_args!("must hold objects, entry {index} is none"))),
        };
        list.into_iter().enumerate().map(fields).collect()
    }

    /// Refuses what was not taken out.
    pub fn end(self) -> Result<()> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(name) => {
                let path = self.at(name);
                Err(Error::field(
                    Code::UnknownField,
                    path.clone(),
                    format!("{path} is not a field of this call"),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_refused_at_every_depth() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"b":{"a":1,"a":1}}"#, r#"{"b":[{"a":1,"a":1}]}"#] {
            assert_eq!(object(text.as_bytes()).unwrap_err().code(), Code::MalformedBody, "{text}");
        }
        assert!(object(br#"{"b":[{"a":1},{"a":1}]}"#).is_ok());
    }

    #[test]
    fn only_an_object_is_a_body() {
        for text in ["", "[]", "1", "null", "{", "{} x", "{\"a\":\"\\u0000\"}", "\u{feff}{}"] {
            assert_eq!(
                object(text.as_bytes()).unwrap_err().code(),
                Code::MalformedBody,
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_is_left_over_is_refused_by_its_path() {
        let mut fields = Fields::of(object(br#"{"payment":{"token":"x"}}"#).unwrap());
        let payment = fields.object("payment").unwrap().unwrap();
        assert!(
            matches!(payment.end(), Err(Error::Refused(Code::UnknownField, _, Some(path))) if path == "payment.token")
        );
        assert!(fields.end().is_ok());
    }
}
