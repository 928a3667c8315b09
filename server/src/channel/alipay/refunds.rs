//! What Alipay's answers say of money going back (`protocols/alipay.md` 4).

use super::codes::{self, Verdict};
use super::evidence::{is_about, unclear};
use super::text::fen;
use super::wire::Answer;
use crate::channel::ChannelError;
use crate::channel::transport::no_answer;
use crate::domain::payment::Payment;
use crate::domain::reversal::{Reversal, ReversalSaid};

/// The answer to `alipay.trade.refund`. `refund_fee` there counts every refund of the trade, so nothing is read from it; and
/// "no money moved" may mean that it had moved before, which only the question about this very number tells.
pub(super) fn refunded(payment: &Payment, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done if !is_about(payment, answer) => Err(no_answer("about another payment")),
        Verdict::Done if answer.fund_change.as_deref() == Some("Y") => Ok(ReversalSaid::Done),
        Verdict::Done => Ok(ReversalSaid::Pending),
        Verdict::Refused(_) | Verdict::Exists | Verdict::Absent if codes::is_never(answer) => {
            Ok(ReversalSaid::Never(answer.word().to_owned()))
        }
        Verdict::Exists if codes::is_other_data(answer) => Err(unclear(answer)),
        Verdict::Refused(_) | Verdict::Exists | Verdict::Absent => {
            Ok(ReversalSaid::Failed(answer.word().to_owned()))
        }
        Verdict::Waiting | Verdict::Unsure | Verdict::Misasked => Err(unclear(answer)),
    }
}

/// The answer to `alipay.trade.fastpay.refund.query`: without a status, nothing was returned under this number.
pub(super) fn queried(
    payment: &Payment,
    reversal: &Reversal,
    answer: &Answer,
) -> Result<ReversalSaid, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done => match answer.refund_status.as_deref() {
            None | Some("") => Ok(ReversalSaid::NotFound),
            Some("REFUND_SUCCESS") => done(payment, reversal, answer),
            Some(_) => Err(no_answer("a refund status we do not know")),
        },
        Verdict::Absent => Ok(ReversalSaid::NotFound),
        Verdict::Waiting
        | Verdict::Unsure
        | Verdict::Misasked
        | Verdict::Refused(_)
        | Verdict::Exists => Err(unclear(answer)),
    }
}

/// Our number of the payment that Alipay knows by this one.
pub(super) fn request_of(number: &str, known: Answer) -> Result<Option<String>, ChannelError> {
    match codes::verdict(&known) {
        Verdict::Done if known.trade_no.as_deref() == Some(number) => Ok(known.out_trade_no),
        Verdict::Absent => Ok(None),
        _ => Err(unclear(&known)),
    }
}

/// The money is back only if this is our refund, and all of it.
fn done(
    payment: &Payment,
    reversal: &Reversal,
    answer: &Answer,
) -> Result<ReversalSaid, ChannelError> {
    let is_ours = answer.out_request_no.as_ref() == Some(&reversal.request_id);
    let is_all = answer.refund_amount.as_deref().and_then(fen) == Some(reversal.amount);
    if is_about(payment, answer) && is_ours && is_all {
        Ok(ReversalSaid::Done)
    } else {
        Err(no_answer("about another refund"))
    }
}
