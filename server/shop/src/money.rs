//! The shop's currencies, and how an amount is written.
//!
//! Amounts are whole smallest units everywhere; only here do they get a point, and only as text.

/// What the shop sells in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Currency {
    Hkd,
    Php,
    Vnd,
    Cny,
}

impl Currency {
    /// In the order in which the page offers them.
    pub(crate) const ALL: [Currency; 4] =
        [Currency::Hkd, Currency::Php, Currency::Vnd, Currency::Cny];

    pub(crate) fn of_code(code: &str) -> Option<Currency> {
        Currency::ALL.into_iter().find(|currency| currency.code() == code)
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Currency::Hkd => "HKD",
            Currency::Php => "PHP",
            Currency::Vnd => "VND",
            Currency::Cny => "CNY",
        }
    }

    /// How many decimal digits the currency has by ISO 4217.
    pub(crate) fn exponent(self) -> usize {
        match self {
            Currency::Hkd | Currency::Php | Currency::Cny => 2,
            Currency::Vnd => 0,
        }
    }

    /// Where its buyers live, for the bill.
    pub(crate) fn country(self) -> &'static str {
        match self {
            Currency::Hkd => "HK",
            Currency::Php => "PH",
            Currency::Vnd => "VN",
            Currency::Cny => "CN",
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Currency::Hkd => "HK$",
            Currency::Php => "₱",
            Currency::Vnd => "₫",
            Currency::Cny => "CN¥",
        }
    }
}

/// `HK$1,280.00` for `128000` HKD, as English and Chinese readers write it. What the shop does not sell in, or
/// cannot read, is written as it came: a wrong point would be a wrong price.
pub(crate) fn written(amount: &str, currency: &str) -> String {
    let (Some(currency), Ok(minor)) = (Currency::of_code(currency), amount.parse::<u64>()) else {
        return format!("{amount} {currency}");
    };
    let digits = format!("{minor:0width$}", width = currency.exponent() + 1);
    let (whole, fraction) = digits.split_at(digits.len() - currency.exponent());
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{}{point}{fraction}", currency.symbol(), grouped(whole))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amount: &str, currency: &str, expected: &str) {
        assert_eq!(written(amount, currency), expected);
    }

    #[test]
    fn an_amount_is_written_with_the_digits_of_its_currency() {
        check("12800", "HKD", "HK$128.00");
        check("800", "HKD", "HK$8.00");
        check("5", "HKD", "HK$0.05");
        check("128000", "PHP", "₱1,280.00");
        check("415000", "VND", "₫415,000");
        check("1234567", "VND", "₫1,234,567");
        check("11800", "CNY", "CN¥118.00");
    }

    #[test]
    fn what_the_shop_cannot_read_is_written_as_it_came() {
        check("800", "KWD", "800 KWD");
        check("8.00", "HKD", "8.00 HKD");
    }
}
