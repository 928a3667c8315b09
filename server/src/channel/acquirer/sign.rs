//! Who speaks (`docs/acquirer-protocol.md`, *Signatures*): Ed25519 over seven lines, in both directions. Strict: what is unsigned proves
//! nothing, in test mode too.

use anyhow::{Context, anyhow, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Millis;
use crate::config::AcquirerSettings;
use crate::hex;

/// The first line: which scheme this is.
const SCHEME: &str = "florin-1";

/// The headers of a message, in the order of their lines; the signature stands last.
pub(super) const HEADERS: [&str; 4] =
    ["florin-key", "florin-time", "florin-id", "florin-signature"];

/// How far a message's time may be from ours.
const WINDOW_SECONDS: u64 = 300;

/// What is signed besides the headers and the body.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    /// `POST`, or of an answer its status.
    pub(super) what: &'a str,
    /// The path that is asked, or was.
    pub(super) path: &'a str,
    /// Whose answer it is: the same as the question's.
    pub(super) id: &'a str,
}

/// Our key, and those of the gateway: two while it changes from one to the other.
pub(super) struct Keys {
    key_id: String,
    ours: Ed25519KeyPair,
    theirs: Vec<(String, ParsedPublicKey)>,
}

impl Keys {
    pub(super) fn of(settings: &AcquirerSettings) -> anyhow::Result<Keys> {
        let ours = der("private_key", &settings.private_key)?;
        let ours = Ed25519KeyPair::from_pkcs8(&ours)
            .map_err(|why| anyhow!("private_key must be Ed25519 in PKCS#8: {why}"))?;
        let mut theirs = vec![their("public_key", &settings.public_key_id, &settings.public_key)?];
        match (&settings.other_public_key_id, &settings.other_public_key) {
            (Some(id), Some(key)) => theirs.push(their("other_public_key", id, key)?),
            (None, None) => {}
            _ => anyhow::bail!("other_public_key and other_public_key_id belong together"),
        }
        let is_name = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
        ensure!(
            is_name(&settings.key_id) && theirs.iter().all(|(id, _)| is_name(id)),
            "a key's id must be letters, digits and signs"
        );
        Ok(Keys { key_id: settings.key_id.clone(), ours, theirs })
    }

    /// The headers of a request of ours.
    pub(super) fn headers(
        &self,
        head: &Head<'_>,
        now: Millis,
        body: &[u8],
    ) -> Vec<(&'static str, String)> {
        let seconds = now.div_euclid(1000).to_string();
        let signature = self.ours.sign(&content(head, &self.key_id, &seconds, body));
        vec![
            ("content-type", "application/json".to_owned()),
            (HEADERS[0], self.key_id.clone()),
            (HEADERS[1], seconds),
            (HEADERS[2], head.id.to_owned()),
            (HEADERS[3], STANDARD.encode(signature)),
        ]
    }

    /// Whether one of the gateway's keys has signed this, and for whom it is. `said` are those of [`HEADERS`].
    pub(super) fn verify(
        &self,
        head: &Head<'_>,
        said: [Option<&str>; 4],
        body: &[u8],
    ) -> Result<(), &'static str> {
        let [Some(key_id), Some(time), Some(id), Some(signature)] = said else {
            return Err("it is not signed");
        };
        if id != head.id {
            return Err("it belongs to another question");
        }
        let known = self.theirs.iter().find(|(known, _)| known == key_id);
        let (_, key) = known.ok_or("its key is not known")?;
        let signature = STANDARD.decode(signature).map_err(|_| "its signature is wrong")?;
        key.verify_sig(&content(head, key_id, time, body), &signature)
            .map_err(|_| "its signature is wrong")
    }
}

/// Whether a message was sent about now: an older one may be somebody's copy.
pub(super) fn is_fresh(time: Option<&str>, now: Millis) -> bool {
    let seconds = time.and_then(|time| time.parse::<i64>().ok());
    seconds.is_some_and(|seconds| now.div_euclid(1000).abs_diff(seconds) <= WINDOW_SECONDS)
}

/// Whether two texts hold the same key, however their lines are broken.
pub(super) fn is_same_key(one: &str, other: &str) -> bool {
    matches!((der("", one), der("", other)), (Ok(one), Ok(other)) if one == other)
}

/// Seven lines, the last without an end.
fn content(head: &Head<'_>, key_id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let digest = hex(digest(&SHA256, body).as_ref());
    [SCHEME, head.what, head.path, key_id, time, head.id, &digest].join("\n").into_bytes()
}

fn their(name: &str, id: &str, pem: &str) -> anyhow::Result<(String, ParsedPublicKey)> {
    let key = ParsedPublicKey::new(&ED25519, der(name, pem)?)
        .map_err(|why| anyhow!("{name} must be Ed25519 in SubjectPublicKeyInfo: {why}"))?;
    Ok((id.to_owned(), key))
}

fn der(name: &str, pem: &str) -> anyhow::Result<Vec<u8>> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).with_context(|| format!("{name} is not PEM"))
}

#[cfg(test)]
mod tests;
