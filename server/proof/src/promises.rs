//! What people were told with a 2xx, and must stay true (P4).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Filled by everybody who asks.
#[derive(Default)]
pub struct Promises(Mutex<Told>);

/// What was promised.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The session that was made for an order.
    pub sessions: BTreeMap<String, BTreeSet<String>>,
    /// Transactions handed out.
    pub payments: BTreeSet<String>,
    /// Sessions shown as paid.
    pub paid: BTreeSet<String>,
    /// Transactions whose payer was told by the wallet that it has paid, in sessions that must therefore be paid.
    pub taken: BTreeSet<String>,
    /// Refunds by the merchant's own number.
    pub refunds: BTreeMap<String, BTreeSet<String>>,
}

impl Promises {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An order has this session.
    pub fn session(&self, order: &str, id: &str) {
        self.told().sessions.entry(order.to_owned()).or_default().insert(id.to_owned());
    }

    /// A transaction was handed out.
    pub fn payment(&self, id: &str) {
        self.told().payments.insert(id.to_owned());
    }

    /// A session was shown as paid.
    pub fn paid(&self, session: &str) {
        self.told().paid.insert(session.to_owned());
    }

    /// The payer has paid and must get something for it.
    pub fn taken(&self, payment: &str) {
        self.told().taken.insert(payment.to_owned());
    }

    /// A refund was taken in.
    pub fn refund(&self, own: &str, id: &str) {
        self.told().refunds.entry(own.to_owned()).or_default().insert(id.to_owned());
    }

    /// Everything so far.
    pub fn all(&self) -> Told {
        self.told().clone()
    }
}
