//! Which language a page of ours speaks: the first of the shopper's that we have, else English.

use axum::http::{HeaderMap, header};

/// The languages of our own pages; the widget has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese in simplified characters.
    Chinese,
}

impl Language {
    /// BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-Hans",
        }
    }

    /// Which of ours a tag means: `zh` and `zh-CN` are Chinese, `zh-TW` is written otherwise.
    pub fn of(tag: &str) -> Option<Language> {
        let tag = tag.trim().to_ascii_lowercase();
        let mut parts = tag.split('-');
        match parts.next() {
            Some("en") => Some(Language::English),
            Some("zh") if !parts.any(|part| ["hant", "tw", "hk", "mo"].contains(&part)) => {
                Some(Language::Chinese)
            }
            _ => None,
        }
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
        for (asked, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("fr-FR, zh;q=0.8, en;q=0.7", Language::Chinese),
            ("en;q=0.5, zh-Hans;q=0.85", Language::Chinese),
            ("zh;q=0.5, en", Language::English),
            ("zh-TW,zh-HK;q=0.9", Language::English),
            ("zh;q=0, fr", Language::English),
            ("de", Language::English),
            ("", Language::English),
            (";;q=,,", Language::English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, header::HeaderValue::from_str(asked).unwrap());
            assert_eq!(Language::asked(&headers), language, "{asked}");
        }
        assert_eq!(Language::asked(&HeaderMap::new()), Language::English);
    }
}
