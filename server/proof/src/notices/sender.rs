//! How each channel signs what it says (`protocols/`), with the sandbox's keys; written once more, and shared with neither side.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow, bail};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use florin_server::channel::Channel;
use florin_server::channel::acquirer::{self, Acquirer};
use florin_server::channel::alipay::{self, Alipay};
use florin_server::channel::antom::{self, Antom};
use florin_server::channel::emvco::{self, Emvco};
use florin_server::channel::lakala::{self, Lakala};
use florin_server::channel::unionpay::{self, Unionpay};
use florin_server::channel::wechatpay::{self, Wechatpay};
use florin_server::clock::Clock;
use url::form_urlencoded;

use super::Message;

/// Nobody listens there, and nobody is called.
const HOST: &str = "http://127.0.0.1:9";

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../../sandbox/keys/", $name, "platform_private.pem"))
    };
}

const UNIONPAYS: &str = include_str!("../../../sandbox/keys/unionpay_platform_certificate.pem");
const ACQUIRERS: &str = include_str!("../../../sandbox/keys/acquirer_gateway_private.pem");
const NONCE: &str = "fdasflkja484";

/// The channel as a speaker.
pub(super) enum Sender {
    Antom(KeyPair),
    Wechatpay(KeyPair, String),
    Alipay(KeyPair),
    Unionpay(KeyPair),
    Lakala(KeyPair),
    Bank(Box<hmac::Key>),
    Acquirer(Box<Ed25519KeyPair>),
}

impl Sender {
    /// The channel of this name, and who speaks for it.
    pub(super) fn of(name: &str) -> anyhow::Result<(Box<dyn Channel>, Sender)> {
        Ok(match name {
            "antom" => {
                let channel = Antom::new(&antom::sandbox(HOST))?;
                (Box::new(channel), Sender::Antom(pair(key!(""))?))
            }
            "wechatpay" => {
                let settings = wechatpay::sandbox(HOST);
                let sender =
                    Sender::Wechatpay(pair(key!("wechatpay_"))?, settings.api_v3_key.clone());
                (Box::new(Wechatpay::new(&settings)?), sender)
            }
            "alipay" => {
                let channel = Alipay::new(&alipay::sandbox(HOST))?;
                (Box::new(channel), Sender::Alipay(pair(key!("alipay_"))?))
            }
            "unionpay" => {
                let channel = Unionpay::new(&unionpay::sandbox(HOST))?;
                (Box::new(channel), Sender::Unionpay(pair(key!("unionpay_"))?))
            }
            "lakala" => {
                let channel = Lakala::new(&lakala::sandbox(HOST))?;
                (Box::new(channel), Sender::Lakala(pair(key!("lakala_"))?))
            }
            "vietqr" => {
                let settings = emvco::sandbox("vietqr", HOST);
                let secret = STANDARD.decode(settings.secret.trim_start_matches("whsec_"))?;
                let sender = Sender::Bank(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &secret)));
                (Box::new(Emvco::new("vietqr", &settings)?), sender)
            }
            "ecny" => {
                let keys = Ed25519KeyPair::from_pkcs8(&der(ACQUIRERS)?)
                    .map_err(|error| anyhow!("{error}"))?;
                let channel = Acquirer::new("ecny", &acquirer::sandbox("ecny", HOST))?;
                (Box::new(channel), Sender::Acquirer(Box::new(keys)))
            }
            other => bail!("no channel is called {other}"),
        })
    }

    /// The message that says this, rightly signed.
    pub(super) fn sign(&self, path: &str, said: &[u8]) -> Message {
        let now = Clock::System.now() / 1000;
        match self {
            Sender::Antom(keys) => of_antom(keys, path, said),
            Sender::Wechatpay(keys, secret) => of_wechatpay(keys, secret, now, said),
            Sender::Alipay(keys) => of_alipay(keys, said),
            Sender::Unionpay(keys) => of_unionpay(keys, said),
            Sender::Lakala(keys) => of_lakala(keys, now, said),
            Sender::Bank(secret) => of_a_bank(secret, now, said),
            Sender::Acquirer(keys) => of_an_acquirer(keys, path, now, said),
        }
    }
}

fn pair(pem: &str) -> anyhow::Result<KeyPair> {
    KeyPair::from_pkcs8(&der(pem)?).map_err(|error| anyhow!("{error}"))
}

fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64).context("a key is not PEM")
}

fn signed(keys: &KeyPair, content: &[u8]) -> String {
    let mut signature = vec![0; keys.public_modulus_len()];
    let done = keys.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), content, &mut signature);
    done.map(|()| STANDARD.encode(signature)).unwrap_or_default()
}

fn message(headers: &[(&'static str, &str)], body: Vec<u8>) -> Message {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes().to_vec()));
    Message { headers: headers.collect(), body }
}

/// `protocols/antom.md` 2.
fn of_antom(keys: &KeyPair, path: &str, said: &[u8]) -> Message {
    let (client, time) = ("SANDBOX_5X00000000000000", "2026-11-18T12:01:31+08:00");
    let head = format!("POST {path}\n{client}.{time}.");
    let signature = signed(keys, &[head.as_bytes(), said].concat());
    let signature: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    let signature = format!("algorithm=RSA256, keyVersion=1, signature={signature}");
    message(
        &[("client-id", client), ("request-time", time), ("signature", &signature)],
        said.to_vec(),
    )
}

/// `protocols/wechatpay-v3.md` 7. The first byte chooses the event; with a 9 all of it is the envelope, and nothing is sealed.
fn of_wechatpay(keys: &KeyPair, secret: &str, now: i64, said: &[u8]) -> Message {
    let (first, rest) = said.split_first().unwrap_or((&b'0', &[]));
    let event = match first {
        b'9' => return of_wechatpay_as_it_is(keys, now, rest.to_vec()),
        b'1' => "REFUND.SUCCESS",
        b'2' => "REFUND.ABNORMAL",
        b'3' => "REFUND.CLOSED",
        _ => "TRANSACTION.SUCCESS",
    };
    let body = serde_json::json!({
        "id": "EV-1", "event_type": event, "resource_type": "encrypt-resource",
        "resource": {
            "algorithm": "AEAD_AES_256_GCM", "associated_data": "transaction", "nonce": NONCE,
            "ciphertext": sealed(secret, rest).unwrap_or_default(),
        },
    });
    of_wechatpay_as_it_is(keys, now, body.to_string().into_bytes())
}

fn of_wechatpay_as_it_is(keys: &KeyPair, now: i64, body: Vec<u8>) -> Message {
    let (time, nonce) = (now.to_string(), "593BEC0C930BF1AFEB40B4A08C8FB242");
    let head = format!("{time}\n{nonce}\n");
    let signature = signed(keys, &[head.as_bytes(), &body, b"\n"].concat());
    let headers = [
        ("wechatpay-timestamp", time.as_str()),
        ("wechatpay-nonce", nonce),
        ("wechatpay-serial", "PUB_KEY_ID_0119000000012026111800000000000001"),
        ("wechatpay-signature", &signature),
        ("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048"),
    ];
    message(&headers, body)
}

fn sealed(secret: &str, plain: &[u8]) -> Option<String> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret.as_bytes()).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(NONCE.as_bytes()).ok()?;
    let mut text = plain.to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(b"transaction"), &mut text).ok()?;
    Some(STANDARD.encode(text))
}

fn hash(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

type Fields = BTreeMap<String, String>;

/// Each name once: what stands twice cannot be signed as the protocols say.
fn fields(said: &[u8]) -> Fields {
    form_urlencoded::parse(said).into_owned().collect()
}

fn joined(fields: &Fields) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

fn form(fields: &Fields) -> Message {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    message(&[], form.into_bytes())
}

/// `protocols/alipay.md` 5.
fn of_alipay(keys: &KeyPair, said: &[u8]) -> Message {
    let mut fields = fields(said);
    fields.retain(|name, _| !matches!(name.as_str(), "sign" | "sign_type"));
    let signature = signed(keys, joined(&fields).as_bytes());
    fields.extend([("sign".to_owned(), signature), ("sign_type".to_owned(), "RSA2".to_owned())]);
    form(&fields)
}

/// `protocols/unionpay-qr.md` 2 and 4.
fn of_unionpay(keys: &KeyPair, said: &[u8]) -> Message {
    let mut fields = fields(said);
    fields.retain(|name, value| name != "signature" && !value.is_empty());
    fields.insert("signMethod".to_owned(), "01".to_owned());
    fields.insert("signPubKeyCert".to_owned(), UNIONPAYS.trim().to_owned());
    let hash = hash(joined(&fields).as_bytes());
    fields.insert("signature".to_owned(), signed(keys, hash.as_bytes()));
    form(&fields)
}

/// `protocols/lakala.md` 4.
fn of_lakala(keys: &KeyPair, now: i64, said: &[u8]) -> Message {
    let head = format!("{now}\nabcdefghijkl\n");
    let signature = signed(keys, &[head.as_bytes(), said, b"\n"].concat());
    let authorization = format!(
        r#"LKLAPI-SHA256withRSA timestamp="{now}",nonce_str="abcdefghijkl",signature="{signature}""#
    );
    message(&[("authorization", &authorization)], said.to_vec())
}

/// `docs/bank-credits.md`: Standard Webhooks.
fn of_a_bank(secret: &hmac::Key, now: i64, said: &[u8]) -> Message {
    let (id, time) = ("msg_1", now.to_string());
    let content = [format!("{id}.{time}.").as_bytes(), said].concat();
    let mac = format!("v1,{}", STANDARD.encode(hmac::sign(secret, &content)));
    let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &mac)];
    message(&headers, said.to_vec())
}

/// `docs/acquirer-protocol.md`, *Signatures*.
fn of_an_acquirer(keys: &Ed25519KeyPair, path: &str, now: i64, said: &[u8]) -> Message {
    let (key, time, id) = ("ecny-gateway-1", now.to_string(), "f0e1d2c3b4a5968778695a4b3c2d1e0f");
    let content = ["florin-1", "POST", path, key, &time, id, &hash(said)].join("\n");
    let signature = STANDARD.encode(keys.sign(content.as_bytes()));
    let headers = [
        ("florin-key", key),
        ("florin-time", &time),
        ("florin-id", id),
        ("florin-signature", &signature),
    ];
    message(&headers, said.to_vec())
}
