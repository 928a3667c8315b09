//! What WeChat Pay's answers say of money going back (`protocols/wechatpay-v3.md` 6).

use super::codes::{self, Verdict};
use super::evidence::unclear;
use super::wire::Answer;
use crate::channel::ChannelError;
use crate::channel::transport::no_answer;
use crate::domain::reversal::{Reversal, ReversalSaid};

/// The merchant's balance is empty: no repetition mends that (D5).
const NEVER: &str = "NOT_ENOUGH";

/// The answer to `refunds`. The same number again is answered with the refund that it made.
pub(super) fn refunded(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done => status(reversal, answer),
        Verdict::Refused(_) if answer.code == NEVER => Ok(ReversalSaid::Never(NEVER.to_owned())),
        // Too often, or too soon after another one of the same order: the same number goes again.
        Verdict::Refused(_) if answer.code == "RULE_LIMIT" => Err(unclear(answer)),
        Verdict::Refused(_) | Verdict::Exists | Verdict::Absent => {
            Ok(ReversalSaid::Failed(answer.code.clone()))
        }
        Verdict::Waits | Verdict::Unsure | Verdict::Misasked => Err(unclear(answer)),
    }
}

/// The answer to a question about one.
pub(super) fn queried(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done => status(reversal, answer),
        Verdict::Absent => Ok(ReversalSaid::NotFound),
        Verdict::Waits
        | Verdict::Unsure
        | Verdict::Misasked
        | Verdict::Refused(_)
        | Verdict::Exists => Err(unclear(answer)),
    }
}

fn status(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    if answer.out_refund_no.as_ref() != Some(&reversal.request_id) {
        return Err(no_answer("about another refund"));
    }
    let amount = answer.amount.as_ref().and_then(|amount| amount.refund());
    match answer.refund_state.as_deref().and_then(said) {
        Some(ReversalSaid::Done) if amount != Some(reversal.amount) => {
            Err(no_answer("of another amount"))
        }
        Some(said) => Ok(said),
        None => Err(no_answer("a refund status we do not know")),
    }
}

/// What a refund's word says. `ABNORMAL`: the payer's bank takes it back no more, and a person must see to it (D5).
pub(super) fn said(word: &str) -> Option<ReversalSaid> {
    match word {
        "SUCCESS" => Some(ReversalSaid::Done),
        "PROCESSING" => Some(ReversalSaid::Pending),
        "CLOSED" => Some(ReversalSaid::Failed(word.to_owned())),
        "ABNORMAL" => Some(ReversalSaid::Never(word.to_owned())),
        _ => None,
    }
}
