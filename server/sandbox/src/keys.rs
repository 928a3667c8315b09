//! Two keys that every RSA channel has: its own private one, and its merchant's public one. Test keys, printed in the docs.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Signs for the channel and verifies what the merchant signed: RSA PKCS #1 v1.5 with SHA-256.
#[derive(Clone)]
pub(crate) struct Pair(Arc<Both>);

struct Both {
    platform: KeyPair,
    merchant: UnparsedPublicKey<Vec<u8>>,
}

impl Pair {
    /// From PEM: the channel's PKCS #8, the merchant's SubjectPublicKeyInfo.
    pub(crate) fn load(platform: &str, merchant: &str) -> anyhow::Result<Pair> {
        let (platform, merchant) = (der(platform)?, der(merchant)?);
        Ok(Pair(Arc::new(Both {
            platform: KeyPair::from_pkcs8(&platform).map_err(|error| anyhow!("{error}"))?,
            merchant: UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, merchant),
        })))
    }

    /// Whether the merchant signed this; the signature is Base64.
    pub(crate) fn verifies(&self, content: &[u8], signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        self.0.merchant.verify(content, &signature).is_ok()
    }

    /// The channel's signature in Base64.
    pub(crate) fn sign(&self, content: &[u8]) -> String {
        let mut signature = vec![0; self.0.platform.public_modulus_len()];
        let random = SystemRandom::new();
        let signed = self.0.platform.sign(&RSA_PKCS1_SHA256, &random, content, &mut signature);
        if signed.is_err() {
            tracing::error!("signing failed; the answer goes out with a wrong signature");
        }
        STANDARD.encode(signature)
    }
}

fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64).context("a key is not PEM")
}
