//! UnionPay's words: names with values, money in fen, times in Beijing (`protocols/unionpay-qr.md` 1).

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use url::form_urlencoded::{self, Serializer};

use crate::money::Money;

/// Names with values, sorted.
pub(super) type Fields = BTreeMap<String, String>;

/// What was sent, if no name stands twice; what is empty is as good as absent.
pub(super) fn strictly_of_form(body: &[u8]) -> Option<Fields> {
    let mut fields = Fields::new();
    for (name, value) in form_urlencoded::parse(body) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    fields.retain(|_, value| !value.is_empty());
    Some(fields)
}

pub(super) fn of_form(body: &[u8]) -> Fields {
    form_urlencoded::parse(body).into_owned().collect()
}

pub(super) fn form(fields: &Fields) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Raw, as it is signed and as it is answered.
pub(super) fn joined<'a>(fields: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    fields.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// From one fen to twelve digits of them.
pub(super) fn money(text: &str, currency: &str) -> Option<Money> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || text.len() > 12 || currency != "156" {
        return None;
    }
    let value = text.parse().ok().filter(|value| *value > 0)?;
    Some(Money { currency: "CNY".into(), value })
}

/// The number of a currency; of one that it is not, too, for the faults.
pub(super) fn number_of(currency: &str) -> &'static str {
    match currency {
        "CNY" => "156",
        "HKD" => "344",
        _ => "840",
    }
}

/// `YYYYMMDDhhmmss` in Beijing.
pub(super) fn time(text: &str) -> Option<i64> {
    let is_time = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let local = DateTime::strptime("%Y%m%d%H%M%S", text).ok().filter(|_| is_time)?;
    Offset::constant(8).to_timestamp(local).ok().map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn money_is_whole_fen() {
        let fen = |text| money(text, "156").map(|money| money.value);
        assert_eq!([fen("8888"), fen("1")], [Some(8888), Some(1)]);
        for none in ["", "0", "88.88", "-1", "1000000000000", "1e2"] {
            assert_eq!(fen(none), None, "{none}");
        }
        assert_eq!(money("8888", "840"), None);
    }

    #[test]
    fn times_are_beijings() {
        let at = clock::parse_iso("2026-11-18T12:00:00+08:00").unwrap();
        assert_eq!(time("20261118120000"), Some(at));
        assert_eq!(clock::stamp(at), "20261118120000");
        for none in ["", "2026111812000", "20261318120000", "2026-11-18 12:0"] {
            assert_eq!(time(none), None, "{none}");
        }
    }

    #[test]
    fn a_field_that_stands_twice_is_not_read() {
        assert_eq!(strictly_of_form(b"a=1&a=1"), None);
        assert_eq!(strictly_of_form(b"a=1&b=").unwrap().len(), 1);
    }
}
