//! What our own pages say, in sixteen languages; the rest is the widget's. A text that a language lacks stops the build.

mod arabic;
mod english;
mod filipino;
mod french;
mod german;
mod indonesian;
mod japanese;
mod korean;
mod malay;
mod portuguese;
mod russian;
mod simplified_chinese;
mod spanish;
mod thai;
mod traditional_chinese;
mod vietnamese;

use super::language::Language;

/// The sentences of one language. What stands in braces is put in by whoever says them.
pub(super) struct Words {
    /// The title of a page that has no payee.
    pub(super) title: &'static str,
    /// The hosted page: there is no such session.
    pub(super) gone: [&'static str; 2],
    /// The hosted page: it cannot be shown now.
    pub(super) later: [&'static str; 2],
    /// The hosted page, after the token's life: it was paid.
    pub(super) paid: [&'static str; 2],
    /// The hosted page, after the token's life: it was not.
    pub(super) ended: [&'static str; 2],
    /// The one code, opened where nothing can be paid: what to do.
    pub(super) elsewhere: [&'static str; 2],
    /// The page with a form for the channel's own page: what to do there.
    pub(super) onward: &'static str,
    /// The same page, where a bank is picked first: its title, what will happen, "another bank", and back to the list from the form.
    pub(super) banks: [&'static str; 4],
    /// The same page, once its payment has ended or gone on.
    pub(super) past: [&'static str; 2],
    /// The hosted page: above what is sold.
    pub(super) order: &'static str,
    /// The receipt code: above the field.
    pub(super) enter: &'static str,
    /// The receipt code: on the button.
    pub(super) go: &'static str,
    /// `{least}`: the only limit there is.
    pub(super) least: &'static str,
    /// `{least}` and `{most}`.
    pub(super) between: &'static str,
    /// An amount beyond the limits, which stand below.
    pub(super) outside: &'static str,
    /// `{example}`: an amount as it may be typed.
    pub(super) unread: &'static str,
    /// Too many have used the code.
    pub(super) often: &'static str,
    /// There is no such receipt code, or it was switched off.
    pub(super) unused: [&'static str; 2],
    /// The order could not be made; nothing was charged.
    pub(super) refused: [&'static str; 2],
    /// As the widget's `test_mode_why`.
    pub(super) test: &'static str,
    /// What stands before the decimals.
    pub(super) point: char,
}

/// The sentences of a language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &english::WORDS,
        Language::SimplifiedChinese => &simplified_chinese::WORDS,
        Language::TraditionalChinese => &traditional_chinese::WORDS,
        Language::Japanese => &japanese::WORDS,
        Language::Korean => &korean::WORDS,
        Language::Vietnamese => &vietnamese::WORDS,
        Language::Thai => &thai::WORDS,
        Language::Indonesian => &indonesian::WORDS,
        Language::Malay => &malay::WORDS,
        Language::Filipino => &filipino::WORDS,
        Language::French => &french::WORDS,
        Language::German => &german::WORDS,
        Language::Spanish => &spanish::WORDS,
        Language::Portuguese => &portuguese::WORDS,
        Language::Arabic => &arabic::WORDS,
        Language::Russian => &russian::WORDS,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn widget(language: Language) -> Value {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../widget/locales/");
        let text = std::fs::read_to_string(format!("{file}{}.json", language.tag())).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_page_and_the_widget_on_it_say_the_same_thing_in_the_same_words() {
        for language in Language::ALL {
            let (ours, theirs) = (words(language), widget(language));
            assert_eq!(ours.test, theirs["test_mode_why"], "{language:?}");
            assert_eq!(ours.ended[0], theirs["ended"], "{language:?}");
        }
    }

    #[test]
    fn every_language_has_the_places_of_english() {
        for language in Language::ALL {
            let said = words(language);
            for (text, places) in [
                (said.least, &["{least}"][..]),
                (said.between, &["{least}", "{most}"]),
                (said.outside, &[]),
                (said.unread, &["{example}"]),
            ] {
                assert_eq!(text.matches('{').count(), places.len(), "{language:?}: {text}");
                assert!(places.iter().all(|place| text.contains(place)), "{language:?}: {text}");
            }
        }
    }

    #[test]
    fn no_two_languages_share_a_sentence() {
        let mut heard = std::collections::HashSet::new();
        for language in Language::ALL {
            let said = words(language);
            for text in [said.often, said.refused[1], said.later[1], said.outside, said.banks[1]] {
                assert!(heard.insert(text), "{language:?}: {text}");
            }
        }
    }
}
