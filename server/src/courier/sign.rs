//! The signature of Standard Webhooks 1.0 (`protocols/webhooks.md` 1).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// The header: one signature for each secret, with a space between, so that a receiver may change over in its own time.
pub fn header(secrets: &[String], id: &str, seconds: i64, body: &str) -> Option<String> {
    let signed = secrets.iter().map(|secret| sign(secret, id, seconds, body));
    let all = signed.collect::<Option<Vec<_>>>()?;
    (!all.is_empty()).then(|| all.join(" "))
}

/// A secret of 32 random bytes.
pub fn secret(random: [u8; 32]) -> String {
    format!("whsec_{}", STANDARD.encode(random))
}

/// `v1,` and the MAC of id, time and body.
fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> Option<String> {
    let encoded = secret.strip_prefix("whsec_")?.trim_end_matches('=');
    let key = STANDARD_NO_PAD.decode(encoded).ok().filter(|key| !key.is_empty())?;
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.sign().as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const B: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[track_caller]
    fn check(secrets: &[&str], id: &str, seconds: i64, body: &str, expected: Option<&str>) {
        let secrets: Vec<String> = secrets.iter().map(|&secret| secret.to_owned()).collect();
        assert_eq!(header(&secrets, id, seconds, body).as_deref(), expected);
    }

    #[test]
    fn the_signature_is_standard_webhooks() {
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        check(&[A], id, 1_614_265_330, body, Some(expected));
        let expected = "v1,WX+NP6ClQGy2v54BdblhwieCApzky0J+v1eo5WH812M=";
        check(&[B], "msg_utf8", 1_700_000_000, "{\"note\":\"支付成功 ✓\"}", Some(expected));
    }

    #[test]
    fn both_secrets_of_a_rotation_sign() {
        let body = r#"{"type":"payment.succeeded","timestamp":"2026-11-18T04:01:30Z","data":{"id":"pay_000001","amount":8888,"currency":"CNY","state":"SUCCESS"}}"#;
        let expected = "v1,NdwUkf6J2xl6tYkUGuag2JMCcs6ZdIZL9IBvURamjk4= v1,9yM2B+iq2vkEzGt2K5zwxXQyEVmbeZoXikg/NVnGh2M=";
        check(&[A, B], "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", 1_794_974_491, body, Some(expected));
    }

    #[test]
    fn what_is_no_secret_signs_nothing() {
        for secret in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            check(&[secret], "id", 1, "{}", None);
            check(&[A, secret], "id", 1, "{}", None);
        }
        check(&[], "id", 1, "{}", None);
        check(
            &[&secret([7; 32])],
            "id",
            1,
            "{}",
            header(&[secret([7; 32])], "id", 1, "{}").as_deref(),
        );
    }
}
