//! Statement files: camt.053 of ISO 20022, of any version. What differs between versions (where a name, a state or a part's amount
//! stands) is read in both places. Everything else in a file is passed over.

use florin_server::domain::credit::Credit;
use florin_shared::{Currency, Money};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::wire::{Document, Entry, Part, Statement, Sum};

/// What a file holds for one account.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) credits: Vec<Credit>,
    /// Which credit, and why it cannot be taken.
    pub(super) refused: Vec<(String, String)>,
    /// Debits, and what is not booked yet.
    pub(super) passed_over: usize,
    /// Statements of this account.
    pub(super) statements: usize,
    /// The other accounts in the file.
    pub(super) others: Vec<String>,
}

/// The most characters of a bank's number.
const LONGEST_ID: usize = 64;

/// Reads what came into this account. Gaps in an account's number do not count.
///
/// # Errors
/// What is no camt.053.
pub(super) fn read(text: &str, account: &str, currency: &str) -> anyhow::Result<Found> {
    let document: Document = quick_xml::de::from_str(text)
        .map_err(|error| anyhow::anyhow!("this is no camt.053 that can be read: {error}"))?;
    let mut found = Found::default();
    for statement in &document.statements.all {
        let number = statement.account.id.number();
        if plain(number) == plain(account) {
            found.statements += 1;
            found.take(statement, currency);
        } else if !found.others.iter().any(|other| other == number) {
            found.others.push(number.to_owned());
        }
    }
    Ok(found)
}

fn plain(account: &str) -> String {
    account.chars().filter(|char| !char.is_whitespace()).collect::<String>().to_ascii_uppercase()
}

impl Found {
    fn take(&mut self, statement: &Statement, currency: &str) {
        for entry in &statement.entries {
            match (entry.is_booked(), entry.is_credit(), entry.is_reversal()) {
                (false, ..) | (true, false, false) => self.passed_over += 1,
                (true, false, true) => {
                    self.refuse(entry, "the bank has taken a credit back: look at it")
                }
                (true, true, true) => self.refuse(entry, "a transfer of yours has come back"),
                (true, true, false) => self.book(entry, currency),
            }
        }
    }

    fn refuse(&mut self, entry: &Entry, why: &str) {
        self.refused.push((entry.name(), why.to_owned()));
    }

    /// One credit, or several that were booked together, each with its own amount.
    fn book(&mut self, entry: &Entry, currency: &str) {
        let parts: Vec<&Part> = entry.details.iter().flat_map(|details| &details.parts).collect();
        if parts.len() < 2 {
            let part = parts.first().copied();
            let id = entry.number.as_deref().or_else(|| part?.refs.number.as_deref());
            return self.credit(entry, part, id, Some(&entry.sum), currency);
        }
        for part in parts {
            self.credit(entry, Some(part), part.refs.number.as_deref(), part.sum(), currency);
        }
    }

    fn credit(
        &mut self,
        entry: &Entry,
        part: Option<&Part>,
        id: Option<&str>,
        sum: Option<&Sum>,
        currency: &str,
    ) {
        match credit(entry, part, id, sum, currency) {
            Ok(credit) => self.credits.push(credit.in_short()),
            Err(why) => {
                self.refused.push((id.map_or_else(|| entry.name(), str::to_owned), why.to_owned()))
            }
        }
    }
}

fn credit(
    entry: &Entry,
    part: Option<&Part>,
    id: Option<&str>,
    sum: Option<&Sum>,
    currency: &str,
) -> Result<Credit, &'static str> {
    let id = id.map(str::trim).filter(|id| (1..=LONGEST_ID).contains(&id.chars().count()));
    let id = id.ok_or(
        "the bank gave it no number (AcctSvcrRef), so that nobody could tell it from another",
    )?;
    let sum = sum.ok_or("it was booked together with others and has no amount of its own")?;
    if sum.currency != currency {
        return Err("it is in another currency than the account");
    }
    Ok(Credit {
        id: id.to_owned(),
        reference: part.map(Part::written).unwrap_or_default(),
        number: 0,
        amount: amount(sum).ok_or("its amount cannot be read")?,
        at: entry.booked.at().ok_or("its day cannot be read")?,
        returned: 0,
        payer: part.map(Part::payer).unwrap_or_default(),
    })
}

/// Digits, and at most as many decimals as the currency has; zeros behind them are a bank's habit.
fn amount(sum: &Sum) -> Option<Money> {
    let currency: Currency = sum.currency.parse().ok()?;
    let (whole, part) = sum.value.trim().split_once('.').unwrap_or((sum.value.trim(), ""));
    let decimals = usize::from(currency.exponent());
    let (part, rest) = part.split_at_checked(decimals.min(part.len()))?;
    let is_plain = !whole.is_empty()
        && [whole, part].iter().all(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        && rest.bytes().all(|byte| byte == b'0');
    let digits = is_plain.then(|| format!("{whole}{part:0<decimals$}"))?;
    Money::parse(digits.trim_start_matches('0'), &sum.currency).ok()
}

/// When something was booked: a day, or a moment.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Booked {
    #[serde(rename = "Dt")]
    day: Option<String>,
    #[serde(rename = "DtTm")]
    moment: Option<String>,
}

impl Booked {
    /// A moment without a zone is the bank's, which nobody knows: it is taken for UTC, and so is a day's beginning.
    fn at(&self) -> Option<i64> {
        let in_utc = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
        let moment = self.moment.as_deref().map(str::trim);
        let at = match (moment, self.day.as_deref()) {
            (Some(moment), _) => {
                moment.parse::<Timestamp>().or_else(|_| in_utc(moment.parse::<DateTime>()?)).ok()?
            }
            // Some banks write a zone behind a day.
            (None, Some(day)) => in_utc(day.trim().get(..10)?.parse::<Date>().ok()?.into()).ok()?,
            (None, None) => return None,
        };
        Some(at.as_millisecond())
    }
}
