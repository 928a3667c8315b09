//! Which links may be followed.

/// Whether a link may be followed: anything but the schemes that run in this page.
pub(crate) fn is_address(url: &str) -> bool {
    let scheme: String =
        url.chars().take_while(|char| *char != ':').filter(|char| *char > ' ').collect();
    !["javascript", "data", "vbscript", "blob"].iter().any(|bad| scheme.eq_ignore_ascii_case(bad))
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn a_script_is_not_an_address() {
        for url in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
        ] {
            assert!(!is_address(url), "{url}");
        }
        for url in ["https://shop.example/thanks?a=1", "gcash://pay?x=javascript:", "/thanks"] {
            assert!(is_address(url), "{url}");
        }
    }
}
