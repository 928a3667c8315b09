//! The merchants that this process has met: polls ask which pages may ask and what they look like, and never read the database.
//!
//! What is older than two seconds is read again before anything is decided by it. A merchant that is changed is read again at
//! once, and what another had begun to read before the change is not kept after it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use florin_shared::MerchantId;

use crate::clock::Millis;
use crate::domain::looks;
use crate::store::merchants::Merchant;

/// How long a merchant's row may lie in memory before it is read again.
const LIFE: Millis = 2_000;

/// By their ids.
#[derive(Default)]
pub struct KnownMerchants(RwLock<HashMap<MerchantId, Place>>);

/// A merchant's place, which is there before the merchant is.
#[derive(Default)]
struct Place {
    /// How often this merchant was changed: what was read before the last time is not kept.
    renewals: u64,
    known: Option<Known>,
}

struct Known {
    /// When it was read; nothing when it has been changed since.
    read: Option<Millis>,
    merchant: Arc<Merchant>,
    /// What polls say of its looks.
    looks: u64,
}

/// A look that found nothing new enough: what is read for it may be kept, unless the merchant is changed meanwhile.
pub struct Miss {
    renewals: u64,
    at: Millis,
}

impl KnownMerchants {
    /// The merchant, at most two seconds old.
    pub fn find(&self, id: &MerchantId, now: Millis) -> Result<Arc<Merchant>, Miss> {
        let all = self.all();
        let place = all.get(id);
        match place.and_then(|place| place.known.as_ref()) {
            Some(Known { read: Some(read), merchant, .. }) if now - read < LIFE => {
                Ok(merchant.clone())
            }
            _ => Err(Miss { renewals: place.map_or(0, |place| place.renewals), at: now }),
        }
    }

    /// The merchant as it was last read, however long ago.
    pub fn at_hand(&self, id: &MerchantId) -> Option<Arc<Merchant>> {
        self.all().get(id)?.known.as_ref().map(|known| known.merchant.clone())
    }

    /// The mark of a merchant's looks: another one when they have changed.
    pub fn looks(&self, id: &MerchantId) -> u64 {
        let all = self.all();
        all.get(id).and_then(|place| place.known.as_ref()).map_or(0, |known| known.looks)
    }

    /// How many are known.
    pub fn count(&self) -> usize {
        self.all().values().filter(|place| place.known.is_some()).count()
    }

    /// Keeps what was read from the database after `miss`.
    pub fn keep(&self, miss: &Miss, merchant: &Arc<Merchant>) {
        let looks = looks::mark(&merchant.name, &merchant.appearance);
        let mut all = self.all_to_change();
        let place = all.entry(merchant.id.clone()).or_default();
        if place.renewals == miss.renewals {
            place.known = Some(Known { read: Some(miss.at), merchant: merchant.clone(), looks });
        }
    }

    /// The merchant has been changed: what is known of it is old, and so is what is being read.
    pub fn is_changed(&self, id: &MerchantId) {
        let mut all = self.all_to_change();
        let place = all.entry(id.clone()).or_default();
        place.renewals += 1;
        if let Some(known) = &mut place.known {
            known.read = None;
        }
    }

    fn all(&self) -> RwLockReadGuard<'_, HashMap<MerchantId, Place>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn all_to_change(&self) -> RwLockWriteGuard<'_, HashMap<MerchantId, Place>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::LateSuccess;

    fn merchant(id: &str, name: &str) -> Arc<Merchant> {
        Arc::new(Merchant {
            id: id.parse().unwrap(),
            name: name.to_owned(),
            livemode: false,
            late_success: LateSuccess::Reverse,
            auto_query: true,
            appearance: Default::default(),
            webhook_secret: String::new(),
            earlier_secrets: Vec::new(),
            origins: Vec::new(),
        })
    }

    fn name(known: &KnownMerchants, of: &Merchant) -> Option<String> {
        known.at_hand(&of.id).map(|merchant| merchant.name.clone())
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (known, old, new) =
            (KnownMerchants::default(), merchant("7", "old"), merchant("7", "new"));
        let before = known.find(&old.id, 0).unwrap_err();
        known.is_changed(&old.id);
        let after = known.find(&old.id, 0).unwrap_err();
        known.keep(&after, &new);
        known.keep(&before, &old);
        assert_eq!(name(&known, &new).as_deref(), Some("new"));
        assert_eq!(
            known.find(&new.id, LIFE - 1).map(|found| found.name.clone()).ok().as_deref(),
            Some("new")
        );
        assert!(known.find(&new.id, LIFE).is_err());
    }

    #[test]
    fn a_change_of_another_merchant_takes_nothing_away() {
        let (known, mine) = (KnownMerchants::default(), merchant("7", "mine"));
        let read = known.find(&mine.id, 0).unwrap_err();
        known.is_changed(&"8".parse().unwrap());
        known.keep(&read, &mine);
        assert_eq!((name(&known, &mine).as_deref(), known.count()), (Some("mine"), 1));
    }

    #[test]
    fn what_was_changed_stays_at_hand_until_it_is_read_again() {
        let (known, old) = (KnownMerchants::default(), merchant("7", "old"));
        let read = known.find(&old.id, 0).unwrap_err();
        known.keep(&read, &old);
        known.is_changed(&old.id);
        assert!(known.find(&old.id, 0).is_err());
        assert_eq!(name(&known, &old).as_deref(), Some("old"));
    }
}
