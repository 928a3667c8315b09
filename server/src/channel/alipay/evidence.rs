//! What Alipay's answers say of a payment. Whatever is not certain is no answer, and a query decides.

use florin_shared::shopper::NextAction;

use super::codes::{self, CONFIGURATION, Verdict};
use super::text::{fen, millis};
use super::wire::{Answer, TradePay};
use crate::channel::transport::no_answer;
use crate::channel::{ChannelError, Opened, action};
use crate::domain::payment::{Evidence, Payment, Role, Said};

/// The longest code that we show: Alipay's are some fifty characters.
const LONGEST: usize = 1024;

/// The answer to `alipay.trade.precreate`. No money can have been taken: whoever pays must see the code first.
pub(super) fn precreated(payment: &Payment, answer: &Answer) -> Result<Opened, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done if !is_about(payment, answer) => Err(no_answer("about another payment")),
        Verdict::Done => Ok(Opened {
            evidence: saying(Said::Pending),
            action: answer.qr_code.as_deref().and_then(show_code),
        }),
        Verdict::Refused(reason) => Ok(refused(reason)),
        Verdict::Misasked => Ok(refused(CONFIGURATION)),
        Verdict::Waiting | Verdict::Unsure | Verdict::Exists | Verdict::Absent => {
            Err(unclear(answer))
        }
    }
}

/// The answer to `alipay.trade.create`, and what the bridge is asked for. No money can have been taken: the bridge asks.
pub(super) fn created(payment: &Payment, answer: &Answer) -> Result<Opened, ChannelError> {
    let opened = precreated(payment, answer)?;
    if opened.evidence.said == Said::Failed {
        return Ok(opened);
    }
    let is_number = |number: &&str| {
        number.len() <= 64 && number.bytes().all(|sign| sign.is_ascii_alphanumeric())
    };
    let number = answer.trade_no.as_deref().filter(|number| !number.is_empty()).filter(is_number);
    let trade_no = number.ok_or_else(|| no_answer("a trade without a number"))?;
    let text = serde_json::to_string(&TradePay { trade_no });
    let text = text.map_err(|why| no_answer(why.to_string()))?;
    Ok(Opened { action: Some(action::invoke(text)), ..opened })
}

/// The answer to a payment code: it is paid, or waits for the payer's password. What went wrong is a "no" only by a code that is
/// said of nothing else.
pub(super) fn charged(payment: &Payment, answer: &Answer) -> Result<Opened, ChannelError> {
    let said = match codes::verdict(answer) {
        Verdict::Done | Verdict::Waiting if !is_about(payment, answer) => {
            return Err(no_answer("about another payment"));
        }
        Verdict::Done => paid(answer, answer.gmt_payment.as_deref(), Returned::Nothing)?,
        Verdict::Waiting => Said::Pending,
        Verdict::Refused(reason) => return Ok(refused(reason)),
        Verdict::Misasked => return Ok(refused(CONFIGURATION)),
        Verdict::Unsure | Verdict::Exists | Verdict::Absent => return Err(unclear(answer)),
    };
    Ok(Opened { evidence: saying(said), action: None })
}

/// A payment that was refused at once.
pub(super) fn refused(reason: &str) -> Opened {
    let evidence = Evidence { said: Said::Failed, reason: reason.to_owned() };
    Opened { evidence, action: None }
}

/// The answer to `alipay.trade.query`. A code that nobody has scanned is no trade yet: "not found" says no more than that.
pub(super) fn queried(payment: &Payment, answer: &Answer) -> Result<Evidence, ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done if !is_about(payment, answer) => Err(no_answer("about another payment")),
        Verdict::Done if is_undone(payment, answer) => Ok(saying(Said::Cancelled)),
        Verdict::Done => status(answer).map(saying),
        Verdict::Absent => Ok(saying(Said::NotFound)),
        Verdict::Waiting
        | Verdict::Unsure
        | Verdict::Misasked
        | Verdict::Refused(_)
        | Verdict::Exists => Err(unclear(answer)),
    }
}

/// Our own cancel gives back what was paid at the last moment, all of it (D1).
fn is_undone(payment: &Payment, answer: &Answer) -> bool {
    let is_ours =
        payment.is_by_code() && payment.cancels_answered > 0 && payment.role == Role::None;
    is_ours && answer.trade_status.as_deref() == Some("TRADE_CLOSED")
}

/// The answer to `alipay.trade.cancel`. Whether it took place Alipay says beside its code, and wants to be asked again.
pub(super) fn cancelled(answer: &Answer) -> Result<(), ChannelError> {
    match answer.retry_flag.as_deref() {
        Some("Y") => Err(unclear(answer)),
        Some(_) | None => closed(answer),
    }
}

/// The answer to `alipay.trade.close`: whatever Alipay makes of it, a query may decide now, also where it did not even look
/// at it. Only where it does not know itself is there no answer.
pub(super) fn closed(answer: &Answer) -> Result<(), ChannelError> {
    match codes::verdict(answer) {
        Verdict::Done
        | Verdict::Refused(_)
        | Verdict::Exists
        | Verdict::Absent
        | Verdict::Misasked => Ok(()),
        Verdict::Waiting | Verdict::Unsure => Err(unclear(answer)),
    }
}

/// Whether this answer speaks of our payment.
pub(super) fn is_about(payment: &Payment, answer: &Answer) -> bool {
    answer.out_trade_no.as_ref() == Some(&payment.request_id)
}

/// A word without a reason.
pub(super) fn saying(said: Said) -> Evidence {
    Evidence { said, reason: String::new() }
}

/// It was answered, and the answer decides nothing.
pub(super) fn unclear(answer: &Answer) -> ChannelError {
    no_answer(answer.word())
}

fn status(answer: &Answer) -> Result<Said, ChannelError> {
    let status = answer.trade_status.as_deref().unwrap_or_default();
    let at = answer.send_pay_date.as_deref();
    match status {
        "WAIT_BUYER_PAY" => Ok(Said::Pending),
        "TRADE_SUCCESS" | "TRADE_FINISHED" => paid(answer, at, Returned::Nothing),
        "TRADE_CLOSED" if was_paid(answer) => paid(answer, at, Returned::Everything),
        "TRADE_CLOSED" => Ok(Said::Cancelled),
        _ => Err(no_answer("a status we do not know")),
    }
}

/// How much has gone back, as far as a query tells: all of it closes the trade, and a part is not told (D2).
enum Returned {
    Nothing,
    Everything,
}

/// It was paid: the order's total, never what the payer paid after discounts (D3).
fn paid(answer: &Answer, at: Option<&str>, returned: Returned) -> Result<Said, ChannelError> {
    let is_cny = answer.trans_currency.as_deref().is_none_or(|of| of.is_empty() || of == "CNY");
    let amount = answer.total_amount.as_deref().and_then(fen).filter(|_| is_cny);
    let amount = amount.ok_or_else(|| no_answer("paid, but not how much"))?;
    let returned = match returned {
        Returned::Nothing => 0,
        Returned::Everything => amount.minor(),
    };
    Ok(Said::Paid { amount, at: at.and_then(millis), returned })
}

/// `TRADE_CLOSED` is said of what nobody paid in time and of what was given back. Money that was taken left its traces.
fn was_paid(answer: &Answer) -> bool {
    let some = |text: &Option<String>| {
        text.as_deref().and_then(fen).is_some_and(|amount| amount.minor() > 0)
    };
    answer.send_pay_date.as_ref().is_some_and(|date| !date.is_empty())
        || some(&answer.receipt_amount)
        || some(&answer.buyer_pay_amount)
}

fn show_code(text: &str) -> Option<NextAction> {
    let is_good = !text.is_empty() && text.len() <= LONGEST;
    is_good.then(|| action::qr(text.to_owned()))
}
