//! An order, and what evidence about one of its payments makes of it. This is where rulings D1 to D3, D8 and D9 are.

use florin_shared::Money;

use super::payment::{AT_TERMINAL, Payment, PaymentState, RUN_OUT, Role, Said, Source, Statement};
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
    /// A terminal has taken it up, or has left it again: the words by which it waits.
    Wait(String),
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
        if payment.state == PaymentState::Success {
            return after_success(payment, statement);
        }
        match statement.evidence.said {
            Said::Paid { amount, at, returned } => {
                if self.must_be_asked(payment, statement, now) {
                    return Step::Ask;
                }
                self.take(payment, statement.source, amount, at, returned)
            }
            Said::Failed => on_failed(payment, statement, now),
            Said::Cancelled => on_cancelled(payment, statement),
            Said::Confirming => on_confirming(payment),
            // Said by a query that began before the bank's word: it knows less than we do (D11).
            Said::NotFound | Said::Pending if payment.confirming && !statement.after_confirming => {
                Step::Stay
            }
            Said::NotFound => on_not_found(payment, statement, now),
            Said::Pending => on_pending(payment, &statement.evidence.reason, now),
        }
    }

    /// A message that contradicts another one, or comes while or after the code ends, is asked about first.
    fn must_be_asked(&self, payment: &Payment, statement: &Statement, now: Millis) -> bool {
        !may_decide(payment, statement)
            || (statement.source == Source::Notice
                && (self.was_denied
                    || payment.state == PaymentState::Cancelling
                    || now >= payment.expires))
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

/// How much earlier than ours a channel's clock may end a code.
const CLOCKS_APART: Millis = 1000;

/// From the moment a cancel is sent, only a query sent after the last cancel's answer decides (D1). And what contradicts
/// something final is asked about first: a channel that said no and then sends yes may be wrong either time.
pub fn may_decide(payment: &Payment, statement: &Statement) -> bool {
    let by_query = statement.source == Source::Query;
    if payment.cancels_sent > 0 {
        return by_query && statement.after_cancel == Some(payment.cancels_sent);
    }
    by_query || !payment.state.is_final()
}

/// It was paid, and stays so; only what goes back can still be told (D2).
fn after_success(payment: &Payment, statement: &Statement) -> Step {
    match statement.evidence.said {
        Said::Paid { returned, .. } => returned_since(payment, returned),
        Said::Cancelled if statement.source == Source::Query => returned_whole(payment),
        Said::Failed | Said::Cancelled => Step::Conflict,
        Said::NotFound | Said::Pending | Said::Confirming => Step::Stay,
    }
}

/// Believing a wrong "no" would lose sight of money that was taken: a message is only a hint to ask, and after a cancel
/// only a query that may decide is believed.
fn is_only_a_hint(payment: &Payment, statement: &Statement) -> bool {
    statement.source == Source::Notice
        || (payment.state == PaymentState::Cancelling && !may_decide(payment, statement))
}

fn on_failed(payment: &Payment, statement: &Statement, now: Millis) -> Step {
    use PaymentState::{Cancelled, Cancelling, Fail, Intent, Processing, Sent, Success, Unknown};

    match payment.state {
        Fail | Cancelled | Success => Step::Stay,
        _ if is_only_a_hint(payment, statement) => Step::Ask,
        Cancelling => Step::Become(Cancelled, String::new()),
        Intent | Sent | Unknown | Processing if now < payment.expires - CLOCKS_APART => {
            Step::Become(Fail, statement.evidence.reason.clone())
        }
        Intent | Sent | Unknown | Processing => Step::Become(Cancelled, RUN_OUT.into()),
    }
}

fn on_cancelled(payment: &Payment, statement: &Statement) -> Step {
    use PaymentState::{Cancelled, Cancelling, Fail, Intent, Processing, Sent, Success, Unknown};

    match payment.state {
        Cancelled | Success => Step::Stay,
        Fail => Step::Become(Cancelled, String::new()),
        _ if is_only_a_hint(payment, statement) => Step::Ask,
        Cancelling => Step::Become(Cancelled, String::new()),
        Intent | Sent | Unknown | Processing => {
            Step::Become(Cancelled, statement.evidence.reason.clone())
        }
    }
}

fn on_confirming(payment: &Payment) -> Step {
    use PaymentState::{Cancelled, Cancelling, Fail, Intent, Processing, Sent, Success, Unknown};

    match payment.state {
        Intent | Sent | Unknown | Processing => Step::Confirm,
        // Stopped by us, but no cancel has gone out yet: the shopper has paid, and it stays with the bank (D11).
        Cancelling if payment.cancels_sent == 0 => Step::Confirm,
        Cancelling | Fail | Cancelled | Success => Step::Stay,
    }
}

/// From when on a channel that does not know of a payment never will. A code that is shown may be scanned in its last
/// moment; one that the merchant scanned reached the channel with our call, which carried its end, or not at all.
fn shows_until(payment: &Payment) -> Millis {
    match payment.is_by_code() {
        true => payment.expires.max(payment.created + SHOWS_AFTER),
        false => payment.expires + SHOWS_AFTER,
    }
}

/// Not found means not paid only after the code's life (D6).
fn on_not_found(payment: &Payment, statement: &Statement, now: Millis) -> Step {
    let is_over = now >= shows_until(payment);
    match payment.state.is_final() || !is_over {
        true => Step::Stay,
        // A cancel is under way: whoever ended this now would never come to hear what it did (D1).
        false if !may_decide(payment, statement) => Step::Ask,
        false => Step::Become(PaymentState::Cancelled, RUN_OUT.into()),
    }
}

fn on_pending(payment: &Payment, why: &str, now: Millis) -> Step {
    use PaymentState::{Cancelled, Cancelling, Fail, Intent, Processing, Sent, Success, Unknown};

    // Other words of a channel about what it waits for mean nothing to anybody here.
    let why = if why == AT_TERMINAL { why } else { "" };
    match payment.state {
        Intent | Sent | Unknown => Step::Become(Processing, why.to_owned()),
        // Only a query that began after the bank's word comes this far.
        Processing | Cancelling if payment.confirming => Step::Unconfirm,
        Processing if payment.reason != why => Step::Wait(why.to_owned()),
        // A channel that cannot cancel says "pending" until its code is dead; then that is what it means (D6).
        Cancelling if !payment.cancellable && now >= payment.final_after => {
            Step::Become(Cancelled, RUN_OUT.into())
        }
        Processing | Cancelling | Fail | Cancelled | Success => Step::Stay,
    }
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
pub(crate) mod tests;
