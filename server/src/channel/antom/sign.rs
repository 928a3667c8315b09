//! Antom's signature: RSA with SHA-256 over method, path, client, time and the raw body, the same in both directions
//! (`protocols/antom.md` 2). Strict: what is unsigned is refused, in test mode too.

use anyhow::{Context, anyhow, bail};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::config::AntomSettings;

/// Our private key and Antom's public one.
pub(super) struct Keys {
    client: String,
    version: u32,
    ours: KeyPair,
    theirs: ParsedPublicKey,
}

/// What is signed, with the header that says so.
pub(super) struct Signed<'a> {
    pub(super) path: &'a str,
    pub(super) client: Option<&'a str>,
    pub(super) time: Option<&'a str>,
    pub(super) signature: Option<&'a str>,
    pub(super) body: &'a [u8],
}

impl Keys {
    pub(super) fn of(settings: &AntomSettings) -> anyhow::Result<Keys> {
        let client = settings.client_id.clone();
        if client.is_empty()
            || !client.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            bail!("Antom's client id must be letters, digits and underscores");
        }
        let ours = der(&settings.private_key).context("our Antom key")?;
        let theirs = der(&settings.public_key).context("Antom's public key")?;
        Ok(Keys {
            client,
            version: settings.key_version,
            ours: KeyPair::from_pkcs8(&ours)
                .map_err(|why| anyhow!("our Antom key must be RSA in PKCS#8: {why}"))?,
            theirs: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &theirs).map_err(|why| {
                anyhow!("Antom's public key must be RSA in SubjectPublicKeyInfo: {why}")
            })?,
        })
    }

    /// The headers of a request.
    pub(super) fn headers(
        &self,
        path: &str,
        time: String,
        body: &[u8],
    ) -> anyhow::Result<Vec<(&'static str, String)>> {
        let signature = self.sign(path, &time, body)?;
        Ok(vec![
            ("content-type", "application/json; charset=UTF-8".into()),
            ("client-id", self.client.clone()),
            ("request-time", time),
            ("signature", signature),
        ])
    }

    /// Whether Antom signed this, for us.
    pub(super) fn verify(&self, signed: &Signed<'_>) -> Result<(), &'static str> {
        let time = signed.time.ok_or("it has no time")?;
        if signed.client != Some(self.client.as_str()) {
            return Err("it is not addressed to us");
        }
        let signature = signed.signature.ok_or("it is not signed")?;
        let signature = parsed(signature).ok_or("its signature is malformed")?;
        let content = content(signed.path, &self.client, time, signed.body);
        self.theirs.verify_sig(&content, &signature).map_err(|_| "its signature is wrong")
    }

    fn sign(&self, path: &str, time: &str, body: &[u8]) -> anyhow::Result<String> {
        let content = content(path, &self.client, time, body);
        let mut signature = vec![0; self.ours.public_modulus_len()];
        self.ours
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &content, &mut signature)
            .map_err(|_| anyhow!("the request cannot be signed"))?;
        let signature: String = byte_serialize(STANDARD.encode(signature).as_bytes()).collect();
        Ok(format!("algorithm=RSA256,keyVersion={},signature={signature}", self.version))
    }
}

fn content(path: &str, client: &str, time: &str, body: &[u8]) -> Vec<u8> {
    [format!("POST {path}\n{client}.{time}.").as_bytes(), body].concat()
}

/// The signature in `algorithm=RSA256, keyVersion=1, signature=…`, with or without the spaces.
fn parsed(header: &str) -> Option<Vec<u8>> {
    let part = |name: &str| {
        let mut parts = header.split(',').filter_map(|part| part.trim().split_once('='));
        parts.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    if part("algorithm")? != "RSA256" {
        return None;
    }
    STANDARD.decode(percent_decoded(part("signature")?)?).ok()
}

/// Undoes `%2B` and its like; a bare `+` stays, since Base64 has no spaces.
fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    Some(bytes)
}

/// The bytes of a PEM block, or of its Base64 alone, as Antom's dashboard shows it.
fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).context("is not PEM")
}

#[cfg(test)]
mod tests;
