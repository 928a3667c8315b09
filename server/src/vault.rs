//! What lies sealed in the database: AES-256-GCM, under keys that are not in it. A stolen database tells no merchant's keys.
//!
//! There may be several keys: the first seals, all of them open, so that one can be changed for another while the server goes on.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hex;

/// Tells this use of an installation's key from any other.
const PURPOSE: &[u8] = b"florin: channel accounts, 1";

/// So that a key can be told by what it has sealed, and by nothing that helps to find it.
const MARK: &[u8] = b"florin: mark of a sealing key, 1";

/// The least characters of a key.
const SHORTEST: usize = 32;

/// An installation's keys. Without any, nothing is sealed and nothing opened.
#[derive(Default)]
pub struct Vault(Vec<Key>);

struct Key {
    mark: String,
    key: LessSafeKey,
}

/// What was sealed, and by which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The mark of the key.
    pub by: String,
    /// Nonce and ciphertext, Base64.
    pub text: String,
}

impl Vault {
    /// The keys of this text, with spaces between them; each has at least 32 characters.
    ///
    /// # Errors
    /// One of them is shorter. No key is quoted.
    pub fn of(keys: &str) -> anyhow::Result<Vault> {
        let keys = keys.split_whitespace().map(Key::of).collect::<anyhow::Result<Vec<_>>>()?;
        anyhow::ensure!(!keys.is_empty(), "there is no sealing key");
        Ok(Vault(keys))
    }

    /// Whether nothing can be sealed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The marks of its keys, the one that seals first.
    pub fn marks(&self) -> Vec<String> {
        self.0.iter().map(|key| key.mark.clone()).collect()
    }

    /// Seals `plain` for this place and no other; `nonce` is drawn anew each time.
    pub fn seal(&self, place: &str, plain: &[u8], nonce: [u8; NONCE_LEN]) -> Option<Sealed> {
        let key = self.0.first()?;
        let mut sealed = plain.to_vec();
        let aad = Aad::from(place.as_bytes());
        let unique = Nonce::assume_unique_for_key(nonce);
        key.key.seal_in_place_append_tag(unique, aad, &mut sealed).ok()?;
        let text = STANDARD.encode([nonce.as_slice(), &sealed].concat());
        Some(Sealed { by: key.mark.clone(), text })
    }

    /// What was sealed at this place, if one of our keys did it.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Option<Vec<u8>> {
        let key = self.0.iter().find(|key| key.mark == sealed.by)?;
        let bytes = STANDARD.decode(&sealed.text).ok()?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let aad = Aad::from(place.as_bytes());
        Some(key.key.open_in_place(nonce, aad, &mut rest).ok()?.to_vec())
    }
}

impl Key {
    fn of(text: &str) -> anyhow::Result<Key> {
        anyhow::ensure!(
            text.len() >= SHORTEST,
            "a sealing key has at least {SHORTEST} characters: `openssl rand -hex 32` makes one"
        );
        let from = hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes());
        let derived = hmac::sign(&from, PURPOSE);
        let key = UnboundKey::new(&AES_256_GCM, derived.as_ref())
            .map_err(|_| anyhow::anyhow!("a sealing key cannot be used"))?;
        let mark = hex(&hmac::sign(&from, MARK).as_ref()[..8]);
        Ok(Key { mark, key: LessSafeKey::new(key) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";

    #[test]
    fn only_these_keys_open_it_and_only_at_its_place() {
        let old = Vault::of(OLD).unwrap();
        let sealed = old.seal("here", b"hunter2", [7; NONCE_LEN]).unwrap();
        assert!(!format!("{sealed:?}").contains("hunter2"));
        assert_eq!(old.open("here", &sealed).as_deref(), Some(b"hunter2".as_slice()));
        assert_eq!(old.open("there", &sealed), None);
        assert_eq!(Vault::of(NEW).unwrap().open("here", &sealed), None);
        assert_eq!(Vault::default().open("here", &sealed), None);
        // Somebody who writes into the database gives it another key's mark, or another text.
        let both = Vault::of(&format!("{NEW} {OLD}")).unwrap();
        assert!(both.open("here", &sealed).is_some());
        let marked = Sealed { by: both.marks()[0].clone(), ..sealed.clone() };
        assert_eq!(both.open("here", &marked), None);
        for text in ["", "AAAA", "not base64", &sealed.text[4..]] {
            let broken = Sealed { text: text.to_owned(), ..sealed.clone() };
            assert_eq!(both.open("here", &broken), None, "{text}");
        }
    }

    #[test]
    fn the_first_key_seals_and_a_short_one_is_none() {
        let both = Vault::of(&format!("  {NEW}\n{OLD} ")).unwrap();
        let sealed = both.seal("here", b"x", [0; NONCE_LEN]).unwrap();
        assert_eq!(sealed.by, Vault::of(NEW).unwrap().marks()[0]);
        assert!(Vault::of("hunter2").is_err() && Vault::of(" ").is_err());
        assert_eq!(Vault::default().seal("here", b"x", [0; NONCE_LEN]), None);
    }
}
