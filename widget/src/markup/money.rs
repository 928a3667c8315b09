//! Amounts in markup. How a language writes them is known to whoever paints it: a browser has `Intl`.

use std::borrow::Cow;

use florin_shared::money::Amount;

use crate::money::decimal;

/// Stands before and after an amount, which is a decimal number: a character that no text has.
pub const MARK: char = '\u{e000}';

/// `128.00` between two marks; the currency is the view's.
pub fn written(amount: &Amount, _: &str) -> String {
    let number = decimal(&amount.amount, amount.exponent);
    format!("{MARK}{number}{MARK}")
}

/// The same markup with every amount written as `language` writes it, for a page that has no program to do it.
pub fn spelled(html: &str, currency: &str, language: &str) -> String {
    let mut spelled = String::with_capacity(html.len());
    for (at, part) in html.split(MARK).enumerate() {
        spelled.push_str(&if at % 2 == 0 {
            Cow::from(part)
        } else {
            amount(part, currency, language).into()
        });
    }
    spelled
}

/// `HK$1,280.00`; where a language writes it otherwise, or a sign could be mistaken, `HKD 1280.00`.
fn amount(number: &str, currency: &str, language: &str) -> String {
    let sign = match (language, currency) {
        ("zh-Hans", "CNY") => "¥",
        ("zh-Hans", "JPY") => "JP¥",
        ("zh-Hans", "USD") => "US$",
        ("en", "CNY") => "CN¥",
        ("en", "JPY") => "¥",
        ("en", "USD") => "$",
        ("en" | "zh-Hans", "HKD") => "HK$",
        ("en" | "zh-Hans", "TWD") => "NT$",
        ("en" | "zh-Hans", "PHP") => "₱",
        ("en" | "zh-Hans", "KRW") => "₩",
        ("en" | "zh-Hans", "VND") => "₫",
        ("en" | "zh-Hans", "EUR") => "€",
        ("en" | "zh-Hans", "GBP") => "£",
        ("en" | "zh-Hans", _) => return format!("{currency}\u{a0}{}", grouped(number)),
        _ => return format!("{currency}\u{a0}{number}"),
    };
    format!("{sign}{}", grouped(number))
}

/// `1,280.00`.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::with_capacity(number.len() + 4);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn amounts_are_written_where_their_marks_are() {
        for (currency, language, expected) in [
            ("HKD", "en", "<b>Pay HK$1,280.00</b>."),
            ("USD", "zh-Hans", "<b>Pay US$1,280.00</b>."),
            ("SGD", "en", "<b>Pay SGD\u{a0}1,280.00</b>."),
            ("EUR", "de", "<b>Pay EUR\u{a0}1280.00</b>."),
        ] {
            let html = "<b>Pay \u{e000}1280.00\u{e000}</b>.";
            assert_eq!(spelled(html, currency, language), expected);
        }
        assert_eq!(spelled("\u{e000}150000\u{e000}", "VND", "en"), "₫150,000");
        assert_eq!(spelled("no amount", "VND", "en"), "no amount");
    }
}
