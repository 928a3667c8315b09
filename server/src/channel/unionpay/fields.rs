//! UnionPay's words are names with values, in requests, answers and messages alike (`protocols/unionpay-qr.md` 1 and 2). None of
//! them may stand twice: two readers of one signed text must not see two amounts.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use url::form_urlencoded::{self, Serializer};

use crate::hex;

/// Names with values, sorted as they are signed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, String>);

const TWICE: &str = "a field stands twice";

impl Fields {
    /// What is asked: without what is empty, which would not be signed.
    pub(super) fn asked<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Fields {
        let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
        Fields(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// An answer: `k=v&k=v`, not encoded. A value may hold `=`, and within brackets `&`.
    pub(super) fn of_answer(body: &[u8]) -> Result<Fields, &'static str> {
        let text = std::str::from_utf8(body).map_err(|_| "the answer is no text")?;
        let mut fields = Fields::default();
        for pair in parts(text.trim()) {
            let (name, value) = pair.split_once('=').ok_or("the answer cannot be read")?;
            fields.add(name, value)?;
        }
        Ok(fields)
    }

    /// A message: a form.
    pub(super) fn of_form(body: &[u8]) -> Result<Fields, &'static str> {
        let mut fields = Fields::default();
        for (name, value) in form_urlencoded::parse(body) {
            fields.add(&name, &value)?;
        }
        Ok(fields)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        match self.0.insert(name.to_owned(), value.to_owned()) {
            None => Ok(()),
            Some(_) => Err(TWICE),
        }
    }

    /// The field, or nothing: an empty one says nothing either.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The same with its signature.
    pub(super) fn with_signature(mut self, signature: String) -> Fields {
        self.0.insert("signature".to_owned(), signature);
        self
    }

    /// The lower-case hexadecimal SHA-256 of everything but the signature: this text is what is signed.
    pub(super) fn digest(&self) -> String {
        let signed = self.0.iter().filter(|(name, _)| *name != "signature");
        let pairs: Vec<String> = signed.map(|(name, value)| format!("{name}={value}")).collect();
        hex(digest(&SHA256, pairs.join("&").as_bytes()).as_ref())
    }

    /// Each by itself, as a browser's form has them.
    pub(super) fn each(self) -> Vec<(String, String)> {
        self.0.into_iter().collect()
    }

    /// As it is sent.
    pub(super) fn form(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
impl Fields {
    /// The same with one more.
    pub(super) fn with(mut self, name: &str, value: &str) -> Fields {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// As UnionPay answers: not encoded.
    pub(super) fn raw(&self) -> String {
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("&")
    }
}

/// The pieces between the `&` that stand outside of brackets.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |sign| {
        match sign {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        sign == '&' && depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Fields, &'static str> {
        Fields::of_answer(text.as_bytes())
    }

    #[test]
    fn an_answer_is_split_outside_of_brackets_and_at_the_first_equals_sign() {
        let read = of("respMsg=成功[0000000]&reserved={a=1&b=[c&d]}&qrCode=https://qr.95516.com/00010000/6=2==&empty=").unwrap();
        assert_eq!(read.get("respMsg"), "成功[0000000]");
        assert_eq!(read.get("reserved"), "{a=1&b=[c&d]}");
        assert_eq!(read.get("qrCode"), "https://qr.95516.com/00010000/6=2==");
        assert_eq!((read.get("empty"), read.get("absent")), ("", ""));
        assert_eq!(of("a=1&b=2]&c=3").unwrap().get("c"), "3", "a bracket too many hides nothing");
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        assert_eq!(of("txnAmt=1&txnAmt=2"), Err(TWICE));
        assert_eq!(Fields::of_form(b"txnAmt=1&txnAmt=1"), Err(TWICE));
        for text in ["", "nonsense", "a=1&&b=2", "<html></html>"] {
            assert!(of(text).is_err(), "{text}");
        }
        assert!(Fields::of_answer(b"a=\xff").is_err());
    }

    #[test]
    fn an_empty_field_is_not_asked_and_stays_in_what_we_are_told() {
        assert_eq!(Fields::asked([("a", "1"), ("b", "")]), of("a=1").unwrap());
        assert_ne!(of("a=1&b=").unwrap().digest(), of("a=1").unwrap().digest());
        assert_eq!(of("a=1&signature=x").unwrap().digest(), of("a=1").unwrap().digest());
    }
}
