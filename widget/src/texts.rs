//! The words, in the shopper's language.
//!
//! They come from the loader as a list in the order of the sorted keys, with the merchant's own texts already laid over it:
//! a page loads one language and no other. `build.rs` makes one function for each text.

#[cfg(target_arch = "wasm32")]
use crate::intl::category;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// Every text of one language, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    /// BCP 47, for numbers.
    pub locale: String,
    words: Vec<String>,
    /// The nought of its numbers, where that is not ours; the other digits follow it in Unicode.
    nought: Option<char>,
}

impl Texts {
    /// The list that was fetched.
    pub fn new(locale: String, words: Vec<String>) -> Texts {
        Texts { locale, words, nought: None }
    }

    /// With digits that are those of the language's money.
    #[cfg(any(target_arch = "wasm32", test))]
    pub(crate) fn counting(self, nought: Option<char>) -> Texts {
        Texts { nought, ..self }
    }

    /// English, for tests.
    #[cfg(test)]
    pub(crate) fn english() -> Texts {
        Texts::new("en".into(), ENGLISH.map(String::from).to_vec())
    }

    fn get(&self, index: usize) -> String {
        self.words.get(index).cloned().unwrap_or_default()
    }

    /// Puts values into their places. A value is never searched again, so a merchant named `{amount}` stays it.
    fn fill(&self, index: usize, values: &[(&str, &str)]) -> String {
        let mut rest = self.words.get(index).map_or("", String::as_str);
        let mut filled = String::with_capacity(rest.len() + 16);
        while let Some((before, after)) = cut(rest, b'{') {
            filled.push_str(before);
            // `build.rs` has seen that each is closed; a merchant's own text may not be.
            let (place, after) = cut(after, b'}').unwrap_or_default();
            self.put(&mut filled, place, values);
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// A value; or behind bars the form that a counted word takes after it, `#` being the number.
    fn put(&self, filled: &mut String, place: &str, values: &[(&str, &str)]) {
        let (name, forms) = cut(place, b'|').unwrap_or((place, ""));
        let value = values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        if name != "seconds" && name != "time" {
            return filled.push_str(value);
        }
        let counted = self.counted(value);
        if forms.is_empty() {
            return filled.push_str(&counted);
        }
        let form = form(forms, &category(&self.locale, value).unwrap_or_default());
        let (before, after) = cut(form, b'#').unwrap_or((form, ""));
        filled.push_str(before);
        if before.len() < form.len() {
            filled.push_str(&counted);
        }
        filled.push_str(after);
    }

    /// A number or a time in the digits of the language.
    pub(crate) fn counted(&self, number: &str) -> String {
        let Some(nought) = self.nought else { return number.to_owned() };
        let mut counted = String::with_capacity(2 * number.len());
        for digit in number.chars() {
            let ours = u32::from(digit).wrapping_sub(u32::from('0'));
            let theirs = char::from_u32(u32::from(nought) + ours).filter(|_| ours < 10);
            counted.push(theirs.unwrap_or(digit));
        }
        counted
    }
}

/// The form of a category, of several such as `one:# second|other:# seconds`.
fn form<'a>(forms: &'a str, category: &str) -> &'a str {
    let (mut found, mut rest) = ("", forms);
    while !rest.is_empty() {
        let (form, after) = cut(rest, b'|').unwrap_or((rest, ""));
        let (name, words) = cut(form, b':').unwrap_or_default();
        if name == category || (name == "other" && found.is_empty()) {
            found = words;
        }
        rest = after;
    }
    found
}

/// Before and after an ASCII sign. `split_once` would bring a larger search for each.
#[inline(never)]
fn cut(text: &str, sign: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == sign)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Outside a browser nothing that counts is said.
#[cfg(not(target_arch = "wasm32"))]
fn category(_locale: &str, _number: &str) -> Option<String> {
    None
}

/// The parts as one text.
pub(crate) fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
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
        let open = Texts::new("en".into(), Vec::from(["open {".to_owned()]));
        assert_eq!(open.fill(0, &[]), "open ");
    }

    #[test]
    fn a_counted_word_takes_the_form_of_its_number() {
        let seconds = "one:# секунду|few:# секунды|many:# секунд|other:# секунды";
        for (category, expected) in [
            ("one", "# секунду"),
            ("few", "# секунды"),
            ("many", "# секунд"),
            ("two", "# секунды"),
            ("", "# секунды"),
        ] {
            assert_eq!(form(seconds, category), expected, "{category}");
        }
        assert_eq!(form("other:# seconds|one:# second", "one"), "# second");
        // A merchant's own text may have fewer forms than its language, or none.
        assert_eq!(form("one:# second", "few"), "");
        let words =
            ["{seconds|one:a second|other:some}", "{seconds|other:in #…}"].map(String::from);
        let texts = Texts::new("en".into(), words.to_vec());
        assert_eq!(texts.fill(0, &[("seconds", "3")]), "some");
        assert_eq!(texts.fill(1, &[("seconds", "3")]), "in 3…");
    }

    #[test]
    fn a_time_has_the_digits_of_the_language_and_an_order_number_keeps_its_own() {
        let words = Vec::from(["{time} {order}".to_owned()]);
        let plain = Texts::new("ar-AE".into(), words.clone());
        let arabic = Texts::new("ar-EG".into(), words).counting(Some('٠'));
        let values = [("time", "14:32"), ("order", "A-17")];
        assert_eq!(plain.fill(0, &values), "14:32 A-17");
        assert_eq!(arabic.fill(0, &values), "١٤:٣٢ A-17");
        assert_eq!(arabic.counted("1:02:03"), "١:٠٢:٠٣");
    }
}
