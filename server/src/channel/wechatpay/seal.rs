//! What a message carries is sealed with AES-256-GCM under the APIv3 key (`protocols/wechatpay-v3.md` 7).

use anyhow::anyhow;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::wire::Resource;

/// The APIv3 key.
pub(super) struct Seal(LessSafeKey);

impl Seal {
    /// Of the key's text, which is 32 bytes.
    pub(super) fn of(key: &str) -> anyhow::Result<Seal> {
        let key = UnboundKey::new(&AES_256_GCM, key.as_bytes())
            .map_err(|_| anyhow!("WeChat Pay's api_v3_key must be 32 characters"))?;
        Ok(Seal(LessSafeKey::new(key)))
    }

    /// What is inside, whole or not at all.
    pub(super) fn open(&self, resource: &Resource) -> Option<Vec<u8>> {
        if resource.algorithm != "AEAD_AES_256_GCM" || resource.nonce.len() != NONCE_LEN {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(resource.nonce.as_bytes()).ok()?;
        let mut sealed = STANDARD.decode(&resource.ciphertext).ok()?;
        let aad = Aad::from(resource.associated_data.as_bytes());
        let opened = self.0.open_in_place(nonce, aad, &mut sealed).ok()?;
        Some(opened.to_vec())
    }
}
