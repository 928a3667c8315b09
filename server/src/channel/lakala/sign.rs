//! LKLAPI-SHA256withRSA (`protocols/lakala.md` 2): five lines are signed of a request and of its answer, three of a message; each
//! line ends. Strict: what is unsigned proves nothing, in test mode too.

use anyhow::ensure;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::ParsedPublicKey;

use crate::channel::rsa;
use crate::clock::Millis;
use crate::config::LakalaSettings;

/// The one scheme that there is.
const SCHEME: &str = "LKLAPI-SHA256withRSA";

/// The headers of an answer, in the order of the lines that are signed; the signature stands last.
pub(super) const HEADERS: [&str; 5] =
    ["lklapi-appid", "lklapi-serial", "lklapi-timestamp", "lklapi-nonce", "lklapi-signature"];

/// Our private key, and two of Lakala's: one signs answers, another messages.
pub(super) struct Keys {
    appid: String,
    serial: String,
    ours: KeyPair,
    of_answers: ParsedPublicKey,
    of_notices: ParsedPublicKey,
}

impl Keys {
    pub(super) fn of(settings: &LakalaSettings) -> anyhow::Result<Keys> {
        let plain =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        ensure!(plain(&settings.appid), "Lakala's appid must be letters and digits, such as OP…");
        ensure!(
            plain(&settings.serial),
            "the serial of our Lakala certificate must be hexadecimal"
        );
        let notify_key = settings.notify_public_key.as_ref().unwrap_or(&settings.public_key);
        Ok(Keys {
            appid: settings.appid.clone(),
            serial: settings.serial.clone(),
            ours: rsa::private_key("our Lakala key", &settings.private_key)?,
            of_answers: rsa::public_key("Lakala's public key", &settings.public_key)?,
            of_notices: rsa::public_key("Lakala's public key of messages", notify_key)?,
        })
    }

    /// The header `Authorization` of a request.
    pub(super) fn authorization(
        &self,
        (now, nonce): (Millis, &str),
        body: &str,
    ) -> anyhow::Result<String> {
        let Keys { appid, serial, .. } = self;
        let timestamp = now.div_euclid(1000).to_string();
        let content = lines(&[appid, serial, &timestamp, nonce], body.as_bytes());
        let signature = rsa::sign(&self.ours, &content)?;
        Ok(format!(
            "{SCHEME} appid=\"{appid}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp}\",serial_no=\"{serial}\",signature=\"{signature}\""
        ))
    }

    /// Whether Lakala has signed this answer, and for us. `headers` are those of [`HEADERS`].
    pub(super) fn verify_answer(
        &self,
        headers: [Option<&str>; 5],
        body: &[u8],
    ) -> Result<(), &'static str> {
        let [Some(appid), Some(serial), Some(timestamp), Some(nonce), Some(signature)] = headers
        else {
            return Err("the answer is not signed");
        };
        if appid != self.appid {
            return Err("the answer is to somebody else");
        }
        let content = lines(&[appid, serial, timestamp, nonce], body);
        is_signed(&self.of_answers, &content, signature)
    }

    /// Whether Lakala has signed this message.
    pub(super) fn verify_notice(
        &self,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Result<(), &'static str> {
        let parts = authorization.and_then(|header| header.strip_prefix(SCHEME)?.strip_prefix(' '));
        let parts = parts.ok_or("it is not signed")?;
        let [Some(timestamp), Some(nonce), Some(signature)] =
            ["timestamp", "nonce_str", "signature"].map(|name| part(parts, name))
        else {
            return Err("it is not signed");
        };
        is_signed(&self.of_notices, &lines(&[timestamp, nonce], body), signature)
    }
}

fn is_signed(key: &ParsedPublicKey, content: &[u8], signature: &str) -> Result<(), &'static str> {
    match rsa::is_signed(key, content, signature) {
        true => Ok(()),
        false => Err("its signature is wrong"),
    }
}

/// The lines, then the body as it came, each with its end.
fn lines(head: &[&str], body: &[u8]) -> Vec<u8> {
    let mut content = head.join("\n").into_bytes();
    content.push(b'\n');
    content.extend_from_slice(body);
    content.push(b'\n');
    content
}

/// A part of the header, in whatever order they stand; a value ends with its quote, for Base64 has signs of equality too.
fn part<'a>(parts: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = parts.split(',').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    value.strip_prefix('"')?.strip_suffix('"').filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
