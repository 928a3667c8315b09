//! signMethod `01` of version 5.1.0: RSA with SHA-256 over the hexadecimal SHA-256 of all fields (`protocols/unionpay-qr.md` 2).
//! Strict: what is unsigned proves nothing, in test mode too.

use anyhow::ensure;
use aws_lc_rs::rsa::KeyPair;

use super::certificate::Trust;
use super::fields::Fields;
use crate::channel::rsa;
use crate::clock::Millis;

/// The merchant's private key, and whose certificates are believed.
pub(super) struct Keys {
    ours: KeyPair,
    trust: Trust,
}

impl Keys {
    pub(super) fn of(private_key: &str, trust: Trust) -> anyhow::Result<Keys> {
        let ours = rsa::private_key("the merchant's key for UnionPay", private_key)?;
        ensure!(ours.public_modulus_len() >= 256, "UnionPay needs a key of 2048 bits");
        Ok(Keys { ours, trust })
    }

    /// The request with our signature.
    pub(super) fn sign(&self, request: Fields) -> anyhow::Result<Fields> {
        let signature = rsa::sign(&self.ours, request.digest().as_bytes())?;
        Ok(request.with_signature(signature))
    }

    /// Whether UnionPay signed these fields, by a certificate that is its own now.
    pub(super) fn verify(&self, told: &Fields, now: Millis) -> Result<(), &'static str> {
        if told.get("signMethod") != "01" || told.get("signature").is_empty() {
            return Err("it is not signed");
        }
        let key = self.trust.key(told.get("signPubKeyCert"), now)?;
        match rsa::is_signed(&key, told.digest().as_bytes(), told.get("signature")) {
            true => Ok(()),
            false => Err("its signature is wrong"),
        }
    }
}

/// The vectors of `protocols/unionpay-qr.md` 8. RSA with PKCS #1 v1.5 gives the same signature every time.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::unionpay::certificate::Whose;
    use crate::channel::unionpay::sandbox;

    const REQUEST: &str = include_str!("vectors/request_content.txt");
    const REQUEST_SIGNATURE: &str = include_str!("vectors/request_signature.txt");
    const NOTICE: &str = include_str!("vectors/notice_content.txt");
    const NOTICE_SIGNATURE: &str = include_str!("vectors/notice_signature.txt");

    fn keys() -> Keys {
        let known = sandbox("");
        let trust = Trust::of(&known.root_certificate, &known.middle_certificate, Whose::UnionPays);
        Keys::of(&known.private_key, trust.unwrap()).unwrap()
    }

    #[test]
    fn a_request_is_signed_as_the_vector_is() {
        let request = Fields::of_answer(REQUEST.as_bytes()).unwrap();
        let digest = "a228d6f42bfe711c3254871e34d43b26932db7bacd3618b911da9780ef947803";
        assert_eq!(request.digest(), digest);
        let signed = keys().sign(request).unwrap();
        assert_eq!(signed.get("signature"), REQUEST_SIGNATURE.trim());
        assert_eq!(signed.digest(), digest, "the signature is not of itself");
    }

    #[test]
    fn the_vectors_notice_is_the_platforms_and_a_changed_one_is_not() {
        let told = Fields::of_answer(NOTICE.trim().as_bytes()).unwrap();
        let digest = "0a2f6e509c94418b1a1d8d333d3b5316835f5f1352752af812a3b0299e882947";
        assert_eq!(told.digest(), digest);
        let public = include_str!("vectors/platform_public.pem");
        let key = rsa::public_key("the platform's key", public).unwrap();
        assert!(rsa::is_signed(&key, digest.as_bytes(), NOTICE_SIGNATURE.trim()));
        let changed = NOTICE.trim().replace("txnAmt=8888", "txnAmt=8889");
        let changed = Fields::of_answer(changed.as_bytes()).unwrap().digest();
        assert!(!rsa::is_signed(&key, changed.as_bytes(), NOTICE_SIGNATURE.trim()));
    }

    #[test]
    fn a_notice_without_a_certificate_proves_nothing_however_well_it_is_signed() {
        let told = Fields::of_answer(NOTICE.trim().as_bytes()).unwrap();
        let now = 1_794_974_400_000;
        assert_eq!(keys().verify(&told, now), Err("it is not signed"));
        let told = told.with_signature(NOTICE_SIGNATURE.trim().to_owned());
        assert_eq!(keys().verify(&told, now), Err("its certificate is none"));
    }
}
