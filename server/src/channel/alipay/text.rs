//! How Alipay writes money and times: yuan with two decimals, and Beijing's clock (`protocols/alipay.md` 1).

use florin_shared::{Currency, Money};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::clock::Millis;

const FORM: &str = "%Y-%m-%d %H:%M:%S";

/// Beijing is eight hours ahead, all year.
const BEIJING: Offset = Offset::constant(8);

/// `88.88`.
pub(super) fn yuan(money: Money) -> String {
    format!("{}.{:02}", money.minor() / 100, money.minor() % 100)
}

/// What `88.88`, `88.8` or `88` is, in fen. Digits and one point, nothing else: what cannot be read exactly is no money.
pub(super) fn fen(text: &str) -> Option<Money> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 12 || part.len() > 2 {
        return None;
    }
    let part = part.parse::<i64>().ok()? * if part.len() == 1 { 10 } else { 1 };
    Money::new(whole.parse::<i64>().ok()? * 100 + part, cny()?).ok()
}

/// The renminbi.
fn cny() -> Option<Currency> {
    "CNY".parse().ok()
}

/// Beijing's time, cut to the second, so that their code never outlives ours.
pub(super) fn beijing(at: Millis) -> String {
    Timestamp::from_second(at.div_euclid(1000)).map_or_else(
        |_| String::new(),
        |at| at.to_zoned(TimeZone::fixed(BEIJING)).strftime(FORM).to_string(),
    )
}

/// What Beijing's time is in ours; nothing if it is none.
pub(super) fn millis(text: &str) -> Option<Millis> {
    let local = DateTime::strptime(FORM, text.get(..19)?).ok()?;
    BEIJING.to_timestamp(local).ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_exactly_or_not_at_all() {
        for (text, minor) in [
            ("88.88", Some(8888)),
            ("0.01", Some(1)),
            ("0.10", Some(10)),
            ("0.1", Some(10)),
            ("88", Some(8800)),
            ("0.00", Some(0)),
            ("100000000.00", Some(10_000_000_000)),
            ("999999999999.99", Some(99_999_999_999_999)),
            ("1000000000000.00", None),
            ("88.888", None),
            ("88.", None),
            (".88", None),
            ("", None),
            ("-1.00", None),
            ("+1.00", None),
            ("1e2", None),
            ("1,000.00", None),
            (" 1.00", None),
            ("1.0.0", None),
            ("８.00", None),
        ] {
            assert_eq!(fen(text).map(Money::minor), minor, "{text}");
        }
    }

    #[test]
    fn money_is_written_with_two_decimals() {
        for (minor, text) in [(1, "0.01"), (10, "0.10"), (100, "1.00"), (8888, "88.88")] {
            let money = Money::new(minor, "CNY".parse().unwrap()).unwrap();
            assert_eq!(yuan(money), text);
            assert_eq!(fen(text), Some(money));
        }
    }

    #[test]
    fn times_are_beijings() {
        // 2026-11-18T04:00:00Z.
        assert_eq!(beijing(1_794_974_400_000), "2026-11-18 12:00:00");
        assert_eq!(beijing(1_794_974_400_999), "2026-11-18 12:00:00");
        assert_eq!(millis("2026-11-18 12:00:00"), Some(1_794_974_400_000));
        assert_eq!(millis("2026-11-18 12:00:00.123"), Some(1_794_974_400_000));
        for text in ["", "2026-11-18", "2026-13-18 12:00:00", "yesterday, at about noon"] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
