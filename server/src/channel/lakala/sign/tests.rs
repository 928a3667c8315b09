//! The vectors of `protocols/lakala.md` 8, and everything that must not pass for them.

use super::*;
use crate::channel::lakala::sandbox;

const REQUEST: &str = include_str!("../vectors/request.json");
const AUTHORIZATION: &str = include_str!("../vectors/authorization.txt");
const ANSWER: &str = include_str!("../vectors/answer.json");
const ANSWER_SIGNATURE: &str = include_str!("../vectors/answer_signature.txt");
const NOTICE: &str = include_str!("../vectors/notice.json");
const NOTICE_AUTHORIZATION: &str = include_str!("../vectors/notice_authorization.txt");

const TIME: Millis = 1_794_974_400_000;

fn keys() -> Keys {
    Keys::of(&sandbox("http://127.0.0.1:8081")).unwrap()
}

fn headers() -> [Option<&'static str>; 5] {
    [
        Some("OP00000003"),
        Some("0181b0c3d0e1"),
        Some("1794974401"),
        Some("QWERTYUIOPASDFGHJKLZXCVBNM123456"),
        Some(ANSWER_SIGNATURE),
    ]
}

#[test]
fn a_request_is_signed_as_in_the_vector() {
    let header = keys().authorization((TIME, "abcdefghijklmnopqrstuvwxyz012345"), REQUEST);
    assert_eq!(header.unwrap(), AUTHORIZATION);
    let later = keys().authorization((TIME + 999, "abcdefghijklmnopqrstuvwxyz012345"), REQUEST);
    assert_eq!(later.unwrap(), AUTHORIZATION, "whole seconds");
}

#[test]
fn an_answer_is_proved_as_in_the_vector_and_a_changed_byte_anywhere_is_refused() {
    assert_eq!(keys().verify_answer(headers(), ANSWER.as_bytes()), Ok(()));
    for place in 0..ANSWER.len() {
        let mut body = ANSWER.as_bytes().to_vec();
        body[place] ^= 1;
        assert_eq!(
            keys().verify_answer(headers(), &body),
            Err("its signature is wrong"),
            "{place}"
        );
    }
}

#[test]
fn an_answer_with_a_header_missing_or_changed_is_refused() {
    for place in 0..headers().len() {
        let mut without = headers();
        without[place] = None;
        let why = Err("the answer is not signed");
        assert_eq!(keys().verify_answer(without, ANSWER.as_bytes()), why, "{}", HEADERS[place]);
        let mut changed = headers();
        changed[place] = Some("AAAA");
        assert!(keys().verify_answer(changed, ANSWER.as_bytes()).is_err(), "{}", HEADERS[place]);
    }
    let mut strangers = headers();
    strangers[0] = Some("OP00000004");
    let why = Err("the answer is to somebody else");
    assert_eq!(keys().verify_answer(strangers, ANSWER.as_bytes()), why);
}

#[test]
fn a_message_is_proved_as_in_the_vector_whatever_the_order_of_its_parts() {
    let verify = |header: &str| keys().verify_notice(Some(header), NOTICE.as_bytes());
    assert_eq!(verify(NOTICE_AUTHORIZATION), Ok(()));
    let (scheme, parts) = NOTICE_AUTHORIZATION.split_once(' ').unwrap();
    let mut parts: Vec<&str> = parts.split(',').collect();
    parts.reverse();
    assert_eq!(verify(&format!("{scheme} {}", parts.join(", "))), Ok(()));
}

#[test]
fn a_message_with_a_part_missing_or_changed_is_refused() {
    let keys = keys();
    let verify = |header: &str| keys.verify_notice(Some(header), NOTICE.as_bytes());
    for name in ["timestamp", "nonce_str", "signature"] {
        let without = NOTICE_AUTHORIZATION.replace(&format!("{name}=\""), &format!("{name}_=\""));
        assert_eq!(verify(&without), Err("it is not signed"), "{name}");
    }
    assert_eq!(keys.verify_notice(None, NOTICE.as_bytes()), Err("it is not signed"));
    for header in
        ["", "LKLAPI-SHA256withRSA", "Bearer x", &NOTICE_AUTHORIZATION.replace("RSA ", "RSA")]
    {
        assert_eq!(verify(header), Err("it is not signed"), "{header}");
    }
    let wrong = Err("its signature is wrong");
    assert_eq!(verify(&NOTICE_AUTHORIZATION.replace("1794974491", "1794974492")), wrong);
    assert_eq!(verify(&NOTICE_AUTHORIZATION.replace("9hCrmG", "9hCrmH")), wrong);
    assert_eq!(verify(&NOTICE_AUTHORIZATION.replace("IKBTcd", "%KBTcd")), wrong);
    let cheaper = NOTICE.replace("\"total_amount\":8888", "\"total_amount\":1");
    assert_eq!(keys.verify_notice(Some(NOTICE_AUTHORIZATION), cheaper.as_bytes()), wrong);
}

#[test]
fn an_answers_key_is_no_messages_key() {
    // Another pair in the place of the one for messages: the merchant's own, as the sandbox knows it.
    let merchant = include_str!("../../../../sandbox/keys/lakala_merchant_public.pem");
    let settings = LakalaSettings {
        notify_public_key: Some(merchant.to_owned()),
        ..sandbox("http://127.0.0.1:8081")
    };
    let keys = Keys::of(&settings).unwrap();
    assert_eq!(keys.verify_answer(headers(), ANSWER.as_bytes()), Ok(()));
    let refused = keys.verify_notice(Some(NOTICE_AUTHORIZATION), NOTICE.as_bytes());
    assert_eq!(refused, Err("its signature is wrong"));
}

#[test]
fn what_is_no_account_is_refused_without_telling_the_key() {
    let good = || sandbox("http://127.0.0.1:8081");
    for bad in [
        LakalaSettings { appid: "\"\n".into(), ..good() },
        LakalaSettings { serial: String::new(), ..good() },
        LakalaSettings { private_key: "hunter2".into(), ..good() },
        LakalaSettings { public_key: good().private_key, ..good() },
        LakalaSettings { notify_public_key: Some("hunter2".into()), ..good() },
    ] {
        let why = format!("{:#}", Keys::of(&bad).err().unwrap());
        assert!(!why.contains("hunter2") && !why.contains("MII"), "{why}");
    }
}
