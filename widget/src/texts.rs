//! The words, in the shopper's language.
//!
//! English travels with the program; another language comes from the loader as an object of the same keys, with the
//! merchant's own texts already laid over it. `build.rs` makes one function for each text.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// Every text of one language, in the order of [`ENGLISH`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    /// BCP 47, for numbers.
    pub locale: String,
    words: Vec<String>,
}

impl Texts {
    /// English, with what `theirs` says otherwise.
    pub fn new(locale: String, theirs: impl Fn(&str) -> Option<String>) -> Texts {
        let words = ENGLISH
            .iter()
            .map(|(key, text)| theirs(key).unwrap_or_else(|| (*text).to_owned()))
            .collect();
        Texts { locale, words }
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
    fn what_a_language_lacks_is_said_in_english() {
        let texts = Texts::new("de".into(), |key| (key == "total").then(|| "Summe".to_owned()));
        assert_eq!(texts.total(), "Summe");
        assert_eq!(texts.how(), "How would you like to pay?");
        assert_eq!(texts.pay("HK$8.00"), "Pay HK$8.00");
    }

    #[test]
    fn a_value_is_not_searched_for_placeholders() {
        let texts = Texts::new("en".into(), |_| None);
        assert_eq!(
            texts.thanks_going("{seconds}", "3"),
            "Thank you. Taking you back to {seconds} in 3 s."
        );
        assert_eq!(fill("open {", &[]), "open ");
    }
}
