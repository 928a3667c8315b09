//! Antom speaks: a message with the sandbox's own signature, written here once more.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let pem = include_str!("../../../sandbox/keys/platform_private.pem");
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    KeyPair::from_pkcs8(&STANDARD.decode(lines.collect::<String>()).unwrap()).unwrap()
});

/// "It is paid", in Antom's words.
pub fn paid(order_id: &str, minor: &str) -> Value {
    json!({
        "notifyType": "PAYMENT_RESULT",
        "result": { "resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success" },
        "paymentRequestId": order_id, "paymentId": "202611181540108001", "paymentTime": "2026-11-18T12:01:30+08:00",
        "paymentAmount": { "currency": "PHP", "value": minor },
    })
}

const CLIENT: &str = "SANDBOX_5X00000000000000";
const TIME: &str = "2026-11-18T12:01:31+08:00";

/// What is signed.
pub fn content(body: &[u8]) -> Vec<u8> {
    [format!("POST /notify/antom\n{CLIENT}.{TIME}.").as_bytes(), body].concat()
}

/// The headers that prove a body.
pub fn headers(body: &Value) -> [(&'static str, String); 3] {
    signed(body.to_string().as_bytes())
}

/// The same of a body's bytes.
pub fn signed(body: &[u8]) -> [(&'static str, String); 3] {
    let mut signature = vec![0; KEY.public_modulus_len()];
    KEY.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &content(body), &mut signature).unwrap();
    let signature: String =
        url::form_urlencoded::byte_serialize(STANDARD.encode(signature).as_bytes()).collect();
    [
        ("client-id", CLIENT.to_owned()),
        ("request-time", TIME.to_owned()),
        ("signature", format!("algorithm=RSA256,keyVersion=1,signature={signature}")),
    ]
}
