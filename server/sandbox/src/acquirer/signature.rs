//! Ed25519 over seven lines (`docs/acquirer-protocol.md`, *Signatures*).

use anyhow::{Context, anyhow};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

use super::short;
use crate::channel::{Headers, Name, Signed};
use crate::gate::Heard;

/// How old a message may be, in seconds.
const OLDEST: u64 = 300;

/// The gateway's key, and its merchant's. Test keys, printed in the docs.
#[derive(Clone)]
pub(super) struct Keys(Arc<(Ed25519KeyPair, UnparsedPublicKey<Vec<u8>>)>);

/// What is signed besides headers and body.
pub(super) struct Head<'a> {
    /// `POST`, or the status of an answer.
    pub(super) what: &'a str,
    pub(super) path: &'a str,
    pub(super) id: &'a str,
}

impl Keys {
    pub(super) fn load() -> anyhow::Result<Keys> {
        let ours = der(include_str!("../../keys/acquirer_gateway_private.pem"))?;
        let merchant = der(include_str!("../../keys/acquirer_merchant_public.pem"))?;
        let ours = Ed25519KeyPair::from_pkcs8(&ours).map_err(|error| anyhow!("{error}"))?;
        Ok(Keys(Arc::new((ours, UnparsedPublicKey::new(&ED25519, merchant)))))
    }

    /// Whose merchant asks this, if it does, and now.
    pub(super) fn whose(&self, heard: &Heard, now: i64) -> Option<Name> {
        let (key_id, time) = (heard.header("florin-key"), heard.header("florin-time"));
        let id = heard.header("florin-id");
        let names = [Name::Ecny, Name::Pos];
        let name = names.into_iter().find(|name| key_id == format!("{}-merchant-1", short(*name)));
        let age = time.parse().map_or(u64::MAX, |time| (now / 1000).abs_diff(time));
        let head = Head { what: heard.method.as_str(), path: heard.path(), id };
        let content = content(&head, key_id, time, &heard.body);
        let signature = STANDARD.decode(heard.header("florin-signature")).ok()?;
        let is_right = self.0.1.verify(&content, &signature).is_ok();
        name.filter(|_| is_right && age <= OLDEST && id.len() >= 16)
    }

    /// The headers of an answer, or of a message.
    pub(super) fn headers(
        &self,
        name: Name,
        head: &Head<'_>,
        body: &str,
        signed: Signed,
        now: i64,
    ) -> Headers {
        let (key_id, time) = (format!("{}-gateway-1", short(name)), (now / 1000).to_string());
        let other = if signed == Signed::Well { "" } else { " " };
        let content = content(head, &key_id, &time, format!("{body}{other}").as_bytes());
        vec![
            ("content-type", "application/json".into()),
            ("florin-key", key_id),
            ("florin-time", time),
            ("florin-id", head.id.to_owned()),
            ("florin-signature", STANDARD.encode(self.0.0.sign(&content))),
        ]
    }
}

/// The same message has the same id at every try.
pub(super) fn message_id(body: &str) -> String {
    hex(&digest(&SHA256, body.as_bytes()).as_ref()[..16])
}

fn content(head: &Head<'_>, key_id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let body = hex(digest(&SHA256, body).as_ref());
    let Head { what, path, id } = head;
    format!("florin-1\n{what}\n{path}\n{key_id}\n{time}\n{id}\n{body}").into_bytes()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64).context("a key is not PEM")
}
