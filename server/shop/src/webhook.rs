//! Standard Webhooks, the receiver's side: who is speaking, and whether it is fresh (`protocols/webhooks.md`).
//!
//! The raw bytes are verified before anything reads them as JSON.

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Secrets are met with and without padding; signatures always have it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const STRICT: GeneralPurpose = base64::engine::general_purpose::STANDARD;

/// How far the sender's clock may be from ours, either way.
const TOLERANCE_S: u64 = 300;

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Forged {
    #[error("The shop has no usable webhook secret: `whsec_` and Base64 of 24 to 64 bytes.")]
    NoSecret,
    #[error("The header {0} is missing.")]
    NoHeader(&'static str),
    #[error("The timestamp is not a number of seconds.")]
    BadTimestamp,
    #[error("The timestamp is more than five minutes old.")]
    TooOld,
    #[error("The timestamp is more than five minutes ahead.")]
    TooNew,
    #[error("None of the signatures is right.")]
    WrongSignature,
}

/// Knows the shop's secret and checks messages against it.
pub(crate) struct Verifier {
    key: Option<hmac::Key>,
}

impl Verifier {
    /// Takes `whsec_…`. With a secret that cannot be used, every message is refused.
    pub(crate) fn new(secret: &str) -> Verifier {
        let bytes = LENIENT.decode(secret.strip_prefix("whsec_").unwrap_or(secret));
        let bytes = bytes.ok().filter(|bytes| (24..=64).contains(&bytes.len()));
        Verifier { key: bytes.map(|bytes| hmac::Key::new(hmac::HMAC_SHA256, &bytes)) }
    }

    /// Says whether the holder of the secret sent exactly this, within five minutes of `now_s`. The message's id.
    pub(crate) fn check<'h>(
        &self,
        headers: &'h HeaderMap,
        body: &[u8],
        now_s: i64,
    ) -> Result<&'h str, Forged> {
        let key = self.key.as_ref().ok_or(Forged::NoSecret)?;
        let id = header(headers, "webhook-id")?;
        let timestamp = header(headers, "webhook-timestamp")?;
        let signatures = header(headers, "webhook-signature")?;
        check_age(timestamp, now_s)?;
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
        match signatures.split(' ').any(|signature| is_right(key, &signed, signature)) {
            true => Ok(id),
            false => Err(Forged::WrongSignature),
        }
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, Forged> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.filter(|text| !text.is_empty()).ok_or(Forged::NoHeader(name))
}

fn check_age(timestamp: &str, now_s: i64) -> Result<(), Forged> {
    if !timestamp.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Forged::BadTimestamp);
    }
    let sent_s: i64 = timestamp.parse().map_err(|_| Forged::BadTimestamp)?;
    match sent_s.abs_diff(now_s) <= TOLERANCE_S {
        true => Ok(()),
        false if sent_s < now_s => Err(Forged::TooOld),
        false => Err(Forged::TooNew),
    }
}

/// Versions other than `v1` are somebody else's and are passed over. The comparison takes constant time.
fn is_right(key: &hmac::Key, signed: &[u8], signature: &str) -> bool {
    signature
        .strip_prefix("v1,")
        .and_then(|base64| STRICT.decode(base64).ok())
        .is_some_and(|tag| hmac::verify(key, signed, &tag).is_ok())
}
