//! Numbers that a merchant may also write as text, and amounts that it may also write as numbers.

use serde_json::Value;

use super::Fields;
use crate::Result;

impl Fields {
    /// An amount in smallest units, as digits: written as text, or as a JSON number (PayKKa writes both: `protocols/paykka.md` 3). A
    /// number with a point or an exponent is refused: it would pass through binary fractions, and money never does.
    pub fn minor(&mut self, name: &str, most: usize) -> Result<Option<String>> {
        let Some(Value::Number(number)) = self.rest.get(name) else { return self.text(name, most) };
        let Some(whole) = number.as_u64() else {
            return Err(self.wrong(name, "must be a whole number of smallest units, such as 800"));
        };
        self.rest.remove(name);
        Ok(Some(whole.to_string()))
    }

    /// The same, where it must be there.
    pub fn required_minor(&mut self, name: &str, most: usize) -> Result<String> {
        match self.minor(name, most)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(self.wrong(name, "must not be empty")),
            None => Err(self.wrong(name, "is missing")),
        }
    }

    /// A whole number from 0, written as a number or as its digits, if it is there.
    pub fn count(&mut self, name: &str) -> Result<Option<u64>> {
        let Some(Value::String(text)) = self.rest.get(name) else { return self.number(name) };
        let Some(count) = digits(text).then(|| text.parse().ok()).flatten() else {
            return Err(self.wrong(name, "must be a whole number from 0"));
        };
        self.rest.remove(name);
        Ok(Some(count))
    }
}

/// Whether this is a whole number as people write it: digits, without a leading zero.
pub fn digits(text: &str) -> bool {
    let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    is_number && (text == "0" || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use florin_shared::Code;

    use super::super::object;
    use super::*;

    #[test]
    fn money_may_be_a_number_and_never_a_fraction() {
        let minor = |json: &str| {
            let mut fields =
                Fields::of(object(format!("{{\"amount\":{json}}}").as_bytes()).unwrap());
            let read = fields.minor("amount", 32);
            read.inspect(|_| fields.end().unwrap())
        };
        for (json, read) in [
            ("8888", Some("8888")),
            (r#""8888""#, Some("8888")),
            ("0", Some("0")),
            // 2^53 + 1 and the greatest of all: what a binary fraction would have rounded.
            ("9007199254740993", Some("9007199254740993")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("null", None),
        ] {
            assert_eq!(minor(json).unwrap().as_deref(), read, "{json}");
        }
        for json in
            ["8888.0", "88.88", "8.888e3", "1E2", "-1", "-0", "18446744073709551616", "true", "[1]"]
        {
            assert_eq!(minor(json).unwrap_err().code(), Code::InvalidField, "{json}");
        }
    }

    #[test]
    fn a_count_is_a_number_or_its_digits() {
        let count = |json: &str| {
            Fields::of(object(format!("{{\"quantity\":{json}}}").as_bytes()).unwrap())
                .count("quantity")
        };
        for (json, read) in
            [("2", Some(2)), (r#""2""#, Some(2)), (r#""0""#, Some(0)), ("null", None)]
        {
            assert_eq!(count(json).unwrap(), read, "{json}");
        }
        for json in [
            r#""""#,
            r#""02""#,
            r#""+2""#,
            r#"" 2""#,
            r#""1.0""#,
            "1.0",
            "-1",
            r#""18446744073709551616""#,
        ] {
            assert_eq!(count(json).unwrap_err().code(), Code::InvalidField, "{json}");
        }
    }
}
