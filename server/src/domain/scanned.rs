//! What the merchant's scanner read: the payment code that a payer's wallet shows for about a minute.
//!
//! Whoever holds the code can charge its payer once. So it lies nowhere but in the request that brought it: no row has
//! it, and it cannot be printed.

use std::fmt;

/// The shortest and the longest code: WeChat's has 18 digits, Alipay's 16 to 24, an EMVCo code is some base64, and Antom
/// documents 128 characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 10..=128;

/// A payment code, and which of the merchant's devices scanned it.
#[derive(Clone, PartialEq, Eq)]
pub struct Scanned {
    code: String,
    device: Option<String>,
}

impl Scanned {
    /// The code, if it can be one: 10 to 128 letters, digits and the signs of base64. Which wallet's it is, the channel
    /// knows.
    pub fn read(code: &str, device: Option<String>) -> Option<Scanned> {
        let may_be = |sign: u8| sign.is_ascii_alphanumeric() || b"+/=-_".contains(&sign);
        let is_code = LENGTHS.contains(&code.len()) && code.bytes().all(may_be);
        is_code.then(|| Scanned { code: code.to_owned(), device })
    }

    /// The code itself, for the channel and nobody else.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether a wallet of WeChat's shows this: 18 digits, of which the first two are 10 to 15 (`protocols/wechatpay-v3.md`).
    pub fn is_wechats(&self) -> bool {
        let code = self.code.as_bytes();
        let begins = matches!(code, [b'1', b'0'..=b'5', ..]);
        begins && code.len() == 18 && code.iter().all(u8::is_ascii_digit)
    }

    /// Whether a wallet of UnionPay's shows this: 19 digits, of which the first two are 62 (`protocols/unionpay-qr.md` 7).
    pub fn is_unionpays(&self) -> bool {
        let code = self.code.as_bytes();
        code.starts_with(b"62") && code.len() == 19 && code.iter().all(u8::is_ascii_digit)
    }

    /// The merchant's own number of the device.
    pub fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }
}

impl fmt::Debug for Scanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanned").field("device", &self.device).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Scanned;

    #[test]
    fn what_no_wallet_shows_is_no_code() {
        let long = "2".repeat(129);
        for text in [
            "",
            "281",
            "28 0000000000000001",
            "281000000000000001\r",
            "２８１００００００００",
            &long,
        ] {
            assert_eq!(Scanned::read(text, None), None, "{text}");
        }
        for text in
            ["281000000000000001", "134567890123456789", "hQVDUFYwMWETTwegAAAAVVVV", &long[1..]]
        {
            assert_eq!(Scanned::read(text, None).unwrap().code(), text);
        }
    }

    #[test]
    fn wechats_codes_are_known_by_their_digits() {
        for (code, is_wechats) in [
            ("100000000000000001", true),
            ("134567890123456789", true),
            ("159999999999999999", true),
            ("160000000000000000", false),
            ("281000000000000001", false),
            ("10000000000000000", false),
            ("1000000000000000011", false),
            ("10000000000000000a", false),
        ] {
            assert_eq!(Scanned::read(code, None).unwrap().is_wechats(), is_wechats, "{code}");
        }
    }

    #[test]
    fn unionpays_codes_are_known_by_their_digits() {
        for (code, is_unionpays) in [
            ("6200000000000000001", true),
            ("6299999999999999999", true),
            ("6300000000000000001", false),
            ("620000000000000001", false),
            ("62000000000000000012", false),
            ("620000000000000000a", false),
        ] {
            assert_eq!(Scanned::read(code, None).unwrap().is_unionpays(), is_unionpays, "{code}");
        }
    }

    #[test]
    fn a_code_is_never_printed() {
        let scanned = Scanned::read("281000000000000001", Some("till 4".into())).unwrap();
        assert_eq!(format!("{scanned:?}"), r#"Scanned { device: Some("till 4"), .. }"#);
    }
}
