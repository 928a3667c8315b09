//! Amounts in markup. How a language writes them is known to whoever paints it: a browser has `Intl`.

use florin_shared::money::Amount;

use crate::money::decimal;

/// Stands before and after an amount, which is a decimal number: a character that no text has.
pub const MARK: char = '\u{e000}';

/// `128.00` between two marks; the currency is the view's.
pub fn written(amount: &Amount, _: &str) -> String {
    let number = decimal(&amount.amount, amount.exponent);
    format!("{MARK}{number}{MARK}")
}
