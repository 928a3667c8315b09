//! Amounts in markup. How a language writes them is known to whoever paints it: a browser has `Intl`. A page without a
//! program has nobody, and is written here as `Intl` would; a test asks it (`tests/money.rs`).

use florin_shared::money::Amount;

use crate::money::{decimal, with_its_sign};

/// Stands before and after an amount, which is a decimal number: a character that no text has.
pub const MARK: char = '\u{e000}';

/// `128.00` between two marks; the currency is the view's.
pub fn written(amount: &Amount, _: &str) -> String {
    let number = decimal(&amount.amount, amount.exponent);
    format!("{MARK}{number}{MARK}")
}

/// The same markup with every amount written as `language` writes it, for a page that has no program to do it.
pub fn spelled(html: &str, currency: &str, language: &str) -> String {
    each_amount(html, |number| amount(number, currency, language))
}

/// The same markup with marks around amounts and nowhere else: others may have written some, and an odd number of them.
pub(super) fn paired(html: &str) -> String {
    each_amount(html, |number| format!("{MARK}{number}{MARK}"))
}

fn each_amount(html: &str, write: impl Fn(&str) -> String) -> String {
    let mut written = String::with_capacity(html.len());
    let mut parts = html.split(MARK).peekable();
    written.push_str(parts.next().unwrap_or_default());
    while let Some(part) = parts.next() {
        match parts.peek() {
            Some(rest) if is_number(part) => {
                written.push_str(&write(part));
                written.push_str(rest);
                parts.next();
            }
            _ => written.push_str(part),
        }
    }
    written
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A decimal number as `language` writes an amount: `HK$1,280.00`, `1.280,00 HK$`. The language is one of the widget's, by
/// its file's name; any other is written as English.
pub fn amount(number: &str, currency: &str, language: &str) -> String {
    let way = Way::of(language);
    let sign = sign(currency, language);
    let number = way.grouped(number);
    match way.place {
        // A letter would run into the digits.
        Place::Before if sign.ends_with(char::is_alphabetic) => format!("{sign}\u{a0}{number}"),
        Place::Before => format!("{sign}{number}"),
        Place::BeforeSpace => format!("{sign}\u{a0}{number}"),
        Place::After => format!("{number}\u{a0}{sign}"),
        Place::RightToLeft => {
            // A sign in Arabic letters ends with a point, which must stay on its side.
            let mark = if sign.ends_with('.') { "\u{200f}" } else { "" };
            with_its_sign(format!("\u{200f}{number}\u{a0}{sign}{mark}"))
        }
    }
}

/// Where the sign stands.
enum Place {
    Before,
    BeforeSpace,
    After,
    RightToLeft,
}

/// How a language writes an amount.
struct Way {
    place: Place,
    group: char,
    point: char,
    /// The fewest digits before the point that are grouped.
    long: usize,
}

impl Way {
    fn of(language: &str) -> Way {
        let (place, group, point, long) = match language {
            "id" => (Place::Before, '.', ',', 4),
            "pt" => (Place::BeforeSpace, '.', ',', 4),
            "vi" | "de" => (Place::After, '.', ',', 4),
            "es" => (Place::After, '.', ',', 5),
            "fr" => (Place::After, '\u{202f}', ',', 4),
            "ru" => (Place::After, '\u{a0}', ',', 4),
            "ar" => (Place::RightToLeft, ',', '.', 4),
            _ => (Place::Before, ',', '.', 4),
        };
        Way { place, group, point, long }
    }

    /// `1,280.00`, `1.280,00`.
    fn grouped(&self, number: &str) -> String {
        let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
        let mut text = String::with_capacity(number.len() + 8);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && whole.len() >= self.long && (whole.len() - at) % 3 == 0 {
                text.push(self.group);
            }
            text.push(digit);
        }
        if !rest.is_empty() {
            text.push(self.point);
            text.push_str(rest);
        }
        text
    }
}

/// A currency, and its sign.
type Signs = &'static [(&'static str, &'static str)];

/// What a reader of `language` calls a currency; the code where there is no sign that could not be mistaken.
fn sign<'a>(currency: &'a str, language: &str) -> &'a str {
    let found = |signs: Signs| signs.iter().find(|(code, _)| *code == currency);
    let sign = found(own_signs(language)).or_else(|| found(SIGNS));
    sign.map_or(currency, |(_, sign)| sign)
}

/// Those of most languages.
const SIGNS: Signs = &[
    ("AUD", "AU$"),
    ("BRL", "R$"),
    ("CAD", "CA$"),
    ("CNY", "CN¥"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("HKD", "HK$"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("MXN", "MX$"),
    ("NZD", "NZ$"),
    ("THB", "฿"),
    ("TWD", "NT$"),
    ("USD", "US$"),
    ("VND", "₫"),
    ("XAF", "FCFA"),
    ("XCD", "EC$"),
    ("XOF", "F\u{202f}CFA"),
    ("XPF", "CFPF"),
];

/// Where a language differs (CLDR 48).
fn own_signs(language: &str) -> Signs {
    match language {
        "zh-Hans" => &[("CNY", "¥"), ("JPY", "JP¥"), ("THB", "THB")],
        "zh-Hant" => &[("KRW", "￦"), ("THB", "THB"), ("TWD", "$")],
        "ja" => &[("AUD", "A$"), ("CNY", "元"), ("JPY", "￥"), ("THB", "THB"), ("USD", "$")],
        "ko" => &[("JPY", "JP¥"), ("THB", "THB")],
        "vi" | "th" => &[],
        "id" => &[("IDR", "Rp"), ("INR", "Rs"), ("JPY", "JP¥")],
        "ms" => MALAY,
        "fil" => &[("AUD", "A$"), ("PHP", "₱"), ("USD", "$")],
        "fr" => FRENCH,
        "de" => &[("USD", "$")],
        "es" => SPANISH,
        "pt" => &[("JPY", "JP¥")],
        "ar" => ARABIC,
        "ru" => &[("AUD", "A$"), ("RUB", "₽"), ("TMT", "ТМТ"), ("UAH", "₴"), ("USD", "$")],
        _ => &[("AUD", "A$"), ("PHP", "₱"), ("THB", "THB"), ("USD", "$")],
    }
}

const MALAY: Signs = &[
    ("AUD", "A$"),
    ("CAD", "CAD"),
    ("JPY", "JP¥"),
    ("MXN", "MXN"),
    ("MYR", "RM"),
    ("THB", "THB"),
    ("USD", "USD"),
];

#[rustfmt::skip]
const FRENCH: Signs = &[
    ("ARS", "$AR"), ("AUD", "$AU"), ("BMD", "$BM"), ("BND", "$BN"), ("BZD", "$BZ"), ("CAD", "$CA"), ("CLP", "$CL"),
    ("CNY", "CNY"), ("COP", "$CO"), ("FJD", "$FJ"), ("FKP", "£FK"), ("GBP", "£GB"), ("GIP", "£GI"), ("HKD", "HKD"),
    ("JPY", "JPY"), ("LBP", "£LB"), ("MXN", "$MX"), ("NAD", "$NA"), ("NZD", "$NZ"), ("SBD", "$SB"), ("SGD", "$SG"),
    ("SRD", "$SR"), ("THB", "THB"), ("TTD", "$TT"), ("TWD", "TWD"), ("USD", "$US"), ("UYU", "$UY"), ("WST", "$WS"),
    ("XCD", "XCD"), ("XPF", "FCFP"),
];

#[rustfmt::skip]
const SPANISH: Signs = &[
    ("AUD", "AUD"), ("BRL", "BRL"), ("CAD", "CAD"), ("CNY", "CNY"), ("GBP", "GBP"), ("HKD", "HKD"), ("ILS", "ILS"),
    ("INR", "INR"), ("JPY", "JPY"), ("KRW", "KRW"), ("MXN", "MXN"), ("NZD", "NZD"), ("TWD", "TWD"), ("XAF", "XAF"),
    ("XCD", "XCD"), ("XOF", "XOF"),
];

#[rustfmt::skip]
const ARABIC: Signs = &[
    ("AED", "د.إ."), ("BHD", "د.ب."), ("DZD", "د.ج."), ("EGP", "ج.م."), ("GBP", "UK£"), ("IQD", "د.ع."), ("IRR", "ر.إ."),
    ("JOD", "د.أ."), ("JPY", "JP¥"), ("KWD", "د.ك."), ("LBP", "ل.ل."), ("LYD", "د.ل."), ("MAD", "د.م."), ("MRU", "أ.م."),
    ("OMR", "ر.ع."), ("QAR", "ر.ق."), ("SAR", "ر.س."), ("SDG", "ج.س."), ("SYP", "ل.س."), ("TND", "د.ت."), ("YER", "ر.ي."),
];

#[cfg(test)]
mod tests {
    use super::{paired, spelled};

    #[test]
    fn amounts_are_written_where_their_marks_are() {
        let html = "<b>Pay \u{e000}1280.00\u{e000}</b>.";
        assert_eq!(paired(html), html);
        assert_eq!(spelled(html, "HKD", "en"), "<b>Pay HK$1,280.00</b>.");
        assert_eq!(spelled(html, "EUR", "de"), "<b>Pay 1.280,00\u{a0}€</b>.");
        // Others may have written marks of their own, in whatever number.
        for (odd, shown) in [
            ("A\u{e000}B pays \u{e000}5.00\u{e000}!", "AB pays HK$5.00!"),
            ("A\u{e000}\u{e000}5.00\u{e000}\u{e000}", "AHK$5.00"),
            ("1\u{e000}2", "12"),
            ("\u{e000}", ""),
        ] {
            assert_eq!(spelled(odd, "HKD", "en"), shown, "{odd:?}");
            assert_eq!(spelled(&paired(odd), "HKD", "en"), shown, "{odd:?}");
        }
        assert_eq!(spelled("no amount", "VND", "en"), "no amount");
    }
}
