//! Money in the shopper's language: the digits are ours, the writing is the browser's.

#[cfg(target_arch = "wasm32")]
use {crate::api::object, crate::intl::told, crate::texts::joined, florin_shared::money::Amount};

#[cfg(not(target_arch = "wasm32"))]
pub use crate::markup::money::written;

/// The amount as a decimal number: `12800` with two digits is `128.00`. No floating point comes near it.
pub fn decimal(amount: &str, exponent: u8) -> String {
    let exponent = usize::from(exponent);
    let digits = amount.len().max(exponent + 1);
    let mut text = String::with_capacity(digits + 1);
    for at in (0..digits).rev() {
        // The digit that has `at` digits after it.
        let digit = amount.len().checked_sub(at + 1).and_then(|index| amount.as_bytes().get(index));
        text.push(digit.map_or('0', |digit| char::from(*digit)));
        if at == exponent && exponent > 0 {
            text.push('.');
        }
    }
    text
}

/// `HK$128.00`, as `locale` writes it, with the number of decimals that the server sent.
#[cfg(target_arch = "wasm32")]
pub fn written(amount: &Amount, locale: &str) -> String {
    let number = decimal(&amount.amount, amount.exponent);
    let options = object(&[
        ("style", "currency".into()),
        ("currency", amount.currency.as_str().into()),
        ("minimumFractionDigits", amount.exponent.into()),
        ("maximumFractionDigits", amount.exponent.into()),
    ]);
    let told = told("NumberFormat", "format", locale, &options, &number);
    with_its_sign(told.unwrap_or_else(|| joined(&[&amount.currency, " ", &number])))
}

/// In a line from right to left the `$` of `US$` belongs to the letters before it, and is not put before them: a mark keeps it there.
pub(crate) fn with_its_sign(mut amount: String) -> String {
    if amount.starts_with('\u{200f}') && amount.ends_with('$') {
        amount.push('\u{200e}');
    }
    amount
}

#[cfg(test)]
mod tests {
    use super::{decimal, with_its_sign};

    #[test]
    fn a_sign_of_letters_is_not_torn_apart_from_right_to_left() {
        for (amount, expected) in [
            ("\u{200f}10.00\u{a0}US$", "\u{200f}10.00\u{a0}US$\u{200e}"),
            ("\u{200f}10.00\u{a0}\u{20ac}", "\u{200f}10.00\u{a0}\u{20ac}"),
            ("HK$10.00", "HK$10.00"),
        ] {
            assert_eq!(with_its_sign(amount.to_owned()), expected);
        }
    }

    #[test]
    fn an_amount_in_smallest_units_becomes_a_decimal_number() {
        for (amount, exponent, expected) in [
            ("12800", 2, "128.00"),
            ("800", 2, "8.00"),
            ("80", 2, "0.80"),
            ("8", 2, "0.08"),
            ("150000", 0, "150000"),
            ("1234", 3, "1.234"),
            ("5", 4, "0.0005"),
            ("9007199254740991", 2, "90071992547409.91"),
        ] {
            assert_eq!(decimal(amount, exponent), expected);
        }
    }
}
