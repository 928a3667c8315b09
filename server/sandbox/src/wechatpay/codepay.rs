//! Payment codes, which the payer's wallet shows and the merchant scans (`protocols/wechatpay-v3.md` 4).
//!
//! A code is 18 digits that begin with 10 to 15, and the first two say what it does here; it is good for one order, and an
//! order's number is good for one code.

use super::ask::Ask;
use super::calls::CODEPAY;
use super::refusal::{Refusal, well};
use super::transaction;
use crate::book::Unwritten;
use crate::gate::Said;
use crate::ledger::{Line, Payment, Status, TOO_LOW};
use crate::notices::{News, amount_told};
use crate::wallet;
use crate::world::{Desk, World};

/// Codes that are paid at once, and codes whose payer types a password.
pub(super) const AT_ONCE: &str = "10";
pub(super) const BY_PASSWORD: &str = "11";

/// What a payment code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Pays,
    AsksForPassword,
    /// It is refused; why, in the book's words.
    Refused(&'static str),
}

fn meaning(code: &str) -> Option<Meaning> {
    match code.get(..2)? {
        AT_ONCE | "15" => Some(Meaning::Pays),
        BY_PASSWORD => Some(Meaning::AsksForPassword),
        "12" => Some(Meaning::Refused(TOO_LOW)),
        "13" => Some(Meaning::Refused("RULE_LIMIT")),
        "14" => Some(Meaning::Refused("ACCOUNT_ERROR")),
        _ => None,
    }
}

pub(super) async fn charge(world: &World, ask: &Ask) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(world, desk, ask, now)).await?;
    Ok(decided.map_or_else(|refusal| refusal.said(), |payment| stands(world, &payment, now)))
}

fn decide(world: &World, desk: &mut Desk, ask: &Ask, now: i64) -> Result<Payment, Refusal> {
    if desk.ledger.payment(&ask.key()).is_some() {
        return Err(Refusal::forbidden("OUT_TRADE_NO_USED", "this out_trade_no was used before"));
    }
    let code = ask.auth_code();
    let Some(meaning) = meaning(code) else {
        return Err(Refusal::parameter("/payer/auth_code", "it begins with 10 to 15"));
    };
    if desk.ledger.by_code(code).is_some() {
        return Err(Refusal::against_rules("this auth_code was used before"));
    }
    let fresh = Payment::new(ask.open(code.to_owned(), now, ask.expires_ms(now)?));
    desk.write(Line::Opened(Box::new(fresh.opened.clone())));
    if let Some(line) = outcome(world, &fresh, meaning, now) {
        desk.write(line);
    }
    Ok(desk.ledger.payment(&ask.key()).cloned().unwrap_or(fresh))
}

/// What becomes of a fresh payment; nothing while its payer types the password.
fn outcome(world: &World, payment: &Payment, meaning: Meaning, now: i64) -> Option<Line> {
    match meaning {
        Meaning::AsksForPassword => None,
        Meaning::Pays => {
            let (line, _): (_, News) = wallet::approved(world, payment, now);
            line
        }
        Meaning::Refused(reason) => {
            let key = payment.opened.key.clone();
            Some(Line::Declined { key, at_ms: now, reason: reason.into() })
        }
    }
}

fn stands(world: &World, payment: &Payment, now: i64) -> Said {
    match payment.status(now) {
        Status::Paid => {
            let amount = amount_told(world, &payment.opened, CODEPAY);
            well(&transaction::object(payment, &amount, now))
        }
        Status::Processing | Status::Pending => Refusal::user_paying().said(),
        Status::Declined | Status::Expired | Status::Cancelled => refused(payment).said(),
    }
}

fn refused(payment: &Payment) -> Refusal {
    let code = match payment.declined_for.as_deref() {
        Some(TOO_LOW) => "NOT_ENOUGH",
        Some("RULE_LIMIT") => "RULE_LIMIT",
        Some("ACCOUNT_ERROR") => "ACCOUNT_ERROR",
        _ => "TRADE_ERROR",
    };
    Refusal::forbidden(code, "the payer was refused")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_digits_say_what_a_code_does() {
        assert_eq!(meaning("100000000000000001"), Some(Meaning::Pays));
        assert_eq!(meaning("110000000000000001"), Some(Meaning::AsksForPassword));
        assert_eq!(meaning("120000000000000001"), Some(Meaning::Refused(TOO_LOW)));
        for none in ["", "1", "281000000000000001", "160000000000000001"] {
            assert_eq!(meaning(none), None, "{none}");
        }
    }
}
