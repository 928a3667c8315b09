//! Currencies by their ISO 4217 numbers, and amounts as these codes write them (`protocols/emvco-mpm.md` 1).

use florin_shared::{Currency, Money};

/// The currencies of the page, by number.
const NUMBERS: [(&str, &str); 12] = [
    ("156", "CNY"),
    ("344", "HKD"),
    ("360", "IDR"),
    ("392", "JPY"),
    ("410", "KRW"),
    ("458", "MYR"),
    ("608", "PHP"),
    ("702", "SGD"),
    ("704", "VND"),
    ("764", "THB"),
    ("840", "USD"),
    ("978", "EUR"),
];

/// The currency of this number.
pub(super) fn of_number(number: &str) -> Option<Currency> {
    let (_, code) = NUMBERS.iter().find(|(of, _)| *of == number)?;
    code.parse().ok()
}

/// Digits, with or without a point and more digits; not zero.
pub(super) fn is_amount(text: &str) -> bool {
    let are_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_well_formed = match text.split_once('.') {
        Some((whole, part)) => are_digits(whole) && are_digits(part),
        None => are_digits(text),
    };
    is_well_formed && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// How many decimals an amount gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decimals {
    /// As many as the currency has.
    All,
    /// None: the scheme counts whole units, and only such amounts are sold.
    Never,
    /// None where they are zero.
    IfAny,
}

/// The amount in words of a code: `88.88`.
pub(super) fn written(amount: Money, decimals: Decimals) -> String {
    let digits = usize::from(amount.currency().exponent());
    let unit = 10_i64.pow(digits as u32);
    let (whole, part) = (amount.minor() / unit, amount.minor() % unit);
    let is_whole = match decimals {
        Decimals::All => digits == 0,
        Decimals::Never => true,
        Decimals::IfAny => part == 0,
    };
    if is_whole { whole.to_string() } else { format!("{whole}.{part:0digits$}") }
}

/// Smallest units of an amount in a code; nothing when it has more decimals than its currency.
pub(super) fn minor(text: &str, currency: Currency) -> Option<i64> {
    let digits = usize::from(currency.exponent());
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if !is_amount(text) || part.len() > digits {
        return None;
    }
    format!("{whole}{part:0<digits$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_the_scheme_wants_it_and_read_back() {
        for (minor_units, code, decimals, expected) in [
            (120_000, "VND", Decimals::All, "120000"),
            (8_888, "THB", Decimals::All, "88.88"),
            (5, "HKD", Decimals::All, "0.05"),
            (50_000, "SGD", Decimals::IfAny, "500"),
            (8_880, "SGD", Decimals::IfAny, "88.80"),
            (1_500_000, "IDR", Decimals::Never, "15000"),
        ] {
            let currency: Currency = code.parse().unwrap();
            let text = written(Money::new(minor_units, currency).unwrap(), decimals);
            assert_eq!(text, expected);
            assert_eq!(minor(&text, currency), Some(minor_units));
        }
    }

    #[test]
    fn what_is_no_amount_is_not_read() {
        for text in ["", "0", "0.00", ".5", "5.", "1,000", "-1", "+1", "1e3", "1.2.3", " 1", "٣"] {
            assert!(!is_amount(text), "{text}");
        }
        let thb = "THB".parse().unwrap();
        assert_eq!(minor("1.234", thb), None);
        assert_eq!(minor("1.2", thb), Some(120));
        assert_eq!(minor("99999999999999999999", thb), None);
    }

    #[test]
    fn every_number_is_its_currencys_own() {
        for (number, code) in NUMBERS {
            assert_eq!(of_number(number).unwrap().code(), code);
        }
        assert_eq!(of_number("826"), None);
    }
}
