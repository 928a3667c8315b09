//! What is wrong with an account: its keys as they were pasted, the way to the channel and its clock, and what the channel says to a
//! signed question about a payment that nobody has made. It changes nothing anywhere.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::DATE;
use serde_json::Value;

use super::{Channel, rsa};
use crate::clock::{Clock, Millis};
use crate::config::given::Given;
use crate::domain::payment::Payment;
use crate::point;

/// One thing that was tried, in the order in which they build on each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `keys`, `clock` or `account`.
    pub check: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// What was found, and where it is wrong what to do. No setting is quoted but the host.
    pub told: String,
}

fn finding(check: &'static str, found: Result<String, String>) -> Finding {
    let ok = found.is_ok();
    Finding { check, ok, told: found.unwrap_or_else(|wrong| wrong) }
}

/// Tries everything about an account, whatever came before.
pub async fn diagnose(channel: &dyn Channel, given: &Given, nobodys: &Payment) -> Vec<Finding> {
    let host = given.get("host").and_then(Value::as_str).unwrap_or_default();
    vec![
        finding("keys", keys(given)),
        finding("clock", clock(host).await),
        finding("account", channel.probe(nobodys).await.map_err(|said| explained(&said))),
    ]
}

/// Whether each key is what its name says, whole, and not another one's.
///
/// # Errors
/// What is wrong with the first that is wrong.
pub fn keys(given: &Given) -> Result<String, String> {
    let texts = || given.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    for (name, text) in texts() {
        pasted(name, text).map_err(|what| format!("{name} {what}"))?;
    }
    let ours = given.get("private_key").and_then(Value::as_str).unwrap_or_default();
    for (name, text) in texts().filter(|(name, _)| name.ends_with("public_key")) {
        if rsa::is_public_half(ours, text) {
            return Err(format!(
                "{name} is the public half of private_key, which is for the channel to know: paste the key that the channel shows as its own"
            ));
        }
    }
    Ok("each is what its name says, and whole".to_owned())
}

/// What a setting of this name should begin with.
fn label_of(name: &str) -> Option<&'static str> {
    let ends = |end: &str| name.ends_with(end);
    match () {
        () if ends("private_key") => Some("PRIVATE KEY"),
        () if ends("public_key") => Some("PUBLIC KEY"),
        () if ends("certificate") => Some("CERTIFICATE"),
        () => None,
    }
}

/// What is wrong with a key as it was pasted, behind its name.
fn pasted(name: &str, text: &str) -> Result<(), &'static str> {
    let Some(wanted) = label_of(name) else { return Ok(()) };
    let Some((_, rest)) = text.split_once("-----BEGIN ") else { return Ok(()) };
    let Some((label, rest)) = rest.split_once("-----") else {
        return Err("has a broken BEGIN line: copy it again, whole");
    };
    if label != wanted {
        return Err(mistaken(wanted, label));
    }
    let Some((inside, _)) = rest.split_once("-----END ") else {
        return Err("has no END line, it was copied in part: copy it again, whole");
    };
    let digits: String = inside.split_whitespace().collect();
    match STANDARD.decode(digits) {
        Ok(_) => Ok(()),
        Err(_) => Err(
            "is damaged between its BEGIN and END lines: copy it again, whole, each line on its own",
        ),
    }
}

/// Another thing than was wanted.
fn mistaken(wanted: &str, label: &str) -> &'static str {
    match (wanted, label) {
        (_, "ENCRYPTED PRIVATE KEY") => {
            "is encrypted by a password: `openssl pkcs8 -topk8 -nocrypt` takes it off"
        }
        ("PRIVATE KEY", "RSA PRIVATE KEY") => {
            "is in PKCS#1: `openssl pkcs8 -topk8 -nocrypt` makes PKCS#8 of it"
        }
        ("PRIVATE KEY", _) => {
            "is no private key: paste the key that was made for this account, and that nobody else has"
        }
        (_, "PRIVATE KEY" | "RSA PRIVATE KEY") => {
            "is a private key: paste the channel's own, which it shows to everybody"
        }
        ("PUBLIC KEY", "CERTIFICATE") => {
            "is a certificate: `openssl x509 -pubkey -noout` takes the key out of it"
        }
        ("PUBLIC KEY", "RSA PUBLIC KEY") => {
            "is in PKCS#1: `openssl rsa -RSAPublicKey_in -pubout` makes what is wanted of it"
        }
        _ => "is something else than its name says: look at its BEGIN line",
    }
}

/// Channels refuse what is signed at another time than theirs: the strictest after five minutes.
const CLOCKS_APART: Millis = 60_000;

/// Whether the host answers at all, and whether its clock is ours.
async fn clock(host: &str) -> Result<String, String> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none());
    let client = client.build().map_err(|_| "no HTTP client can be built".to_owned())?;
    let sent = Clock::System.now();
    point!("diagnose/before");
    let answer = client.head(host).send().await;
    point!("diagnose/after");
    let answer = answer.map_err(|error| {
        format!(
            "{host} cannot be reached ({}): look at the name, the firewall and the proxy",
            reached(&error)
        )
    })?;
    let here = (sent + Clock::System.now()) / 2;
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let Some(there) = date.and_then(time_of) else {
        return Ok(format!("{host} answers, and does not say what time it is"));
    };
    compared(there - here)
}

fn reached(error: &reqwest::Error) -> String {
    let cause =
        std::iter::successors(std::error::Error::source(error), |&inner| inner.source()).last();
    cause.map_or_else(|| "time-out".to_owned(), ToString::to_string)
}

fn time_of(date: &str) -> Option<Millis> {
    jiff::fmt::rfc2822::parse(date).ok().map(|at| at.timestamp().as_millisecond())
}

fn compared(apart: Millis) -> Result<String, String> {
    if apart.abs() < CLOCKS_APART {
        return Ok("this machine's clock is the channel's, as far as its answers tell".to_owned());
    }
    let way = if apart > 0 { "behind" } else { "ahead of" };
    Err(format!(
        "this machine's clock is {} s {way} the channel's, which refuses what is signed at another time: let it follow a time service",
        apart.abs() / 1000
    ))
}

/// What a channel's word means for whoever has to mend it: the first that stands in what was said. Sources: the codes of each channel's
/// page in `protocols/`.
const CLUES: &[(&str, &str)] = &[
    ("our signature or our clock is wrong", OURS),
    ("invalid-signature", OURS),
    ("invalid_signature", OURS),
    ("sign_error", OURS),
    ("its signature is wrong", THEIRS),
    ("the answer is not signed", THEIRS),
    ("it is not signed", THEIRS),
    ("signed by a key", THEIRS),
    ("its certificate", THEIRS),
    (
        "its time is too far from ours",
        "its clock and this machine's are too far apart: let this machine follow a time service",
    ),
    ("invalid-app-id", NUMBER),
    ("app_id", NUMBER),
    ("mch_not_exists", NUMBER),
    ("appid_mchid_not_match", "appid is not bound to this merchant's number at the channel"),
    ("invalid_client", NUMBER),
    (
        "key_not_found",
        "the channel has no key of ours of this version: register its public half there, or mend key_version",
    ),
    ("access_forbidden", "the account has not signed for this product, or it is not yet in force"),
    ("no_auth", "the account has not signed for this product, or it is not yet in force"),
    ("another merchant", NUMBER),
];

const OURS: &str = "the channel does not accept our signature: register the public half of private_key there, or paste the private key that belongs to what is registered; then look at the clock";

const THEIRS: &str = "its answer is not signed by the key that stands here as the channel's: paste the channel's own public key again";

const NUMBER: &str = "the channel does not know this account: compare its numbers with those in the channel's portal";

/// What the channel said, with what that means where we know it.
fn explained(said: &str) -> String {
    let small = said.to_lowercase();
    match CLUES.iter().find(|(clue, _)| small.contains(clue)) {
        Some((_, meaning)) => format!("{meaning} ({said})"),
        None => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OURS_PEM: &str = include_str!("../../keys/alipay_sandbox_merchant.pem");
    const THEIRS_PEM: &str = include_str!("../../keys/alipay_sandbox_platform_public.pem");
    const CERTIFICATE: &str = include_str!("../../keys/unionpay_sandbox_root.pem");

    fn told(name: &str, text: &str) -> String {
        let mut given = json!({ "private_key": OURS_PEM, "public_key": THEIRS_PEM });
        given[name] = json!(text);
        keys(given.as_object().unwrap()).unwrap_or_else(|wrong| wrong)
    }

    /// The public half of [`OURS_PEM`], as `openssl pkey -pubout` writes it.
    fn own_half() -> String {
        use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
        use aws_lc_rs::signature::KeyPair;

        let pair = rsa::private_key("ours", OURS_PEM).unwrap();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der.as_ref())
        )
    }

    #[test]
    fn what_is_wrong_with_a_key_is_said_by_its_name_and_never_quoted() {
        let inside: String = OURS_PEM.lines().filter(|line| !line.starts_with("-----")).collect();
        let cut: String = OURS_PEM.lines().take(9).map(|line| format!("{line}\n")).collect();
        for (name, text, says) in [
            ("private_key", OURS_PEM.to_owned(), "each is what its name says"),
            ("private_key", inside.clone(), "each is what its name says"),
            ("private_key", cut, "private_key has no END line"),
            ("private_key", OURS_PEM.replacen("M", "!", 3), "private_key is damaged"),
            ("private_key", OURS_PEM.replace("PRIVATE", "RSA PRIVATE"), "private_key is in PKCS#1"),
            (
                "private_key",
                OURS_PEM.replace("PRIVATE", "ENCRYPTED PRIVATE"),
                "private_key is encrypted",
            ),
            ("private_key", THEIRS_PEM.to_owned(), "private_key is no private key"),
            ("public_key", OURS_PEM.to_owned(), "public_key is a private key"),
            ("public_key", CERTIFICATE.to_owned(), "public_key is a certificate"),
            ("public_key", own_half(), "public_key is the public half of private_key"),
            ("notify_public_key", own_half(), "notify_public_key is the public half"),
            ("root_certificate", CERTIFICATE.to_owned(), "each is what its name says"),
            ("root_certificate", THEIRS_PEM.to_owned(), "root_certificate is something else"),
            ("api_v3_key", "-----BEGIN nothing".to_owned(), "each is what its name says"),
        ] {
            let told = told(name, &text);
            assert!(told.starts_with(says), "{name}: {told}");
            assert!(!told.contains(&inside[40..60]));
        }
    }

    #[test]
    fn a_clock_that_is_a_minute_off_is_told_with_its_way() {
        assert_eq!(time_of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(time_of("yesterday"), None);
        assert!(compared(59_000).is_ok() && compared(-59_000).is_ok());
        assert!(compared(300_000).unwrap_err().contains("300 s behind"));
        assert!(compared(-61_000).unwrap_err().contains("61 s ahead of"));
    }

    #[test]
    fn a_channels_word_is_put_into_what_to_do() {
        for (said, meaning) in [
            ("HTTP 401: our signature or our clock is wrong", OURS),
            ("40002 isv.invalid-signature", OURS),
            ("INVALID_SIGNATURE", OURS),
            ("its signature is wrong; look at", THEIRS),
            ("40002 isv.invalid-app-id", NUMBER),
        ] {
            assert_eq!(explained(said), format!("{meaning} ({said})"));
        }
        assert_eq!(explained("HTTP 503"), "HTTP 503");
    }
}
