//! Who speaks (`protocols/wechatpay-v3.md` 2 and 3): our signature over each request, theirs over each answer and message.
//! Strict: what is unsigned, old or signed by a key that we do not know is refused, in test mode too.

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{bail, ensure};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::ParsedPublicKey;

use super::certificate::Certificate;
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

/// How the serial of a public key of theirs begins.
const PUBLIC_KEY: &str = "PUB_KEY_ID_";

/// Our private key, and those of WeChat Pay's public ones that we trust, each by its serial.
pub(super) struct Keys {
    mchid: String,
    serial: String,
    ours: KeyPair,
    /// Entered by hand; the first is named in our requests, where there is nothing better.
    theirs: Vec<(String, ParsedPublicKey)>,
    /// Fetched (`fetch.rs`); none where the account names a public key.
    held: Option<RwLock<Arc<[Certificate]>>>,
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

impl<'a> Signed<'a> {
    /// Of what stood in [`HEADERS`].
    pub(super) fn of(headers: &'a [Option<String>; 5], body: &'a [u8]) -> Signed<'a> {
        let [timestamp, nonce, serial, algorithm, signature] =
            headers.each_ref().map(|header| header.as_deref());
        Signed { timestamp, nonce, serial, algorithm, signature, body }
    }

    /// Its signature, its serial and what is signed, if it is of now and of a form that WeChat Pay has: everything but the proof.
    fn claim(&self, now: Millis) -> Result<(&'a str, &'a str, Vec<u8>), &'static str> {
        let signature = self.signature.ok_or("it is not signed")?;
        if signature.starts_with(PROBE) {
            return Err("its signature is wrong on purpose: a probe");
        }
        if self.algorithm.is_some_and(|algorithm| algorithm != ALGORITHM) {
            return Err("it is signed in another way");
        }
        let timestamp = self.timestamp.ok_or("it has no time")?;
        let at: i64 = timestamp.parse().map_err(|_| "its time is malformed")?;
        if now.div_euclid(1000).abs_diff(at) > WINDOW.unsigned_abs() {
            return Err("its time is too far from ours");
        }
        let nonce = self.nonce.ok_or("it has no nonce")?;
        let serial = self.serial.ok_or("it names no key")?;
        let content = [format!("{timestamp}\n{nonce}\n").as_bytes(), self.body, b"\n"].concat();
        Ok((signature, serial, content))
    }
}

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
        let mut theirs = match (&settings.public_key_id, &settings.public_key) {
            (Some(id), Some(key)) => {
                vec![(id.clone(), rsa::public_key("WeChat Pay's public key", key)?)]
            }
            (None, None) => vec![],
            (Some(_), None) | (None, Some(_)) => bail!(
                "public_key and public_key_id belong together; without both the platform certificates are fetched"
            ),
        };
        let held = theirs.is_empty().then(|| RwLock::new(Arc::default()));
        match (&settings.other_public_key_id, &settings.other_public_key) {
            (Some(id), Some(key)) => {
                theirs.push((id.clone(), rsa::public_key("WeChat Pay's other public key", key)?));
            }
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => {
                bail!("other_public_key and other_public_key_id belong together")
            }
        }
        Ok(Keys {
            mchid: settings.mchid.clone(),
            serial: settings.serial.to_ascii_uppercase(),
            ours: rsa::private_key("our WeChat Pay key", &settings.private_key)?,
            theirs,
            held,
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
        let mut headers =
            vec![("accept", "application/json".to_owned()), ("authorization", authorization)];
        headers.extend(self.trusted(now).map(|serial| ("wechatpay-serial", serial)));
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

    /// By which serial we say what we trust: the certificate that ends last, where they are fetched.
    fn trusted(&self, now: Millis) -> Option<String> {
        let held = self.held();
        let valid = held.iter().filter(|one| one.is_valid(now));
        let newest = valid.max_by_key(|one| one.until).map(|one| one.serial.clone());
        newest.or_else(|| self.theirs.first().map(|(id, _)| id.clone()))
    }

    /// Whether WeChat Pay signed this, a moment ago.
    pub(super) fn verify(&self, signed: &Signed<'_>, now: Millis) -> Result<(), &'static str> {
        self.verify_by(&self.held(), signed, now)
    }

    /// The same by these certificates instead of those that are held.
    pub(super) fn verify_by(
        &self,
        held: &[Certificate],
        signed: &Signed<'_>,
        now: Millis,
    ) -> Result<(), &'static str> {
        let (signature, serial, content) = signed.claim(now)?;
        let by_hand = self.by_hand(serial);
        let key = match (by_hand, held.iter().find(|one| one.is_of(serial))) {
            (Some(key), _) => key,
            (None, Some(one)) if one.is_valid(now) => &one.key,
            (None, Some(_)) => return Err("it is signed by a certificate that is not valid now"),
            (None, None) if self.fetches() && serial.starts_with(PUBLIC_KEY) => {
                return Err(
                    "it is signed by WeChat Pay's public key, which this account does not name (public_key_id, public_key)",
                );
            }
            (None, None) if self.fetches() => {
                return Err("it is signed by a certificate that WeChat Pay's list has not");
            }
            (None, None) => return Err("it is signed by a key that we do not know"),
        };
        match rsa::is_signed(key, &content, signature) {
            true => Ok(()),
            false => Err("its signature is wrong"),
        }
    }

    /// Whether a fresh list of certificates might prove this, and nothing that is here can.
    pub(super) fn lacks(&self, signed: &Signed<'_>, now: Millis) -> bool {
        let Ok((_, serial, _)) = signed.claim(now) else { return false };
        let is_certificates =
            (1..=40).contains(&serial.len()) && serial.bytes().all(|sign| sign.is_ascii_hexdigit());
        let is_held = |one: &Certificate| one.is_of(serial) && one.is_valid(now);
        self.fetches()
            && is_certificates
            && self.by_hand(serial).is_none()
            && !self.held().iter().any(is_held)
    }

    fn by_hand(&self, serial: &str) -> Option<&ParsedPublicKey> {
        let mut known = self.theirs.iter();
        known.find(|(id, _)| id.eq_ignore_ascii_case(serial)).map(|(_, key)| key)
    }

    /// Whether this account lives by platform certificates that are fetched.
    pub(super) fn fetches(&self) -> bool {
        self.held.is_some()
    }

    /// Whether a key was entered by hand beside them.
    pub(super) fn knows_one_by_hand(&self) -> bool {
        !self.theirs.is_empty()
    }

    /// Whether a certificate is held that is believed now.
    pub(super) fn holds_one(&self, now: Millis) -> bool {
        self.held().iter().any(|one| one.is_valid(now))
    }

    /// These, and no others from now on.
    pub(super) fn hold(&self, certificates: Vec<Certificate>) {
        if let Some(held) = &self.held {
            *held.write().unwrap_or_else(PoisonError::into_inner) = certificates.into();
        }
    }

    fn held(&self) -> Arc<[Certificate]> {
        let held = self.held.as_ref();
        held.map(|held| held.read().unwrap_or_else(PoisonError::into_inner).clone())
            .unwrap_or_default()
    }
}

/// Five lines, each with its end.
fn request(by: By, target: &str, timestamp: &str, nonce: &str, body: &str) -> String {
    format!("{}\n{target}\n{timestamp}\n{nonce}\n{body}\n", by.as_str())
}

#[cfg(test)]
mod tests;
