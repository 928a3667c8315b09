//! What a language must have in common with English before a page may speak it. The build stops at the first complaint;
//! `tests/locales.rs` shows that it would.

use std::collections::{BTreeMap, BTreeSet};

/// A language: every text by its key.
pub(crate) type Locale = BTreeMap<String, String>;

/// The languages that are written from right to left. In them every value stands between U+2068 and U+2069, so that
/// `PHP 120.00` or an order number keeps its own direction.
pub(crate) const RIGHT_TO_LEFT: [&str; 1] = ["ar"];

/// What stands between `{` and `}`: a name, and behind bars the forms of a counted word, such as
/// `{seconds|one:# second|other:# seconds}`, where `#` is the number.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    /// What is put in.
    pub(crate) name: &'a str,
    /// The plural category of each form.
    pub(crate) forms: BTreeSet<&'a str>,
}

/// Everything that is wrong with a language, in words for whoever translates; nothing when it may be built.
pub(crate) fn complaints(language: &str, locale: &Locale, english: &Locale) -> Vec<String> {
    let mut found = Vec::new();
    for (key, text) in english {
        match locale.get(key) {
            None => found.push(format!("{language}: the text `{key}` is missing")),
            Some(ours) => judge(language, ours, text)
                .into_iter()
                .for_each(|wrong| found.push(format!("{language}: `{key}` {wrong}"))),
        }
    }
    let strays = locale.keys().filter(|key| !english.contains_key(*key));
    found.extend(strays.map(|key| format!("{language}: the text `{key}` is not one of English's")));
    found
}

fn judge(language: &str, ours: &str, english: &str) -> Vec<&'static str> {
    let (Some(places), Some(wanted)) = (places(ours), places(english)) else {
        return vec!["has a placeholder that is not closed"];
    };
    let names = |places: &[Place<'_>]| places.iter().map(|place| place.name.to_owned()).collect();
    let (has, wants): (BTreeSet<String>, BTreeSet<String>) = (names(&places), names(&wanted));
    let counts = |place: &Place<'_>| !place.forms.is_empty();
    let all = categories(language);
    let checks = [
        (ours.trim().is_empty(), "is empty"),
        (ours != ours.trim(), "begins or ends with a space"),
        (has != wants, "has other placeholders than English"),
        (stars(ours) != stars(english), "has other stars than English"),
        (
            places.iter().any(|place| counts(place) && place.forms != all),
            "has other plural forms than its language",
        ),
        (
            RIGHT_TO_LEFT.contains(&language) && !is_isolated(ours),
            "has a value outside U+2068 and U+2069",
        ),
    ];
    checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, why)| why).collect()
}

/// The placeholders of a text; `None` when one is not closed.
pub(crate) fn places(text: &str) -> Option<Vec<Place<'_>>> {
    let inside = text.split('{').skip(1).map(|rest| rest.split_once('}').map(|(place, _)| place));
    inside.map(|place| place.map(place_of)).collect()
}

fn place_of(inside: &str) -> Place<'_> {
    let mut parts = inside.split('|');
    let name = parts.next().unwrap_or_default();
    let forms = parts.map(|form| form.split_once(':').map_or(form, |(category, _)| category));
    Place { name, forms: forms.collect() }
}

/// The plural categories that a whole number can have, by CLDR; those of millions in French, Spanish and Portuguese
/// fall to `other`, since nothing here counts so far.
fn categories(language: &str) -> BTreeSet<&'static str> {
    let names: &[&str] = match language {
        "ar" => &["zero", "one", "two", "few", "many", "other"],
        "ru" => &["one", "few", "many", "other"],
        "id" | "ja" | "ko" | "ms" | "th" | "vi" | "zh-Hans" | "zh-Hant" => &["other"],
        _ => &["one", "other"],
    };
    names.iter().copied().collect()
}

fn stars(text: &str) -> usize {
    text.matches('*').count()
}

/// Counted words are of the language itself; every other value may be of another.
fn is_isolated(text: &str) -> bool {
    let Some((before, rest)) = text.split_once('{') else { return true };
    let Some((place, after)) = rest.split_once('}') else { return false };
    let here = before.ends_with('\u{2068}') && after.starts_with('\u{2069}');
    (here || place.contains('|')) && is_isolated(after)
}
