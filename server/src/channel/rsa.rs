//! RSA with SHA-256 (PKCS#1 v1.5) over keys that come as PEM text, as several channels sign.

use anyhow::{Context, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A private key: PKCS#8, as PEM or as its Base64 alone. `whose` begins the sentence when it is none.
pub(super) fn private_key(whose: &str, pem: &str) -> anyhow::Result<KeyPair> {
    let der = der(pem).with_context(|| whose.to_owned())?;
    KeyPair::from_pkcs8(&der).map_err(|why| anyhow!("{whose} must be RSA in PKCS#8: {why}"))
}

/// A public key: SubjectPublicKeyInfo, as PEM or as its Base64 alone.
pub(super) fn public_key(whose: &str, pem: &str) -> anyhow::Result<ParsedPublicKey> {
    let der = der(pem).with_context(|| whose.to_owned())?;
    ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der)
        .map_err(|why| anyhow!("{whose} must be RSA in SubjectPublicKeyInfo: {why}"))
}

/// The signature of this content, in Base64.
pub(super) fn sign(key: &KeyPair, content: &[u8]) -> anyhow::Result<String> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), content, &mut signature)
        .map_err(|_| anyhow!("the request cannot be signed"))?;
    Ok(STANDARD.encode(signature))
}

/// Whether this signature, in Base64, is the key's over this content.
pub(super) fn is_signed(key: &ParsedPublicKey, content: &[u8], signature: &str) -> bool {
    STANDARD.decode(signature).is_ok_and(|signature| key.verify_sig(content, &signature).is_ok())
}

/// Whether two texts hold the same key, however their lines are broken.
pub(super) fn is_same_key(one: &str, other: &str) -> bool {
    matches!((der(one), der(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether the second text is the public half of the first: what the channel is told, and never what it tells.
pub(super) fn is_public_half(private: &str, public: &str) -> bool {
    let ours = private_key("", private).ok();
    let public = der(public).unwrap_or_default();
    // SubjectPublicKeyInfo ends with the key itself.
    ours.is_some_and(|ours| !public.is_empty() && public.ends_with(ours.public_key().as_ref()))
}

fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).context("is not PEM")
}
