//! The sessions that polls are answered from. Only what somebody looks at stays for long; whoever comes back later is read
//! from the database once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use florin_shared::{PaymentId, SessionId};

use super::Snapshot;
use crate::clock::Millis;
use crate::domain::pace::Interest;
use crate::point;
use crate::store::merchants::Merchant;

/// How long a poll counts as somebody looking.
const LOOKING: Millis = 6_000;

/// How long a session stays after somebody has looked at it. Longer than a page in the background sleeps between two
/// polls, which is a minute.
const LOOKED_AT: Millis = 3 * 60 * 1000;

/// How long a session stays that nobody has looked at yet: its page asks within a moment.
const UNSEEN: Millis = 60 * 1000;

/// How many sessions are expected ahead of their pages. More are read when their pages ask.
const EXPECTED: usize = 200_000;

/// How often the pages that somebody looks at are gone through for [`Board::neglected`].
const LOOK_AGAIN: Millis = 250;

/// One session in memory.
pub struct Entry {
    /// SHA-256 of the token that opens it.
    pub token_digest: [u8; 32],
    /// Who sells, as of when the entry was made.
    pub merchant: Arc<Merchant>,
    snapshot: RwLock<Arc<Snapshot>>,
    entered: Millis,
    watched: AtomicI64,
    asked: AtomicI64,
    is_listed: AtomicBool,
    audience: Arc<Audience>,
}

impl Entry {
    /// The latest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn neglected(&self, soon: Millis) -> Option<(SessionId, PaymentId)> {
        let snapshot = self.snapshot();
        let shown = snapshot.waits_beyond(soon)?;
        Some((snapshot.session.id.clone(), shown.id.clone()))
    }

    fn hastened(&self, payment: &PaymentId, soon: Millis) {
        let mut current = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        if current.waits_beyond(soon).is_none_or(|shown| shown.id != *payment) {
            return;
        }
        let mut sooner = Snapshot::clone(&current);
        if let Some(shown) = sooner.payment.as_mut() {
            shown.next_ask = Some(soon);
        }
        *current = Arc::new(sooner);
    }

    /// Whether the channel may be asked on a shopper's behalf now: once a second.
    pub fn may_ask(&self, now: Millis) -> bool {
        let last = self.asked.load(Ordering::Relaxed);
        now - last >= 1_000
            && self.asked.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Notes that somebody looks.
    pub fn watch(&self, now: Millis) {
        self.watched.store(now, Ordering::Relaxed);
        // Nearly always it is on the list already, and this is all that a poll costs.
        if !self.is_listed.load(Ordering::SeqCst) && !self.is_listed.swap(true, Ordering::SeqCst) {
            self.audience.add(self.snapshot().session.id.clone());
        }
    }

    fn is_looked_at(&self, now: Millis) -> bool {
        now - self.watched.load(Ordering::SeqCst) < LOOKING
    }

    fn is_watched(&self, now: Millis) -> bool {
        self.is_looked_at(now) && !self.snapshot().session.state.is_over()
    }

    /// Whether it need not be kept. What somebody has looked at stays for a while, all else for a moment.
    fn is_stale(&self, now: Millis) -> bool {
        let watched = self.watched.load(Ordering::Relaxed);
        let until = (watched + LOOKED_AT).max(self.entered + UNSEEN);
        now >= until
    }
}

/// The sessions that somebody looks at, so that they are found without going through all others.
#[derive(Default)]
struct Audience(Mutex<Vec<SessionId>>);

impl Audience {
    fn add(&self, session: SessionId) {
        self.list().push(session);
    }

    fn list(&self) -> MutexGuard<'_, Vec<SessionId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const SHARDS: usize = 64;
type Shard = RwLock<HashMap<SessionId, Arc<Entry>>>;

/// Every session that somebody has asked for lately.
pub struct Board {
    shards: [Shard; SHARDS],
    audience: Arc<Audience>,
    gone_through: AtomicI64,
}

impl Default for Board {
    fn default() -> Board {
        Board {
            shards: std::array::from_fn(|_| Shard::default()),
            audience: Arc::default(),
            gone_through: AtomicI64::new(Millis::MIN / 2),
        }
    }
}

impl Board {
    fn shard(&self, session: &SessionId) -> &Shard {
        // Two letters of base32: their low bits say more than one letter's.
        let number = session
            .as_str()
            .bytes()
            .rev()
            .take(2)
            .fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % SHARDS);
        &self.shards[number]
    }

    /// The entry of a session, if it is in memory.
    pub fn get(&self, session: &SessionId) -> Option<Arc<Entry>> {
        self.shard(session).read().unwrap_or_else(PoisonError::into_inner).get(session).cloned()
    }

    /// Puts a session into memory, unless it is there; gives the one that is.
    pub fn enter(
        &self,
        snapshot: Snapshot,
        token_digest: [u8; 32],
        merchant: Arc<Merchant>,
        now: Millis,
    ) -> Arc<Entry> {
        let id = snapshot.session.id.clone();
        let fresh = Entry {
            token_digest,
            merchant,
            snapshot: RwLock::new(Arc::new(snapshot.clone())),
            entered: now,
            watched: AtomicI64::new(Millis::MIN / 2),
            asked: AtomicI64::new(0),
            is_listed: AtomicBool::new(false),
            audience: self.audience.clone(),
        };
        let entry = {
            let mut shard = self.shard(&id).write().unwrap_or_else(PoisonError::into_inner);
            shard.entry(id).or_insert_with(|| Arc::new(fresh)).clone()
        };
        self.update(snapshot);
        entry
    }

    /// The same for a session whose page has not asked yet, as long as there is room for such.
    pub fn expect(
        &self,
        snapshot: Snapshot,
        token_digest: [u8; 32],
        merchant: Arc<Merchant>,
        now: Millis,
    ) {
        let shard = self.shard(&snapshot.session.id);
        let held = shard.read().unwrap_or_else(PoisonError::into_inner).len();
        if held < EXPECTED / SHARDS {
            self.enter(snapshot, token_digest, merchant, now);
        }
    }

    /// How many sessions it holds.
    pub fn len(&self) -> usize {
        let held = |shard: &Shard| shard.read().unwrap_or_else(PoisonError::into_inner).len();
        self.shards.iter().map(held).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells of a change. Sessions that nobody has asked for are not kept.
    pub fn update(&self, snapshot: Snapshot) {
        if let Some(entry) = self.get(&snapshot.session.id) {
            point!("board/before");
            let mut current = entry.snapshot.write().unwrap_or_else(PoisonError::into_inner);
            if snapshot.version >= current.version {
                *current = Arc::new(snapshot);
            }
            drop(current);
            point!("board/after");
        }
    }

    /// Whether somebody looks at this session right now.
    pub fn interest(&self, session: &SessionId, now: Millis) -> Interest {
        match self.get(session) {
            Some(entry) if entry.is_looked_at(now) => Interest::Watched,
            Some(_) | None => Interest::Unwatched,
        }
    }

    /// The open sessions that somebody looks at.
    pub fn watched(&self, now: Millis) -> Vec<SessionId> {
        let open = self.audience(now).into_iter().filter(|entry| entry.is_watched(now));
        open.map(|entry| entry.snapshot().session.id.clone()).collect()
    }

    /// Payments that somebody looks at and that would be asked about only after `soon`, with their sessions, `most` of
    /// them. Whoever has moved one forward says so with [`Board::hastened`]. Gone through a few times a second, however
    /// often this is called.
    pub fn neglected(&self, now: Millis, soon: Millis, most: usize) -> Vec<(SessionId, PaymentId)> {
        if now - self.gone_through.load(Ordering::Relaxed) < LOOK_AGAIN {
            return Vec::new();
        }
        let waiting = self.audience(now).into_iter().filter(|entry| entry.is_watched(now));
        let found: Vec<_> = waiting.filter_map(|entry| entry.neglected(soon)).take(most).collect();
        if found.len() < most {
            self.gone_through.store(now, Ordering::Relaxed);
        }
        found
    }

    /// This payment is asked about at `soon` at the latest.
    pub fn hastened(&self, session: &SessionId, payment: &PaymentId, soon: Millis) {
        if let Some(entry) = self.get(session) {
            entry.hastened(payment, soon);
        }
    }

    /// Who is looked at. Whoever is not any more leaves the list, and comes back with the next poll.
    fn audience(&self, now: Millis) -> Vec<Arc<Entry>> {
        let listed = std::mem::take(&mut *self.audience.list());
        let mut looked_at = Vec::with_capacity(listed.len());
        let mut stay = Vec::with_capacity(listed.len());
        for session in listed {
            let Some(entry) = self.get(&session) else { continue };
            if !entry.is_looked_at(now) {
                entry.is_listed.store(false, Ordering::SeqCst);
                // A poll between the look and the store believed itself listed.
                if !entry.is_looked_at(now) || entry.is_listed.swap(true, Ordering::SeqCst) {
                    continue;
                }
            }
            looked_at.push(entry);
            stay.push(session);
        }
        self.audience.list().append(&mut stay);
        looked_at
    }

    /// Forgets what nobody looks at any more. Polls wait only while something is taken out.
    pub fn forget(&self, now: Millis) {
        for shard in &self.shards {
            let stale: Vec<SessionId> = {
                let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
                let stale = shard.iter().filter(|(_, entry)| entry.is_stale(now));
                stale.map(|(id, _)| id.clone()).collect()
            };
            if stale.is_empty() {
                continue;
            }
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            for id in stale {
                if shard.get(&id).is_some_and(|entry| entry.is_stale(now)) {
                    shard.remove(&id);
                }
            }
            if shard.capacity() > 4 * shard.len() + 64 {
                shard.shrink_to_fit();
            }
        }
    }
}

#[cfg(test)]
mod tests;
