//! What shoppers are told, kept in memory: a poll never touches the database and never calls a channel (rule R8).
//!
//! Whoever commits a change puts the new snapshot here. A snapshot holds absolute times, so that it stays true while
//! it lies; a lower version never replaces a higher one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use florin_shared::session::SessionStatus;
use florin_shared::shopper::{PaymentStatus, Phase, StatusView};
use florin_shared::{Method, PaymentId, SessionId};

use crate::clock::Millis;
use crate::domain::pace::Interest;
use crate::domain::payment::{Payment, PaymentState, Role};
use crate::domain::session::{Session, SessionState};
use crate::store::merchants::Merchant;

/// How long a poll counts as somebody looking.
const LOOKING: Millis = 6_000;

/// When the page asks next.
const POLL_AFTER: u64 = 2_000;

/// A session as its shopper sees it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The session.
    pub session: Arc<Session>,
    /// The number of the order's last event.
    pub seq: i64,
    /// The order's version as this was seen: a lower one never replaces a higher one.
    pub version: i64,
    /// The payment it shows (ruling D12).
    pub payment: Option<Shown>,
    /// A second payment that is on its way back.
    pub surplus: Option<Method>,
}

/// What a poll needs of a payment.
#[derive(Clone, Debug)]
pub struct Shown {
    /// `GW…`.
    pub id: PaymentId,
    /// Its method.
    pub method: Method,
    /// Where it stands.
    pub state: PaymentState,
    /// What its success is good for.
    pub role: Role,
    /// Paid, not confirmed.
    pub confirming: bool,
    /// Why it ended.
    pub reason: String,
    /// Whether the channel has answered with something to do.
    pub has_action: bool,
    /// When its code ends.
    pub expires: Millis,
    /// When the channel is asked next.
    pub next_ask: Option<Millis>,
}

impl Snapshot {
    /// Puts together what the shopper of `session` sees; `payments` are those of the session, oldest first.
    pub fn of<'a>(
        session: &Session,
        (seq, version): (i64, i64),
        payments: impl Iterator<Item = &'a Payment> + Clone,
    ) -> Snapshot {
        let surplus =
            payments.clone().find(|payment| is_returned(payment)).map(|payment| payment.method);
        let payment = choose(payments).map(|payment| Shown {
            id: payment.id.clone(),
            method: payment.method,
            state: payment.state,
            role: payment.role,
            confirming: payment.confirming,
            reason: payment.reason.clone(),
            has_action: !payment.action.is_empty(),
            expires: payment.expires,
            next_ask: payment.next_ask,
        });
        Snapshot { session: Arc::new(session.clone()), seq, version, payment, surplus }
    }

    /// Its payment, if the channel is asked about it only after `soon`.
    fn waits_beyond(&self, soon: Millis) -> Option<&Shown> {
        let shown = self.payment.as_ref()?;
        // One that is just being opened has its call under way.
        let waits = shown.state.is_live()
            && shown.state != PaymentState::Intent
            && !shown.confirming
            && shown.next_ask.is_some_and(|at| at > soon);
        waits.then_some(shown)
    }

    /// What the wire says at this moment.
    pub fn view(&self, now: Millis) -> StatusView {
        let session = &self.session;
        let shown = self.payment.as_ref();
        let waiting = shown.filter(|shown| shown.state.is_live());
        StatusView {
            seq: self.seq.unsigned_abs(),
            status: status_of(session.state),
            order_id: shown.map(|shown| shown.id.to_string()),
            method: shown.map(|shown| shown.method.as_str().to_owned()),
            payment_status: shown.map(payment_status),
            phase: shown.map(phase),
            reason: shown
                .filter(|shown| !shown.reason.is_empty())
                .map(|shown| shown.reason.clone()),
            expires_in_ms: rest(session.expires, now),
            code_expires_in_ms: waiting.map_or(0, |shown| rest(shown.expires, now)),
            poll_after_ms: POLL_AFTER,
            return_url: session.state.is_over().then(|| return_url(session)).flatten(),
            notice: self.surplus.map(|_| "SURPLUS_RETURNED".to_owned()),
            notice_method: self.surplus.map(|method| method.as_str().to_owned()),
        }
    }
}

/// The payment that a question about an order shows: the accepted one, else the live one, else the newest (D12).
pub fn choose<'a>(payments: impl Iterator<Item = &'a Payment> + Clone) -> Option<&'a Payment> {
    payments
        .clone()
        .find(|payment| payment.role == Role::Accepted)
        .or_else(|| payments.clone().find(|payment| payment.state.is_live()))
        .or_else(|| payments.last())
}

/// A payment whose money was taken and is on its way back: one too many, or given back by our cancel (D1).
fn is_returned(payment: &Payment) -> bool {
    payment.role == Role::Surplus || payment.reason == RETURNED
}

/// The reason of a cancelled payment that had been paid: the channel has given the money back (D1).
pub const RETURNED: &str = "RETURNED";

/// The session's status on the wire.
pub fn status_of(state: SessionState) -> SessionStatus {
    match state {
        SessionState::Open | SessionState::Closing => SessionStatus::Processing,
        SessionState::Paid => SessionStatus::Success,
        SessionState::Expired => SessionStatus::Expired,
        SessionState::Cancelled => SessionStatus::Cancelled,
    }
}

/// `return_url` with `session_id` appended and nothing else: it carries no result (D16).
pub fn return_url(session: &Session) -> Option<String> {
    let mut url = url::Url::parse(&session.return_url).ok()?;
    url.query_pairs_mut().append_pair("session_id", session.id.as_str());
    Some(url.into())
}

fn payment_status(shown: &Shown) -> PaymentStatus {
    match (shown.state, shown.role) {
        (PaymentState::Success, Role::Accepted) => PaymentStatus::Success,
        (PaymentState::Success, Role::Surplus | Role::None) | (PaymentState::Cancelled, _) => {
            PaymentStatus::Cancelled
        }
        (PaymentState::Fail, _) => PaymentStatus::Fail,
        (
            PaymentState::Intent
            | PaymentState::Sent
            | PaymentState::Unknown
            | PaymentState::Processing
            | PaymentState::Cancelling,
            _,
        ) => PaymentStatus::Processing,
    }
}

fn phase(shown: &Shown) -> Phase {
    match shown.state {
        PaymentState::Cancelling => Phase::Closing,
        state if state.is_final() => Phase::Over,
        _ if shown.confirming => Phase::Confirming,
        _ if shown.has_action => Phase::Waiting,
        _ => Phase::Opening,
    }
}

fn rest(until: Millis, now: Millis) -> u64 {
    u64::try_from(until - now).unwrap_or(0)
}

/// One session in memory.
pub struct Entry {
    /// SHA-256 of the token that opens it.
    pub token_digest: [u8; 32],
    /// Who sells, as of when the entry was made.
    pub merchant: Arc<Merchant>,
    snapshot: RwLock<Arc<Snapshot>>,
    watched: AtomicI64,
    asked: AtomicI64,
}

impl Entry {
    /// The latest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hasten(&self, soon: Millis) -> Option<PaymentId> {
        self.snapshot().waits_beyond(soon)?;
        let mut current = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        let mut sooner = Snapshot::clone(&current);
        let shown = sooner.payment.as_mut()?;
        shown.next_ask = Some(soon);
        let id = shown.id.clone();
        *current = Arc::new(sooner);
        Some(id)
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
    }
}

const SHARDS: usize = 16;
type Shard = RwLock<HashMap<SessionId, Arc<Entry>>>;

/// Every session that somebody has asked for lately.
#[derive(Default)]
pub struct Board([Shard; SHARDS]);

impl Board {
    fn shard(&self, session: &SessionId) -> &Shard {
        let last = session.as_str().as_bytes().last().copied().unwrap_or(0);
        &self.0[usize::from(last) % SHARDS]
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
    ) -> Arc<Entry> {
        let id = snapshot.session.id.clone();
        let fresh = Entry {
            token_digest,
            merchant,
            snapshot: RwLock::new(Arc::new(snapshot.clone())),
            watched: AtomicI64::new(0),
            asked: AtomicI64::new(0),
        };
        let entry = {
            let mut shard = self.shard(&id).write().unwrap_or_else(PoisonError::into_inner);
            shard.entry(id).or_insert_with(|| Arc::new(fresh)).clone()
        };
        self.update(snapshot);
        entry
    }

    /// How many sessions it holds.
    pub fn len(&self) -> usize {
        self.0.iter().map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells of a change. Sessions that nobody has asked for are not kept.
    pub fn update(&self, snapshot: Snapshot) {
        if let Some(entry) = self.get(&snapshot.session.id) {
            let mut current = entry.snapshot.write().unwrap_or_else(PoisonError::into_inner);
            if snapshot.version >= current.version {
                *current = Arc::new(snapshot);
            }
        }
    }

    /// Whether somebody looks at this session right now.
    pub fn interest(&self, session: &SessionId, now: Millis) -> Interest {
        let watched = self.get(session).map_or(0, |entry| entry.watched.load(Ordering::Relaxed));
        if now - watched < LOOKING { Interest::Watched } else { Interest::Unwatched }
    }

    /// The open sessions that somebody looks at.
    pub fn watched(&self, now: Millis) -> Vec<SessionId> {
        let mut found = Vec::new();
        for shard in &self.0 {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            found.extend(
                shard.iter().filter(|(_, entry)| is_watched(entry, now)).map(|(id, _)| id.clone()),
            );
        }
        found
    }

    /// Payments that somebody looks at and that would be asked about only after `soon`. Each is given once: from then on
    /// the board takes it that it is asked about in time.
    pub fn neglected(&self, now: Millis, soon: Millis) -> Vec<PaymentId> {
        let mut found = Vec::new();
        for shard in &self.0 {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            found.extend(
                shard
                    .values()
                    .filter(|entry| is_watched(entry, now))
                    .filter_map(|entry| entry.hasten(soon)),
            );
        }
        found
    }

    /// Forgets what has been over for an hour, when its token has ended too.
    pub fn forget(&self, now: Millis) {
        const AFTERWARDS: Millis = 60 * 60 * 1000;
        for shard in &self.0 {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|_, entry| {
                let session = entry.snapshot().session.clone();
                !session.state.is_over() || now < session.expires + AFTERWARDS
            });
        }
    }
}

fn is_watched(entry: &Entry, now: Millis) -> bool {
    now - entry.watched.load(Ordering::Relaxed) < LOOKING
        && !entry.snapshot().session.state.is_over()
}
