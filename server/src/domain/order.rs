//! An order, and what evidence about one of its payments makes of it. This is where rulings D1 to D3, D8 and D9 are.

use florin_shared::Money;

use super::payment::{Payment, PaymentState, Role, Said, Source, Statement};
use super::reversal::Reason;
use super::session::SessionState;
use super::words;
use crate::clock::Millis;

words! {
    /// What becomes of a right payment that comes after its session is over (D9).
    LateSuccess {
        /// It goes back.
        Reverse = "REVERSE",
        /// It is kept, by a recorded event.
        Accept = "ACCEPT",
    }
}

/// What must be known of an order to judge evidence, read under its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// What the merchant wants.
    pub amount: Money,
    /// Whether some payment of it counts already.
    pub is_paid: bool,
    /// The session that the payment belongs to.
    pub session: SessionState,
    /// Whether a later session of the same order waits to be paid (D8).
    pub has_newer_session: bool,
    /// The merchant's choice.
    pub late_success: LateSuccess,
    /// Whether the channel has said before that this payment came to nothing.
    pub was_denied: bool,
}

/// What is to be done. Carried out in one commit by `flow::settle`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing that anybody would notice.
    Stay,
    /// The shopper has paid, the bank has not confirmed.
    Confirm,
    /// The state rises, for this reason.
    Become(PaymentState, String),
    /// The bank does not confirm after all; the clocks run again.
    Unconfirm,
    /// It was paid, and counts; so many smallest units have gone back since.
    Accept(Money, Option<Millis>, i64),
    /// It was paid, and goes back, but for what somebody has given back already.
    GiveBack(Money, Option<Millis>, i64, Reason),
    /// It was paid, and somebody else has given it back: it never counts (D2).
    AlreadyBack(Money, Option<Millis>),
    /// More has gone back than we asked for: so many smallest units in all (D2).
    Returned(i64),
    /// The channel contradicts us, or itself. Stored, alarmed, and asked about at once.
    Conflict,
    /// Only a fresh question can decide.
    Ask,
}

impl Order {
    /// Judges one statement about one payment. `now` is the store's time.
    pub fn on_statement(&self, payment: &Payment, statement: &Statement, now: Millis) -> Step {
        use PaymentState::{
            Cancelled, Cancelling, Fail, Intent, Processing, Sent, Success, Unknown,
        };

        let said = statement.evidence.said;
        let reason = statement.evidence.reason.clone();
        let decides = may_decide(payment, statement);
        match (payment.state, said) {
            (Success, Said::Paid { returned, .. }) => returned_since(payment, returned),
            (Success, Said::Cancelled) if statement.source == Source::Query => {
                returned_whole(payment)
            }
            (Success, Said::Failed | Said::Cancelled) => Step::Conflict,
            (Success, Said::NotFound | Said::Pending | Said::Confirming) => Step::Stay,

            (_, Said::Paid { .. }) if !decides => Step::Ask,
            // A message that contradicts another one, or comes while or after the code ends, is asked about first.
            (_, Said::Paid { .. })
                if statement.source == Source::Notice
                    && (self.was_denied
                        || payment.state == Cancelling
                        || now >= payment.expires) =>
            {
                Step::Ask
            }
            (_, Said::Paid { amount, at, returned }) => {
                self.take(payment, statement.source, amount, at, returned)
            }

            (Cancelling, Said::Failed | Said::Cancelled) if !decides => Step::Ask,
            // Believing a wrong "no" would lose sight of money that was taken, so a message is only a hint to ask.
            (Intent | Sent | Unknown | Processing | Cancelling, Said::Failed | Said::Cancelled)
                if statement.source == Source::Notice =>
            {
                Step::Ask
            }
            (Intent | Sent | Unknown | Processing, Said::Failed) if now < payment.expires => {
                Step::Become(Fail, reason)
            }
            (Intent | Sent | Unknown | Processing, Said::Failed) => {
                Step::Become(Cancelled, RUN_OUT.into())
            }
            (Cancelling, Said::Failed) => Step::Become(Cancelled, String::new()),
            (Intent | Sent | Unknown | Processing, Said::Cancelled) => {
                Step::Become(Cancelled, reason)
            }
            (Cancelling | Fail, Said::Cancelled) => Step::Become(Cancelled, String::new()),

            (Intent | Sent | Unknown, Said::Pending) => Step::Become(Processing, String::new()),
            (Intent | Sent | Unknown | Processing, Said::Confirming) => Step::Confirm,
            // Stopped by us, but no cancel has gone out yet: the shopper has paid, and it stays with the bank (D11).
            (Cancelling, Said::Confirming) if payment.cancels_sent == 0 => Step::Confirm,
            (Processing | Cancelling, Said::Pending)
                if payment.confirming && statement.source == Source::Query =>
            {
                Step::Unconfirm
            }
            // Not found means not paid only after the code's life (D6).
            (Intent | Sent | Unknown | Processing | Cancelling, Said::NotFound)
                if now >= payment.expires + SHOWS_AFTER =>
            {
                Step::Become(Cancelled, RUN_OUT.into())
            }
            // A channel that cannot cancel says "pending" until its code is dead; then that is what it means (D6).
            (Cancelling, Said::Pending) if !payment.cancellable && now >= payment.final_after => {
                Step::Become(Cancelled, RUN_OUT.into())
            }
            (Intent | Sent | Unknown | Processing | Cancelling, Said::NotFound)
            | (Processing | Cancelling, Said::Pending)
            | (Cancelling, Said::Confirming)
            | (
                Fail | Cancelled,
                Said::NotFound | Said::Pending | Said::Confirming | Said::Failed,
            )
            | (Cancelled, Said::Cancelled) => Step::Stay,
        }
    }

    /// The first right payment of an open order is kept; every other one goes back.
    fn take(
        &self,
        payment: &Payment,
        source: Source,
        amount: Money,
        at: Option<Millis>,
        returned: i64,
    ) -> Step {
        if amount != payment.amount {
            return match source {
                Source::Query => {
                    Step::GiveBack(amount, at, returned.min(amount.minor()), Reason::Mismatch)
                }
                Source::Reply | Source::Notice => Step::Conflict,
            };
        }
        if returned >= amount.minor() {
            return Step::AlreadyBack(amount, at);
        }
        match self.place(amount) {
            None => Step::Accept(amount, at, returned),
            Some(reason) => Step::GiveBack(amount, at, returned, reason),
        }
    }

    /// Whether a right payment may be kept, or why not.
    fn place(&self, amount: Money) -> Option<Reason> {
        match (self.is_paid, self.session) {
            (true, _) => Some(Reason::Surplus),
            (false, _) if amount != self.amount => Some(Reason::Mismatch),
            (false, SessionState::Open | SessionState::Closing) => None,
            (false, _) if self.has_newer_session => None,
            (false, _) => match self.late_success {
                LateSuccess::Accept => None,
                LateSuccess::Reverse => Some(Reason::Late),
            },
        }
    }
}

/// How long after a code's end a channel may still not know of a payment that it took.
const SHOWS_AFTER: Millis = 2 * 60 * 1000;

/// The reason of a code that nobody paid in time.
pub const RUN_OUT: &str = "RUN_OUT";

/// From the moment a cancel is sent, only a query sent after the last cancel's answer decides (D1). And what contradicts
/// something final is asked about first: a channel that said no and then sends yes may be wrong either time.
pub fn may_decide(payment: &Payment, statement: &Statement) -> bool {
    let by_query = statement.source == Source::Query;
    if payment.cancels_sent > 0 {
        return by_query && statement.after_cancel == Some(payment.cancels_sent);
    }
    by_query || !payment.state.is_final()
}

fn returned_since(payment: &Payment, returned: i64) -> Step {
    let got = payment.got.map_or(0, Money::minor);
    if returned > 0 { Step::Returned(returned.min(got)) } else { Step::Stay }
}

fn returned_whole(payment: &Payment) -> Step {
    match (payment.role, payment.got) {
        (Role::None, _) | (_, None) => Step::Conflict,
        (Role::Accepted | Role::Surplus, Some(got)) => Step::Returned(got.minor()),
    }
}

#[cfg(test)]
mod tests;
