//! What Antom's answers say of money going back (`protocols/antom.md` 7).

use super::codes::{self, Verdict};
use super::evidence::{is_about, unclear};
use super::wire::Answer;
use crate::channel::ChannelError;
use crate::channel::transport::{no_answer, not_sent};
use crate::domain::payment::Payment;
use crate::domain::reversal::{Reversal, ReversalSaid};

/// Whether a cancel has given it all back already; such a payment cannot be refunded, and need not be.
pub(super) fn is_back(payment: &Payment, known: &Answer) -> bool {
    is_known(payment, known) && known.payment_status.as_deref() == Some("CANCELLED")
}

/// Antom's own number, without which it refunds nothing.
pub(super) fn payment_id<'a>(
    payment: &Payment,
    known: &'a Answer,
) -> Result<&'a str, ChannelError> {
    let id = known.payment_id.as_deref().filter(|id| !id.is_empty() && is_known(payment, known));
    id.ok_or_else(|| {
        not_sent(format!(
            "Antom does not tell its number of the payment: {}",
            known.result.result_code
        ))
    })
}

/// Our number of the payment that Antom knows by this one.
pub(super) fn request_of(number: &str, known: Answer) -> Result<Option<String>, ChannelError> {
    match codes::verdict(&known.result) {
        Verdict::Done if known.payment_id.as_deref() == Some(number) => {
            Ok(known.payment_request_id)
        }
        Verdict::Absent => Ok(None),
        _ => Err(unclear(&known)),
    }
}

/// The answer to `refund`.
pub(super) fn refunded(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    let code = answer.result.result_code.as_str();
    match codes::verdict(&answer.result) {
        Verdict::Done => done(reversal, answer),
        Verdict::Returning => Ok(ReversalSaid::Pending),
        Verdict::Refused(_) | Verdict::Exists | Verdict::Absent if codes::is_never(code) => {
            Ok(ReversalSaid::Never(code.to_owned()))
        }
        Verdict::Exists if code == "REPEAT_REQ_INCONSISTENT" => Err(unclear(answer)),
        Verdict::Refused(_) | Verdict::Exists | Verdict::Absent => {
            Ok(ReversalSaid::Failed(code.to_owned()))
        }
        Verdict::InProcess | Verdict::Unsure | Verdict::Misasked => Err(unclear(answer)),
    }
}

/// The answer to `inquiryRefund`.
pub(super) fn queried(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    match codes::verdict(&answer.result) {
        Verdict::Done => status(reversal, answer),
        Verdict::Absent => Ok(ReversalSaid::NotFound),
        Verdict::InProcess
        | Verdict::Returning
        | Verdict::Unsure
        | Verdict::Misasked
        | Verdict::Refused(_)
        | Verdict::Exists => Err(unclear(answer)),
    }
}

fn status(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    match answer.refund_status.as_deref() {
        Some("SUCCESS") => done(reversal, answer),
        Some("PROCESSING") if is_ours(reversal, answer) => Ok(ReversalSaid::Pending),
        Some("FAIL") if is_ours(reversal, answer) => Ok(ReversalSaid::Failed("FAIL".to_owned())),
        Some(_) | None => Err(no_answer("a refund status we do not know")),
    }
}

/// The money is back only if this is our refund, and all of it.
fn done(reversal: &Reversal, answer: &Answer) -> Result<ReversalSaid, ChannelError> {
    let amount = answer.refund_amount.as_ref();
    let is_all = amount.is_none_or(|amount| amount.money() == Some(reversal.amount));
    if is_ours(reversal, answer) && is_all {
        Ok(ReversalSaid::Done)
    } else {
        Err(no_answer("about another refund"))
    }
}

fn is_ours(reversal: &Reversal, answer: &Answer) -> bool {
    answer.refund_request_id.as_ref() == Some(&reversal.request_id)
}

fn is_known(payment: &Payment, known: &Answer) -> bool {
    codes::verdict(&known.result) == Verdict::Done && is_about(payment, known)
}
