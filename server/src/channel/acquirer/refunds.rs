//! What a gateway's answers say of money going back.

use super::evidence::unclear;
use super::wire::{Answer, Back};
use crate::channel::ChannelError;
use crate::channel::transport::no_answer;
use crate::domain::payment::Payment;
use crate::domain::reversal::{Reversal, ReversalSaid, ReversalState};

/// Nothing is known under this number.
const NO_REFUND: &str = "NO_SUCH_REFUND";
/// It will never be given back here: the window is closed, or there is no way.
const NEVER: &str = "NOT_REFUNDABLE";

/// The answer to a refund that was asked for. What is refused at its second sending says nothing of the first, which may still be
/// on its way.
pub(super) fn refunded(
    merchant: &str,
    payment: &Payment,
    reversal: &Reversal,
    answer: Answer,
) -> Result<ReversalSaid, ChannelError> {
    match answer {
        Answer::Refund(back) => state(merchant, payment, reversal, &back),
        Answer::No(no) if !no.known && reversal.sends <= 1 => Ok(match no.code.as_str() {
            NEVER => ReversalSaid::Never(no.code),
            _ => ReversalSaid::Failed(no.code),
        }),
        answer => Err(unclear(answer)),
    }
}

/// The answer to a question. What was taken up cannot be unknown: then we ask wrongly, and nothing is sent again.
pub(super) fn queried(
    merchant: &str,
    payment: &Payment,
    reversal: &Reversal,
    answer: Answer,
) -> Result<ReversalSaid, ChannelError> {
    match answer {
        Answer::Refund(back) => state(merchant, payment, reversal, &back),
        Answer::No(no)
            if !no.known && no.code == NO_REFUND && reversal.state != ReversalState::Sent =>
        {
            Ok(ReversalSaid::NotFound)
        }
        answer => Err(unclear(answer)),
    }
}

/// What is told of a refund, in our words.
pub(super) fn said(back: &Back) -> Option<ReversalSaid> {
    match back.state.as_str() {
        "PENDING" => Some(ReversalSaid::Pending),
        "DONE" => Some(ReversalSaid::Done),
        "FAILED" => {
            let why = back.reason.clone().unwrap_or_else(|| "FAILED".to_owned());
            Some(if why == NEVER { ReversalSaid::Never(why) } else { ReversalSaid::Failed(why) })
        }
        _ => None,
    }
}

/// The money is back only if this is our refund of that payment, and of its amount.
fn state(
    merchant: &str,
    payment: &Payment,
    reversal: &Reversal,
    back: &Back,
) -> Result<ReversalSaid, ChannelError> {
    let is_ours = back.merchant == merchant
        && back.number == payment.request_id
        && back.refund == reversal.request_id;
    if !is_ours {
        return Err(no_answer("about another refund"));
    }
    if back.amount() != Some(reversal.amount) {
        return Err(no_answer("of another amount"));
    }
    said(back).ok_or_else(|| no_answer("a state we do not know"))
}
