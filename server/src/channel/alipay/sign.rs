//! RSA2: RSA with SHA-256 over sorted `key=value` text (`protocols/alipay.md` 2 and 5), or over a piece of an answer exactly
//! as it came in (3). Strict: what is unsigned proves nothing, in test mode too.

use std::collections::BTreeMap;

use anyhow::ensure;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::ParsedPublicKey;

use crate::channel::rsa;
use crate::config::AlipaySettings;

/// The application's private key, and Alipay's public one.
pub(super) struct Keys {
    ours: KeyPair,
    theirs: ParsedPublicKey,
}

impl Keys {
    pub(super) fn of(settings: &AlipaySettings) -> anyhow::Result<Keys> {
        let ours = rsa::private_key("the application's key for Alipay", &settings.private_key)?;
        let theirs = rsa::public_key("Alipay's public key", &settings.public_key)?;
        ensure!(ours.public_modulus_len() >= 256, "RSA2 needs a key of 2048 bits");
        Ok(Keys { ours, theirs })
    }

    /// Our signature, in Base64.
    pub(super) fn sign(&self, text: &str) -> anyhow::Result<String> {
        rsa::sign(&self.ours, text.as_bytes())
    }

    /// Whether Alipay signed this text.
    pub(super) fn verify(&self, text: &str, signature: &str) -> Result<(), &'static str> {
        match rsa::is_signed(&self.theirs, text.as_bytes(), signature) {
            true => Ok(()),
            false => Err("its signature is wrong"),
        }
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

#[cfg(test)]
mod tests;
