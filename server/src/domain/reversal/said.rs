//! What a channel says about a reversal, and what that makes of it.

use super::{Reason, Refusal, Reversal, ReversalState};
use crate::clock::Millis;
use crate::domain::pace;

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
    /// It is over, and stays as it is.
    Stay,
    /// To be asked about, or sent again, at that time.
    Wait(ReversalState, Millis),
    /// The channel said no for this reason; whether it meant it is asked at that time.
    Refused(Refusal, String, Millis),
    /// The money is back.
    Done,
    /// It is not, and the merchant may ask again.
    Fail(String),
    /// A person must act.
    Manual(String),
    /// This number is spent without effect; a new one takes its place.
    Renew(String),
    /// The channel has done what a query of ours denied: the payment itself must be asked about.
    Contradicted,
}

/// After so many numbers a person must look.
const MOST_NUMBERS: usize = 5;

/// Longer than a call takes: until then an earlier send could still arrive, and "not found" proves nothing.
const SETTLES: Millis = 20_000;

/// Judges what the channel said. Only a query may show that nothing was returned (D5). `spent` is how many numbers have
/// been used without effect before this one.
pub fn on_reversal_said(
    reversal: &Reversal,
    said: &ReversalSaid,
    by_query: bool,
    spent: usize,
    now: Millis,
) -> Turn {
    match reversal.state {
        ReversalState::Success | ReversalState::Kept => Turn::Stay,
        ReversalState::Fail if *said == ReversalSaid::Done => Turn::Contradicted,
        ReversalState::Fail => Turn::Stay,
        ReversalState::Manual => on_manual(said, by_query, now),
        ReversalState::Intent | ReversalState::Sent | ReversalState::Unknown => {
            on_open(reversal, said, by_query, spent, now)
        }
    }
}

/// A person is about to act: only what has really begun at the channel takes it out of their hands.
fn on_manual(said: &ReversalSaid, by_query: bool, now: Millis) -> Turn {
    match said {
        ReversalSaid::Done => Turn::Done,
        ReversalSaid::Pending if by_query => Turn::Wait(ReversalState::Sent, now),
        ReversalSaid::Pending
        | ReversalSaid::NotFound
        | ReversalSaid::Failed(_)
        | ReversalSaid::Never(_) => Turn::Stay,
    }
}

fn on_open(
    reversal: &Reversal,
    said: &ReversalSaid,
    by_query: bool,
    spent: usize,
    now: Millis,
) -> Turn {
    let later = now + pace::next_try(reversal.tries);
    match said {
        ReversalSaid::Done => Turn::Done,
        ReversalSaid::Pending => Turn::Wait(ReversalState::Sent, later),
        ReversalSaid::Failed(why) if by_query => over(reversal, Refusal::Once, why, spent),
        ReversalSaid::Never(why) if by_query => over(reversal, Refusal::Never, why, spent),
        ReversalSaid::Failed(why) => {
            Turn::Refused(Refusal::Once, why.clone(), proved(reversal, now))
        }
        ReversalSaid::Never(why) => {
            Turn::Refused(Refusal::Never, why.clone(), proved(reversal, now))
        }
        ReversalSaid::NotFound if reversal.refusal == Refusal::None => {
            Turn::Wait(ReversalState::Intent, now)
        }
        ReversalSaid::NotFound if now < proved(reversal, now) => {
            Turn::Wait(ReversalState::Unknown, proved(reversal, now))
        }
        ReversalSaid::NotFound => over(reversal, reversal.refusal, &reversal.failure, spent),
    }
}

/// From when on "not found" means that nothing was returned: at once if it was sent only once and that was refused.
fn proved(reversal: &Reversal, now: Millis) -> Millis {
    if reversal.sends <= 1 {
        now
    } else {
        reversal.sent.map_or(now, |sent| now.max(sent + SETTLES))
    }
}

/// Nothing was returned under this number.
fn over(reversal: &Reversal, refusal: Refusal, why: &str, spent: usize) -> Turn {
    match reversal.reason {
        Reason::Merchant => Turn::Fail(why.to_owned()),
        Reason::Surplus | Reason::Late | Reason::Mismatch | Reason::External => match refusal {
            Refusal::Never => Turn::Manual(why.to_owned()),
            Refusal::None | Refusal::Once if spent + 1 >= MOST_NUMBERS => {
                Turn::Manual(why.to_owned())
            }
            Refusal::None | Refusal::Once => Turn::Renew(why.to_owned()),
        },
    }
}
