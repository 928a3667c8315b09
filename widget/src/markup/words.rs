//! The words of every language, for whoever draws on the server: the same files as the browser fetches.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::texts::Texts;

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

static WORDS: LazyLock<BTreeMap<&str, Arc<Texts>>> = LazyLock::new(|| {
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    LANGUAGES
        .iter()
        .map(|(language, words)| {
            (*language, Arc::new(Texts::new((*language).into(), texts(words))))
        })
        .collect()
});

/// The words of a language, by its file's name; `None` when there is no such file.
pub fn words(language: &str) -> Option<Arc<Texts>> {
    WORDS.get(language).cloned()
}

/// Every language with its words.
pub fn all() -> impl Iterator<Item = (&'static str, Arc<Texts>)> {
    WORDS.iter().map(|(language, texts)| (*language, texts.clone()))
}
