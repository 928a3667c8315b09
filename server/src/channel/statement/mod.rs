//! Statement files: camt.053 of ISO 20022, of any version. What differs between versions (where a name, a state or a part's amount
//! stands) is read in both places. What nobody asks for is passed over; what is asked for and cannot be right is refused, by its line.

#[cfg(test)]
mod tests;
mod xml;

use florin_shared::{Currency, Money};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use self::xml::Element;
use crate::domain::credit::Credit;

/// Why a file is no statement that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Unreadable {
    /// Where, from 1.
    pub line: usize,
    /// A sentence.
    pub why: String,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Money that came in.
    Credit(Credit),
    /// Nothing that anybody waits for: a debit, what is not booked yet.
    Skipped(String),
    /// It cannot be taken, and somebody should look.
    Refused(String),
}

/// An entry of a statement, or a part of one that was booked together with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The bank's number of it; the file's own where there is none; or empty.
    pub name: String,
    /// What it is.
    pub what: What,
}

/// The statement of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The account's number, as the bank writes it.
    pub account: String,
    /// What it holds, in the file's order.
    pub lines: Vec<Line>,
}

/// In which namespace a camt.053 of any version is.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";

/// The most characters of a bank's number.
const LONGEST_ID: usize = 64;

/// Everything in a file, in its order.
///
/// # Errors
/// What is no camt.053, is not whole, or is hostile.
pub fn read(text: &str) -> Result<Vec<Statement>, Unreadable> {
    let (namespace, root) = xml::read(text)?;
    let of_root = |why: &str| Unreadable { line: root.line, why: why.to_owned() };
    if !namespace.starts_with(NAMESPACE) {
        return Err(of_root(&format!("it is no camt.053: its namespace is {namespace:?}")));
    }
    let statements = root.at(&["BkToCstmrStmt"]);
    let statements = statements.ok_or_else(|| of_root("it has no BkToCstmrStmt"))?;
    statements.all("Stmt").map(statement).collect()
}

/// Whether two texts are one account's number: gaps and small letters do not count.
pub fn is_same_account(one: &str, other: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|char| !char.is_whitespace()).collect::<String>().to_ascii_uppercase()
    };
    plain(one) == plain(other)
}

/// The lines of one account in this currency, in the file's order. A credit that stands there twice is one; of one number that tells of
/// two credits neither is.
pub fn of_account(statements: &[Statement], account: &str, currency: &str) -> Vec<Line> {
    let own = |statement: &&Statement| is_same_account(&statement.account, account);
    let mut lines: Vec<Line> =
        statements.iter().filter(own).flat_map(|statement| statement.lines.clone()).collect();
    for line in &mut lines {
        if matches!(&line.what, What::Credit(credit) if credit.amount.currency().to_string() != currency)
        {
            line.what = What::Refused("it is in another currency than the account".to_owned());
        }
    }
    once_each(lines)
}

fn once_each(mut lines: Vec<Line>) -> Vec<Line> {
    let mut first: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for at in 0..lines.len() {
        let What::Credit(credit) = &lines[at].what else { continue };
        let Some(&before) = first.get(&credit.id) else {
            first.insert(credit.id.clone(), at);
            continue;
        };
        let where_it_is = lines[before].line;
        if lines[before].what == lines[at].what {
            lines[at].what = What::Skipped(format!("it stands in line {where_it_is} already"));
            continue;
        }
        let why = |other: usize| {
            What::Refused(format!("line {other} tells of another credit by the same number"))
        };
        lines[at].what = why(where_it_is);
        if matches!(lines[before].what, What::Credit(_)) {
            lines[before].what = why(lines[at].line);
        }
    }
    lines
}

fn statement(of: &Element) -> Result<Statement, Unreadable> {
    let id = of.at(&["Acct", "Id"]);
    let account = id.and_then(|id| id.text(&["IBAN"]).or_else(|| id.text(&["Othr", "Id"])));
    let account = account.ok_or_else(|| Unreadable {
        line: of.line,
        why: "a statement does not say of which account it is".to_owned(),
    })?;
    let lines = of.all("Ntry").flat_map(entry).collect();
    Ok(Statement { line: of.line, account: account.to_owned(), lines })
}

fn entry(entry: &Element) -> Vec<Line> {
    let number = entry.text(&["AcctSvcrRef"]);
    let one = |what| {
        let name = number.or_else(|| entry.text(&["NtryRef"])).unwrap_or_default().to_owned();
        vec![Line { line: entry.line, name, what }]
    };
    if let Some(what) = no_credit(entry) {
        return one(what);
    }
    let parts: Vec<&Element> =
        entry.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
    if let [] | [_] = parts[..] {
        let part = parts.first().copied();
        let number = number.or_else(|| part?.text(&["Refs", "AcctSvcrRef"]));
        return one(made(credit(entry, part, number, entry.at(&["Amt"]))));
    }
    // Several that were booked together: each has its own number and amount.
    let part = |part: &Element| {
        let number = part.text(&["Refs", "AcctSvcrRef"]);
        // The instructed amount is the payer's, before their bank changed it, and is not this.
        let sum = part.at(&["Amt"]).or_else(|| part.at(&["AmtDtls", "TxAmt", "Amt"]));
        let name = number.unwrap_or_default().to_owned();
        Line { line: part.line, name, what: made(credit(entry, Some(part), number, sum)) }
    };
    parts.into_iter().map(part).collect()
}

fn made(credit: Result<Credit, &'static str>) -> What {
    match credit {
        Ok(credit) => What::Credit(credit.in_short()),
        Err(why) => What::Refused(why.to_owned()),
    }
}

/// What an entry is that is no credit.
fn no_credit(entry: &Element) -> Option<What> {
    // A word in old versions, a code in new ones.
    let state = entry.text(&["Sts", "Cd"]).or_else(|| entry.text(&["Sts"]));
    let is_reversal = match entry.text(&["RvslInd"]) {
        None | Some("false" | "0") => false,
        Some(_) => true,
    };
    let skipped = |why: &str| Some(What::Skipped(why.to_owned()));
    let refused = |why: &str| Some(What::Refused(why.to_owned()));
    match (state, entry.text(&["CdtDbtInd"]), is_reversal) {
        (None, ..) => refused("it does not say whether it is booked"),
        (Some(state), ..) if state != "BOOK" => skipped("it is not booked yet"),
        (_, Some("CRDT"), false) => None,
        (_, Some("CRDT"), true) => {
            refused("a transfer of yours has come back (RvslInd): it is no payment")
        }
        (_, Some("DBIT"), false) => skipped("it is a debit"),
        (_, Some("DBIT"), true) => {
            refused("the bank has taken a credit back (RvslInd): look at it")
        }
        (..) => refused("it says neither CRDT nor DBIT"),
    }
}

fn credit(
    entry: &Element,
    part: Option<&Element>,
    number: Option<&str>,
    sum: Option<&Element>,
) -> Result<Credit, &'static str> {
    if part.is_some_and(|part| part.at(&["RtrInf"]).is_some()) {
        return Err("a transfer of yours has come back (RtrInf): it is no payment");
    }
    if is_returned(entry) || part.is_some_and(is_returned) {
        return Err("a transfer of yours has come back (BkTxCd RRTN): it is no payment");
    }
    if part.and_then(|part| part.text(&["CdtDbtInd"])).is_some_and(|side| side != "CRDT") {
        return Err("it is no credit, and was booked with credits");
    }
    let is_plain = |id: &&str| {
        (1..=LONGEST_ID).contains(&id.chars().count()) && !id.chars().any(char::is_control)
    };
    let id = number.filter(is_plain).ok_or(
        "the bank gave it no number (AcctSvcrRef) of 1 to 64 characters, so that nobody could tell it from another",
    )?;
    let sum = sum.ok_or("it was booked together with others and has no amount of its own")?;
    Ok(Credit {
        id: id.to_owned(),
        reference: part.map(written).unwrap_or_default(),
        number: 0,
        amount: amount(sum).ok_or("its amount cannot be read")?,
        at: booked(entry).ok_or("its day cannot be read")?,
        returned: 0,
        payer: part.and_then(payer).unwrap_or_default().to_owned(),
    })
}

/// Whether its bank transaction code is that of a returned transfer (ISO 20022, external code set, sub-family `RRTN`). Many banks say it
/// nowhere else.
fn is_returned(of: &Element) -> bool {
    of.text(&["BkTxCd", "Domn", "Fmly", "SubFmlyCd"]) == Some("RRTN")
}

/// Everything that the payer wrote, wherever their bank put it.
fn written(part: &Element) -> String {
    let remittances = || part.all("RmtInf");
    let structured = remittances()
        .flat_map(|all| all.all("Strd"))
        .filter_map(|one| one.text(&["CdtrRefInf", "Ref"]));
    let free = remittances().flat_map(|all| all.all("Ustrd")).map(Element::own_text);
    let end = part.text(&["Refs", "EndToEndId"]).filter(|text| *text != "NOTPROVIDED");
    let all: Vec<&str> = structured.chain(free).chain(end).collect();
    all.join(" | ")
}

fn payer(part: &Element) -> Option<&str> {
    let debtor = part.at(&["RltdPties", "Dbtr"])?;
    debtor.text(&["Nm"]).or_else(|| debtor.text(&["Pty", "Nm"]))
}

/// Digits, and at most as many decimals as the currency has; zeros behind them are a bank's habit.
fn amount(sum: &Element) -> Option<Money> {
    let name = sum.currency.as_deref()?;
    let currency: Currency = name.parse().ok()?;
    let (whole, part) = sum.own_text().split_once('.').unwrap_or((sum.own_text(), ""));
    let decimals = usize::from(currency.exponent());
    let (part, rest) = part.split_at_checked(decimals.min(part.len()))?;
    let is_plain = !whole.is_empty()
        && [whole, part].iter().all(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        && rest.bytes().all(|byte| byte == b'0');
    let digits = is_plain.then(|| format!("{whole}{part:0<decimals$}"))?;
    Money::parse(digits.trim_start_matches('0'), name).ok()
}

/// When it was booked: a day, or a moment; the day of its value where that is not said. A moment without a zone is the bank's, which
/// nobody knows: it is taken for UTC, and so is a day's beginning.
fn booked(entry: &Element) -> Option<i64> {
    let said = entry.at(&["BookgDt"]).or_else(|| entry.at(&["ValDt"]))?;
    let in_utc = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    let at = match (said.text(&["DtTm"]), said.text(&["Dt"])) {
        (Some(moment), _) => {
            moment.parse::<Timestamp>().or_else(|_| in_utc(moment.parse::<DateTime>()?)).ok()?
        }
        // Some banks write a zone behind a day.
        (None, Some(day)) => in_utc(day.get(..10)?.parse::<Date>().ok()?.into()).ok()?,
        (None, None) => return None,
    };
    Some(at.as_millisecond())
}
