//! The words, in the shopper's language.
//!
//! English travels with the program; another language comes from the loader as an object of the same keys, with the
//! merchant's own texts already laid over it. `build.rs` makes one function for each text.

use js_sys::{Array, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// Every text of one language, in the order of [`ENGLISH`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    /// BCP 47, for numbers and plurals.
    pub locale: String,
    words: Vec<String>,
    /// Plural forms that English does not have.
    forms: Vec<(String, String)>,
}

impl Texts {
    /// English, with what `theirs` says otherwise.
    pub fn new(locale: String, theirs: impl Fn(&str) -> Option<String>) -> Texts {
        let words = ENGLISH.iter().map(|(key, text)| theirs(key).unwrap_or_else(|| (*text).to_owned())).collect();
        let stems = ENGLISH.iter().filter_map(|(key, _)| key.strip_suffix(".other"));
        let mut forms = Vec::new();
        for stem in stems {
            for form in ["zero", "two", "few", "many"] {
                let key = joined(&[stem, ".", form]);
                if let Some(text) = theirs(&key) {
                    forms.push((key, text));
                }
            }
        }
        Texts { locale, words, forms }
    }

    fn get(&self, index: usize) -> String {
        self.words.get(index).cloned().unwrap_or_default()
    }

    fn fill(&self, index: usize, values: &[(&str, &str)]) -> String {
        fill(self.words.get(index).map_or("", String::as_str), values)
    }

    fn count(&self, stem: &str, count: u64) -> String {
        let key = joined(&[stem, ".", &plural_form(&self.locale, count)]);
        let number = count.to_string();
        fill(self.form(&key).or_else(|| self.form(&joined(&[stem, ".other"]))).unwrap_or_default(), &[("count", &number)])
    }

    fn form(&self, key: &str) -> Option<&str> {
        let at = ENGLISH.iter().position(|(known, _)| *known == key);
        let ours = at.and_then(|at| self.words.get(at)).filter(|text| !text.is_empty());
        let more = || self.forms.iter().find(|(known, _)| known == key).map(|(_, text)| text);
        ours.or_else(more).map(String::as_str)
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
        let Some((name, after)) = after.split_once('}') else { break };
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// `one`, `few`, `other`, …, as the language counts.
fn plural_form(locale: &str, count: u64) -> String {
    let rules = Intl::PluralRules::new(&Array::of1(&JsValue::from_str(locale)), &Object::new());
    // A count is of minutes or seconds, far below where a float is inexact.
    Reflect::get(&rules, &JsValue::from_str("select"))
        .ok()
        .and_then(|select| {
            let select: js_sys::Function = wasm_bindgen::JsCast::dyn_into(select).ok()?;
            select.call1(&rules, &JsValue::from_f64(count as f64)).ok()?.as_string()
        })
        .unwrap_or_else(|| "other".to_owned())
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
        assert_eq!(texts.thanks_going("{seconds}", "3"), "Thank you. Taking you back to {seconds} in 3 s.");
        assert_eq!(fill("open {", &[]), "open ");
    }
}
