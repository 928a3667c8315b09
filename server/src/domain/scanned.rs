//! What the merchant's scanner read: the payment code that a payer's wallet shows for about a minute.
//!
//! Whoever holds the code can charge its payer once. So it lies nowhere but in the request that brought it: no row has
//! it, and it cannot be printed.

use std::fmt;
use std::ops::RangeInclusive;

use florin_shared::Method;

/// The shortest and the longest code: WeChat's has 18 digits, Alipay's 16 to 24, an EMVCo code is some base64, and Antom
/// documents 128 characters.
const LENGTHS: RangeInclusive<usize> = 10..=128;

/// Codes that are known by their digits: whose they are, how many digits they have, and the first two.
struct Known {
    method: Method,
    digits: RangeInclusive<usize>,
    begins: RangeInclusive<u8>,
}

/// Every wallet whose codes nobody takes for another's (`protocols/wechatpay-v3.md` 4, `protocols/alipay.md` 4,
/// `protocols/unionpay-qr.md` 7). The wallets of
/// Alipay+ show such codes as Alipay does, and are known by nothing.
const WALLETS: &[Known] = &[
    Known { method: Method::Wechatpay, digits: 18..=18, begins: 10..=15 },
    Known { method: Method::Alipay, digits: 16..=24, begins: 25..=30 },
    Known { method: Method::Unionpay, digits: 19..=19, begins: 62..=62 },
];

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

    /// Whose wallet shows this, if its digits tell; or who has known the payer's face.
    pub fn wallet(&self) -> Option<Method> {
        if self.is_face() {
            return Some(Method::Alipay);
        }
        if !self.code.bytes().all(|sign| sign.is_ascii_digit()) {
            return None;
        }
        let begins: u8 = self.code.get(..2)?.parse().ok()?;
        let mut known = WALLETS.iter().filter(|one| one.digits.contains(&self.code.len()));
        known.find(|one| one.begins.contains(&begins)).map(|one| one.method)
    }

    /// Whether it is a face token: what a device with Alipay's camera gets for a face that Alipay has known, and is charged as a payment
    /// code is. 35 letters and digits that begin with `fp` (Alipay's page of `alipay.trade.pay`, `auth_code`).
    pub fn is_face(&self) -> bool {
        let is_plain = self.code.bytes().all(|sign| sign.is_ascii_alphanumeric());
        self.code.len() == 35 && self.code.starts_with("fp") && is_plain
    }

    /// Whether a wallet of this method may show this. Of a method whose codes are known by nothing, any may be.
    pub fn may_be_of(&self, method: Method) -> bool {
        let is_known = WALLETS.iter().any(|one| one.method == method);
        !is_known || self.wallet() == Some(method)
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
    use super::*;

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
    fn a_wallets_codes_are_known_by_their_digits() {
        let (wechat, alipay) = (Some(Method::Wechatpay), Some(Method::Alipay));
        let unionpay = Some(Method::Unionpay);
        for (code, wallet) in [
            ("100000000000000001", wechat),
            ("134567890123456789", wechat),
            ("159999999999999999", wechat),
            ("160000000000000000", None),
            ("10000000000000000", None),
            ("1000000000000000011", None),
            ("10000000000000000a", None),
            ("2500000000000001", alipay),
            ("281000000000000001", alipay),
            ("300000000000000000000001", alipay),
            ("240000000000000001", None),
            ("310000000000000001", None),
            ("281000000000000", None),
            ("2810000000000000000000001", None),
            ("28100000000000000=", None),
            ("6200000000000000001", unionpay),
            ("6299999999999999999", unionpay),
            ("6300000000000000001", None),
            ("620000000000000001", None),
            ("62000000000000000012", None),
            ("620000000000000000a", None),
        ] {
            assert_eq!(Scanned::read(code, None).unwrap().wallet(), wallet, "{code}");
        }
    }

    #[test]
    fn a_face_that_alipay_knows_is_alipays_and_no_other_wallets() {
        let face = |text: &str| Scanned::read(text, None).unwrap();
        let token = face("fp0123456789abcdefABCDEF01234567890");
        assert_eq!((token.is_face(), token.wallet()), (true, Some(Method::Alipay)));
        let may_be = [Method::Alipay, Method::Wechatpay, Method::Unionpay];
        assert_eq!(may_be.map(|method| token.may_be_of(method)), [true, false, false]);
        for other in [
            "fp0123456789abcdefABCDEF0123456789",
            "fp0123456789abcdefABCDEF012345678901",
            "FP0123456789abcdefABCDEF01234567890",
            "fp0123456789abcdefABCDEF0123456789=",
            "281000000000000001",
        ] {
            assert!(!face(other).is_face(), "{other}");
        }
    }

    #[test]
    fn a_method_whose_codes_are_known_by_nothing_may_have_shown_any() {
        let scanned = Scanned::read("281000000000000001", None).unwrap();
        let may_be = [Method::Wechatpay, Method::Alipay, Method::AlipayPlus];
        assert_eq!(may_be.map(|method| scanned.may_be_of(method)), [false, true, true]);
    }

    #[test]
    fn a_code_is_never_printed() {
        let scanned = Scanned::read("281000000000000001", Some("till 4".into())).unwrap();
        assert_eq!(format!("{scanned:?}"), r#"Scanned { device: Some("till 4"), .. }"#);
    }
}
