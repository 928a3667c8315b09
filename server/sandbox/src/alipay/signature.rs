//! RSA2: SHA-256 with RSA over `key=value&…`, sorted (`protocols/alipay.md` 2, 3 and 5).

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What was sent: each name once.
pub(super) type Fields = BTreeMap<String, String>;

/// Alipay's private key and the merchant's public one. Test keys, printed in the docs.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Pair>);

struct Pair {
    platform: KeyPair,
    merchant: UnparsedPublicKey<Vec<u8>>,
}

impl Keys {
    pub(crate) fn load() -> anyhow::Result<Keys> {
        let platform = der(include_str!("../../keys/alipay_platform_private.pem"))?;
        let merchant = der(include_str!("../../keys/alipay_merchant_public.pem"))?;
        Ok(Keys(Arc::new(Pair {
            platform: KeyPair::from_pkcs8(&platform).map_err(|error| anyhow!("{error}"))?,
            merchant: UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, merchant),
        })))
    }

    /// Whether the merchant signed all of these but the signature.
    pub(super) fn has_signed(&self, fields: &Fields) -> bool {
        let Some(signature) = fields.get("sign").and_then(|text| STANDARD.decode(text).ok()) else {
            return false;
        };
        let signed = fields.iter().filter(|(name, value)| *name != "sign" && !value.is_empty());
        self.0.merchant.verify(joined(signed).as_bytes(), &signature).is_ok()
    }

    /// Alipay's own signature.
    pub(super) fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.0.platform.public_modulus_len()];
        let (random, bytes) = (SystemRandom::new(), text.as_bytes());
        if self.0.platform.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature).is_err() {
            tracing::error!("signing failed; the answer goes out with a wrong signature");
        }
        STANDARD.encode(signature)
    }
}

/// The text that is signed.
pub(super) fn joined<'a>(fields: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    fields.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64).context("a key is not PEM")
}

/// The vectors of `protocols/alipay.md` 8. RSA with PKCS #1 v1.5 gives the same signature every time, so what Alipay
/// signs must be equal to them, byte by byte.
#[cfg(test)]
mod tests {
    use url::form_urlencoded;

    use super::*;

    const REQUEST: &str = include_str!("../../tests/vectors/alipay_request.txt");
    const NOTICE: &str = include_str!("../../tests/vectors/alipay_notice.txt");

    fn fields(form: &str) -> Fields {
        form_urlencoded::parse(form.trim().as_bytes()).into_owned().collect()
    }

    #[test]
    fn the_merchants_request_is_accepted_and_a_changed_one_is_not() {
        let keys = Keys::load().unwrap();
        assert!(keys.has_signed(&fields(REQUEST)));
        assert!(!keys.has_signed(&fields(&REQUEST.replace("88.88", "88.89"))));
        assert!(!keys.has_signed(&fields(&REQUEST.replace("sign_type=RSA2&", ""))));
        assert!(!keys.has_signed(&fields(NOTICE)));
    }

    #[test]
    fn the_notification_is_signed_as_the_vector_is() {
        let mut fields = fields(NOTICE);
        let signature = fields.remove("sign").unwrap();
        fields.remove("sign_type");
        assert_eq!(Keys::load().unwrap().sign(&joined(fields.iter())), signature);
    }
}
