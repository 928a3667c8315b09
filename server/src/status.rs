//! What shoppers are told, kept in memory: a poll never touches the database and never calls a channel (rule R8).
//!
//! Whoever commits a change puts the new snapshot onto the [`Board`]. A snapshot holds absolute times, so that it stays
//! true while it lies; a lower version never replaces a higher one.

use std::sync::Arc;

use florin_shared::session::SessionStatus;
use florin_shared::shopper::{PaymentStatus, Phase, StatusView};
use florin_shared::{Method, PaymentId};

use crate::clock::Millis;
use crate::domain::payment::{Payment, PaymentState, Role};
use crate::domain::session::{Session, SessionState};

mod board;

pub use board::{Board, Entry};

/// When the page asks next.
const POLL_AFTER: u64 = 2_000;

/// A session as its shopper sees it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The session, without the long texts that polls do not need: goods, `notify_url`, the marks of its request.
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
    /// Whether a payment is open, so that the page shows it and no list.
    pub fn is_being_paid(&self) -> bool {
        self.payment.as_ref().is_some_and(|payment| payment.state.is_live())
    }

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
        Snapshot { session: Arc::new(slim(session)), seq, version, payment, surplus }
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
        let has_paid = waiting.is_some_and(|shown| shown.confirming);
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
            looks: 0, // A merchant's, not a session's: `flow::view::told` knows.
            return_url: (session.state.is_over() || has_paid)
                .then(|| way_on(session, has_paid))
                .flatten(),
            notice: self.surplus.map(|_| "SURPLUS_RETURNED".to_owned()),
            notice_method: self.surplus.map(|method| method.as_str().to_owned()),
        }
    }
}

/// What polls need of a session. A merchant may fill the rest with many kilobytes, and there are many sessions.
fn slim(session: &Session) -> Session {
    Session {
        id: session.id.clone(),
        merchant: session.merchant.clone(),
        trans_id: session.trans_id.clone(),
        state: session.state,
        closing_to: session.closing_to,
        amount: session.amount,
        mode: session.mode.clone(),
        country: session.country.clone(),
        locale: session.locale.clone(),
        return_url: session.return_url.clone(),
        cancel_url: session.cancel_url.clone(),
        notify_url: String::new(),
        goods: String::new(),
        fingerprint: String::new(),
        expire_text: String::new(),
        shown: session.shown,
        created: session.created,
        expires: session.expires,
        ended: session.ended,
        appearance: String::new(),
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

/// Where the shopper goes who leaves now: to `return_url` after paying, be it that the bank has not confirmed, else to
/// `cancel_url`, if there is one. `session_id` is appended and nothing else: it carries no result (D16).
pub fn way_on(session: &Session, is_confirming: bool) -> Option<String> {
    let has_paid = session.state == SessionState::Paid || is_confirming;
    let for_all = has_paid || session.cancel_url.is_empty();
    let wanted = if for_all { &session.return_url } else { &session.cancel_url };
    let mut url = url::Url::parse(wanted).ok()?;
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
