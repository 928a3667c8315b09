//! `alipay.trade.pay`: payment codes, which the payer's wallet shows and the merchant scans (`protocols/alipay.md` 4).
//!
//! A code is 16 to 24 digits that begin with 25 to 30, and the third digit says what it does here; it is good for one trade.

use serde_json::Value;

use super::admit::Asked;
use super::calls::CHARGING;
use super::open::{self, FACE_TO_FACE, Order};
use super::wire::{self, Verdict};
use crate::book::Unwritten;
use crate::ledger::{IN_STORE, Line, Payment, Status};
use crate::notices::{self, News, amount_told};
use crate::wallet;
use crate::world::{Desk, World};

/// Codes that are paid at once, and codes whose payer types a password.
pub(super) const AT_ONCE: &str = "281";
pub(super) const BY_PASSWORD: &str = "282";

/// What a payment code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Pays,
    AsksForPassword,
    /// It is refused, by this code.
    Refused(&'static str),
}

const INVALID: &str = "ACQ.PAYMENT_AUTH_CODE_INVALID";

/// What a device gets for a face that Alipay has known: 35 letters and digits that begin with `fp`.
fn is_face(code: &str) -> bool {
    code.len() == 35 && code.starts_with("fp") && code.bytes().all(|c| c.is_ascii_alphanumeric())
}

fn meaning(code: &str) -> Option<Meaning> {
    // Whoever has shown a face types no password.
    if is_face(code) {
        return Some(Meaning::Pays);
    }
    let is_digits = code.bytes().all(|digit| digit.is_ascii_digit());
    let begins: u8 = code.get(..2)?.parse().ok()?;
    if !is_digits || !(16..=24).contains(&code.len()) || !(25..=30).contains(&begins) {
        return None;
    }
    match code.as_bytes()[2] {
        b'1' => Some(Meaning::Pays),
        b'2' => Some(Meaning::AsksForPassword),
        b'4' => Some(Meaning::Refused("ACQ.BUYER_BALANCE_NOT_ENOUGH")),
        b'5' => Some(Meaning::Refused("ACQ.PAYMENT_REQUEST_HAS_RISK")),
        // One that has run out is told from one that never was by nothing.
        _ => None,
    }
}

pub(super) async fn charge(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let read = open::read(asked, FACE_TO_FACE).and_then(|order| {
        let code = order.wire.auth_code.clone();
        code.map(|code| (order, code)).ok_or_else(|| Verdict::illegal("auth_code is missing"))
    });
    let (order, code) = match read {
        Ok(read) => read,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let scene = if is_face(&code) { "security_code" } else { "bar_code" };
    if order.wire.scene.as_deref() != Some(scene) {
        return Ok(Verdict::illegal(format!("scene is {scene}")).alone());
    }
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(world, desk, asked, (&order, &code), now)).await?;
    Ok(match decided {
        Err(verdict) => verdict.alone(),
        Ok((payment, news)) => {
            if let Some(news) = news {
                notices::tell(world, &payment, news);
            }
            stands(world, &payment, now)
        }
    })
}

type Decided = Result<(Payment, Option<News>), Verdict>;

fn decide(
    world: &World,
    desk: &mut Desk,
    asked: &Asked,
    (order, code): (&Order, &str),
    now: i64,
) -> Decided {
    if let Some(payment) = desk.ledger.payment(&order.key()) {
        return open::again(payment, &asked.content, now).map(|()| (payment.clone(), None));
    }
    let meaning = meaning(code).filter(|_| desk.ledger.by_code(code).is_none());
    let meaning = meaning.ok_or_else(|| Verdict::refused(INVALID, "no code, or a used one"))?;
    if let Meaning::Refused(sub_code) = meaning {
        return Err(Verdict::refused(sub_code, "the payer was refused"));
    }
    let fresh = open::begin(desk, asked, order, (IN_STORE, Some(code.to_owned())), now)?;
    if meaning == Meaning::AsksForPassword {
        return Ok((fresh, None));
    }
    let (line, news): (Option<Line>, News) = wallet::approved(world, &fresh, now);
    if let Some(line) = line {
        desk.write(line);
    }
    let payment = desk.ledger.payment(&order.key()).cloned().unwrap_or(fresh);
    Ok((payment, Some(news)))
}

/// Paid, or the payer has the password before them.
fn stands(world: &World, payment: &Payment, now: i64) -> Value {
    let amount = amount_told(world, &payment.opened, CHARGING);
    let paid = payment.captured.filter(|_| payment.status(now) == Status::Paid);
    let mut answer = if paid.is_some() { wire::success() } else { wire::waiting() };
    for (name, value) in open::names(payment).as_object().into_iter().flatten() {
        answer[name] = value.clone();
    }
    answer["buyer_logon_id"] = "135******82".into();
    answer["total_amount"] = wire::yuan(amount.value).into();
    if let Some(capture) = paid {
        answer["receipt_amount"] = wire::yuan(amount.value).into();
        answer["buyer_pay_amount"] = wire::yuan(amount.value).into();
        answer["gmt_payment"] = wire::time(capture.at_ms).into();
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_digit_says_what_a_code_does() {
        assert_eq!(meaning("281000000000000001"), Some(Meaning::Pays));
        assert_eq!(meaning("2510000000000001"), Some(Meaning::Pays));
        assert_eq!(meaning("302000000000000000000001"), Some(Meaning::AsksForPassword));
        assert!(matches!(meaning("284000000000000001"), Some(Meaning::Refused(_))));
        assert_eq!(meaning(&format!("fp{}", "0".repeat(33))), Some(Meaning::Pays));
        for none in
            ["", "2", "283000000000000001", "241000000000000001", "28100000000000x", "310000"]
        {
            assert_eq!(meaning(none), None, "{none}");
        }
    }
}
