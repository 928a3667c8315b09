//! signMethod `01`: SHA-256 of all fields, and RSA with SHA-256 over its hexadecimal text (`protocols/unionpay-qr.md` 2).

use aws_lc_rs::digest::{SHA256, digest};

use super::wire::{Fields, joined};
use crate::channel::Signed;
use crate::keys::Pair;

/// UnionPay's certificate, which goes out with everything that it signs; it chains to certificates that the merchant holds.
const CERTIFICATE: &str = include_str!("../../keys/unionpay_platform_certificate.pem");

/// UnionPay's private key and the merchant's public one. Test keys, printed in the docs.
#[derive(Clone)]
pub(super) struct Keys(Pair);

impl Keys {
    pub(super) fn load() -> anyhow::Result<Keys> {
        let platform = include_str!("../../keys/unionpay_platform_private.pem");
        let merchant = include_str!("../../keys/unionpay_merchant_public.pem");
        Ok(Keys(Pair::load(platform, merchant)?))
    }

    /// Whether the merchant signed all of these but the signature.
    pub(super) fn has_signed(&self, fields: &Fields) -> bool {
        let signature = fields.get("signature").map_or("", String::as_str);
        self.0.verifies(hashed(fields).as_bytes(), signature)
    }

    /// The same with UnionPay's certificate and signature. Signed wrongly, the signature is well formed, and of another text.
    pub(super) fn signed(&self, mut fields: Fields, signed: Signed) -> Fields {
        fields.insert("signMethod".into(), "01".into());
        fields.insert("signPubKeyCert".into(), CERTIFICATE.trim().into());
        let text = match signed {
            Signed::Well => hashed(&fields),
            Signed::Wrongly | Signed::AsProbe => hashed(&fields).to_uppercase(),
        };
        fields.insert("signature".into(), self.0.sign(text.as_bytes()));
        fields
    }
}

/// In lower-case hexadecimal.
fn hashed(fields: &Fields) -> String {
    let text = joined(fields.iter().filter(|(name, _)| *name != "signature"));
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The vectors of `protocols/unionpay-qr.md` 8. RSA with PKCS #1 v1.5 gives the same signature every time.
#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = include_str!("../../tests/vectors/unionpay/request_content.txt");
    const REQUEST_SIGNATURE: &str =
        include_str!("../../tests/vectors/unionpay/request_signature.txt");
    const NOTICE: &str = include_str!("../../tests/vectors/unionpay/notice_content.txt");
    const NOTICE_SIGNATURE: &str =
        include_str!("../../tests/vectors/unionpay/notice_signature.txt");

    fn fields(text: &str) -> Fields {
        let pair = |pair: &str| pair.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
        text.trim().split('&').filter_map(pair).collect()
    }

    #[test]
    fn the_merchants_request_is_accepted_and_a_changed_one_is_not() {
        let keys = Keys::load().unwrap();
        let signed = |text: &str| {
            let mut fields = fields(text);
            fields.insert("signature".into(), REQUEST_SIGNATURE.trim().into());
            keys.has_signed(&fields)
        };
        assert!(signed(REQUEST));
        assert!(!signed(&REQUEST.replace("txnAmt=8888", "txnAmt=8889")));
        assert!(!keys.has_signed(&fields(REQUEST)));
    }

    #[test]
    fn a_notice_is_signed_as_the_vector_is() {
        let keys = Keys::load().unwrap();
        let hash = hashed(&fields(NOTICE));
        assert_eq!(hash, "0a2f6e509c94418b1a1d8d333d3b5316835f5f1352752af812a3b0299e882947");
        assert_eq!(keys.0.sign(hash.as_bytes()), NOTICE_SIGNATURE.trim());
    }
}
