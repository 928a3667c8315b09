//! The vectors of `protocols/alipay.md` 8, and what must not pass for them.

use super::*;
use crate::channel::alipay::sandbox;

const REQUEST: &str = include_str!("../vectors/request_content.txt");
const REQUEST_SIGNATURE: &str = include_str!("../vectors/request_signature.txt");
const REAL: &str = include_str!("../vectors/real_notice_content.txt");
const REAL_SIGNATURE: &str = include_str!("../vectors/real_notice_signature.txt");

fn keys() -> Keys {
    Keys::of(&sandbox("http://127.0.0.1:8081")).unwrap()
}

/// The account whose real notification the official SDK tests with; its key is Base64 alone.
fn real() -> Keys {
    let public_key = include_str!("../vectors/real_notice_key.txt").to_owned();
    Keys::of(&AlipaySettings { public_key, ..sandbox("http://127.0.0.1:8081") }).unwrap()
}

#[test]
fn a_request_is_signed_as_in_the_vector() {
    assert_eq!(keys().sign(REQUEST).unwrap(), REQUEST_SIGNATURE);
    assert_ne!(keys().sign(&REQUEST.replace("88.88", "88.89")).unwrap(), REQUEST_SIGNATURE);
}

#[test]
fn the_header_of_the_other_interface_has_the_same_signature() {
    let signed = concat!(
        "app_id=2021000000000001,nonce=5f9a1c6e-0001-4a5b-9d2e-000000000001,timestamp=1794974400000\n",
        "POST\n/v3/alipay/trade/query\n{\"out_trade_no\":\"ORDER20261118000001\"}\n",
    );
    assert_eq!(keys().sign(signed).unwrap(), include_str!("../vectors/v3_signature.txt"));
}

#[test]
fn a_real_notification_is_proved_and_a_changed_one_is_not() {
    assert_eq!(real().verify(REAL, REAL_SIGNATURE), Ok(()));
    let changed = REAL.replace("total_amount=0.10", "total_amount=0.01");
    assert_eq!(real().verify(&changed, REAL_SIGNATURE), Err("its signature is wrong"));
    assert_eq!(keys().verify(REAL, REAL_SIGNATURE), Err("its signature is wrong"));
    for malformed in ["", "!", &REAL_SIGNATURE[1..]] {
        assert!(real().verify(REAL, malformed).is_err(), "{malformed}");
    }
}

#[test]
fn our_own_signature_is_not_alipays() {
    let ours = keys().sign(REAL).unwrap();
    assert_eq!(keys().verify(REAL, &ours), Err("its signature is wrong"));
}

#[test]
fn what_is_signed_is_in_the_order_of_its_keys() {
    let fields = [("b", "2"), ("a_b", "x=y&z"), ("a", ""), ("B", "1")];
    assert_eq!(content(fields.into_iter()), "B=1&a=&a_b=x=y&z&b=2");
}

#[test]
fn keys_that_are_none_are_refused() {
    let good = sandbox("http://127.0.0.1:8081");
    let swapped = AlipaySettings {
        private_key: good.public_key.clone(),
        public_key: good.private_key.clone(),
        ..good.clone()
    };
    let none = AlipaySettings { private_key: "hunter2".into(), ..good.clone() };
    for settings in [swapped, none] {
        let why = format!("{:#}", Keys::of(&settings).err().unwrap());
        assert!(!why.contains("hunter2"), "{why}");
    }
    assert!(Keys::of(&good).is_ok());
}
