//! The numbers and codes that WeChat Pay gives out.

use super::calls::Trade;
use crate::clock;
use crate::numbers::{random, random_digits};

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const HEX: &[u8; 16] = b"0123456789abcdef";
const NATIVE: &str = "weixin://wxpay/bizpayurl?pr=";
const PREPAY: &str = "prepay_id=";

/// What the wallet finds the order by: the text of the QR code, `prepay_id=…`, or the code in an H5 address.
pub(super) fn fresh_code(trade: Trade, now: i64) -> String {
    match trade {
        Trade::Native => format!("{NATIVE}{}zz", random(LETTERS, 7)),
        Trade::Jsapi | Trade::App => {
            format!("{PREPAY}wx{}{}", clock::stamp(now), random(HEX, 20))
        }
        Trade::H5 | Trade::Code => random(BASE32, 12),
    }
}

/// The code within what was scanned or typed, if it has a form of this channel.
pub(super) fn read_code(text: &str) -> Option<String> {
    let until_end =
        |rest: &str| -> String { rest.chars().take_while(char::is_ascii_alphanumeric).collect() };
    if let Some((_, rest)) = text.split_once(NATIVE) {
        return Some(format!("{NATIVE}{}", until_end(rest)));
    }
    text.split_once(PREPAY).map(|(_, rest)| format!("{PREPAY}{}", until_end(rest)))
}

/// The `prepay_id` of an order's code.
pub(super) fn prepay_id(code: &str) -> &str {
    code.strip_prefix(PREPAY).unwrap_or(code)
}

/// Such as `4200001234202611180000000001`.
pub(super) fn transaction_id(at_ms: i64) -> String {
    format!("4200001234{}{}", clock::day(at_ms), random_digits(10))
}

pub(super) fn refund_id(at_ms: i64) -> String {
    format!("5030000{}{}", clock::day(at_ms), random_digits(14))
}

/// Of a notification.
pub(super) fn event_id(at_ms: i64) -> String {
    format!("EV-{}{}", clock::stamp(at_ms), random_digits(6))
}

/// Twelve signs, which no two notifications should share.
pub(super) fn cipher_nonce() -> String {
    random(LETTERS, 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_what_was_scanned_and_left_as_it_is() {
        let code = fresh_code(Trade::Native, 0);
        assert_eq!(read_code(&code), Some(code.clone()));
        let code = fresh_code(Trade::Jsapi, 0);
        assert_eq!((read_code(&code), prepay_id(&code).len()), (Some(code.clone()), 36));
        assert_eq!(read_code("http://10.0.0.5:8081/wallet?code=abc234"), None);
        assert_eq!(read_code("4821 0937 55"), None);
    }
}
