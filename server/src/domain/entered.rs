//! An amount as a person types it, in the currency's large unit.

use florin_shared::{Currency, Money};

/// Reads `12`, `12.5` or `12,50` as money, in the digits of any keyboard. What could be read two ways, such as
/// `1,000`, is refused.
pub fn amount(text: &str, currency: Currency) -> Option<Money> {
    let text: String = text.trim().chars().map(ours).collect();
    let (whole, part) = match text.find(['.', ',']) {
        None => (&text[..], ""),
        Some(at) => (text.get(..at)?, text.get(at + 1..).filter(|part| !part.is_empty())?),
    };
    let digits = usize::from(currency.exponent());
    let plain = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || whole.len() > 16 || part.len() > digits || !plain(whole) || !plain(part)
    {
        return None;
    }
    let minor: i64 = format!("{whole}{part:0<digits$}").parse().ok()?;
    Money::new(minor, currency).ok().filter(|money| money.minor() > 0)
}

/// A digit or decimal sign of an Arabic, Persian or full-width keyboard as ours; anything else as it came.
fn ours(sign: char) -> char {
    let digit =
        |nought: char| u32::from(sign).checked_sub(nought.into()).filter(|digit| *digit < 10);
    match ['٠', '۰', '０'].into_iter().find_map(digit).and_then(|digit| char::from_digit(digit, 10))
    {
        Some(digit) => digit,
        None if matches!(sign, '٫' | '．') => '.',
        None if sign == '，' => ',',
        None => sign,
    }
}

/// Money in the currency's large unit: `8.00`.
pub fn written(money: Money) -> String {
    let digits = usize::from(money.currency().exponent());
    let text = format!("{:0>width$}", money.minor(), width = digits + 1);
    match digits {
        0 => text,
        digits => format!("{}.{}", &text[..text.len() - digits], &text[text.len() - digits..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_is_read_or_refused_never_guessed() {
        for (text, currency, expected) in [
            ("8", "HKD", Some(800)),
            ("8.0", "HKD", Some(800)),
            ("8.05", "HKD", Some(805)),
            (" 8,5 ", "HKD", Some(850)),
            ("0.01", "HKD", Some(1)),
            ("007", "HKD", Some(700)),
            ("8.005", "KWD", Some(8005)),
            ("50000", "VND", Some(50_000)),
            ("0", "HKD", None),
            ("0.00", "HKD", None),
            ("8.005", "HKD", None),
            ("1,000", "HKD", None),
            ("1,000.00", "HKD", None),
            ("1.5", "VND", None),
            ("8.", "HKD", None),
            (".5", "HKD", None),
            ("-8", "HKD", None),
            ("+8", "HKD", None),
            ("8e2", "HKD", None),
            ("٨", "HKD", Some(800)),
            ("١٢٫٥٠", "HKD", Some(1250)),
            ("۱۲", "VND", Some(12)),
            ("１２．５", "HKD", Some(1250)),
            ("１，０００", "HKD", None),
            ("١٬٠٠٠", "HKD", None),
            ("", "HKD", None),
            ("99999999999999999", "HKD", None),
            ("9007199254740992", "VND", None),
        ] {
            let found = amount(text, currency.parse().unwrap()).map(Money::minor);
            assert_eq!(found, expected, "{text} {currency}");
        }
    }

    #[test]
    fn money_is_written_with_its_digits() {
        for (minor, currency, expected) in [
            (800, "HKD", "8.00"),
            (5, "HKD", "0.05"),
            (8005, "KWD", "8.005"),
            (50_000, "VND", "50000"),
        ] {
            let money = Money::new(minor, currency.parse().unwrap()).unwrap();
            assert_eq!(written(money), expected);
        }
    }
}
