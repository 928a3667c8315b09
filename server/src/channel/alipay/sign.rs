//! RSA2: RSA with SHA-256 over sorted `key=value` text (`protocols/alipay.md` 2 and 5), or over a piece of an answer exactly
//! as it came in (3). Strict: what is unsigned proves nothing, in test mode too.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow, ensure};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::config::AlipaySettings;

/// The application's private key, and Alipay's public one.
pub(super) struct Keys {
    ours: KeyPair,
    theirs: ParsedPublicKey,
}

impl Keys {
    pub(super) fn of(settings: &AlipaySettings) -> anyhow::Result<Keys> {
        let ours = der(&settings.private_key).context("the application's key for Alipay")?;
        let theirs = der(&settings.public_key).context("Alipay's public key")?;
        let ours = KeyPair::from_pkcs8(&ours).map_err(|why| {
            anyhow!("the application's key for Alipay must be RSA in PKCS#8: {why}")
        })?;
        let theirs = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &theirs).map_err(|why| {
            anyhow!("Alipay's public key must be RSA in SubjectPublicKeyInfo: {why}")
        })?;
        ensure!(ours.public_modulus_len() >= 256, "RSA2 needs a key of 2048 bits");
        Ok(Keys { ours, theirs })
    }

    /// Our signature, in Base64.
    pub(super) fn sign(&self, text: &str) -> anyhow::Result<String> {
        let mut signature = vec![0; self.ours.public_modulus_len()];
        self.ours
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| anyhow!("the request cannot be signed"))?;
        Ok(STANDARD.encode(signature))
    }

    /// Whether Alipay signed this text.
    pub(super) fn verify(&self, text: &str, signature: &str) -> Result<(), &'static str> {
        let signature = STANDARD.decode(signature).map_err(|_| "its signature is malformed")?;
        self.theirs.verify_sig(text.as_bytes(), &signature).map_err(|_| "its signature is wrong")
    }
}

/// `key=value` in the order of the keys, joined with `&`, raw. Which keys belong to it is the caller's business: an empty
/// value is left out of what we ask, and stays in what we are told.
pub(super) fn content<'a>(parameters: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let sorted: BTreeMap<&str, &str> = parameters.collect();
    let pairs: Vec<String> =
        sorted.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join("&")
}

/// The bytes of a PEM block, or of its Base64 alone, as Alipay's pages show it.
fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).context("is not PEM")
}

#[cfg(test)]
mod tests;
