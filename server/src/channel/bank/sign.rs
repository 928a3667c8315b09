//! Who speaks: the signature of Standard Webhooks 1.0 (`protocols/webhooks.md` 1), in both directions under one secret.

use anyhow::{Context, ensure};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::clock::Millis;

/// How far a message's time may be from ours.
const WINDOW_SECONDS: i64 = 300;

/// The secret that we and the bank share.
pub(in crate::channel) struct Secret(hmac::Key);

/// What came with a body.
#[derive(Clone, Copy)]
pub(in crate::channel) struct Signed<'a> {
    pub(in crate::channel) id: Option<&'a str>,
    pub(in crate::channel) time: Option<&'a str>,
    pub(in crate::channel) signature: Option<&'a str>,
    pub(in crate::channel) body: &'a [u8],
}

impl Secret {
    /// `whsec_` and 24 to 64 bytes in Base64.
    pub(in crate::channel) fn of(text: &str) -> anyhow::Result<Secret> {
        let encoded = text.strip_prefix("whsec_").context("secret must begin with whsec_")?;
        let key = STANDARD_NO_PAD.decode(encoded.trim_end_matches('='));
        let key = key.ok().context("secret is not whsec_ and Base64")?;
        ensure!((24..=64).contains(&key.len()), "secret must have 24 to 64 bytes");
        Ok(Secret(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// The headers of a message of ours.
    pub(in crate::channel) fn headers(
        &self,
        id: &str,
        now: Millis,
        body: &[u8],
    ) -> Vec<(&'static str, String)> {
        let seconds = now.div_euclid(1000).to_string();
        let mac = hmac::sign(&self.0, &content(id, &seconds, body));
        vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds),
            ("webhook-signature", format!("v1,{}", STANDARD.encode(mac.as_ref()))),
        ]
    }

    /// Whether one of its signatures was made with this secret.
    pub(in crate::channel) fn verify(&self, said: &Signed<'_>) -> Result<(), &'static str> {
        let id = said.id.filter(|id| !id.is_empty()).ok_or("it has no webhook-id")?;
        let time = said.time.ok_or("it has no webhook-timestamp")?;
        let all = said.signature.ok_or("it has no webhook-signature")?;
        let content = content(id, time, said.body);
        let is_right = |one: &str| {
            let mac = one.strip_prefix("v1,").and_then(|encoded| STANDARD.decode(encoded).ok());
            mac.is_some_and(|mac| hmac::verify(&self.0, &content, &mac).is_ok())
        };
        if all.split(' ').any(is_right) { Ok(()) } else { Err("its signature is wrong") }
    }
}

/// Whether a message was sent about now: an older one may be somebody's copy.
pub(in crate::channel) fn is_fresh(time: Option<&str>, now: Millis) -> bool {
    let seconds = time.and_then(|time| time.parse::<i64>().ok());
    let now = now.div_euclid(1000);
    seconds.is_some_and(|seconds| now.abs_diff(seconds) <= WINDOW_SECONDS.unsigned_abs())
}

fn content(id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    [format!("{id}.{time}.").as_bytes(), body].concat()
}
