//! Payment codes, which the payer's wallet shows and the merchant scans: Antom's public "User-presented Mode Payment".
//!
//! A code is 16 to 24 digits that begin with 28, and the third digit says what it does; the rest is free. A code is good
//! for one payment.

use super::verdict::Verdict;
use super::wire;
use crate::ledger::{Ledger, Line, Payment, TOO_LOW};
use crate::notices::News;
use crate::wallet;
use crate::world::World;

/// The `productCode` of payments at a counter.
pub(super) const PRODUCT: &str = "IN_STORE_PAYMENT";
/// The type of every Alipay+ wallet's payment code.
const TYPE: &str = "CONNECT_WALLET";

/// Codes that are paid at once, and codes whose payer types a password.
pub(super) const AT_ONCE: &str = "281";
pub(super) const BY_PASSWORD: &str = "282";

/// What a payment code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// `281…`: it is paid at once.
    Pays,
    /// `282…`: the payer types a password in the wallet first, and may decline.
    AsksForPassword,
    /// `283…` to `285…`: it is refused with this code.
    Refused(&'static str),
}

fn meaning(code: &str) -> Option<Meaning> {
    let is_code =
        (16..=24).contains(&code.len()) && code.bytes().all(|digit| digit.is_ascii_digit());
    match code.strip_prefix("28").filter(|_| is_code)?.as_bytes().first()? {
        b'1' => Some(Meaning::Pays),
        b'2' => Some(Meaning::AsksForPassword),
        b'3' => Some(Meaning::Refused("EXPIRED_CODE")),
        b'4' => Some(Meaning::Refused(TOO_LOW)),
        b'5' => Some(Meaning::Refused("RISK_REJECT")),
        _ => None,
    }
}

/// Whether the request is one for a payment code.
pub(super) fn check_form(wire: &wire::Pay) -> Result<(), Verdict> {
    let factor = wire.payment_factor.as_ref();
    let scenario = factor.and_then(|factor| factor.in_store_payment_scenario.as_deref());
    if scenario != Some("PaymentCode") {
        return Err(Verdict::illegal("paymentFactor.inStorePaymentScenario is PaymentCode"));
    }
    if wire.payment_method.payment_method_type != TYPE {
        return Err(Verdict::illegal("a payment code has the paymentMethodType CONNECT_WALLET"));
    }
    match wire.payment_method.payment_method_id.as_deref() {
        Some(code) if (1..=128).contains(&code.len()) => Ok(()),
        _ => Err(Verdict::illegal("paymentMethod.paymentMethodId has 1 to 128 characters")),
    }
}

/// Whether a payment can be opened with this code.
pub(super) fn check(ledger: &Ledger, code: &str) -> Result<(), Verdict> {
    let invalid = |why: &str| Err(Verdict::refused("INVALID_CODE", why));
    match meaning(code) {
        None => invalid("this is no payment code"),
        Some(_) if ledger.by_code(code).is_some() => invalid("this payment code was used before"),
        Some(_) => Ok(()),
    }
}

/// What becomes of a fresh payment by code; nothing while its payer types the password. The merchant hears of a refusal by
/// the answer alone.
pub(super) fn outcome(
    world: &World,
    payment: &Payment,
    now: i64,
) -> Option<(Option<Line>, Option<News>)> {
    match meaning(&payment.opened.code)? {
        Meaning::AsksForPassword => None,
        Meaning::Pays => {
            let (line, news) = wallet::approved(world, payment, now);
            Some((line, (news != News::Failed).then_some(news)))
        }
        Meaning::Refused(reason) => {
            let key = payment.opened.key.clone();
            Some((Some(Line::Declined { key, at_ms: now, reason: reason.into() }), None))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_digit_says_what_a_code_does() {
        assert_eq!(meaning("281000000000000001"), Some(Meaning::Pays));
        assert_eq!(meaning("2820000000000000"), Some(Meaning::AsksForPassword));
        assert_eq!(meaning("283000000000000001"), Some(Meaning::Refused("EXPIRED_CODE")));
        for none in
            ["", "28", "281", "286000000000000001", "134567890123456789", "28100000000000000x"]
        {
            assert_eq!(meaning(none), None, "{none}");
        }
    }
}
