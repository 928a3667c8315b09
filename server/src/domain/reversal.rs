//! Money going back: because the merchant asked (a refund), or because we may not keep it (a reversal).

use florin_shared::{MerchantId, Money, PaymentId, ReversalId};

use super::payment::Payment;
use super::words;
use crate::clock::Millis;

mod room;
mod said;
#[cfg(test)]
mod tests;

pub use room::{Correction, NotRefundable, correct, refundable};
pub use said::{ReversalSaid, Turn, on_reversal_said};

words! {
    /// Why money goes back.
    Reason {
        /// The order was paid already (A6).
        Surplus = "SURPLUS",
        /// The session was over (D9).
        Late = "LATE",
        /// Another amount than asked for (D3).
        Mismatch = "MISMATCH",
        /// The merchant asked.
        Merchant = "MERCHANT",
        /// Somebody did it at the channel, nobody here (D2).
        External = "EXTERNAL",
    }
}

words! {
    /// Where a reversal stands.
    ReversalState {
        /// Written down, or known not to have arrived: it is to be sent.
        Intent = "INTENT",
        /// Handed to the network, or the channel has it and is not done.
        Sent = "SENT",
        /// No readable answer came, or a "no" that only a query can prove.
        Unknown = "UNKNOWN",
        /// The money is back.
        Success = "SUCCESS",
        /// It was not returned; a query showed so. Of what may not be kept, a new one takes its place.
        Fail = "FAIL",
        /// The channel refuses for good; a person must act (D5).
        Manual = "MANUAL",
        /// A person has decided that the money stays here (D5).
        Kept = "KEPT",
    }
}

impl ReversalState {
    /// Nothing more is sent or asked.
    pub fn is_over(self) -> bool {
        use ReversalState::{Fail, Intent, Kept, Manual, Sent, Success, Unknown};
        match self {
            Intent | Sent | Unknown => false,
            Success | Fail | Manual | Kept => true,
        }
    }
}

words! {
    /// What the channel has answered to our sending it, before a query has proved anything.
    Refusal {
        /// It has not refused.
        None = "",
        /// It refused this time.
        Once = "ONCE",
        /// It says that it never will.
        Never = "NEVER",
    }
}

words! {
    /// What a person has found or done (D5).
    Outcome {
        /// Nobody has said anything.
        None = "",
        /// The payer has the money, by another road.
        Returned = "RETURNED",
        /// The money stays here.
        Kept = "KEPT",
    }
}

/// What a merchant asked for, in the merchant's own words; empty for what nobody asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The merchant's own number of the refund, unique for the merchant.
    pub refund_trans_id: String,
    /// Why, for people.
    pub reason: String,
    /// Who is told, or empty: the session's `notify_url`.
    pub notify_url: String,
    /// SHA-256 of the request: the same one again is the same refund.
    pub fingerprint: String,
}

/// A reversal as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversal {
    /// `RF…`.
    pub id: ReversalId,
    /// The payment whose money goes back.
    pub payment: PaymentId,
    /// Who sells.
    pub merchant: MerchantId,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// Why.
    pub reason: Reason,
    /// What the merchant asked for.
    pub wish: Wish,
    /// The number that the channel sees.
    pub request_id: String,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: ReversalState,
    /// How often it was taken up.
    pub tries: i64,
    /// How often it was handed to the network.
    pub sends: i64,
    /// When it was, the last time.
    pub sent: Option<Millis>,
    /// What the channel answered to that.
    pub refusal: Refusal,
    /// The channel's reason, or empty.
    pub failure: String,
    /// What a person has found or done, when it was MANUAL.
    pub outcome: Outcome,
    /// That person's words.
    pub note: String,
    /// When to try next; nothing when there is nothing to do.
    pub next_try: Option<Millis>,
    /// When it was written down.
    pub created: Millis,
    /// When it last changed.
    pub changed: Millis,
}

impl Reversal {
    /// One that is to be sent at once.
    pub fn fresh(
        id: ReversalId,
        payment: &Payment,
        amount: Money,
        reason: Reason,
        now: Millis,
    ) -> Reversal {
        Reversal {
            request_id: id.to_string(),
            id,
            payment: payment.id.clone(),
            merchant: payment.merchant.clone(),
            trans_id: payment.trans_id.clone(),
            reason,
            wish: Wish::default(),
            amount,
            state: ReversalState::Intent,
            tries: 0,
            sends: 0,
            sent: None,
            refusal: Refusal::None,
            failure: String::new(),
            outcome: Outcome::None,
            note: String::new(),
            next_try: Some(now),
            created: now,
            changed: now,
        }
    }

    /// No channel can have heard of it yet.
    pub fn is_unsent(&self) -> bool {
        self.state == ReversalState::Intent && self.sends == 0
    }
}
