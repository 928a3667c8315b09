//! The sixteen languages: what the build refuses, and what it cannot see by itself.

#[path = "../build/agree.rs"]
mod agree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use agree::{Locale, complaints};

const LANGUAGES: [&str; 16] = [
    "ar", "de", "en", "es", "fil", "fr", "id", "ja", "ko", "ms", "pt", "ru", "th", "vi", "zh-Hans",
    "zh-Hant",
];

fn locales() -> BTreeMap<String, Locale> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let read = |path: &Path| {
        serde_json::from_slice(&fs::read(path).expect("locales/ can be read"))
            .expect("locales/ can be read")
    };
    let files = fs::read_dir(folder)
        .expect("locales/ can be read")
        .map(|entry| entry.expect("locales/ can be read").path());
    files
        .map(|path| {
            (
                path.file_stem()
                    .expect("locales/ can be read")
                    .to_str()
                    .expect("locales/ can be read")
                    .to_owned(),
                read(&path),
            )
        })
        .collect()
}

#[test]
fn there_are_sixteen_and_the_build_would_take_each() {
    let locales = locales();
    assert_eq!(locales.keys().map(String::as_str).collect::<Vec<_>>(), LANGUAGES);
    for (language, locale) in &locales {
        assert_eq!(complaints(language, locale, &locales["en"]), Vec::<String>::new());
    }
}

/// What a slip of the pen would be, and the sentence with which the build stops.
#[test]
fn the_build_stops_at_what_is_missing_or_broken() {
    let locales = locales();
    for (language, key, text, complaint) in [
        ("fr", "pay", None, "fr: the text `pay` is missing"),
        ("fr", "total", Some(""), "fr: `total` is empty"),
        ("fr", "pay", Some("Payer {amount} "), "fr: `pay` begins or ends with a space"),
        ("fr", "pay", Some("Payer"), "fr: `pay` has other placeholders than English"),
        ("fr", "pay", Some("Payer {montant}"), "fr: `pay` has other placeholders than English"),
        ("fr", "pay", Some("Payer {amount"), "fr: `pay` has a placeholder that is not closed"),
        ("fr", "payy", Some("Payer"), "fr: the text `payy` is not one of English's"),
        ("fr", "step_scan", Some("Ouvrez {app}"), "fr: `step_scan` has other stars than English"),
        (
            "ru",
            "thanks_going",
            Some("{payee}: {seconds|one:# секунда|other:# секунд}"),
            "ru: `thanks_going` has other plural forms than its language",
        ),
        ("ar", "pay", Some("ادفع {amount}"), "ar: `pay` has a value outside U+2068 and U+2069"),
    ] {
        let mut broken = locales[language].clone();
        match text {
            Some(text) => broken.insert(key.to_owned(), text.to_owned()),
            None => broken.remove(key),
        };
        assert_eq!(complaints(language, &broken, &locales["en"]), [complaint]);
    }
}

/// Names keep their own spelling in every language.
const NAMES: [&str; 12] = [
    "AlipayHK",
    "Alipay",
    "Touch ’n Go",
    "UnionPay",
    "Lakala",
    "e-CNY",
    "POS",
    "WeChat Pay",
    "WeChat",
    "QR",
    "App",
    "JavaScript",
];

fn without_names(text: &str) -> String {
    let places = |text: &str| {
        let pieces =
            text.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest));
        pieces.collect::<Vec<_>>().join(" ")
    };
    NAMES.iter().fold(places(text), |text, name| text.replace(name, " "))
}

#[test]
fn no_english_is_left_in_another_language() {
    /// Words that are the same in both, as that country's checkouts write them.
    const SHARED: [(&str, &str); 19] = [
        ("de", "bank"),
        ("de", "test_mode"),
        ("es", "total"),
        ("fil", "account"),
        ("fil", "bank_code"),
        ("fil", "bank_transfer"),
        ("fil", "code_for"),
        ("fil", "online_banking"),
        ("fil", "reference"),
        ("fil", "test_mode"),
        ("fil", "total"),
        ("fr", "code_for"),
        ("fr", "test_mode"),
        ("fr", "total"),
        ("id", "bank"),
        ("id", "total"),
        ("ms", "bank"),
        ("pt", "code_for"),
        ("pt", "total"),
    ];
    const ENGLISH: [&str; 10] =
        ["the", "you", "your", "this", "with", "and", "nothing", "of", "payment", "again"];
    let locales = locales();
    for (language, locale) in locales.iter().filter(|(language, _)| *language != "en") {
        for (key, text) in locale {
            let words = without_names(text);
            let said = |word: &str| word.chars().any(|letter| letter.is_ascii_alphabetic());
            if ["ar", "ja", "ko", "ru", "th", "zh-Hans", "zh-Hant"].contains(&language.as_str()) {
                assert!(!said(&words), "{language}: `{key}`: {words}");
                continue;
            }
            let same = *text == locales["en"][key] && said(&words);
            let shared = SHARED.contains(&(language, key));
            assert!(!same || shared, "{language}: `{key}` is still English");
            let left = words.split(|letter: char| !letter.is_alphanumeric());
            let left: BTreeSet<_> = left.filter(|word| ENGLISH.contains(word)).collect();
            // GCash itself writes "payment" in Filipino.
            assert!(left.is_empty() || language == "fil", "{language}: `{key}`: {left:?}");
        }
    }
}

#[test]
fn no_text_outgrows_its_place() {
    /// What stands on a button beside another, or in a badge; 320 px have room for as many letters.
    const NARROW: [(&str, usize); 5] =
        [("another_way", 20), ("have_paid", 20), ("copy", 12), ("copied", 14), ("test_mode", 12)];
    let locales = locales();
    for (language, locale) in &locales {
        for (key, text) in locale {
            let (ours, english) = (text.chars().count(), locales["en"][key].chars().count());
            // The forms of a counted word stand side by side in its text.
            let most = if text.contains('|') { 220 } else { english * 2 + 12 };
            assert!((english / 6..=most).contains(&ours), "{language}: `{key}` has {ours} letters");
        }
        for (key, most) in NARROW {
            let ours = locale[key].chars().count();
            assert!(ours <= most, "{language}: `{key}` has {ours} letters");
        }
    }
}

/// The signs that a reader of the language would miss.
#[test]
fn punctuation_is_that_of_the_language() {
    for (language, locale) in &locales() {
        for (key, text) in locale {
            let wrong: &[&str] = match language.as_str() {
                "fr" => &[" :", " ?", " !", " ;", "'", "..."],
                "zh-Hans" | "zh-Hant" | "ja" => &[", ", "?", "!", ". ", "..."],
                "ar" => &[", ", "?", ";", "..."],
                _ => &["...", "'", "\""],
            };
            for sign in wrong {
                assert!(!text.contains(sign), "{language}: `{key}` has {sign:?}");
            }
        }
    }
}
