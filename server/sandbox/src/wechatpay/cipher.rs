//! Notifications are encrypted: AES-256-GCM under the APIv3 key (`protocols/wechatpay-v3.md` 7).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::account::API_V3_KEY;

/// The Base64 of the ciphertext with its tag; nothing if the nonce is not twelve bytes long.
pub(super) fn seal(nonce: &str, associated: &str, plain: &str) -> Option<String> {
    let nonce: [u8; NONCE_LEN] = nonce.as_bytes().try_into().ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, API_V3_KEY).ok()?);
    let mut text = plain.as_bytes().to_vec();
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::from(associated.as_bytes()), &mut text).ok()?;
    Some(STANDARD.encode(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_sealed_as_the_vector_is() {
        let notice = include_str!("../../tests/vectors/wechatpay/notice_body.json");
        let plain = include_str!("../../tests/vectors/wechatpay/notice_plaintext.json");
        let notice: serde_json::Value = serde_json::from_str(notice).unwrap();
        assert_eq!(seal("thirteen-long", "transaction", plain), None);
        let nonce = notice["resource"]["nonce"].as_str().unwrap();
        let sealed = seal(nonce, "transaction", plain).unwrap();
        assert_eq!(notice["resource"]["ciphertext"], sealed);
    }
}
