//! LKLAPI-SHA256withRSA (`protocols/lakala.md` 2): five lines of a request and of an answer, three of a notification.

use super::{APPID, SERIAL};
use crate::channel::{Headers, Signed};
use crate::keys::Pair;
use crate::numbers::random;

const SCHEME: &str = "LKLAPI-SHA256withRSA ";
/// Of the certificate that answers are proved by.
const OUR_SERIAL: &str = "0181b0c3d0e1";
const NONCE: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

pub(super) fn load() -> anyhow::Result<Pair> {
    let platform = include_str!("../../keys/lakala_platform_private.pem");
    Pair::load(platform, include_str!("../../keys/lakala_merchant_public.pem"))
}

/// Whether the one application that we know sent this; else why not.
pub(super) fn check(keys: &Pair, header: &str, body: &[u8]) -> Result<(), &'static str> {
    let parts = header.strip_prefix(SCHEME).ok_or("Authorization is LKLAPI-SHA256withRSA")?;
    let [appid, nonce, time, serial] =
        ["appid", "nonce_str", "timestamp", "serial_no"].map(|name| part(parts, name));
    if appid != APPID || serial != SERIAL {
        return Err("the application, or its certificate, is not known");
    }
    let is_plain = nonce.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !(12..=32).contains(&nonce.len()) || !is_plain {
        return Err("nonce_str has 12 to 32 letters and digits");
    }
    if time.len() != 10 || !time.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("timestamp is in seconds");
    }
    let head = format!("{appid}\n{serial}\n{time}\n{nonce}\n");
    match keys.verifies(&[head.as_bytes(), body, b"\n"].concat(), part(parts, "signature")) {
        true => Ok(()),
        false => Err("the signature does not fit"),
    }
}

/// One part of the header; empty where it is missing.
fn part<'a>(parts: &'a str, name: &str) -> &'a str {
    let mut pairs = parts.split(',').filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
    value.and_then(|value| value.strip_prefix('"')?.strip_suffix('"')).unwrap_or_default()
}

/// Of an answer.
pub(super) fn headers(keys: &Pair, body: &str, signed: Signed, now: i64) -> Headers {
    let (time, nonce) = ((now / 1000).to_string(), random(NONCE, 32));
    let head = format!("{APPID}\n{OUR_SERIAL}\n{time}\n{nonce}\n");
    let signature = sign(keys, &head, body, signed);
    vec![
        ("content-type", "application/json;charset=UTF-8".into()),
        ("lklapi-appid", APPID.into()),
        ("lklapi-serial", OUR_SERIAL.into()),
        ("lklapi-timestamp", time),
        ("lklapi-nonce", nonce),
        ("lklapi-signature", signature),
    ]
}

/// Of a notification: the header that a request has, in three lines.
pub(super) fn authorization(keys: &Pair, body: &str, signed: Signed, now: i64) -> String {
    authorize(keys, body, signed, &(now / 1000).to_string(), &random(NONCE, 16))
}

fn authorize(keys: &Pair, body: &str, signed: Signed, time: &str, nonce: &str) -> String {
    let signature = sign(keys, &format!("{time}\n{nonce}\n"), body, signed);
    format!(r#"{SCHEME}timestamp="{time}",nonce_str="{nonce}",signature="{signature}""#)
}

/// Signed wrongly, the signature is well formed, and of another text.
fn sign(keys: &Pair, head: &str, body: &str, signed: Signed) -> String {
    let end = if signed == Signed::Well { "\n" } else { " \n" };
    keys.sign(format!("{head}{body}{end}").as_bytes())
}

/// The vectors of `protocols/lakala.md` 8. This RSA gives the same signature every time.
#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = include_str!("../../tests/vectors/lakala/request.json");
    const HEADER: &str = include_str!("../../tests/vectors/lakala/authorization.txt");
    const ANSWER: &str = include_str!("../../tests/vectors/lakala/answer.json");
    const ANSWERED: &str = include_str!("../../tests/vectors/lakala/answer_signature.txt");
    const NOTICE: &str = include_str!("../../tests/vectors/lakala/notice.json");
    const NOTIFIED: &str = include_str!("../../tests/vectors/lakala/notice_authorization.txt");

    #[test]
    fn the_merchants_request_is_accepted_and_a_changed_one_is_not() {
        let keys = load().unwrap();
        assert_eq!(check(&keys, HEADER, REQUEST.as_bytes()), Ok(()));
        let wrong = Err("the signature does not fit");
        let changed = REQUEST.replace("8888", "8889");
        assert_eq!(check(&keys, HEADER, changed.as_bytes()), wrong);
        for (from, to, why) in [
            ("LKLAPI-SHA256withRSA", "SHA256withRSA", "Authorization"),
            ("OP00000003", "OP00000004", "not known"),
            ("00dfba8194c41b84cf", "00dfba8194c41b84cd", "not known"),
            ("abcdefghijklmnopqrstuvwxyz012345", "abc", "12 to 32"),
            ("1794974400", "1794974400000", "seconds"),
            ("1794974400", "1794974401", "does not fit"),
            ("UBh2zH", "UBh2zI", "does not fit"),
        ] {
            let refused = check(&keys, &HEADER.replace(from, to), REQUEST.as_bytes());
            assert!(refused.unwrap_err().contains(why), "{from}");
        }
        assert!(check(&keys, "", REQUEST.as_bytes()).is_err());
    }

    #[test]
    fn what_lakala_says_is_signed_as_the_vectors_are() {
        let keys = load().unwrap();
        let nonce = "QWERTYUIOPASDFGHJKLZXCVBNM123456";
        let head = format!("{APPID}\n{OUR_SERIAL}\n1794974401\n{nonce}\n");
        assert_eq!(sign(&keys, &head, ANSWER, Signed::Well), ANSWERED);
        assert_ne!(sign(&keys, &head, ANSWER, Signed::Wrongly), ANSWERED);
        let told = authorize(&keys, NOTICE, Signed::Well, "1794974491", "9hCrmGkTZq0PV1A2");
        assert_eq!(told, NOTIFIED);
    }
}
