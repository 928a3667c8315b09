//! What UnionPay's answers say of a payment (`protocols/unionpay-qr.md` 3 and 5). Whatever is not certain is no answer, and a
//! query decides.

use florin_shared::shopper::NextAction;

use super::codes::{self, CONFIGURATION, DECLINED, Verdict, verdict};
use super::fields::Fields;
use super::table;
use super::text::{fen, paid_at, time_of};
use crate::channel::transport::{no_answer, not_sent};
use crate::channel::{ChannelError, Opened, action};
use crate::domain::payment::{Evidence, Payment, Said};

/// The longest code that we show: UnionPay's are some sixty characters.
const LONGEST: usize = 1024;

/// The answer to an application for a code.
pub(super) fn applied(payment: &Payment, answer: &Fields) -> Result<Opened, ChannelError> {
    taken_up(payment, answer, show_code(answer.get("qrCode")))
}

/// The answer to an application for what an app hands to UnionPay's SDK, its `tn`.
pub(super) fn handed(payment: &Payment, answer: &Fields) -> Result<Opened, ChannelError> {
    let number = answer.get("tn");
    let is_plain = number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_good = is_plain && !number.is_empty() && number.len() <= LONGEST;
    taken_up(payment, answer, is_good.then(|| action::in_app(number.to_owned())))
}

/// No money can have been taken: whoever pays must have what is `shown` first.
fn taken_up(
    payment: &Payment,
    answer: &Fields,
    shown: Option<NextAction>,
) -> Result<Opened, ChannelError> {
    match verdict(answer.get("respCode")) {
        Verdict::Done => {
            is_about(payment, answer)?;
            let action = Some(shown.ok_or_else(|| no_answer("applied for, and no code came"))?);
            Ok(Opened { evidence: saying(Said::Pending), action })
        }
        Verdict::Refused => Ok(refused(DECLINED)),
        Verdict::Misasked => Ok(refused(CONFIGURATION)),
        // It has our application already, and will not say its code a second time.
        Verdict::Exists => Ok(Opened { evidence: saying(Said::Pending), action: None }),
        Verdict::Unsure | Verdict::Absent => Err(unclear(answer)),
    }
}

/// The way to UnionPay's page, by a page of ours at this address: nobody has been asked for anything yet.
pub(super) fn sent_on(address: Option<String>) -> Result<Opened, ChannelError> {
    let url = address.ok_or_else(|| not_sent("it is not known where this server is"))?;
    Ok(Opened { evidence: saying(Said::Pending), action: Some(action::redirect(url)) })
}

/// The answer to a payment code: it is paid at once, or UnionPay goes on with it, which may mean that the payer types a
/// password.
pub(super) fn charged(payment: &Payment, answer: &Fields) -> Result<Opened, ChannelError> {
    let evidence = match verdict(answer.get("respCode")) {
        Verdict::Done => {
            is_about(payment, answer)?;
            saying(paid(answer)?)
        }
        Verdict::Unsure if !answer.get("respCode").is_empty() => saying(Said::Pending),
        Verdict::Refused => return Ok(refused(DECLINED)),
        Verdict::Misasked => return Ok(refused(CONFIGURATION)),
        Verdict::Unsure | Verdict::Absent | Verdict::Exists => return Err(unclear(answer)),
    };
    Ok(Opened { evidence, action: None })
}

/// A payment that was refused at once.
pub(super) fn refused(reason: &str) -> Opened {
    let evidence = Evidence { said: Said::Failed, reason: reason.to_owned() };
    Opened { evidence, action: None }
}

/// The answer to a query. `respCode` is how the question went, `origRespCode` how the payment did. A code that nobody has paid
/// is not found; one whose payer was refused may be tried again until it ends.
pub(super) fn queried(payment: &Payment, answer: &Fields) -> Result<Evidence, ChannelError> {
    match verdict(answer.get("respCode")) {
        Verdict::Done => is_about(payment, answer)?,
        Verdict::Absent => return Ok(saying(absent(payment))),
        Verdict::Unsure | Verdict::Misasked | Verdict::Exists | Verdict::Refused => {
            return Err(unclear(answer));
        }
    }
    let outcome = answer.get("origRespCode");
    match verdict(outcome) {
        Verdict::Done => paid(answer).map(saying),
        Verdict::Unsure if outcome.is_empty() => {
            Err(no_answer("it does not say what became of it"))
        }
        Verdict::Unsure => Ok(saying(Said::Pending)),
        Verdict::Absent => Ok(saying(absent(payment))),
        Verdict::Misasked | Verdict::Exists | Verdict::Refused if payment.is_by_code() => {
            Ok(refused(DECLINED).evidence)
        }
        Verdict::Misasked | Verdict::Exists | Verdict::Refused => Ok(saying(Said::Pending)),
    }
}

/// UnionPay knows of nothing: nobody has paid yet. A bank's page may be open still, so that says nothing before its time is over (D6).
fn absent(payment: &Payment) -> Said {
    if table::leads_to_a_bank(&payment.product) { Said::Pending } else { Said::NotFound }
}

/// UnionPay's own number of a payment that was paid.
pub(super) fn number(payment: &Payment, answer: &Fields) -> Result<String, ChannelError> {
    match queried(payment, answer)?.said {
        Said::Paid { .. } => Some(answer.get("queryId").to_owned())
            .filter(|number| !number.is_empty())
            .ok_or_else(|| no_answer("paid, and without a queryId")),
        _ => Err(no_answer("it is not paid")),
    }
}

/// Whether this answer speaks of our payment: its number and its time together are its name there.
fn is_about(payment: &Payment, answer: &Fields) -> Result<(), ChannelError> {
    match speaks_of(answer, &payment.request_id) {
        true => Ok(()),
        false => Err(no_answer("about another payment")),
    }
}

/// Whether these fields name the transaction with this number of ours.
pub(super) fn speaks_of(answer: &Fields, number: &str) -> bool {
    answer.get("orderId") == number && time_of(number).as_deref() == Some(answer.get("txnTime"))
}

/// The order's total, never what the payer paid after discounts, which is `settleAmt` (D3). How much of it has gone back,
/// nobody tells.
pub(super) fn paid(answer: &Fields) -> Result<Said, ChannelError> {
    let amount = fen(answer.get("txnAmt"), answer.get("currencyCode"));
    let amount = amount.ok_or_else(|| no_answer("paid, but not how much"))?;
    let at = paid_at(answer.get("txnTime"), answer.get("traceTime"));
    Ok(Said::Paid { amount, at, returned: 0 })
}

/// A word without a reason.
pub(super) fn saying(said: Said) -> Evidence {
    Evidence { said, reason: String::new() }
}

/// It was answered, and the answer decides nothing.
pub(super) fn unclear(answer: &Fields) -> ChannelError {
    no_answer(codes::shown(answer))
}

fn show_code(text: &str) -> Option<NextAction> {
    let is_good = !text.is_empty() && text.len() <= LONGEST;
    is_good.then(|| action::qr(text.to_owned()))
}
