//! Standard Webhooks 1.0 (`protocols/webhooks.md` 1), by which the bank and its customer know each other.

use anyhow::anyhow;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::channel::{Headers, Signed};
use crate::gate::Heard;

/// Printed in the docs: no real bank has it.
const SECRET: &str = "Zmxvcmluc2FuZGJveGJhbmtzZWNyZXQwMDAx";
/// How old a question may be, in seconds.
const OLDEST: u64 = 300;

#[derive(Clone)]
pub(super) struct Secret(hmac::Key);

impl Secret {
    pub(super) fn load() -> anyhow::Result<Secret> {
        let bytes = STANDARD.decode(SECRET).map_err(|error| anyhow!("{error}"))?;
        Ok(Secret(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// Whether the customer asks this, and now.
    pub(super) fn is_right(&self, heard: &Heard, now: i64) -> bool {
        let (id, time) = (heard.header("webhook-id"), heard.header("webhook-timestamp"));
        let age = time.parse().map_or(u64::MAX, |time| (now / 1000).abs_diff(time));
        let mac = heard.header("webhook-signature").strip_prefix("v1,");
        let mac = mac.and_then(|mac| STANDARD.decode(mac).ok()).unwrap_or_default();
        let content = content(id, time, &heard.body);
        !id.is_empty() && age <= OLDEST && hmac::verify(&self.0, &content, &mac).is_ok()
    }

    /// The headers of an answer, or of a message.
    pub(super) fn headers(&self, id: &str, body: &str, signed: Signed, now: i64) -> Headers {
        let time = (now / 1000).to_string();
        let other = if signed == Signed::Well { "" } else { " " };
        let content = content(id, &time, format!("{body}{other}").as_bytes());
        let mac = STANDARD.encode(hmac::sign(&self.0, &content).as_ref());
        vec![
            ("content-type", "application/json".into()),
            ("webhook-id", id.into()),
            ("webhook-timestamp", time),
            ("webhook-signature", format!("v1,{mac}")),
        ]
    }
}

/// The same message has the same id at every try.
pub(super) fn message_id(body: &str) -> String {
    let hash = digest(&SHA256, body.as_bytes());
    hash.as_ref()[..12].iter().fold("msg_".to_owned(), |id, byte| id + &format!("{byte:02x}"))
}

fn content(id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", time.as_bytes(), b".", body].concat()
}
