//! Who speaks (`protocols/wechatpay-v3.md` 2 and 3): our signature over each request, theirs over each answer and message.
//! Strict: what is unsigned, old or signed by a key that we do not know is refused, in test mode too.

use anyhow::{Context, ensure};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::ParsedPublicKey;

use crate::channel::rsa;
use crate::channel::transport::By;
use crate::clock::Millis;
use crate::config::WechatpaySettings;

/// What WeChat Pay calls the one algorithm that there is.
const ALGORITHM: &str = "WECHATPAY2-SHA256-RSA2048";

/// So many seconds may lie between their clock and ours.
const WINDOW: i64 = 300;

/// The beginning of a signature that is wrong on purpose: WeChat Pay sends some, to see whether anybody looks.
const PROBE: &str = "WECHATPAY/SIGNTEST/";

/// Our private key, and those of WeChat Pay's public ones that we trust, each by its serial.
pub(super) struct Keys {
    mchid: String,
    serial: String,
    ours: KeyPair,
    theirs: Vec<(String, ParsedPublicKey)>,
}

/// What is signed, with the headers that say so.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) timestamp: Option<&'a str>,
    pub(super) nonce: Option<&'a str>,
    pub(super) serial: Option<&'a str>,
    pub(super) algorithm: Option<&'a str>,
    pub(super) signature: Option<&'a str>,
    pub(super) body: &'a [u8],
}

/// The headers of [`Signed`], in the order of its fields.
pub(super) const HEADERS: [&str; 5] = [
    "wechatpay-timestamp",
    "wechatpay-nonce",
    "wechatpay-serial",
    "wechatpay-signature-type",
    "wechatpay-signature",
];

impl Keys {
    pub(super) fn of(settings: &WechatpaySettings) -> anyhow::Result<Keys> {
        ensure!(
            !settings.mchid.is_empty() && settings.mchid.bytes().all(|byte| byte.is_ascii_digit()),
            "WeChat Pay's mchid must be digits"
        );
        ensure!(
            !settings.serial.is_empty()
                && settings.serial.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "the serial of our WeChat Pay certificate must be hexadecimal"
        );
        let theirs = rsa::public_key("WeChat Pay's public key", &settings.public_key)?;
        let mut theirs = vec![(settings.public_key_id.clone(), theirs)];
        match (&settings.other_public_key_id, &settings.other_public_key) {
            (Some(id), Some(key)) => {
                theirs.push((id.clone(), rsa::public_key("WeChat Pay's other public key", key)?));
            }
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => {
                anyhow::bail!("other_public_key and other_public_key_id belong together")
            }
        }
        Ok(Keys {
            mchid: settings.mchid.clone(),
            serial: settings.serial.to_ascii_uppercase(),
            ours: rsa::private_key("our WeChat Pay key", &settings.private_key)?,
            theirs,
        })
    }

    /// The headers of a request. `target` is path and query, exactly as they are sent.
    pub(super) fn headers(
        &self,
        by: By,
        target: &str,
        (now, nonce): (Millis, &str),
        body: &str,
    ) -> anyhow::Result<Vec<(&'static str, String)>> {
        let timestamp = now.div_euclid(1000).to_string();
        let content = request(by, target, &timestamp, nonce, body);
        let signature = rsa::sign(&self.ours, content.as_bytes())?;
        let (mchid, serial) = (&self.mchid, &self.serial);
        let authorization = format!(
            "{ALGORITHM} mchid=\"{mchid}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp}\",serial_no=\"{serial}\",signature=\"{signature}\""
        );
        let (trusted, _) = self.theirs.first().context("no key of WeChat Pay's")?;
        let mut headers = vec![
            ("accept", "application/json".to_owned()),
            ("authorization", authorization),
            ("wechatpay-serial", trusted.clone()),
        ];
        if by == By::Post {
            headers.push(("content-type", "application/json".to_owned()));
        }
        Ok(headers)
    }

    /// Our signature under these lines, each of which ends: what WeChat's own bridge checks before it asks for the money
    /// (`protocols/wechatpay-v3.md` 5).
    pub(super) fn of_lines(&self, lines: [&str; 4]) -> anyhow::Result<String> {
        rsa::sign(&self.ours, format!("{}\n", lines.join("\n")).as_bytes())
    }

    /// Whether WeChat Pay signed this, a moment ago.
    pub(super) fn verify(&self, signed: &Signed<'_>, now: Millis) -> Result<(), &'static str> {
        let signature = signed.signature.ok_or("it is not signed")?;
        if signature.starts_with(PROBE) {
            return Err("its signature is wrong on purpose: a probe");
        }
        if signed.algorithm.is_some_and(|algorithm| algorithm != ALGORITHM) {
            return Err("it is signed in another way");
        }
        let timestamp = signed.timestamp.ok_or("it has no time")?;
        let at: i64 = timestamp.parse().map_err(|_| "its time is malformed")?;
        if now.div_euclid(1000).abs_diff(at) > WINDOW.unsigned_abs() {
            return Err("its time is too far from ours");
        }
        let nonce = signed.nonce.ok_or("it has no nonce")?;
        let serial = signed.serial.ok_or("it names no key")?;
        let (_, key) = self
            .theirs
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(serial))
            .ok_or("it is signed by a key that we do not know")?;
        let content = [format!("{timestamp}\n{nonce}\n").as_bytes(), signed.body, b"\n"].concat();
        match rsa::is_signed(key, &content, signature) {
            true => Ok(()),
            false => Err("its signature is wrong"),
        }
    }
}

/// Five lines, each with its end.
fn request(by: By, target: &str, timestamp: &str, nonce: &str, body: &str) -> String {
    format!("{}\n{target}\n{timestamp}\n{nonce}\n{body}\n", by.as_str())
}

#[cfg(test)]
mod tests;
