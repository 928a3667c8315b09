//! The payer's own code, which the merchant has scanned (`01`/`06`): 19 digits that begin with 62. The third digit says what it
//! does here; it is good for one transaction.

use super::admit::Asked;
use super::apply::{self, Refusal, key, traces};
use super::calls::CHARGING;
use super::{speak, wire};
use crate::book::Unwritten;
use crate::gate::Said;
use crate::ledger::{IN_STORE, Line, Payment, Status, TOO_LOW};
use crate::notices::{News, amount_told};
use crate::wallet;
use crate::world::{Desk, World};

/// Codes that are paid at once, and codes whose payer types a password.
pub(super) const AT_ONCE: &str = "620";
pub(super) const BY_PASSWORD: &str = "621";

pub(super) const DIGITS: usize = 19;

/// How long a payer may take to type it.
const PATIENCE: i64 = 10 * 60 * 1000;

pub(super) fn is_charge(payment: &Payment) -> bool {
    payment.opened.terminal == IN_STORE
}

pub(super) async fn charge(world: &World, asked: &Asked) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(world, desk, asked, now)).await?;
    Ok(match decided {
        Err((code, why)) => speak::refused(&asked.fields, code, why),
        Ok((payment, news)) => {
            // Of what was paid the merchant is told as well.
            crate::notices::tell(world, &payment, news);
            stands(world, asked, &payment, now)
        }
    })
}

fn decide(
    world: &World,
    desk: &mut Desk,
    asked: &Asked,
    now: i64,
) -> Result<(Payment, News), Refusal> {
    if desk.ledger.payment(&key(asked)).is_some() {
        return Err(apply::USED);
    }
    let code = asked.get("qrNo");
    let is_code = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code || asked.get("termId").len() != 8 {
        return Err(("13", "qrNo has 19 digits here, termId 8 letters and digits"));
    }
    let meaning = meaning(code).ok_or(NO)?;
    if desk.ledger.by_code(code).is_some() {
        return Err(NO);
    }
    let opened = apply::opened(asked, code.to_owned(), IN_STORE, (now, now + PATIENCE))?;
    let fresh = Payment::new(opened.clone());
    desk.write(Line::Opened(Box::new(opened)));
    let (line, news) = outcome(world, &fresh, meaning, now);
    if let Some(line) = line {
        desk.write(line);
    }
    Ok((desk.ledger.payment(&key(asked)).cloned().unwrap_or(fresh), news))
}

/// What a payer's code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Pays,
    AsksForPassword,
    IsTooLow,
}

fn meaning(code: &str) -> Option<Meaning> {
    match code.get(..3)? {
        AT_ONCE => Some(Meaning::Pays),
        BY_PASSWORD => Some(Meaning::AsksForPassword),
        "622" => Some(Meaning::IsTooLow),
        _ => None,
    }
}

/// Any code that is not on the list of `protocols/unionpay-qr.md` 3 is a failure.
pub(super) const NO: Refusal = ("60", "the payer's bank says no");

fn outcome(world: &World, payment: &Payment, meaning: Meaning, now: i64) -> (Option<Line>, News) {
    match meaning {
        Meaning::AsksForPassword => (None, News::NotYet),
        Meaning::Pays => wallet::approved(world, payment, now),
        Meaning::IsTooLow => {
            let key = payment.opened.key.clone();
            (Some(Line::Declined { key, at_ms: now, reason: TOO_LOW.into() }), News::Failed)
        }
    }
}

fn stands(world: &World, asked: &Asked, payment: &Payment, now: i64) -> Said {
    match payment.status(now) {
        Status::Paid => {
            let amount = amount_told(world, &payment.opened, CHARGING);
            let mut more = traces(payment, now).to_vec();
            more.push(("txnAmt", amount.value.to_string()));
            more.push(("currencyCode", wire::number_of(&amount.currency).into()));
            speak::well(&asked.fields, &more)
        }
        Status::Processing | Status::Pending => {
            speak::refused(&asked.fields, "05", "交易已受理，请稍后查询交易结果")
        }
        Status::Declined | Status::Expired | Status::Cancelled => {
            speak::refused(&asked.fields, NO.0, NO.1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_digit_says_what_a_code_does() {
        assert_eq!(meaning("6200000000000000001"), Some(Meaning::Pays));
        assert_eq!(meaning("6210000000000000001"), Some(Meaning::AsksForPassword));
        assert_eq!(meaning("6220000000000000001"), Some(Meaning::IsTooLow));
        for none in ["", "62", "6230000000000000001", "2810000000000000001"] {
            assert_eq!(meaning(none), None, "{none}");
        }
    }
}
