//! What a channel takes for a payment, as far as somebody has said: by it the cheapest of several is chosen, and nothing is booked.

use std::str::FromStr;

/// A part of the amount, and so much for each payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Fee {
    /// Millionths of the amount.
    part: i64,
    /// Smallest units of whatever is paid.
    fixed: i64,
}

/// A text that is no fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a fee is written 0.6%, 2.9% + 30 or 30: a part of the amount, and smallest units of the payment's currency"
)]
pub struct NoFee;

impl Fee {
    /// What it is for so much, in millionths of the smallest unit: exact, so that two are compared without rounding.
    pub fn of(self, amount: i64) -> i128 {
        i128::from(amount) * i128::from(self.part) + i128::from(self.fixed) * 1_000_000
    }
}

impl TryFrom<String> for Fee {
    type Error = NoFee;

    fn try_from(text: String) -> Result<Fee, NoFee> {
        text.parse()
    }
}

impl FromStr for Fee {
    type Err = NoFee;

    fn from_str(text: &str) -> Result<Fee, NoFee> {
        let parts: Vec<&str> = text.split('+').map(str::trim).collect();
        match parts.as_slice() {
            [one] if one.ends_with('%') => Ok(Fee { part: part(one)?, fixed: 0 }),
            [one] => Ok(Fee { part: 0, fixed: digits(one, 9)? }),
            [one, two] => Ok(Fee { part: part(one)?, fixed: digits(two, 9)? }),
            _ => Err(NoFee),
        }
    }
}

/// `2.9%` is 29,000 millionths; at most four digits behind the point, and at most 100 %.
fn part(text: &str) -> Result<i64, NoFee> {
    let number = text.strip_suffix('%').ok_or(NoFee)?.trim_end();
    let (whole, rest) = number.split_once('.').unwrap_or((number, "0"));
    let digit = 10_i64.pow(4_u32.saturating_sub(u32::try_from(rest.len()).map_err(|_| NoFee)?));
    let part = digits(whole, 3)? * 10_000 + digits(rest, 4)? * digit;
    if part <= 1_000_000 { Ok(part) } else { Err(NoFee) }
}

fn digits(text: &str, most: usize) -> Result<i64, NoFee> {
    let is_number =
        !text.is_empty() && text.len() <= most && text.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { text.parse().map_err(|_| NoFee) } else { Err(NoFee) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_read_as_it_is_said() {
        for (text, amount, millionths) in [
            ("0.6%", 1_000, 6_000_000),
            ("0.6 %", 1, 6_000),
            ("2.9% + 30", 1_000, 59_000_000),
            ("0.0001%", 1, 1),
            ("100%", 7, 7_000_000),
            ("0%", 7, 0),
            ("25", 7, 25_000_000),
            ("1.25%+0", i64::MAX, i128::from(i64::MAX) * 12_500),
        ] {
            assert_eq!(text.parse::<Fee>().unwrap().of(amount), millionths, "{text}");
        }
        for text in [
            "",
            "%",
            "0.6",
            ".6%",
            "0.%",
            "0.00001%",
            "101%",
            "100.0001%",
            "-1%",
            "1% + 0.3",
            "30 + 1%",
            "1%+1+1",
            "1e2%",
        ] {
            assert_eq!(text.parse::<Fee>(), Err(NoFee), "{text}");
        }
    }
}
