//! The shop's two languages.

/// What the shopper reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Locale {
    #[default]
    En,
    ZhHans,
}

impl Locale {
    /// The language a tag asks for; `None` if the shop does not speak it.
    pub(crate) fn of_tag(tag: &str) -> Option<Locale> {
        match tag.trim().split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Locale::En),
            "zh" => Some(Locale::ZhHans),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that the shop speaks.
    pub(crate) fn of_header(accept: &str) -> Locale {
        accept
            .split(',')
            .filter_map(|choice| Locale::of_tag(choice.split(';').next()?))
            .next()
            .unwrap_or_default()
    }

    /// The tag, for `lang` and for Florin's `display_locale`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::ZhHans => "zh-Hans",
        }
    }
}

/// One text in both languages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

impl Words {
    pub(crate) fn in_locale(self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.en,
            Locale::ZhHans => self.zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_the_shop_speaks_is_taken() {
        assert_eq!(Locale::of_header("zh-CN,zh;q=0.9,en;q=0.8"), Locale::ZhHans);
        assert_eq!(Locale::of_header("fr-FR, en-GB;q=0.8, zh"), Locale::En);
        assert_eq!(Locale::of_header("fr"), Locale::En);
        assert_eq!(Locale::of_header(""), Locale::En);
    }
}
