//! What a gateway's answers say of a payment. Whatever is not certain is no answer, and a query decides.

use florin_shared::Method;
use florin_shared::shopper::NextAction;
use url::Url;

use super::wire::{Answer, Refusal, Told};
use crate::channel::transport::no_answer;
use crate::channel::{ChannelError, Opened};
use crate::domain::payment::{AT_TERMINAL, Evidence, Payment, Said};

/// The longest text of a code, and the longest link.
const LONGEST: usize = 2048;

/// Nothing is known under this number.
const NO_PAYMENT: &str = "NO_SUCH_PAYMENT";
/// It was paid, and so is not closed.
const PAID: &str = "PAID";

/// The answer to a payment that was asked for.
pub(super) fn opened(
    merchant: &str,
    payment: &Payment,
    answer: Answer,
) -> Result<Opened, ChannelError> {
    let told = match answer {
        Answer::Payment(told) => told,
        // It has nothing under this number, and takes nothing up of it later.
        Answer::No(no) if !no.known => {
            tracing::error!(code = no.code, message = no.message, "a payment is refused");
            return Ok(Opened { evidence: refused("CONFIGURATION"), action: None });
        }
        answer => return Err(unclear(answer)),
    };
    is_about(merchant, &payment.request_id, &told)?;
    if told.amount() != Some(payment.amount) {
        return Err(no_answer("of another amount"));
    }
    let evidence = said(&told)?;
    let is_open = evidence.said == Said::Pending;
    let action = if is_open { action(payment.method, &told) } else { None };
    Ok(Opened { evidence, action })
}

/// The answer to a question.
pub(super) fn queried(
    merchant: &str,
    payment: &Payment,
    answer: Answer,
) -> Result<Evidence, ChannelError> {
    match answer {
        Answer::Payment(told) => {
            is_about(merchant, &payment.request_id, &told)?;
            said(&told)
        }
        Answer::No(no) if is_absent(&no) => Ok(saying(Said::NotFound)),
        answer => Err(unclear(answer)),
    }
}

/// The answer to a close: whatever came of it, a query may decide now.
pub(super) fn closed(answer: Answer) -> Result<(), ChannelError> {
    match answer {
        Answer::Payment(_) => Ok(()),
        Answer::No(no) if no.known && no.code == PAID => Ok(()),
        answer => Err(unclear(answer)),
    }
}

/// Whether the gateway has a payment of ours under this number.
pub(super) fn is_known(
    merchant: &str,
    number: &str,
    answer: Answer,
) -> Result<Option<String>, ChannelError> {
    match answer {
        Answer::Payment(told) => {
            is_about(merchant, number, &told)?;
            Ok(Some(told.number))
        }
        Answer::No(no) if is_absent(&no) => Ok(None),
        answer => Err(unclear(answer)),
    }
}

/// What is told of a payment, in our words.
pub(super) fn said(told: &Told) -> Result<Evidence, ChannelError> {
    match told.state.as_str() {
        "PENDING" => Ok(saying(Said::Pending)),
        "AT_TERMINAL" => Ok(Evidence { said: Said::Pending, reason: AT_TERMINAL.to_owned() }),
        "CONFIRMING" => Ok(saying(Said::Confirming)),
        "PAID" => paid(told).map(saying),
        "FAILED" => Ok(refused(why(told))),
        "CLOSED" => Ok(saying(Said::Cancelled)),
        _ => Err(no_answer("a state we do not know")),
    }
}

/// It was answered, and the answer decides nothing.
pub(super) fn unclear(answer: Answer) -> ChannelError {
    match answer {
        Answer::No(no) => no_answer(format!("{} {}", no.code, no.message)),
        Answer::Payment(_) | Answer::Refund(_) => no_answer("the answer to another question"),
    }
}

fn paid(told: &Told) -> Result<Said, ChannelError> {
    let amount = told.amount().ok_or_else(|| no_answer("paid, but not how much"))?;
    let returned = told.returned().filter(|returned| *returned <= amount.minor());
    let returned = returned.ok_or_else(|| no_answer("paid, but not how much of it is left"))?;
    Ok(Said::Paid { amount, at: told.paid_at(), returned })
}

/// A gateway's own reasons are its own matter: the shopper is told who said no.
fn why(told: &Told) -> &'static str {
    match told.reason.as_deref() {
        None | Some("DECLINED") => "DECLINED",
        Some(_) => "CONFIGURATION",
    }
}

fn refused(reason: &str) -> Evidence {
    Evidence { said: Said::Failed, reason: reason.to_owned() }
}

fn saying(said: Said) -> Evidence {
    Evidence { said, reason: String::new() }
}

fn is_absent(no: &Refusal) -> bool {
    !no.known && no.code == NO_PAYMENT
}

fn is_about(merchant: &str, number: &str, told: &Told) -> Result<(), ChannelError> {
    match (told.merchant == merchant, told.number == number) {
        (true, true) => Ok(()),
        (false, _) => Err(no_answer("about another merchant")),
        (true, false) => Err(no_answer("about another payment")),
    }
}

/// What the shopper does with the code: scans it with an app, or takes it to a terminal.
fn action(method: Method, told: &Told) -> Option<NextAction> {
    let text = told.code.as_deref().filter(|text| (1..=LONGEST).contains(&text.len()))?;
    let is_at_terminals = matches!(method, Method::PosOrder | Method::MobilePos);
    if is_at_terminals && !is_typed(text) {
        return None;
    }
    let link = told.link.as_deref().filter(|link| !is_at_terminals && is_link(link));
    Some(NextAction {
        kind: "show_code".into(),
        text: Some(text.to_owned()),
        code_kind: Some(if is_at_terminals { "terminal" } else { "qr" }.into()),
        app_link: link.map(str::to_owned),
        ..NextAction::default()
    })
}

/// Whether a cashier can type it.
fn is_typed(text: &str) -> bool {
    (6..=24).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An address that a browser may be sent to; whether an app or a page opens it, the phone knows.
fn is_link(text: &str) -> bool {
    let url = text.parse::<Url>();
    text.len() <= LONGEST && url.is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}
