//! WeChat Pay's own messages: the vector of section 10.4, and what must not pass for it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::domain::reversal::ReversalSaid;

fn read_at(now: Millis, body: &[u8]) -> Result<Notice, Forged> {
    let header = |name: &str| {
        let value = match name {
            "wechatpay-timestamp" => "1794974491",
            "wechatpay-nonce" => "EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz",
            "wechatpay-serial" => "PUB_KEY_ID_0119000000012026111800000000000001",
            "wechatpay-signature-type" => "WECHATPAY2-SHA256-RSA2048",
            "wechatpay-signature" => NOTICE_SIGNATURE,
            _ => return None,
        };
        Some(value.to_owned())
    };
    // The server's own time has no part in it: a database's may be another.
    let notification = Notification { path: "/notify/wechatpay", header: &header, body, now: 0 };
    wechatpay(now).read_notification(&notification)
}

#[test]
fn the_vector_is_proved_opened_and_read() {
    let notice = read_at(NOTICE_TIME, NOTICE.as_bytes()).unwrap();
    let said = Said::Paid { amount: cny(100), at: Some(1_794_974_490_000), returned: 0 };
    let evidence = Evidence { said, reason: String::new() };
    let request_id = "ORDER20261118000001".to_owned();
    assert_eq!(notice, Notice::Payment { request_id, evidence });
}

#[test]
fn an_old_a_changed_and_a_rewritten_message_are_refused() {
    assert!(read_at(NOTICE_TIME + 301_000, NOTICE.as_bytes()).is_err());
    let again: Value = serde_json::from_str(NOTICE).unwrap();
    let rewritten = again.to_string();
    assert_ne!(rewritten, NOTICE);
    assert!(read_at(NOTICE_TIME, rewritten.as_bytes()).is_err());
    for place in [0, 10, 200, NOTICE.len() - 1] {
        let mut body = NOTICE.as_bytes().to_vec();
        body[place] ^= 1;
        assert!(read_at(NOTICE_TIME, &body).is_err(), "{place}");
    }
}

fn resource() -> Resource {
    let message: wire::Message = serde_json::from_str(NOTICE).unwrap();
    message.resource
}

fn opened(resource: &Resource) -> Option<String> {
    let seal = Seal::of("0123456789abcdef0123456789ABCDEF").unwrap();
    seal.open(resource).map(|text| String::from_utf8(text).unwrap())
}

#[test]
fn what_is_sealed_opens_whole_or_not_at_all() {
    assert_eq!(opened(&resource()).as_deref(), Some(PLAIN));
    for bad in [
        Resource { nonce: "fdasflkja485".into(), ..resource() },
        Resource { nonce: "fdasflkja48".into(), ..resource() },
        Resource { associated_data: "refund".into(), ..resource() },
        Resource { algorithm: "AEAD_SM4_GCM".into(), ..resource() },
        Resource { ciphertext: resource().ciphertext[4..].into(), ..resource() },
        Resource { ciphertext: String::new(), ..resource() },
    ] {
        assert_eq!(opened(&bad), None, "{} {}", bad.nonce, bad.associated_data);
    }
    assert!(Seal::of("too short").is_err());
}

/// The vector of the Java SDK that the protocol page names.
#[test]
fn the_sdks_vector_opens() {
    let resource = Resource {
        algorithm: "AEAD_AES_256_GCM".into(),
        ciphertext: "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwI=".into(),
        associated_data: "associatedData".into(),
        nonce: "uluk4a9R25RW".into(),
    };
    let seal = Seal::of("a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb").unwrap();
    assert_eq!(seal.open(&resource).as_deref(), Some(b"message".as_slice()));
}

/// A message whose proof is left out: what stands in it is sealed here.
fn told(event_type: &str, inside: &Value) -> Result<Notice, Forged> {
    let key = UnboundKey::new(&AES_256_GCM, b"0123456789abcdef0123456789ABCDEF").unwrap();
    let nonce = Nonce::try_assume_unique_for_key(b"fdasflkja484").unwrap();
    let mut sealed = inside.to_string().into_bytes();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(nonce, Aad::from(b"refund"), &mut sealed)
        .unwrap();
    let message = json!({
        "event_type": event_type,
        "resource": { "algorithm": "AEAD_AES_256_GCM", "ciphertext": STANDARD.encode(sealed),
            "associated_data": "refund", "nonce": "fdasflkja484" },
    });
    let seal = Seal::of("0123456789abcdef0123456789ABCDEF").unwrap();
    notice::opened(&account(), &seal, message.to_string().as_bytes())
}

#[test]
fn a_refunds_message_says_which_and_how_much() {
    for (status, said) in [
        ("SUCCESS", ReversalSaid::Done),
        ("CLOSED", ReversalSaid::Failed("CLOSED".into())),
        ("ABNORMAL", ReversalSaid::Never("ABNORMAL".into())),
        ("SOMETHING_NEW", ReversalSaid::Pending),
    ] {
        let inside = json!({ "mchid": "1900000001", "out_trade_no": "O1", "transaction_id": "42",
            "out_refund_no": "RF1", "refund_status": status,
            "amount": { "total": 100, "refund": 40, "payer_total": 100, "payer_refund": 40 } });
        let expected = Notice::Reversal {
            request_id: "RF1".into(),
            said,
            amount: Some(cny(40)),
            payment: Some("42".into()),
        };
        assert_eq!(told("REFUND.SUCCESS", &inside).unwrap(), expected, "{status}");
    }
}

#[test]
fn a_message_of_another_merchant_or_kind_is_refused() {
    let mut inside: Value = serde_json::from_str(PLAIN).unwrap();
    assert!(told("TRANSACTION.SUCCESS", &inside).is_ok());
    assert!(told("TRANSACTION.SOMETHING_NEW", &inside).is_err());
    inside["appid"] = json!("wx1");
    assert!(told("TRANSACTION.SUCCESS", &inside).is_err());
    inside["appid"] = json!("wxd678efh567hg6787");
    inside["mchid"] = json!("1900000002");
    assert!(told("TRANSACTION.SUCCESS", &inside).is_err());
}

#[test]
fn a_message_that_is_no_plain_success_only_says_that_it_exists() {
    let mut inside: Value = serde_json::from_str(PLAIN).unwrap();
    inside["trade_state"] = json!("PAYERROR");
    let Ok(Notice::Payment { evidence, .. }) = told("TRANSACTION.SUCCESS", &inside) else {
        panic!("it is about a payment");
    };
    assert_eq!(evidence.said, Said::Pending);
}
