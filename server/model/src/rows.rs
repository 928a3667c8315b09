//! Rows, small enough to be kept by the million, and what the server's own types are made of them.

use std::sync::OnceLock;

use florin_server::clock::Millis;
use florin_server::domain::payment::{Payment, PaymentState, Role};
use florin_server::domain::reversal::{Reason, Refusal, Reversal, ReversalState};
use florin_server::domain::session::{Session, SessionState};
use florin_shared::{Currency, Method, Money, PaymentId, ReversalId, SessionId};

use crate::Time;

/// What the merchant wants.
pub(crate) const AMOUNT: i64 = 800;

/// When the session and every code of it end.
pub(crate) const EXPIRES: Millis = 100_000;

/// Longer than any call takes: whatever was sent before has arrived by now, or never will.
const LONG_AGO: Millis = 60_000;

pub(crate) fn money(minor: i64) -> Money {
    static CURRENCY: OnceLock<Currency> = OnceLock::new();
    let currency = *CURRENCY.get_or_init(|| known("PHP".parse()));
    known(Money::new(minor, currency))
}

/// The model writes only what can be read.
fn known<T, E: std::fmt::Debug>(read: Result<T, E>) -> T {
    match read {
        Ok(value) => value,
        Err(error) => unreachable!("{error:?}"),
    }
}

/// A payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) method: u8,
    pub(crate) state: PaymentState,
    pub(crate) role: Role,
    pub(crate) confirming: bool,
    pub(crate) got: Option<i64>,
    pub(crate) cancels_sent: i64,
    pub(crate) cancels_answered: i64,
    /// Somebody's cancel is on its way, and nobody else sends one.
    pub(crate) is_leased: bool,
    /// More than one cancel has gone out: one of them may have been lost and land later.
    pub(crate) is_repeated: bool,
    /// It is to be asked about.
    pub(crate) asked: bool,
    /// There is evidence that it was paid.
    pub(crate) heard_success: bool,
    /// There is evidence that it came to nothing.
    pub(crate) heard_denial: bool,
}

impl Row {
    pub(crate) fn new(method: u8) -> Row {
        Row {
            method,
            state: PaymentState::Intent,
            role: Role::None,
            confirming: false,
            got: None,
            cancels_sent: 0,
            cancels_answered: 0,
            is_leased: false,
            is_repeated: false,
            asked: true,
            heard_success: false,
            heard_denial: false,
        }
    }

    pub(crate) fn payment(&self, id: usize, now: Time) -> Payment {
        let now = now.millis();
        Payment {
            state: self.state,
            role: self.role,
            confirming: self.confirming,
            got: self.got.map(money),
            cancels_sent: self.cancels_sent,
            cancels_answered: self.cancels_answered,
            cancel_until: if self.is_leased { now + 1 } else { 0 },
            next_ask: self.asked.then_some(now),
            ..template(id)
        }
    }

    pub(crate) fn with(self, payment: &Payment, now: Time) -> Row {
        Row {
            state: payment.state,
            role: payment.role,
            confirming: payment.confirming,
            got: payment.got.map(Money::minor),
            cancels_sent: payment.cancels_sent,
            cancels_answered: payment.cancels_answered,
            is_leased: payment.cancel_until > now.millis(),
            asked: payment.next_ask.is_some(),
            ..self
        }
    }
}

fn template(id: usize) -> Payment {
    static MADE: OnceLock<[Payment; 2]> = OnceLock::new();
    MADE.get_or_init(|| [fresh(0), fresh(1)])[id].clone()
}

fn fresh(id: u8) -> Payment {
    Payment {
        id: PaymentId::of([id; 16]),
        session: SessionId::of([0; 20]),
        merchant: known("1".parse()),
        trans_id: String::new(),
        method: Method::Gcash,
        channel: String::new(),
        product: String::new(),
        request_id: String::new(),
        terminal: String::new(),
        payer_ip: String::new(),
        cancellable: true,
        amount: money(AMOUNT),
        state: PaymentState::Intent,
        role: Role::None,
        confirming: false,
        reason: String::new(),
        got: None,
        paid: None,
        action: String::new(),
        expires: EXPIRES,
        final_after: EXPIRES,
        cancels_sent: 0,
        cancels_answered: 0,
        cancel_until: 0,
        asks: 0,
        next_ask: None,
        created: 0,
        changed: 0,
    }
}

/// Money on its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Return {
    pub(crate) payment: usize,
    pub(crate) reason: Reason,
    pub(crate) amount: i64,
    pub(crate) state: ReversalState,
    pub(crate) sends: i64,
    pub(crate) refusal: Refusal,
    /// It is to be sent, or asked about.
    pub(crate) is_due: bool,
}

impl Return {
    pub(crate) fn new(payment: usize, amount: i64, reason: Reason) -> Return {
        let (state, refusal) = (ReversalState::Intent, Refusal::None);
        Return { payment, reason, amount, state, sends: 0, refusal, is_due: true }
    }

    pub(crate) fn reversal(&self, number: usize, payment: &Payment, now: Time) -> Reversal {
        let id = ReversalId::of([u8::try_from(number).unwrap_or(u8::MAX); 16]);
        let fresh = Reversal::fresh(id, payment, money(self.amount), self.reason, now.millis());
        Reversal {
            state: self.state,
            sends: self.sends,
            sent: (self.sends > 0).then(|| now.millis() - LONG_AGO),
            refusal: self.refusal,
            next_try: self.is_due.then(|| now.millis()),
            ..fresh
        }
    }
}

pub(crate) fn session(state: SessionState, closing_to: Option<SessionState>) -> Session {
    static MADE: OnceLock<Session> = OnceLock::new();
    let made = MADE.get_or_init(|| Session {
        id: SessionId::of([0; 20]),
        merchant: known("1".parse()),
        trans_id: String::new(),
        state: SessionState::Open,
        closing_to: None,
        amount: money(AMOUNT),
        mode: String::new(),
        country: String::new(),
        locale: String::new(),
        return_url: String::new(),
        cancel_url: String::new(),
        notify_url: String::new(),
        goods: String::new(),
        appearance: String::new(),
        fingerprint: String::new(),
        expire_text: String::new(),
        shown: 1,
        created: 0,
        expires: EXPIRES,
        ended: None,
    });
    Session { state, closing_to, ..made.clone() }
}
