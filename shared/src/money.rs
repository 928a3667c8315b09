//! Money: a whole number of a currency's smallest unit. There is no floating point anywhere near it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The largest amount the wire accepts: 2^53 - 1, so that no JSON reader rounds it.
pub const MOST: i64 = (1 << 53) - 1;

/// An ISO 4217 currency that Florin can count: three upper-case letters and the number of decimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    // Invariant: three ASCII upper-case letters from the table below.
    code: [u8; 3],
    exponent: u8,
}

/// Every currency in use by ISO 4217 (list one) that has a minor unit, grouped by its number of decimals.
/// Metals, funds and test codes are not money that a shop takes, and are refused.
const DECIMALS: [(u8, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY \
         COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF \
         IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR \
         MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG \
         SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES \
         WST XCD YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl Currency {
    /// The three letters, such as `HKD`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// How many decimal digits the currency has by ISO 4217: 2 for HKD, 0 for VND, 3 for KWD.
    pub fn exponent(&self) -> u8 {
        self.exponent
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Currency, MoneyError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| MoneyError::UnknownCurrency)?;
        DECIMALS
            .iter()
            .find(|(_, codes)| codes.split_ascii_whitespace().any(|known| known.as_bytes() == code))
            .map(|&(exponent, _)| Currency { code, exponent })
            .ok_or(MoneyError::UnknownCurrency)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in the smallest unit of its currency: HK$8.00 is `minor: 800`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    // Invariant: from 0 to MOST.
    minor: i64,
    currency: Currency,
}

impl Money {
    /// `minor` smallest units of `currency`; refuses negative amounts and those over [`MOST`].
    pub fn new(minor: i64, currency: Currency) -> Result<Money, MoneyError> {
        match minor {
            ..0 => Err(MoneyError::Negative),
            0..=MOST => Ok(Money { minor, currency }),
            _ => Err(MoneyError::TooLarge),
        }
    }

    /// Reads the wire's decimal string: digits only, no sign, no point, no leading zero, at least 1.
    pub fn parse(amount: &str, currency: &str) -> Result<Money, MoneyError> {
        let currency = currency.parse()?;
        if amount.is_empty() || amount.len() > 16 || !amount.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MoneyError::NotDigits);
        }
        if amount.starts_with('0') {
            return Err(MoneyError::NotPositive);
        }
        Money::new(amount.parse().map_err(|_| MoneyError::TooLarge)?, currency)
    }

    /// The number of smallest units.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// What is left after `spent`, which must be in the same currency and no larger.
    pub fn less(self, spent: Money) -> Result<Money, MoneyError> {
        if self.currency != spent.currency {
            return Err(MoneyError::CurrencyMismatch);
        }
        Money::new(self.minor - spent.minor, self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.minor, self.currency)
    }
}

/// Why an amount is not money. Each says what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// Below zero.
    Negative,
    /// Zero, or written with a leading zero.
    NotPositive,
    /// Over 2^53 - 1.
    TooLarge,
    /// Something other than decimal digits.
    NotDigits,
    /// Not an ISO 4217 currency with a minor unit.
    UnknownCurrency,
    /// Two currencies in one sum.
    CurrencyMismatch,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MoneyError::Negative => "an amount cannot be negative",
            MoneyError::NotPositive => "an amount is at least 1 smallest unit, without leading zeros",
            MoneyError::TooLarge => "an amount is at most 9007199254740991 smallest units",
            MoneyError::NotDigits => "an amount is a string of decimal digits, in the smallest unit: \"800\" HKD is HK$8.00",
            MoneyError::UnknownCurrency => "a currency is three upper-case letters of ISO 4217, such as HKD",
            MoneyError::CurrencyMismatch => "the two amounts are in different currencies",
        })
    }
}

impl std::error::Error for MoneyError {}

/// Money as the widget is told it: the digits come from the server, because browsers disagree with ISO 4217.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amount {
    /// Smallest units, decimal digits.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// Decimal digits of the currency: 2 for HKD, 0 for VND.
    pub exponent: u8,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Amount {
        Amount {
            amount: money.minor.to_string(),
            currency: money.currency.to_string(),
            exponent: money.currency.exponent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amount: &str, currency: &str, expected: Result<i64, MoneyError>) {
        assert_eq!(
            Money::parse(amount, currency).map(Money::minor),
            expected,
            "{amount} {currency}"
        );
    }

    #[test]
    fn an_amount_is_a_string_of_digits_in_a_known_currency() {
        check("800", "HKD", Ok(800));
        check("9007199254740991", "VND", Ok(MOST));
        check("9007199254740992", "VND", Err(MoneyError::TooLarge));
        check("9999999999999999", "VND", Err(MoneyError::TooLarge));
        check("99999999999999999", "VND", Err(MoneyError::NotDigits));
        check("0", "HKD", Err(MoneyError::NotPositive));
        check("0800", "HKD", Err(MoneyError::NotPositive));
        check("٨", "HKD", Err(MoneyError::NotDigits));
        for text in ["", "-1", "8.00", "8e2", " 8", "8 ", "+8", "0x8"] {
            check(text, "HKD", Err(MoneyError::NotDigits));
        }
        for code in ["", "hkd", "HK", "HKDD", "XAU", "XXX", "XTS", "ABC", "港元"] {
            check("800", code, Err(MoneyError::UnknownCurrency));
        }
    }

    #[test]
    fn the_number_of_decimals_is_iso_4217s() {
        for (code, exponent) in
            [("HKD", 2), ("VND", 0), ("JPY", 0), ("KWD", 3), ("IDR", 2), ("HUF", 2), ("CLF", 4)]
        {
            assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent, "{code}");
        }
    }

    #[test]
    fn money_of_two_currencies_does_not_mix() {
        let hkd = Money::parse("800", "HKD").unwrap();
        let php = Money::parse("300", "PHP").unwrap();
        assert_eq!(hkd.less(php), Err(MoneyError::CurrencyMismatch));
        assert_eq!(hkd.less(Money::parse("300", "HKD").unwrap()).unwrap().minor(), 500);
        assert_eq!(Money::parse("300", "HKD").unwrap().less(hkd), Err(MoneyError::Negative));
    }
}
