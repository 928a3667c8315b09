//! What Antom's answers say of a payment. Whatever is not certain is no answer, and a query decides.

use florin_shared::money::MOST;
use jiff::Timestamp;

use super::action;
use super::codes::{self, CONFIGURATION, Verdict};
use super::wire::{Answer, Transaction};
use crate::channel::transport::no_answer;
use crate::channel::{ChannelError, Opened};
use crate::clock::Millis;
use crate::domain::payment::{Evidence, Payment, Said};

/// The answer to `pay`.
pub(super) fn opened(payment: &Payment, answer: &Answer) -> Result<Opened, ChannelError> {
    if answer.payment_request_id.as_ref().is_some_and(|id| *id != payment.request_id) {
        return Err(no_answer("about another payment"));
    }
    match codes::verdict(&answer.result) {
        Verdict::Done => {
            Ok(Opened { evidence: saying(paid_in_full(payment, answer)?), action: None })
        }
        Verdict::InProcess => {
            Ok(Opened { evidence: saying(Said::Pending), action: action::next(payment, answer) })
        }
        Verdict::Refused(reason) => Ok(refused(reason)),
        Verdict::Misasked => Ok(refused(CONFIGURATION)),
        Verdict::Returning | Verdict::Unsure | Verdict::Exists | Verdict::Absent => {
            Err(unclear(answer))
        }
    }
}

/// A payment that was refused at once.
pub(super) fn refused(reason: &str) -> Opened {
    Opened { evidence: failed(reason), action: None }
}

/// The answer to `inquiryPayment`.
pub(super) fn queried(payment: &Payment, answer: &Answer) -> Result<Evidence, ChannelError> {
    match codes::verdict(&answer.result) {
        Verdict::Done => status(payment, answer),
        Verdict::Absent => Ok(saying(Said::NotFound)),
        Verdict::InProcess
        | Verdict::Returning
        | Verdict::Unsure
        | Verdict::Misasked
        | Verdict::Refused(_)
        | Verdict::Exists => Err(unclear(answer)),
    }
}

/// The answer to `cancel`: whatever Antom makes of it, a query may decide now, also where it did not even look
/// at it. Only where it does not know itself is there no answer.
pub(super) fn cancelled(answer: &Answer) -> Result<(), ChannelError> {
    match codes::verdict(&answer.result) {
        Verdict::Done
        | Verdict::Refused(_)
        | Verdict::Exists
        | Verdict::Absent
        | Verdict::Misasked => Ok(()),
        Verdict::InProcess | Verdict::Returning | Verdict::Unsure => Err(unclear(answer)),
    }
}

/// Whether this answer speaks of our payment.
pub(super) fn is_about(payment: &Payment, answer: &Answer) -> bool {
    answer.payment_request_id.as_ref() == Some(&payment.request_id)
}

/// A word without a reason.
pub(super) fn saying(said: Said) -> Evidence {
    Evidence { said, reason: String::new() }
}

/// A failure, with its reason.
pub(super) fn failed(reason: &str) -> Evidence {
    Evidence { said: Said::Failed, reason: reason.to_owned() }
}

/// It was paid, and so much has gone back since; nothing without a readable amount.
pub(super) fn paid(answer: &Answer, returned: i64) -> Option<Said> {
    let amount = answer.payment_amount.as_ref()?.money()?;
    Some(Said::Paid { amount, at: answer.payment_time.as_deref().and_then(millis), returned })
}

/// It was answered, and the answer decides nothing.
pub(super) fn unclear(answer: &Answer) -> ChannelError {
    no_answer(answer.result.result_code.as_str())
}

fn paid_in_full(payment: &Payment, answer: &Answer) -> Result<Said, ChannelError> {
    let said = paid(answer, 0).filter(|_| is_about(payment, answer));
    said.ok_or_else(|| no_answer("paid, but not what or how much"))
}

fn status(payment: &Payment, answer: &Answer) -> Result<Evidence, ChannelError> {
    if !is_about(payment, answer) {
        return Err(no_answer("about another payment"));
    }
    match answer.payment_status.as_deref() {
        Some("PROCESSING") => Ok(saying(Said::Pending)),
        Some("PENDING") => Ok(saying(Said::Confirming)),
        Some("SUCCESS") => paid(answer, returned(answer))
            .map(saying)
            .ok_or_else(|| no_answer("paid, but not how much")),
        Some("FAIL") => {
            Ok(failed(codes::reason(answer.payment_result_code.as_deref().unwrap_or_default())))
        }
        Some("CANCELLED") => Ok(saying(Said::Cancelled)),
        Some(_) | None => Err(no_answer("a status we do not know")),
    }
}

/// How much has gone back: Antom goes on saying SUCCESS after a refund (D2).
fn returned(answer: &Answer) -> i64 {
    let refunds =
        answer.transactions.iter().flatten().filter_map(|transaction| refund(answer, transaction));
    refunds.fold(0, i64::saturating_add).min(MOST)
}

fn refund(answer: &Answer, transaction: &Transaction) -> Option<i64> {
    let is_done = transaction.transaction_status.as_deref() == Some("SUCCESS");
    if !is_done || transaction.transaction_type.as_deref() != Some("REFUND") {
        return None;
    }
    let amount = transaction.transaction_amount.as_ref()?.money()?;
    let paid = answer.payment_amount.as_ref()?.money()?;
    (amount.currency() == paid.currency()).then(|| amount.minor())
}

fn millis(text: &str) -> Option<Millis> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}
