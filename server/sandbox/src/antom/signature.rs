//! Antom's signature: RSA with SHA-256 over method, path, client, time and the raw body, the same
//! in both directions (`protocols/antom.md` 2).

use url::form_urlencoded;

use crate::keys::Pair;

/// The one merchant whom this channel knows.
pub(crate) const CLIENT_ID: &str = "SANDBOX_5X00000000000000";
/// The merchant has one pair of keys.
const MERCHANT_KEY_VERSION: &str = "1";
/// The channel's keys have been renewed once.
const PLATFORM_KEY_VERSION: u32 = 2;

/// The channel's private key and the merchant's public one.
#[derive(Clone)]
pub(crate) struct Keys(Pair);

/// What exactly is signed.
pub(crate) struct Content<'a> {
    pub(crate) path: &'a str,
    pub(crate) client: &'a str,
    pub(crate) time: &'a str,
    pub(crate) body: &'a [u8],
}

/// Why a signature is not accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unsigned {
    /// The header is missing, malformed, or does not fit what was sent.
    Wrong,
    /// Signed with a key we do not have.
    UnknownKey,
}

impl Keys {
    pub(crate) fn load() -> anyhow::Result<Keys> {
        let platform = include_str!("../../keys/platform_private.pem");
        let merchant = include_str!("../../keys/merchant_public.pem");
        Ok(Keys(Pair::load(platform, merchant)?))
    }

    /// Whether the merchant signed this.
    pub(crate) fn verify(&self, header: &str, content: &Content<'_>) -> Result<(), Unsigned> {
        let header = Header::parse(header).ok_or(Unsigned::Wrong)?;
        if header.version != MERCHANT_KEY_VERSION {
            return Err(Unsigned::UnknownKey);
        }
        match self.0.verifies(&content.bytes(), &header.signature) {
            true => Ok(()),
            false => Err(Unsigned::Wrong),
        }
    }

    /// The channel's signature header. `separator` stands between its parts: Antom's own answers
    /// have a comma, its notifications a comma and a space.
    pub(crate) fn sign(&self, content: &Content<'_>, separator: &str) -> String {
        let signature = self.0.sign(&content.bytes());
        let signature: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
        let version = format!("keyVersion={PLATFORM_KEY_VERSION}");
        ["algorithm=RSA256", &version, &format!("signature={signature}")].join(separator)
    }
}

impl Content<'_> {
    fn bytes(&self) -> Vec<u8> {
        let head = format!("POST {}\n{}.{}.", self.path, self.client, self.time);
        [head.as_bytes(), self.body].concat()
    }
}

struct Header<'a> {
    version: &'a str,
    /// In Base64.
    signature: String,
}

impl<'a> Header<'a> {
    /// Reads `algorithm=RSA256, keyVersion=1, signature=…`, with or without the spaces.
    fn parse(text: &'a str) -> Option<Header<'a>> {
        let part = |name: &str| {
            let mut parts = text.split(',').filter_map(|part| part.trim().split_once('='));
            parts.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        if part("algorithm")? != "RSA256" {
            return None;
        }
        let signature = url_decoded(part("signature")?)?;
        Some(Header { version: part("keyVersion")?, signature })
    }
}

/// Undoes the URL encoding. A bare `+`, `/` or `=` was not encoded, and is refused as Antom does.
fn url_decoded(text: &str) -> Option<String> {
    if text.contains(['+', '/', '=', '&']) {
        return None;
    }
    form_urlencoded::parse(text.as_bytes()).next().map(|(key, _)| key.into_owned())
}

/// The vectors of `protocols/antom.md` 12. RSA with PKCS #1 v1.5 gives the same signature every
/// time, so what the channel signs must be equal to them, byte by byte.
#[cfg(test)]
mod tests {
    use super::*;

    const PAY: &str = "/ams/sandbox/api/v1/payments/pay";
    const REQUEST: &str = include_str!("../../tests/vectors/request_body.json");
    const REQUEST_SIGNATURE: &str = include_str!("../../tests/vectors/request_signature.txt");
    const RESPONSE: &str = include_str!("../../tests/vectors/response_body.json");
    const RESPONSE_SIGNATURE: &str = include_str!("../../tests/vectors/response_signature.txt");
    const NOTIFICATION: &str = include_str!("../../tests/vectors/notification_body.json");
    const NOTIFICATION_SIGNATURE: &str =
        include_str!("../../tests/vectors/notification_signature.txt");

    fn content<'a>(path: &'a str, time: &'a str, body: &'a str) -> Content<'a> {
        Content { path, client: CLIENT_ID, time, body: body.as_bytes() }
    }

    #[track_caller]
    fn check_request(path: &str, body: &str, header: &str, expected: Result<(), Unsigned>) {
        let keys = Keys::load().unwrap();
        assert_eq!(keys.verify(header, &content(path, "1685599933871", body)), expected);
    }

    #[test]
    fn the_merchants_request_is_accepted() {
        check_request(PAY, REQUEST, REQUEST_SIGNATURE, Ok(()));
        let spaced = REQUEST_SIGNATURE.replace(',', ", ");
        check_request(PAY, REQUEST, &spaced, Ok(()));
    }

    #[test]
    fn a_changed_request_is_refused() {
        let wrong = Err(Unsigned::Wrong);
        let changed = REQUEST.replace("25000", "25001");
        check_request(PAY, &changed, REQUEST_SIGNATURE, wrong);
        let live = "/ams/api/v1/payments/pay";
        check_request(live, REQUEST, REQUEST_SIGNATURE, Err(Unsigned::Wrong));
        check_request(PAY, REQUEST, RESPONSE_SIGNATURE, Err(Unsigned::UnknownKey));
        let swapped = RESPONSE_SIGNATURE.replace("keyVersion=2", "keyVersion=1");
        check_request(PAY, REQUEST, &swapped, Err(Unsigned::Wrong));
        let not_encoded = REQUEST_SIGNATURE.replace("%2F", "/");
        check_request(PAY, REQUEST, &not_encoded, Err(Unsigned::Wrong));
        check_request(PAY, REQUEST, "", Err(Unsigned::Wrong));
    }

    #[test]
    fn the_channels_answer_is_signed_as_the_vector_is() {
        let content = content(PAY, "1685599934120", RESPONSE);
        assert_eq!(Keys::load().unwrap().sign(&content, ","), RESPONSE_SIGNATURE);
    }

    #[test]
    fn the_channels_notification_is_signed_as_the_vector_is() {
        let content = content("/notify/antom", "2026-11-18T12:01:31+08:00", NOTIFICATION);
        assert_eq!(Keys::load().unwrap().sign(&content, ", "), NOTIFICATION_SIGNATURE);
    }
}
