//! How an answer is put, and what is asked, read field by field.

use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock;
use crate::gate::Said;

/// A payment that is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    #[serde(rename = "merchant")]
    _merchant: String,
    pub(super) number: String,
    pub(super) method: String,
    pub(super) amount: String,
    pub(super) currency: String,
    pub(super) subject: String,
    expires_at: String,
    pub(super) notify_url: String,
    pub(super) return_url: String,
}

impl Order {
    /// How much, and until when, if all of it may be asked.
    pub(super) fn checked(&self, now: i64) -> Result<(i64, i64), Verdict> {
        check_number(&self.number)?;
        if self.currency != "CNY" {
            return Err(Verdict::refused("CURRENCY", "only CNY is taken here"));
        }
        let expires = clock::parse_iso(&self.expires_at).filter(|expires| *expires > now);
        let expires =
            expires.ok_or_else(|| Verdict::malformed("expires_at is over, or no time"))?;
        Ok((amount(&self.amount)?, expires))
    }
}

/// Money that is to go back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refund {
    #[serde(rename = "merchant")]
    _merchant: String,
    #[serde(rename = "number")]
    _number: String,
    pub(super) refund: String,
    amount: String,
    pub(super) currency: String,
    #[serde(default, rename = "reason")]
    _reason: String,
    pub(super) notify_url: String,
}

impl Refund {
    /// How much.
    pub(super) fn checked(&self) -> Result<i64, Verdict> {
        check_number(&self.refund)?;
        amount(&self.amount)
    }
}

pub(super) fn read<T: DeserializeOwned>(asked: &Value) -> Result<T, Verdict> {
    serde_json::from_value(asked.clone()).map_err(|error| Verdict::malformed(error.to_string()))
}

fn amount(text: &str) -> Result<i64, Verdict> {
    let is_plain = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let amount = text.parse().ok().filter(|amount| is_plain && *amount > 0);
    amount.ok_or_else(|| Verdict::malformed("amount is digits, and above 0"))
}

fn check_number(number: &str) -> Result<(), Verdict> {
    let is_plain = number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match (1..=32).contains(&number.len()) && is_plain {
        true => Ok(()),
        false => Err(Verdict::malformed("a number has 1 to 32 letters and digits")),
    }
}

/// A "no".
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    status: StatusCode,
    code: &'static str,
    known: bool,
    message: String,
}

impl Verdict {
    pub(super) fn malformed(message: impl Into<String>) -> Verdict {
        let message = message.into();
        Verdict { status: StatusCode::BAD_REQUEST, code: "MALFORMED", known: false, message }
    }

    /// Refused for good, and nothing is kept.
    pub(super) fn refused(code: &'static str, message: &str) -> Verdict {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Verdict { status, code, known: false, message: message.to_owned() }
    }

    /// There is nothing under this number.
    pub(super) fn absent(code: &'static str) -> Verdict {
        let message = "nothing is known under this number".to_owned();
        Verdict { status: StatusCode::NOT_FOUND, code, known: false, message }
    }

    /// There is something, and it does not go together with this.
    pub(super) fn conflict(code: &'static str, message: &str) -> Verdict {
        let status = StatusCode::CONFLICT;
        Verdict { status, code, known: true, message: message.to_owned() }
    }

    pub(super) fn said(&self) -> Said {
        let error = json!({ "code": self.code, "known": self.known, "message": self.message });
        Said { status: self.status, body: json!({ "error": error }).to_string() }
    }
}

/// It is done.
pub(super) fn done(name: &str, object: Value) -> Said {
    Said { status: StatusCode::OK, body: json!({ name: object }).to_string() }
}
