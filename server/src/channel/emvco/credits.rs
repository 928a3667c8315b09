//! What the bank says of credits, in a protocol of our own (`docs/bank-credits.md`): its messages, and its statement.

use florin_shared::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channel::transport::no_answer;
use crate::channel::{ChannelError, Forged, Notice};
use crate::clock::Millis;
use crate::domain::payment::{Evidence, Payment, Said};

/// What is asked: everything that came in under a reference.
#[derive(Serialize)]
pub(super) struct Question<'a> {
    /// The account, as the bank calls it here.
    pub(super) account: &'a str,
    /// The reference in the code.
    pub(super) reference: &'a str,
    /// Where credits of this account are to be told, once we know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notify_url: Option<&'a str>,
}

/// The answer.
#[derive(Deserialize)]
pub(super) struct Statement {
    account: String,
    reference: String,
    credits: Vec<Credit>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    r#type: String,
    data: Told,
}

#[derive(Deserialize)]
struct Told {
    account: String,
    reference: String,
    #[serde(flatten)]
    credit: Credit,
}

/// Money that came in.
#[derive(Deserialize)]
struct Credit {
    /// 1 for the first under its reference, 2 for the second …: it never changes.
    number: u32,
    amount: String,
    currency: String,
    at: String,
    /// Smallest units that the bank has given back since.
    #[serde(default)]
    returned: Option<String>,
}

/// Our number of a payment as the bank sees it, and which credit under it is meant. Money that comes once more is a payment
/// of its own (`Notice::Again`), whose number has a point and the credit's behind it.
fn place(request_id: &str) -> (&str, u32) {
    match request_id.split_once('.') {
        Some((reference, number)) => (reference, number.parse().unwrap_or(u32::MAX)),
        None => (request_id, 1),
    }
}

/// The reference in the code of this payment.
pub(super) fn reference(payment: &Payment) -> &str {
    place(&payment.request_id).0
}

/// What the statement says of this payment. A code can be paid as long as somebody has its picture, so "no credit" is
/// "not yet".
pub(super) fn queried(
    account: &str,
    payment: &Payment,
    statement: &Statement,
) -> Result<Evidence, ChannelError> {
    let (reference, number) = place(&payment.request_id);
    if statement.account != account || statement.reference != reference {
        return Err(no_answer("about another account or reference"));
    }
    let mut these = statement.credits.iter().filter(|credit| credit.number == number);
    let said = match (these.next(), these.next()) {
        (None, _) => Said::Pending,
        (Some(credit), None) => credit.paid().ok_or_else(|| no_answer("an unreadable credit"))?,
        (Some(_), Some(_)) => return Err(no_answer("two credits have one number")),
    };
    Ok(Evidence { said, reason: String::new() })
}

/// A message about a credit.
pub(super) fn told(account: &str, message: Message) -> Result<Notice, Forged> {
    let Told { account: of, reference, credit } = message.data;
    if message.r#type != "credit.received" {
        return Err(Forged("it is of a kind we do not know"));
    }
    if of != account {
        return Err(Forged("it is about another account"));
    }
    if reference.is_empty() || reference.contains('.') || credit.number == 0 {
        return Err(Forged("it names no payment"));
    }
    let said = credit.paid().ok_or(Forged("its credit cannot be read"))?;
    let evidence = Evidence { said, reason: String::new() };
    let first = reference.to_ascii_uppercase();
    Ok(match credit.number {
        1 => Notice::Payment { request_id: first, evidence },
        number => Notice::Again { request_id: format!("{first}.{number}"), first, evidence },
    })
}

impl Credit {
    fn paid(&self) -> Option<Said> {
        let returned = match self.returned.as_deref() {
            None | Some("0") => 0,
            Some(returned) => Money::parse(returned, &self.currency).ok()?.minor(),
        };
        Some(Said::Paid {
            amount: Money::parse(&self.amount, &self.currency).ok()?,
            at: Some(millis(&self.at)?),
            returned,
        })
    }
}

fn millis(at: &str) -> Option<Millis> {
    at.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}
