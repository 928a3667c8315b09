//! Money going back: because the merchant asked (a refund), or because we may not keep it (a reversal).

use florin_shared::{MerchantId, Money, PaymentId, ReversalId};

use super::words;
use crate::clock::Millis;

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
        /// Written down, in the commit that learned of the money.
        Intent = "INTENT",
        /// The channel has it and is not done.
        Sent = "SENT",
        /// No readable answer came.
        Unknown = "UNKNOWN",
        /// The money is back.
        Success = "SUCCESS",
        /// The channel did not return it; a query showed so. A new one takes its place.
        Fail = "FAIL",
        /// The channel refuses for good; a person must act (D5).
        Manual = "MANUAL",
    }
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
    /// The number that the channel sees.
    pub request_id: String,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: ReversalState,
    /// How often it was tried.
    pub tries: i64,
    /// When to try next; nothing when there is nothing to do.
    pub next_try: Option<Millis>,
    /// When it was written down.
    pub created: Millis,
}

/// What a channel says about a reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReversalSaid {
    /// The money is back.
    Done,
    /// It is being returned.
    Pending,
    /// It knows of no such refund.
    NotFound,
    /// It was not returned, and may be tried again under a new number.
    Failed(String),
    /// It will never return it (window closed, no refund API).
    Never(String),
}

/// What a statement about a reversal makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Try or ask again later.
    Wait(ReversalState),
    /// The money is back.
    Done,
    /// A person must act.
    Manual(String),
    /// This number is spent without effect; a new one takes its place.
    Renew(String),
}

/// After so many tries of one number, or so many numbers, a person must look.
const MOST_TRIES: i64 = 12;
const MOST_NUMBERS: usize = 5;

/// Judges what the channel said. Only a query may show that nothing was returned (D5). `spent` is how many numbers have
/// been used without effect before this one.
pub fn on_reversal_said(said: &ReversalSaid, by_query: bool, tries: i64, spent: usize) -> Turn {
    match said {
        ReversalSaid::Failed(reason) if tries >= MOST_TRIES || spent + 1 >= MOST_NUMBERS => {
            Turn::Manual(reason.clone())
        }
        ReversalSaid::Done => Turn::Done,
        ReversalSaid::Pending => Turn::Wait(ReversalState::Sent),
        ReversalSaid::NotFound => Turn::Wait(ReversalState::Intent),
        ReversalSaid::Never(reason) => Turn::Manual(reason.clone()),
        ReversalSaid::Failed(reason) if by_query => Turn::Renew(reason.clone()),
        ReversalSaid::Failed(_) => Turn::Wait(ReversalState::Unknown),
    }
}
