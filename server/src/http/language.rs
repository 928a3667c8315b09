//! Which language a page of ours speaks: the first of the shopper's that we have, else English.

use axum::http::{HeaderMap, header};

/// The languages of our own pages; the widget has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese in simplified characters.
    SimplifiedChinese,
    /// Chinese in traditional characters, for Taiwan and Hong Kong.
    TraditionalChinese,
    /// Japanese.
    Japanese,
    /// Korean.
    Korean,
    /// Vietnamese.
    Vietnamese,
    /// Thai.
    Thai,
    /// Indonesian.
    Indonesian,
    /// Malay.
    Malay,
    /// Filipino.
    Filipino,
    /// French.
    French,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// Portuguese, as Brazil writes it.
    Portuguese,
    /// Arabic; every value keeps its own direction.
    Arabic,
    /// Russian.
    Russian,
}

impl Language {
    /// Every language.
    pub const ALL: [Language; 16] = [
        Language::English,
        Language::SimplifiedChinese,
        Language::TraditionalChinese,
        Language::Japanese,
        Language::Korean,
        Language::Vietnamese,
        Language::Thai,
        Language::Indonesian,
        Language::Malay,
        Language::Filipino,
        Language::French,
        Language::German,
        Language::Spanish,
        Language::Portuguese,
        Language::Arabic,
        Language::Russian,
    ];

    /// BCP 47, as short as it can be.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::SimplifiedChinese => "zh-Hans",
            Language::TraditionalChinese => "zh-Hant",
            Language::Japanese => "ja",
            Language::Korean => "ko",
            Language::Vietnamese => "vi",
            Language::Thai => "th",
            Language::Indonesian => "id",
            Language::Malay => "ms",
            Language::Filipino => "fil",
            Language::French => "fr",
            Language::German => "de",
            Language::Spanish => "es",
            Language::Portuguese => "pt",
            Language::Arabic => "ar",
            Language::Russian => "ru",
        }
    }

    /// Which way it is written, for `dir`.
    pub fn direction(self) -> &'static str {
        if self == Language::Arabic { "rtl" } else { "ltr" }
    }

    /// Which of ours a tag means: `pt-BR` is Portuguese, `zh` and `zh-CN` are in simplified characters, `zh-HK` is not.
    /// The loader of the widget asks the browser, and comes to the same (`widget/src/words.ts`).
    pub fn of(tag: &str) -> Option<Language> {
        let tag = tag.trim().to_ascii_lowercase();
        let mut parts = tag.split('-');
        let ours = match parts.next()? {
            // What Filipino and Indonesian were called before.
            "tl" => "fil",
            "in" => "id",
            "zh" => chinese(parts),
            language => language,
        };
        Language::ALL.into_iter().find(|language| language.tag() == ours)
    }

    /// What `Accept-Language` asks for (RFC 9110, 12.5.4).
    pub fn asked(headers: &HeaderMap) -> Language {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut wanted: Vec<_> = asked.unwrap_or_default().split(',').filter_map(wish).collect();
        // Stable: of equal wishes the first counts.
        wanted.sort_by(|one, other| other.1.cmp(&one.1));
        wanted.first().map_or(Language::English, |(language, _)| *language)
    }
}

/// The script, if a tag names one, else that of the region's readers by CLDR's likely subtags.
fn chinese<'a>(mut parts: impl Iterator<Item = &'a str>) -> &'static str {
    const TRADITIONAL: [&str; 17] = [
        "hant", "tw", "hk", "mo", "au", "bn", "gb", "gf", "id", "pa", "pf", "ph", "sr", "th", "uk",
        "us", "vn",
    ];
    // The script stands before the region.
    let first = parts.next().unwrap_or_default();
    if TRADITIONAL.contains(&first) { "zh-Hant" } else { "zh-Hans" }
}

/// One entry: a language of ours, and how much it is wanted, as digits that compare like the number.
fn wish(entry: &str) -> Option<(Language, String)> {
    let (tag, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
    let digits = weight.trim().strip_prefix("q=").unwrap_or("1").trim_end_matches(['0', '.']);
    Some((Language::of(tag)?, digits.to_owned())).filter(|_| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wish_that_we_have_counts() {
        use Language::{English, French, German, SimplifiedChinese, TraditionalChinese};
        for (asked, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", SimplifiedChinese),
            ("he-IL, zh;q=0.8, en;q=0.7", SimplifiedChinese),
            ("en;q=0.5, zh-Hans;q=0.85", SimplifiedChinese),
            ("fr-FR, zh;q=0.8, en;q=0.7", French),
            ("zh;q=0.5, en", English),
            ("zh-TW,zh-HK;q=0.9", TraditionalChinese),
            ("zh;q=0, fr", French),
            ("de-CH", German),
            ("sv", English),
            ("", English),
            (";;q=,,", English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, header::HeaderValue::from_str(asked).unwrap());
            assert_eq!(Language::asked(&headers), language, "{asked}");
        }
        assert_eq!(Language::asked(&HeaderMap::new()), Language::English);
    }

    #[test]
    fn a_tag_means_the_language_that_its_readers_read() {
        for (tag, ours) in [
            ("en-GB", Some("en")),
            ("ZH", Some("zh-Hans")),
            ("zh-SG", Some("zh-Hans")),
            ("zh-MO", Some("zh-Hant")),
            ("zh-Hant-CN", Some("zh-Hant")),
            ("zh-Hans-HK", Some("zh-Hans")),
            ("zh-US", Some("zh-Hant")),
            ("zh-DE", Some("zh-Hans")),
            ("pt-BR", Some("pt")),
            ("es-419", Some("es")),
            ("ar-EG-u-nu-arab", Some("ar")),
            ("fil-PH", Some("fil")),
            ("tl-PH", Some("fil")),
            ("in", Some("id")),
            ("iw", None),
            ("nb-NO", None),
            ("", None),
        ] {
            assert_eq!(Language::of(tag).map(Language::tag), ours, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::of(language.tag()), Some(language));
        }
    }
}
