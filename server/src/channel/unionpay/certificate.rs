//! Whose key signs: answers and messages bring their own certificate, which proves nothing by itself (`protocols/unionpay-qr.md` 2).
//! It is believed when it chains to the root and the intermediate that the merchant holds, is valid now and is UnionPay's.

use std::time::Duration;

use anyhow::{Context, anyhow};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{
    CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime,
};
use webpki::aws_lc_rs::{
    RSA_PKCS1_2048_8192_SHA256 as RSA_SHA256, RSA_PKCS1_2048_8192_SHA384 as RSA_SHA384,
    RSA_PKCS1_2048_8192_SHA512 as RSA_SHA512,
};
use webpki::{
    EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert,
};

use crate::clock::Millis;

/// A part of the subject of every certificate by which UnionPay signs.
const NAME: &str = "中国银联股份有限公司";

/// How certificates may be signed: nothing older than SHA-256.
const ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[RSA_SHA256, RSA_SHA384, RSA_SHA512];

/// Whose certificates are believed, beside that they chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Only those that name UnionPay.
    UnionPays,
    /// Whoever the chain names: in tests.
    Anybodys,
}

/// The certificates that the merchant holds.
pub(super) struct Trust {
    root: TrustAnchor<'static>,
    middle: CertificateDer<'static>,
    whose: Whose,
}

impl Trust {
    /// Of the two certificates, in PEM.
    ///
    /// # Errors
    /// When one of them is none.
    pub(super) fn of(root: &str, middle: &str, whose: Whose) -> anyhow::Result<Trust> {
        let root = certificate(root).context("UnionPay's root certificate")?;
        let middle = certificate(middle).context("UnionPay's intermediate certificate")?;
        let root = anchor_from_trusted_cert(&root)
            .map_err(|why| anyhow!("UnionPay's root certificate: {why}"))?
            .to_owned();
        EndEntityCert::try_from(&middle)
            .map_err(|why| anyhow!("UnionPay's intermediate certificate: {why}"))?;
        Ok(Trust { root, middle, whose })
    }

    /// The key of this certificate, if it may be believed now.
    pub(super) fn key(&self, pem: &str, now: Millis) -> Result<ParsedPublicKey, &'static str> {
        let der = certificate(pem).map_err(|_| "its certificate is none")?;
        let leaf = EndEntityCert::try_from(&der).map_err(|_| "its certificate is none")?;
        let now = u64::try_from(now / 1000).map_err(|_| "there is no such time")?;
        leaf.verify_for_usage(
            ALGORITHMS,
            std::slice::from_ref(&self.root),
            std::slice::from_ref(&self.middle),
            UnixTime::since_unix_epoch(Duration::from_secs(now)),
            AnyUse,
            None,
            None,
        )
        .map_err(|_| "its certificate is not of UnionPay's chain, or not of today")?;
        if self.whose == Whose::UnionPays && !names_unionpay(leaf.subject()) {
            return Err("its certificate is somebody else's");
        }
        let key = leaf.subject_public_key_info();
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.as_ref())
            .map_err(|_| "its certificate has no RSA key")
    }
}

/// These authorities write purposes of people into certificates (mail, clients): none of them is what is done here.
struct AnyUse;

impl ExtendedKeyUsageValidator for AnyUse {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

fn names_unionpay(subject: &[u8]) -> bool {
    subject.windows(NAME.len()).any(|part| part == NAME.as_bytes())
}

fn certificate(pem: &str) -> anyhow::Result<CertificateDer<'static>> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|why| anyhow!("it is not PEM: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::unionpay::sandbox;

    const UNIONPAYS: &str = include_str!("vectors/of_unionpay.pem");
    const SOMEBODY_ELSES: &str = include_str!("vectors/of_somebody_else.pem");
    const STRANGERS: &str = include_str!("vectors/of_another_chain.pem");

    /// 2026-11-18T04:00:00Z.
    const NOON: Millis = 1_794_974_400_000;

    fn trust(whose: Whose) -> Trust {
        let known = sandbox("");
        Trust::of(&known.root_certificate, &known.middle_certificate, whose).unwrap()
    }

    #[test]
    fn a_certificate_is_believed_by_its_chain_its_time_and_its_name() {
        let chain = "its certificate is not of UnionPay's chain, or not of today";
        let long = Duration::from_secs(30 * 365 * 86_400).as_millis() as Millis;
        for (pem, whose, now, expected) in [
            (UNIONPAYS, Whose::UnionPays, NOON, Ok(())),
            (UNIONPAYS, Whose::Anybodys, NOON, Ok(())),
            (UNIONPAYS, Whose::UnionPays, NOON + long, Err(chain)),
            (UNIONPAYS, Whose::UnionPays, NOON - long, Err(chain)),
            (SOMEBODY_ELSES, Whose::Anybodys, NOON, Ok(())),
            (SOMEBODY_ELSES, Whose::UnionPays, NOON, Err("its certificate is somebody else's")),
            // It has the right names all along, its issuer's too, and another issuer's key.
            (STRANGERS, Whose::Anybodys, NOON, Err(chain)),
            ("", Whose::Anybodys, NOON, Err("its certificate is none")),
        ] {
            assert_eq!(trust(whose).key(pem, now).map(drop), expected, "{whose:?} at {now}");
        }
        // A certificate authority is nobody who signs messages.
        let middle = sandbox("").middle_certificate;
        assert!(trust(Whose::Anybodys).key(&middle, NOON).is_err());
    }

    #[test]
    fn what_is_no_certificate_is_refused_at_the_start() {
        let known = sandbox("");
        for (root, middle) in
            [("", known.middle_certificate.as_str()), (&known.root_certificate, "")]
        {
            assert!(Trust::of(root, middle, Whose::Anybodys).is_err());
        }
    }
}
