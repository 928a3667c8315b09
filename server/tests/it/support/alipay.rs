//! Alipay speaks: a message with the sandbox's own signature, written here once more.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::Serializer;

static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let pem = include_str!("../../../sandbox/keys/alipay_platform_private.pem");
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    KeyPair::from_pkcs8(&STANDARD.decode(lines.collect::<String>()).unwrap()).unwrap()
});

/// A message about a payment of this many yuan, with these fields besides.
pub fn saying(order_id: &str, yuan: &str, more: &[(&str, &str)]) -> String {
    let known = [
        ("notify_time", "2026-11-18 12:01:31"),
        ("notify_type", "trade_status_sync"),
        ("notify_id", "2026111800000000000000000000000001"),
        ("app_id", "2021000000000001"),
        ("seller_id", "2088000000000002"),
        ("charset", "utf-8"),
        ("trade_no", "2026111822001400000000000001"),
        ("out_trade_no", order_id),
        ("total_amount", yuan),
    ];
    let fields: BTreeMap<&str, &str> = known.into_iter().chain(more.iter().copied()).collect();
    let content: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut signature = vec![0; KEY.public_modulus_len()];
    let random = SystemRandom::new();
    KEY.sign(&RSA_PKCS1_SHA256, &random, content.join("&").as_bytes(), &mut signature).unwrap();
    let mut form = Serializer::new(String::new());
    form.extend_pairs(&fields).append_pair("sign_type", "RSA2");
    form.append_pair("sign", &STANDARD.encode(signature)).finish()
}
