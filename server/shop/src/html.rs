//! Text into HTML, safely. Whatever comes from outside goes through here.

/// The text with the five characters that mean something in HTML made harmless.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// An address for `href`: http, https or a path of our own; anything else leads back to the shop.
pub(crate) fn href(address: &str) -> String {
    let known = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
    let own = address.starts_with('/') && !address.starts_with("//");
    escape(if known || own { address } else { "/" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_from_outside_stays_text() {
        assert_eq!(escape("<b a='\"&"), "&lt;b a=&#39;&quot;&amp;");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(href("https://pay.example/a?b=1&c=2"), "https://pay.example/a?b=1&amp;c=2");
        assert_eq!(href("/pay/CS1"), "/pay/CS1");
        assert_eq!(href("javascript:alert(1)"), "/");
        assert_eq!(href("//evil.example"), "/");
    }
}
