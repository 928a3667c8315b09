//! Merchants' own accounts at channels, as far as this process has met them, and who carries out what for whom.
//!
//! What lies here is read again after two seconds, so that a change in another process is followed within that time; a change in
//! this one is followed at once. Where it is older than that, nobody is charged twice by it: which account carries a payment
//! is written down with the payment, before any channel hears of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use florin_shared::{AccountId, MerchantId};

use crate::channel::Channel;
use crate::clock::Millis;
use crate::domain::fee::Fee;
use crate::domain::offer::{Product, Seller};
use crate::vault::Vault;

/// How long what was read is believed.
pub const LIFE: Millis = 2_000;

/// Who may carry out a merchant's payments: its own accounts, the oldest first, then those of the server.
pub struct Sellers {
    channels: Vec<Arc<dyn Channel>>,
    terms: Vec<Seller>,
    products: Vec<Product>,
}

impl Sellers {
    /// These, in order of preference, with what is known of each.
    pub fn new(each: Vec<(Arc<dyn Channel>, Seller)>) -> Sellers {
        let products = each.iter().flat_map(|(channel, _)| channel.products().iter().copied());
        let products = products.collect();
        let (channels, terms) = each.into_iter().unzip();
        Sellers { channels, terms, products }
    }

    /// Each of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Channel>> {
        self.channels.iter()
    }

    /// Whose they are and what they cost, in the same order.
    pub fn terms(&self) -> &[Seller] {
        &self.terms
    }

    /// Everything that they sell.
    pub fn products(&self) -> &[Product] {
        &self.products
    }
}

/// What this process holds of merchants' accounts.
#[derive(Default)]
pub struct Own {
    vault: OnceLock<Vault>,
    hosts: Mutex<BTreeSet<String>>,
    fees: OnceLock<BTreeMap<String, Fee>>,
    held: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Rises with every change that is made here: what was read before it is not kept.
    age: u64,
    accounts: HashMap<AccountId, Held>,
    sellers: HashMap<MerchantId, (Millis, Arc<Sellers>)>,
}

struct Held {
    read: Millis,
    version: i64,
    channel: Arc<dyn Channel>,
}

impl Own {
    /// By these keys accounts are sealed, and so much the server's own accounts cost. Said once, at the start.
    pub fn begin(&self, vault: Vault, fees: BTreeMap<String, Fee>) {
        _ = self.vault.set(vault);
        _ = self.fees.set(fees);
    }

    /// Accounts may name this host too, besides the channels' own.
    pub fn allow(&self, host: &str) {
        let host = host.trim_end_matches('/').to_owned();
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).insert(host);
    }

    /// The keys; none before [`Own::begin`].
    pub fn vault(&self) -> Option<&Vault> {
        self.vault.get()
    }

    /// Whether an account may name this host besides the channels' own.
    pub fn allows(&self, host: &str) -> bool {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).contains(host)
    }

    /// What the server's own account at this channel costs, if the settings say it.
    pub fn fee(&self, channel: &str) -> Option<Fee> {
        self.fees.get()?.get(channel).copied()
    }

    /// Which change was the last: whoever reads the database asks before.
    pub fn age(&self) -> u64 {
        self.held().age
    }

    /// Who sells for a merchant.
    pub fn sellers(&self, merchant: &MerchantId, now: Millis) -> Option<Arc<Sellers>> {
        let held = self.held();
        let (read, sellers) = held.sellers.get(merchant)?;
        is_fresh(*read, now).then(|| sellers.clone())
    }

    /// Keeps who sells for a merchant, as it was read at that age.
    pub fn keep_sellers(
        &self,
        merchant: MerchantId,
        sellers: Arc<Sellers>,
        (age, read): (u64, Millis),
    ) {
        let mut held = self.held();
        if held.age == age {
            held.sellers.insert(merchant, (read, sellers));
        }
    }

    /// An account that was read lately.
    pub fn account(&self, id: &AccountId, now: Millis) -> Option<Arc<dyn Channel>> {
        let held = self.held();
        let known = held.accounts.get(id)?;
        is_fresh(known.read, now).then(|| known.channel.clone())
    }

    /// The same, however long ago that was.
    pub fn at_hand(&self, id: &AccountId) -> Option<Arc<dyn Channel>> {
        self.held().accounts.get(id).map(|known| known.channel.clone())
    }

    /// The same, if this is still its version in the database just now.
    pub fn still(&self, id: &AccountId, version: i64, now: Millis) -> Option<Arc<dyn Channel>> {
        let mut held = self.held();
        let known = held.accounts.get_mut(id).filter(|known| known.version == version)?;
        known.read = now;
        Some(known.channel.clone())
    }

    /// Keeps an account; a newer version of it stays.
    pub fn keep_account(
        &self,
        id: AccountId,
        version: i64,
        channel: Arc<dyn Channel>,
        read: Millis,
    ) {
        let mut held = self.held();
        if held.accounts.get(&id).is_none_or(|known| known.version <= version) {
            held.accounts.insert(id, Held { read, version, channel });
        }
    }

    /// One of a merchant's accounts has been changed here.
    pub fn forget(&self, merchant: &MerchantId, id: &AccountId) {
        let mut held = self.held();
        held.age += 1;
        held.sellers.remove(merchant);
        if let Some(known) = held.accounts.get_mut(id) {
            known.read = Millis::MIN / 2;
        }
    }

    fn held(&self) -> MutexGuard<'_, Inner> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock that was set back makes nothing live longer.
fn is_fresh(read: Millis, now: Millis) -> bool {
    (0..LIFE).contains(&(now - read))
}
