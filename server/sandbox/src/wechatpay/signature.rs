//! Signatures in both directions (`protocols/wechatpay-v3.md` 2 and 3).

use super::account::{MCHID, MERCHANT_SERIAL};
use super::certificates::Signer;
use super::refusal::Refusal;
use crate::channel::{Headers, Signed};
use crate::gate::Heard;
use crate::keys::Pair;
use crate::numbers::random;

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
/// How far the merchant's clock may be off.
const WINDOW_MS: i64 = 300_000;
/// How the signature of a probe begins, which must be refused.
const PROBE: &str = "WECHATPAY/SIGNTEST/";
const NONCE: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(super) fn load() -> anyhow::Result<Pair> {
    load_by(include_str!("../../keys/wechatpay_platform_private.pem"))
}

/// The same merchant, told of by another key of the channel's.
pub(super) fn load_by(platform: &str) -> anyhow::Result<Pair> {
    Pair::load(platform, include_str!("../../keys/wechatpay_merchant_public.pem"))
}

/// Whether the one merchant we know sent this, within five minutes.
pub(super) fn verify(keys: &Pair, heard: &Heard, now: i64) -> Result<(), Refusal> {
    let url = heard.uri.path_and_query().map_or("/", |both| both.as_str());
    let content = Content { method: heard.method.as_str(), url, body: &heard.body };
    check(keys, heard.header("authorization"), &content, now)
}

/// What is signed of a request, beside its time and its nonce.
struct Content<'a> {
    method: &'a str,
    /// Path and query, as they were sent.
    url: &'a str,
    body: &'a [u8],
}

impl Content<'_> {
    fn bytes(&self, time: &str, nonce: &str) -> Vec<u8> {
        let head = format!("{}\n{}\n{time}\n{nonce}\n", self.method, self.url);
        [head.as_bytes(), self.body, b"\n"].concat()
    }
}

fn check(keys: &Pair, header: &str, content: &Content<'_>, now: i64) -> Result<(), Refusal> {
    let wrong = |why: &str| Err(Refusal::unsigned(why));
    let Some(parts) = header.strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(' ')) else {
        return wrong("the header Authorization begins with WECHATPAY2-SHA256-RSA2048");
    };
    let (time, nonce) = (part(parts, "timestamp"), part(parts, "nonce_str"));
    if part(parts, "mchid") != MCHID {
        return wrong("the mchid is not known");
    }
    if part(parts, "serial_no") != MERCHANT_SERIAL {
        return wrong("the merchant has no certificate of this serial_no");
    }
    let Ok(seconds) = time.parse::<i64>() else { return wrong("the timestamp is not a number") };
    if (now - seconds.saturating_mul(1000)).abs() > WINDOW_MS {
        return wrong("the timestamp is more than five minutes off");
    }
    if nonce.is_empty() || nonce.len() > 32 {
        return wrong("the nonce_str has 1 to 32 characters");
    }
    match keys.verifies(&content.bytes(time, nonce), part(parts, "signature")) {
        true => Ok(()),
        false => wrong("the signature does not fit the request"),
    }
}

/// The value of one part of the header, whose order is free; empty where it is missing.
fn part<'a>(parts: &'a str, name: &str) -> &'a str {
    let mut pairs = parts.split(',').filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
    value.and_then(|value| value.strip_prefix('"')?.strip_suffix('"')).unwrap_or_default()
}

/// The headers of whatever the channel says, answers and notifications alike: an address is not signed.
pub(super) fn headers(by: &Signer, body: &str, signed: Signed, now: i64) -> Headers {
    let (time, nonce) = ((now / 1000).to_string(), random(NONCE, 32));
    let signature = sign(&by.keys, &time, &nonce, body, signed);
    let mut headers = vec![
        ("request-id", random(NONCE, 32)),
        ("wechatpay-timestamp", time),
        ("wechatpay-nonce", nonce),
        ("wechatpay-serial", by.serial.into()),
        ("wechatpay-signature", signature),
        ("wechatpay-signature-type", SCHEME.into()),
    ];
    if !body.is_empty() {
        headers.push(("content-type", "application/json; charset=utf-8".into()));
    }
    headers
}

fn sign(keys: &Pair, time: &str, nonce: &str, body: &str, signed: Signed) -> String {
    let content = |body: &str| format!("{time}\n{nonce}\n{body}\n");
    match signed {
        Signed::Well => keys.sign(content(body).as_bytes()),
        Signed::Wrongly => keys.sign(content(&format!("{body} ")).as_bytes()),
        Signed::AsProbe => format!("{PROBE}{}", keys.sign(content(body).as_bytes())),
    }
}

/// The vectors of `protocols/wechatpay-v3.md` 10. This RSA gives the same signature every time.
#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = include_str!("../../tests/vectors/wechatpay/request_body.json");
    const HEADER: &str = include_str!("../../tests/vectors/wechatpay/authorization.txt");
    const QUERY: &str = include_str!("../../tests/vectors/wechatpay/query_signature.txt");
    const ANSWER: &str = include_str!("../../tests/vectors/wechatpay/response_signature.txt");
    const EMPTY: &str = include_str!("../../tests/vectors/wechatpay/empty_signature.txt");
    const NOTICE: &str = include_str!("../../tests/vectors/wechatpay/notice_body.json");
    const NOTICE_SIGNATURE: &str =
        include_str!("../../tests/vectors/wechatpay/notice_signature.txt");
    const THEN: i64 = 1_554_208_460_000;

    fn post<'a>(body: &'a str) -> Content<'a> {
        Content { method: "POST", url: "/v3/pay/transactions/native", body: body.as_bytes() }
    }

    #[track_caller]
    fn refused(header: &str, body: &str, now: i64, why: &str) {
        let refusal = check(&load().unwrap(), header, &post(body), now).unwrap_err();
        assert_eq!((refusal.code, refusal.status.as_u16()), ("SIGN_ERROR", 401));
        assert!(refusal.message.contains(why), "{}", refusal.message);
    }

    #[test]
    fn the_merchants_requests_are_accepted() {
        let keys = load().unwrap();
        assert_eq!(check(&keys, HEADER, &post(BODY), THEN), Ok(()));
        let url = "/v3/pay/transactions/out-trade-no/ORDER20261118000001?mchid=1900000001";
        let signature = part(HEADER, "signature");
        let header = HEADER.replace(signature, QUERY);
        let query = Content { method: "GET", url, body: b"" };
        assert_eq!(check(&keys, &header, &query, THEN), Ok(()));
    }

    #[test]
    fn what_is_changed_old_or_anothers_is_refused() {
        refused(HEADER, &BODY.replace("100", "101"), THEN, "does not fit");
        refused(HEADER, BODY, THEN + 301_000, "five minutes");
        refused(HEADER, BODY, THEN - 301_000, "five minutes");
        refused(&HEADER.replace("1900000001", "1900000002"), BODY, THEN, "mchid");
        refused(&HEADER.replace("5D01", "5D02"), BODY, THEN, "serial_no");
        refused(&HEADER.replace("593BEC", "593BED"), BODY, THEN, "does not fit");
        refused("", BODY, THEN, "Authorization");
        refused(&HEADER.replace("nonce_str", "nonce"), BODY, THEN, "nonce_str");
    }

    #[test]
    fn what_the_channel_says_is_signed_as_the_vectors_are() {
        let keys = load().unwrap();
        let nonce = "c5ac7061fccab6bf3e254dcf98995b8c";
        let body = r#"{"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}"#;
        assert_eq!(sign(&keys, "1554208461", nonce, body, Signed::Well), ANSWER);
        assert_eq!(sign(&keys, "1554208461", nonce, "", Signed::Well), EMPTY);
        let nonce = "EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz";
        assert_eq!(sign(&keys, "1794974491", nonce, NOTICE, Signed::Well), NOTICE_SIGNATURE);
        assert_ne!(sign(&keys, "1794974491", nonce, NOTICE, Signed::Wrongly), NOTICE_SIGNATURE);
        let probe = sign(&keys, "1794974491", nonce, NOTICE, Signed::AsProbe);
        assert!(probe.starts_with("WECHATPAY/SIGNTEST/"));
    }
}
