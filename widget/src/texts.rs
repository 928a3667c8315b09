//! The words, in the shopper's language.
//!
//! They come from the loader as a list in the order of the sorted keys, with the merchant's own texts already laid over it:
//! a page loads one language and no other. `build.rs` makes one function for each text.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// Every text of one language, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    /// BCP 47, for numbers.
    pub locale: String,
    words: Vec<String>,
}

impl Texts {
    /// The list that was fetched.
    pub fn new(locale: String, words: Vec<String>) -> Texts {
        Texts { locale, words }
    }

    /// English, for tests.
    #[cfg(test)]
    pub(crate) fn english() -> Texts {
        Texts::new("en".into(), ENGLISH.map(String::from).to_vec())
    }

    fn get(&self, index: usize) -> String {
        self.words.get(index).cloned().unwrap_or_default()
    }

    fn fill(&self, index: usize, values: &[(&str, &str)]) -> String {
        fill(self.words.get(index).map_or("", String::as_str), values)
    }
}

/// The parts as one text.
pub(crate) fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// Puts values where the placeholders are. A value is never searched again, so a merchant named `{amount}` stays it.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        // `build.rs` has seen that each is closed; a merchant's own text may not be.
        let (name, after) = after.split_once('}').unwrap_or_default();
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_stands_at_the_number_of_its_key() {
        let texts = Texts::english();
        assert_eq!(texts.total(), "Total");
        assert_eq!(texts.how(), "How would you like to pay?");
        assert_eq!(texts.pay("HK$8.00"), "Pay HK$8.00");
    }

    #[test]
    fn a_value_is_not_searched_for_placeholders() {
        let texts = Texts::english();
        assert_eq!(
            texts.thanks_going("{seconds}", "3"),
            "Thank you. Taking you back to {seconds} in 3 s."
        );
        assert_eq!(fill("open {", &[]), "open ");
    }
}
