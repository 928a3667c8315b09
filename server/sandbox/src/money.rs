//! Amounts, as they cross the wire and as people read them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An amount in the smallest unit of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Money {
    pub(crate) currency: String,
    pub(crate) value: i64,
}

impl Money {
    /// Antom's form: `{"currency":"PHP","value":"25000"}`.
    pub(crate) fn to_wire(&self) -> Value {
        json!({ "currency": self.currency, "value": self.value.to_string() })
    }

    pub(crate) fn with_value(&self, value: i64) -> Money {
        Money { currency: self.currency.clone(), value }
    }

    /// What a person reads: `₱1,280.00`, `₫120,000`.
    pub(crate) fn spoken(&self) -> String {
        let digits = digits(&self.currency).unwrap_or(2);
        let unit = 10_i64.pow(digits);
        let whole = grouped(self.value / unit);
        let sign = sign(&self.currency);
        match digits {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{:0width$}", self.value % unit, width = digits as usize),
        }
    }
}

/// How many decimals the currency has; `None` for a currency we have never heard of.
pub(crate) fn digits(currency: &str) -> Option<u32> {
    match currency {
        "CLP" | "JPY" | "KRW" | "VND" => Some(0),
        "AUD" | "BRL" | "CAD" | "CHF" | "CNY" | "EUR" | "GBP" | "HKD" | "IDR" | "INR" | "MXN"
        | "MYR" | "NZD" | "PEN" | "PHP" | "PLN" | "SGD" | "THB" | "TWD" | "USD" => Some(2),
        _ => None,
    }
}

fn sign(currency: &str) -> String {
    match currency {
        "CNY" => "CN¥".into(),
        "EUR" => "€".into(),
        "GBP" => "£".into(),
        "HKD" => "HK$".into(),
        "JPY" => "¥".into(),
        "KRW" => "₩".into(),
        "PHP" => "₱".into(),
        "SGD" => "S$".into(),
        "THB" => "฿".into(),
        "TWD" => "NT$".into(),
        "USD" => "$".into(),
        "VND" => "₫".into(),
        other => format!("{other}\u{a0}"),
    }
}

fn grouped(whole: i64) -> String {
    let digits = whole.to_string();
    let mut text = String::new();
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

    #[test]
    fn amounts_are_read_out_with_the_currencys_digits() {
        let spoken = |currency: &str, value| Money { currency: currency.into(), value }.spoken();
        assert_eq!(spoken("PHP", 128_000), "₱1,280.00");
        assert_eq!(spoken("HKD", 5), "HK$0.05");
        assert_eq!(spoken("VND", 1_120_000), "₫1,120,000");
        assert_eq!(spoken("MYR", 100), "MYR\u{a0}1.00");
    }
}
