//! Stored answers, sealed under the secret key of whoever asked: AES-256-GCM, the key by HMAC-SHA256 from the caller's.
//! The database holds only that key's digest, so that a stolen database opens no answer.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Error, Result};

/// Tells this use of the caller's key from any other.
const PURPOSE: &[u8] = b"florin: stored answers, 1";

const NONCE: usize = 12;

/// Seals `plain` for this caller and this place; `nonce` is drawn anew each time.
pub(super) fn seal(secret: &str, place: &str, plain: &[u8], nonce: [u8; NONCE]) -> Result<String> {
    let failed = || Error::Internal("an answer could not be sealed".to_owned());
    let mut sealed = plain.to_vec();
    key(secret)
        .ok_or_else(failed)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place.as_bytes()),
            &mut sealed,
        )
        .map_err(|_| failed())?;
    Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

/// What was sealed, if this caller sealed it at this place.
pub(super) fn open(secret: &str, place: &str, sealed: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(sealed).ok()?;
    let (nonce, rest) = bytes.split_at_checked(NONCE)?;
    let mut rest = rest.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let plain = key(secret)?.open_in_place(nonce, Aad::from(place.as_bytes()), &mut rest).ok()?;
    Some(plain.to_vec())
}

fn key(secret: &str) -> Option<LessSafeKey> {
    let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), PURPOSE);
    UnboundKey::new(&AES_256_GCM, derived.as_ref()).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_asked_reads_the_answer_and_only_where_it_was_given() {
        let sealed = seal("sk_test_a", "here", b"secret", [7; NONCE]).unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(open("sk_test_a", "here", &sealed).as_deref(), Some(b"secret".as_slice()));
        assert_eq!(open("sk_test_b", "here", &sealed), None);
        assert_eq!(open("sk_test_a", "there", &sealed), None);
        let changed =
            sealed.replace(&sealed[20..21], if &sealed[20..21] == "A" { "B" } else { "A" });
        assert_eq!(open("sk_test_a", "here", &changed), None);
        for text in ["", "AAAA", "not base64"] {
            assert_eq!(open("sk_test_a", "here", text), None);
        }
    }
}
