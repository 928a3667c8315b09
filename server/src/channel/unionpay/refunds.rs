//! What UnionPay's answers say of money going back (`protocols/unionpay-qr.md` 3).

use super::codes::{Verdict, shown, verdict};
use super::evidence::{speaks_of, unclear};
use super::fields::Fields;
use super::text::fen;
use crate::channel::ChannelError;
use crate::channel::transport::no_answer;
use crate::domain::reversal::{Reversal, ReversalSaid};

/// A field that UnionPay does not take.
const FIELD: &str = "13";

/// The answer to a refund: `00` is that it was taken up, and what became of it says the question about it. A number that was
/// used before may be our own, so that too is asked about.
pub(super) fn refunded(reversal: &Reversal, answer: &Fields) -> Result<ReversalSaid, ChannelError> {
    match verdict(answer.get("respCode")) {
        Verdict::Done if !speaks_of(answer, &reversal.request_id) => {
            Err(no_answer("about another refund"))
        }
        Verdict::Done => Ok(ReversalSaid::Pending),
        Verdict::Refused | Verdict::Absent => Ok(ReversalSaid::Failed(shown(answer))),
        // A field is wrong: the time, perhaps, of a number that has waited for too long. A new number has a new time.
        Verdict::Misasked if answer.get("respCode") == FIELD => {
            Ok(ReversalSaid::Failed(shown(answer)))
        }
        Verdict::Unsure | Verdict::Misasked | Verdict::Exists => Err(unclear(answer)),
    }
}

/// The answer to a question about one.
pub(super) fn queried(reversal: &Reversal, answer: &Fields) -> Result<ReversalSaid, ChannelError> {
    match verdict(answer.get("respCode")) {
        Verdict::Done if !speaks_of(answer, &reversal.request_id) => {
            Err(no_answer("about another refund"))
        }
        Verdict::Done => outcome(reversal, answer),
        Verdict::Absent => Ok(ReversalSaid::NotFound),
        Verdict::Unsure | Verdict::Misasked | Verdict::Exists | Verdict::Refused => {
            Err(unclear(answer))
        }
    }
}

/// The money is back only if it is all of it.
fn outcome(reversal: &Reversal, answer: &Fields) -> Result<ReversalSaid, ChannelError> {
    let code = answer.get("origRespCode");
    match verdict(code) {
        Verdict::Done => match fen(answer.get("txnAmt"), answer.get("currencyCode")) {
            Some(amount) if amount == reversal.amount => Ok(ReversalSaid::Done),
            _ => Err(no_answer("of another amount")),
        },
        Verdict::Unsure if code.is_empty() => Err(no_answer("it does not say what became of it")),
        Verdict::Unsure => Ok(ReversalSaid::Pending),
        Verdict::Absent => Ok(ReversalSaid::NotFound),
        Verdict::Misasked | Verdict::Exists | Verdict::Refused => {
            Ok(ReversalSaid::Failed(format!("origRespCode {code}")))
        }
    }
}
