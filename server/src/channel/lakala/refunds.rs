//! What Lakala's answers say of money going back (`protocols/lakala.md` 5).

use super::codes::{self, Verdict};
use super::evidence::unclear;
use super::wire::{Answer, Data};
use crate::channel::ChannelError;
use crate::channel::transport::no_answer;
use crate::domain::reversal::{Reversal, ReversalSaid, ReversalState};

/// The answer to `relation/refund`. Accepted is not done: a wallet may still say no, so its own number is asked about. No code is
/// known for a number that was used before, so a refusal of a repetition says nothing of the first.
pub(super) fn refunded(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done | Verdict::Waiting => Ok(ReversalSaid::Pending),
        Verdict::Refused | Verdict::Absent if reversal.sends > 1 => Err(unclear(answer)),
        Verdict::Refused | Verdict::Absent => Ok(ReversalSaid::Failed(answer.code.clone())),
        Verdict::Unsure => Err(unclear(answer)),
    }
}

/// The answer to `idmrefundquery`. What was taken up cannot be unknown: then we ask wrongly, and nothing is sent again.
pub(super) fn queried(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done => state(reversal, &answer.data),
        Verdict::Absent if reversal.state == ReversalState::Sent => Err(unclear(answer)),
        Verdict::Absent => Ok(ReversalSaid::NotFound),
        Verdict::Waiting => Ok(ReversalSaid::Pending),
        Verdict::Unsure | Verdict::Refused => Err(unclear(answer)),
    }
}

/// The money is back only if this is our refund, and of its amount where it tells one.
fn state(reversal: &Reversal, data: &Data) -> Result<ReversalSaid, ChannelError> {
    let numbers = [&data.out_refund_order_no, &data.out_trade_no];
    if !numbers.into_iter().any(|number| number.as_ref() == Some(&reversal.request_id)) {
        return Err(no_answer("about another refund"));
    }
    let amount = data.refund_amount.as_ref().map(|amount| amount.fen());
    if amount.is_some_and(|amount| amount != Some(reversal.amount)) {
        return Err(no_answer("of another amount"));
    }
    let state = data.trade_state.as_deref().unwrap_or_default();
    match state {
        "SUCCESS" | "REFUND" => Ok(ReversalSaid::Done),
        "INIT" | "CREATE" | "DEAL" | "UNKNOWN" => Ok(ReversalSaid::Pending),
        "FAIL" | "CLOSE" | "REVOKED" => Ok(ReversalSaid::Failed(state.to_owned())),
        _ => Err(no_answer("a refund state we do not know")),
    }
}
