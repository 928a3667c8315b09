//! What the bank says of credits, in a protocol of our own (`docs/bank-credits.md`): its messages, and its statement.

use florin_shared::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::channel::transport::no_answer;
use crate::channel::{ChannelError, Forged};
use crate::clock::Millis;
use crate::domain::credit::{self, Credit as Kept};
use crate::domain::payment::{Evidence, Payment, Said};

/// What is asked: everything that came in under a reference.
#[derive(Serialize)]
pub(in crate::channel) struct Question<'a> {
    /// The account, as the bank calls it here.
    pub(in crate::channel) account: &'a str,
    /// The reference in the code.
    pub(in crate::channel) reference: &'a str,
    /// Where credits of this account are to be told, once we know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::channel) notify_url: Option<&'a str>,
}

/// The answer.
#[derive(Deserialize)]
pub(in crate::channel) struct Statement {
    account: String,
    reference: String,
    credits: Vec<Credit>,
}

#[derive(Deserialize)]
pub(in crate::channel) struct Message {
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
    /// The bank's own number of the booking, the same wherever it tells of it.
    #[serde(default)]
    id: String,
    /// 1 for the first under its reference, 2 for the second …: it never changes.
    number: u32,
    amount: String,
    currency: String,
    at: String,
    /// Smallest units that the bank has given back since.
    #[serde(default)]
    returned: Option<String>,
    /// Where it came from, for people.
    #[serde(default)]
    payer_bank: String,
}

/// The most characters of a bank's number.
const LONGEST_ID: usize = 64;

/// What the statement says of this payment. A code can be paid as long as somebody has its picture, so "no credit" is
/// "not yet".
pub(in crate::channel) fn queried(
    account: &str,
    payment: &Payment,
    statement: &Statement,
) -> Result<Evidence, ChannelError> {
    let (reference, number) = credit::place(&payment.request_id);
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

/// A message about a credit. Which payment it is, if it is one, is found out when it is taken in.
pub(in crate::channel) fn told(account: &str, message: Message) -> Result<Kept, Forged> {
    let Told { account: of, reference, credit } = message.data;
    if message.r#type != "credit.received" {
        return Err(Forged("it is of a kind we do not know"));
    }
    if of != account {
        return Err(Forged("it is about another account"));
    }
    let is_named = (1..=LONGEST_ID).contains(&credit.id.chars().count())
        && !credit.id.chars().any(char::is_control);
    if !is_named || !(1..=credit::MOST_UNDER_ONE).contains(&credit.number) {
        return Err(Forged("it does not say which credit it is"));
    }
    let unreadable = Forged("its credit cannot be read");
    let Some(Said::Paid { amount, at: Some(at), returned }) = credit.paid() else {
        return Err(unreadable);
    };
    let Credit { id, number, payer_bank: payer, .. } = credit;
    Ok(Kept { id, reference, number, amount, at, returned, payer }.in_short())
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
