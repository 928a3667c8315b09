//! The channel against Alipay's words, as tables, and whole calls to a gateway that says what it is told to.

mod answers;
mod app;
mod by_code;
mod calls;
mod jsapi;
mod mini;
mod notices;

use florin_shared::{Method, Money, ReversalId};
use serde_json::{Value, json};

use super::*;
use crate::domain::order::tests::payment as fresh;
use crate::domain::payment::PaymentState;
use crate::domain::reversal::Reason;

const HOST: &str = "http://127.0.0.1:8081";
const NOTIFY: &str = "https://pay.example/notify/alipay";

/// Alipay's side of the keys.
pub(super) fn platform() -> Keys {
    let private_key = include_str!("../../../sandbox/keys/alipay_platform_private.pem").to_owned();
    let public_key = include_str!("../../../sandbox/keys/alipay_merchant_public.pem").to_owned();
    Keys::of(&AlipaySettings { private_key, public_key, ..sandbox(HOST) }).unwrap()
}

/// The whole answer around `said`, as Alipay signs it.
pub(super) fn signed(name: &str, said: &str) -> String {
    let signature = platform().sign(said).unwrap();
    format!(r#"{{"{name}":{said},"sign":"{signature}"}}"#)
}

fn money(minor: i64) -> Money {
    Money::new(minor, "CNY".parse().unwrap()).unwrap()
}

fn payment() -> Payment {
    Payment {
        merchant: "18356675194960".parse().unwrap(),
        trans_id: "order_000001".into(),
        method: Method::Alipay,
        channel: "alipay".into(),
        product: "FACE_TO_FACE_PAYMENT".into(),
        request_id: "GW1".into(),
        amount: money(8888),
        expires: 1_794_974_491_250,
        final_after: 1_794_974_611_250,
        created: 1_794_974_000_000,
        changed: 1_794_974_000_000,
        ..fresh(PaymentState::Intent)
    }
}

fn asking() -> Asking {
    Asking {
        payee: "Blue Mug Ltd".into(),
        return_url: "https://pay.example/pay/CS1".into(),
        notify_url: NOTIFY.into(),
        scanned: None,
        login: crate::channel::nobodys_login(),
    }
}

fn reversal() -> Reversal {
    let id = ReversalId::of([3; 16]);
    let fresh = Reversal::fresh(id, &payment(), money(8888), Reason::Surplus, 1_794_974_000_000);
    Reversal { request_id: "RF1".into(), ..fresh }
}

/// An answer with this outcome and these fields.
fn answer(code: &str, sub_code: &str, fields: Value) -> Answer {
    serde_json::from_str(&answer_text(code, sub_code, fields)).unwrap()
}

fn answer_text(code: &str, sub_code: &str, mut fields: Value) -> String {
    fields["code"] = code.into();
    fields["msg"] = "".into();
    if !sub_code.is_empty() {
        fields["sub_code"] = sub_code.into();
    }
    fields.to_string()
}

fn asked(content: &impl Serialize) -> String {
    serde_json::to_string(content).unwrap()
}

#[test]
fn a_payment_is_always_asked_for_with_the_same_words() {
    let expected = concat!(
        r#"{"out_trade_no":"GW1","total_amount":"88.88","subject":"Blue Mug Ltd","#,
        r#""product_code":"FACE_TO_FACE_PAYMENT","time_expire":"2026-11-18 12:01:31"}"#,
    );
    assert_eq!(asked(&ask::code(&payment(), &asking())), expected);
    // What changes in our row while a payment goes on changes nothing.
    let later =
        Payment { state: PaymentState::Unknown, asks: 7, changed: 1_794_974_400_000, ..payment() };
    assert_eq!(asked(&ask::code(&later, &asking())), expected);
}

#[test]
fn the_page_for_phones_brings_whoever_leaves_it_back() {
    let expected = concat!(
        r#"{"out_trade_no":"GW1","total_amount":"88.88","subject":"Blue Mug Ltd","#,
        r#""product_code":"QUICK_WAP_WAY","time_expire":"2026-11-18 12:01:31","#,
        r#""quit_url":"https://pay.example/pay/CS1"}"#,
    );
    assert_eq!(asked(&ask::page(&payment(), &asking())), expected);
}

#[test]
fn a_refund_is_always_asked_for_with_the_same_words() {
    let expected = concat!(
        r#"{"out_trade_no":"GW1","refund_amount":"88.88","out_request_no":"RF1","#,
        r#""refund_reason":"SURPLUS"}"#,
    );
    assert_eq!(asked(&ask::refund(&payment(), &reversal())), expected);
    let later = Reversal { sends: 3, tries: 7, failure: "NO".into(), ..reversal() };
    assert_eq!(asked(&ask::refund(&payment(), &later)), expected);
    let mut wished = reversal();
    wished.wish.reason = "the cup was broken".into();
    assert!(asked(&ask::refund(&payment(), &wished)).contains("the cup was broken"));
}

#[test]
fn real_money_moves_where_alipay_says_so_and_never_by_the_sandboxs_keys() {
    let of = |host: &str, app_id: &str| {
        Alipay::new(&AlipaySettings { app_id: app_id.into(), ..sandbox(host) })
    };
    let live = of("https://openapi.alipay.com", "2021000000000009").unwrap();
    assert!(live.is_live());
    assert_eq!(live.gateway, "https://openapi.alipay.com/gateway.do");
    assert!(!of(THEIR_SANDBOX, "9021000000000009").unwrap().is_live());
    let ours = of("http://192.168.1.7:8081/", SANDBOX_APP).unwrap();
    assert!(!ours.is_live());
    assert_eq!(ours.gateway, "http://192.168.1.7:8081/gateway.do");
    for (host, app_id) in [
        ("", "2021000000000009"),
        ("openapi.alipay.com", "2021000000000009"),
        ("https://openapi.alipay.com/gateway.do", "2021000000000009"),
        ("http://openapi.alipay.com", "2021000000000009"),
        ("https://openapi.alipay.com", SANDBOX_APP),
        ("https://openapi.alipay.com", "me"),
        ("https://openapi.alipay.com", ""),
    ] {
        assert!(of(host, app_id).is_err(), "{host} {app_id}");
    }
    let nobody = AlipaySettings { seller_id: "shop".into(), ..sandbox(HOST) };
    assert!(Alipay::new(&nobody).is_err());
}

#[test]
fn the_acknowledgement_is_seven_bytes() {
    let said = Alipay::new(&sandbox(HOST)).unwrap().acknowledgement();
    assert_eq!((said.status, said.body, said.body.len()), (200, "success", 7));
}

#[test]
fn what_is_sold_is_what_the_merchant_has_signed_for() {
    let names = |signed: Option<&str>| {
        let products = signed.map(str::to_owned);
        let settings = AlipaySettings { products, mini_program_app_id: None, ..sandbox(HOST) };
        let alipay = Alipay::new(&settings).ok()?;
        let names: Vec<&str> = alipay.products().iter().map(|product| product.name).collect();
        Some(names.join(" "))
    };
    let usual = Some("FACE_TO_FACE_PAYMENT BAR_CODE QUICK_WAP_WAY".to_owned());
    assert_eq!(names(None), usual);
    let online = "FAST_INSTANT_TRADE_PAY  QUICK_WAP_WAY\nJSAPI_PAY";
    let sold = Some("JSAPI_PAY FAST_INSTANT_TRADE_PAY QUICK_WAP_WAY".to_owned());
    assert_eq!(names(Some(online)), sold, "a payment within Alipay comes before its page");
    for wrong in ["", " ", "WAP", "QUICK_WAP_WAY QUICK_WAP_WAY", "BAR_CODE"] {
        assert_eq!(names(Some(wrong)), None, "{wrong}");
    }
}
