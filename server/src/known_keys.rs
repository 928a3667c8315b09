//! Whose secret key is whose, for two seconds after it was read: every request of a merchant asks.
//!
//! A key that is deleted here opens nothing from that moment on. One that another process deletes may open for two
//! seconds more, as `docs/operations.md` says. What lies here decides who asks, and never what becomes of money.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use florin_shared::MerchantId;

use crate::app::digest_of;
use crate::clock::Millis;

/// How long a key is known without being looked up again.
pub const LIFE: Millis = 2_000;

/// The keys that were looked up lately, by their digests.
#[derive(Default)]
pub struct KnownKeys(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// Rises whenever a key is deleted: what was read before is not kept any more.
    age: u64,
    owners: HashMap<[u8; 32], (Millis, MerchantId)>,
}

/// A look that found nothing: what is read for it may be kept, unless a key was deleted meanwhile.
pub struct Miss {
    age: u64,
    digest: [u8; 32],
}

impl KnownKeys {
    /// Whose it is.
    pub fn find(&self, key: &str, now: Millis) -> Result<MerchantId, Miss> {
        let digest = digest_of(key);
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match inner.owners.get(&digest) {
            Some((read, owner)) if (0..LIFE).contains(&(now - read)) => Ok(owner.clone()),
            _ => Err(Miss { age: inner.age, digest }),
        }
    }

    /// Keeps what was read from the database after `miss`, at the earliest at `read`.
    pub fn keep(&self, miss: Miss, owner: MerchantId, read: Millis) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.age == miss.age {
            inner.owners.insert(miss.digest, (read, owner));
        }
    }

    /// A key has been deleted.
    pub fn forget(&self) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.age += 1;
        inner.owners.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_for_two_seconds_and_not_beyond_a_deletion() {
        let keys = KnownKeys::default();
        let owner: MerchantId = "18356675194960".parse().unwrap();
        let miss = keys.find("sk", 0).err().unwrap();
        keys.keep(miss, owner.clone(), 0);
        assert_eq!(keys.find("sk", LIFE - 1).ok(), Some(owner.clone()));
        assert!(keys.find("another", 0).is_err());
        assert!(keys.find("sk", LIFE).is_err());
        assert!(
            keys.find("sk", -1).is_err(),
            "a clock that was set back makes nothing live longer"
        );
        let late = keys.find("another", 0).err().unwrap();
        keys.forget();
        assert!(keys.find("sk", 0).is_err());
        keys.keep(late, owner, 0);
        assert!(keys.find("another", 0).is_err(), "it was read before a key was deleted");
    }
}
