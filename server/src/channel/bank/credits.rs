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
    #[serde(flatten)]
    credit: Credit,
}

/// Money that came in.
#[derive(Deserialize)]
struct Credit {
    /// The bank's own number of the booking, the same wherever it tells of it.
    #[serde(default)]
    id: String,
    /// What the payer wrote; an answer to a question need not repeat it.
    #[serde(default)]
    reference: Option<String>,
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

/// Every credit in an answer about this payment's reference. An answer with one that cannot be read, or with two that cannot be
/// told apart, is none.
pub(in crate::channel) fn under(
    account: &str,
    payment: &Payment,
    statement: Statement,
) -> Result<Vec<Kept>, ChannelError> {
    let (reference, _) = credit::place(&payment.request_id);
    if statement.account != account || statement.reference != reference {
        return Err(no_answer("about another account or reference"));
    }
    let mut found: Vec<Kept> = Vec::new();
    for credit in statement.credits {
        let written = credit.reference.clone().unwrap_or_else(|| reference.to_owned());
        let credit = credit.kept(written).map_err(no_answer)?;
        if found.iter().any(|other| other.id == credit.id || other.number == credit.number) {
            return Err(no_answer("two credits cannot be told apart"));
        }
        found.push(credit);
    }
    Ok(found)
}

/// What these say of a payment by its number. A code can be paid as long as somebody has its picture, so "no credit" is
/// "not yet".
pub(in crate::channel) fn by_number(payment: &Payment, credits: &[Kept]) -> Evidence {
    let (_, number) = credit::place(&payment.request_id);
    let found = credits.iter().find(|credit| credit.number == number);
    Evidence { said: found.map_or(Said::Pending, Kept::said), reason: String::new() }
}

/// A message about a credit. Which payment it is, if it is one, is found out when it is taken in.
pub(in crate::channel) fn told(account: &str, message: Message) -> Result<Kept, Forged> {
    let Told { account: of, credit } = message.data;
    if message.r#type != "credit.received" {
        return Err(Forged("it is of a kind we do not know"));
    }
    if of != account {
        return Err(Forged("it is about another account"));
    }
    let written = credit.reference.clone().ok_or(Forged("it cannot be read"))?;
    credit.kept(written).map_err(Forged)
}

impl Credit {
    /// As it is kept, with what the payer wrote.
    fn kept(self, reference: String) -> Result<Kept, &'static str> {
        let is_named = (1..=LONGEST_ID).contains(&self.id.chars().count())
            && !self.id.chars().any(char::is_control);
        if !is_named || !(1..=credit::MOST_UNDER_ONE).contains(&self.number) {
            return Err("it does not say which credit it is");
        }
        let (amount, returned, at) = self.paid().ok_or("its credit cannot be read")?;
        let Credit { id, number, payer_bank: payer, .. } = self;
        Ok(Kept { id, reference, number, amount, at, returned, payer }.in_short())
    }

    fn paid(&self) -> Option<(Money, i64, Millis)> {
        let returned = match self.returned.as_deref() {
            None | Some("0") => 0,
            Some(returned) => Money::parse(returned, &self.currency).ok()?.minor(),
        };
        Some((Money::parse(&self.amount, &self.currency).ok()?, returned, millis(&self.at)?))
    }
}

fn millis(at: &str) -> Option<Millis> {
    at.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}
