//! How UnionPay writes money and times: whole fen, and Beijing's clock without a sign between the digits
//! (`protocols/unionpay-qr.md` 1).
//!
//! A transaction is known by its number *and* its time there, and both must be the same at every try. Our numbers begin with
//! the time at which they were drawn (`Random::dated`), so the number alone says both.

use florin_shared::ids::BASE32;
use florin_shared::{Currency, Money};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::clock::Millis;

const FORM: &str = "%Y%m%d%H%M%S";

/// Beijing is eight hours ahead, all year.
const BEIJING: Offset = Offset::constant(8);

/// ISO 4217's number of the renminbi.
pub(super) const CNY: &str = "156";

/// `20261118120000`, cut to the second, so that their code never outlives ours.
pub(super) fn beijing(at: Millis) -> String {
    Timestamp::from_second(at.div_euclid(1000)).map_or_else(
        |_| String::new(),
        |at| at.to_zoned(TimeZone::fixed(BEIJING)).strftime(FORM).to_string(),
    )
}

/// `txnTime` of what has this number of ours, `GW…` or `RF…`; nothing if it is none of ours.
pub(super) fn time_of(number: &str) -> Option<String> {
    let digits = number.strip_prefix("GW").or_else(|| number.strip_prefix("RF"))?;
    // Six bytes are nine digits of five bits and three bits of a tenth.
    let digits = digits.get(..10).filter(|_| digits.len() == 26)?;
    let bits = digits.bytes().try_fold(0_i64, |bits, digit| {
        let value = BASE32.iter().position(|known| *known == digit)?;
        Some(bits << 5 | i64::try_from(value).ok()?)
    })?;
    Some(beijing(bits >> 2)).filter(|time| time.len() == 14)
}

/// What `8888` is, in fen. Digits and nothing else: what cannot be read exactly is no money.
pub(super) fn fen(text: &str, currency: &str) -> Option<Money> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || text.len() > 12 || currency != CNY {
        return None;
    }
    Money::new(text.parse().ok()?, "CNY".parse::<Currency>().ok()?).ok()
}

/// When money was taken: `traceTime` (`MMDDhhmmss`) has no year, so it is that of the transaction, or the one after it.
pub(super) fn paid_at(txn_time: &str, trace_time: &str) -> Option<Millis> {
    let begun = DateTime::strptime(FORM, txn_time).ok()?;
    let of = |year: i16| DateTime::strptime(FORM, format!("{year}{trace_time}")).ok();
    let at = of(begun.year()).filter(|_| trace_time.len() == 10)?;
    // At New Year it was begun in December and paid in January.
    let at = if begun.month() == 12 && at.month() == 1 { of(begun.year() + 1)? } else { at };
    BEIJING.to_timestamp(at).ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use florin_shared::{PaymentId, ReversalId};

    use super::*;
    use crate::clock::Random;

    /// 2026-11-18T04:00:00Z.
    const NOON: Millis = 1_794_974_400_000;

    #[test]
    fn a_number_says_its_own_time() {
        for at in [NOON, NOON + 999, 1, 4_102_444_799_000] {
            let bytes = Random::System.dated(at);
            for number in [PaymentId::of(bytes).to_string(), ReversalId::of(bytes).to_string()] {
                assert_eq!(time_of(&number), Some(beijing(at)), "{number}");
            }
        }
        let others = ["", "GW1", "CS00000000000000000000000000", "GWw0000000000000000000000000"];
        for number in others {
            assert_eq!(time_of(number), None, "{number}");
        }
    }

    #[test]
    fn times_are_beijings() {
        assert_eq!(beijing(NOON), "20261118120000");
        assert_eq!(beijing(NOON + 999), "20261118120000");
        assert_eq!(paid_at("20261118120000", "1118120000"), Some(NOON));
        assert_eq!(paid_at("20261231235959", "0101000001"), Some(1_798_732_801_000));
        for (begun, trace) in
            [("", "1118120000"), ("20261118120000", ""), ("20261118120000", "118120000")]
        {
            assert_eq!(paid_at(begun, trace), None, "{begun} {trace}");
        }
    }

    #[test]
    fn money_is_whole_fen_of_the_renminbi() {
        for (text, currency, minor) in [
            ("8888", "156", Some(8888)),
            ("0", "156", Some(0)),
            ("999999999999", "156", Some(999_999_999_999)),
            ("1000000000000", "156", None),
            ("8888", "840", None),
            ("8888", "", None),
            ("88.88", "156", None),
            ("-1", "156", None),
            ("+1", "156", None),
            ("", "156", None),
            ("８", "156", None),
        ] {
            assert_eq!(fen(text, currency).map(Money::minor), minor, "{text} {currency}");
        }
    }
}
