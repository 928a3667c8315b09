//! The protocol's messages (`docs/acquirer-protocol.md`). What is asked is written field by field in a fixed order, so that one payment
//! is always one text; what is answered may have fields that this build does not know.

use florin_shared::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// Opens a payment.
#[derive(Serialize)]
pub(super) struct Order<'a> {
    pub(super) merchant: &'a str,
    pub(super) number: &'a str,
    pub(super) method: &'a str,
    /// Smallest units, as digits.
    pub(super) amount: String,
    pub(super) currency: String,
    pub(super) subject: &'a str,
    pub(super) expires_at: String,
    pub(super) notify_url: &'a str,
    pub(super) return_url: &'a str,
}

/// Asks about a payment, or closes it.
#[derive(Serialize)]
pub(super) struct OfPayment<'a> {
    pub(super) merchant: &'a str,
    pub(super) number: &'a str,
}

/// Gives money back.
#[derive(Serialize)]
pub(super) struct Refund<'a> {
    pub(super) merchant: &'a str,
    pub(super) number: &'a str,
    pub(super) refund: &'a str,
    pub(super) amount: String,
    pub(super) currency: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) reason: &'a str,
    pub(super) notify_url: &'a str,
}

/// Asks about money that goes back.
#[derive(Serialize)]
pub(super) struct OfRefund<'a> {
    pub(super) merchant: &'a str,
    pub(super) number: &'a str,
    pub(super) refund: &'a str,
}

/// Which statuses come with words of the protocol. Every other one is no answer.
pub(super) fn is_said(status: u16) -> bool {
    matches!(status, 200 | 400 | 404 | 409 | 422)
}

/// Around whatever is said: exactly one of them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope {
    pub(super) payment: Option<Told>,
    pub(super) refund: Option<Back>,
    pub(super) error: Option<Refusal>,
}

/// What an answer is.
pub(super) enum Answer {
    Payment(Told),
    Refund(Back),
    No(Refusal),
}

impl Envelope {
    /// What it says. Words of success come with 200, and no others do.
    pub(super) fn answer(self, is_done: bool) -> Option<Answer> {
        match (is_done, self.payment, self.refund, self.error) {
            (true, Some(payment), None, None) => Some(Answer::Payment(payment)),
            (true, None, Some(refund), None) => Some(Answer::Refund(refund)),
            (false, None, None, Some(error)) => Some(Answer::No(error)),
            _ => None,
        }
    }
}

/// Why something was not done.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    pub(super) code: String,
    /// Whether the gateway has anything under the number that was named.
    pub(super) known: bool,
    #[serde(default)]
    pub(super) message: String,
}

/// A payment.
#[derive(Deserialize)]
pub(super) struct Told {
    pub(super) merchant: String,
    pub(super) number: String,
    /// Both are missing of one that was closed before it came in.
    #[serde(default)]
    amount: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    pub(super) state: String,
    /// What the payer's app or the terminal reads.
    #[serde(default)]
    pub(super) code: Option<String>,
    /// Opens the payer's app on the same device.
    #[serde(default)]
    pub(super) link: Option<String>,
    #[serde(default)]
    paid_at: Option<String>,
    /// How much has gone back of it.
    #[serde(default)]
    returned: Option<String>,
    #[serde(default)]
    pub(super) reason: Option<String>,
}

impl Told {
    /// What it costs.
    pub(super) fn amount(&self) -> Option<Money> {
        money(self.amount.as_deref()?, self.currency.as_deref()?)
    }

    /// When it was paid.
    pub(super) fn paid_at(&self) -> Option<Millis> {
        self.paid_at.as_deref().and_then(millis)
    }

    /// Smallest units that have gone back; nothing if that cannot be read.
    pub(super) fn returned(&self) -> Option<i64> {
        self.returned.as_deref().map_or(Some(0), digits)
    }
}

/// Money that goes back.
#[derive(Deserialize)]
pub(super) struct Back {
    pub(super) merchant: String,
    pub(super) number: String,
    /// Our number; the gateway's own where somebody made it there.
    pub(super) refund: String,
    amount: String,
    currency: String,
    pub(super) state: String,
    #[serde(default)]
    pub(super) reason: Option<String>,
}

impl Back {
    /// How much.
    pub(super) fn amount(&self) -> Option<Money> {
        money(&self.amount, &self.currency)
    }
}

fn money(amount: &str, currency: &str) -> Option<Money> {
    Money::new(digits(amount)?, currency.parse().ok()?).ok()
}

/// A whole number of smallest units: digits alone.
fn digits(text: &str) -> Option<i64> {
    let is_plain = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// RFC 3339, with whatever offset.
fn millis(text: &str) -> Option<Millis> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_whole_smallest_units_as_digits() {
        for (text, minor) in [
            ("8888", Some(8888)),
            ("0", Some(0)),
            ("", None),
            ("-1", None),
            ("+1", None),
            (" 1", None),
            ("1e2", None),
            ("88.88", None),
            ("8８", None),
            ("1000000000000000", None),
        ] {
            assert_eq!(money(text, "CNY").map(Money::minor), minor, "{text}");
        }
        assert_eq!((money("1", "cny"), money("1", "")), (None, None));
    }

    #[test]
    fn a_time_is_one_moment_wherever_its_clock_stands() {
        let moment = Some(1_794_974_490_000);
        for text in
            ["2026-11-18T04:01:30Z", "2026-11-18T12:01:30+08:00", "2026-11-17T20:01:30-08:00"]
        {
            assert_eq!(millis(text), moment, "{text}");
        }
        for text in ["", "2026-11-18", "2026-11-18T04:01:30", "20261118040130"] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
