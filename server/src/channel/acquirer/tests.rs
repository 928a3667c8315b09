//! The channel against the protocol's words, as tables, and whole calls to a gateway that says what it is told to.

mod answers;
mod calls;
mod notices;

use florin_shared::{Method, Money, ReversalId};
use serde_json::{Value, json};

use super::*;
use crate::domain::order::tests::payment as fresh;
use crate::domain::payment::{AT_TERMINAL, PaymentState, Said};
use crate::domain::reversal::{Reason, ReversalState};

const HOST: &str = "http://127.0.0.1:8081";
const MERCHANT: &str = "SANDBOX_ECNY";
const NUMBER: &str = "GW06d8j4gq1kd8m3h9t4ga7nq2v0";
const NOTIFY: &str = "https://pay.example/notify/ecny";

fn ecny() -> Acquirer {
    Acquirer::new("ecny", &sandbox("ecny", HOST)).unwrap()
}

fn money(minor: i64) -> Money {
    Money::new(minor, "CNY".parse().unwrap()).unwrap()
}

fn payment() -> Payment {
    Payment {
        method: Method::Ecny,
        channel: "ecny".into(),
        product: "ECNY".into(),
        request_id: NUMBER.into(),
        amount: money(8888),
        // 12:15 in Beijing.
        expires: 1_794_975_300_000,
        ..fresh(PaymentState::Intent)
    }
}

fn asking() -> Asking {
    Asking {
        payee: "Northwind Tea".into(),
        return_url: "https://pay.example/pay/CS1".into(),
        notify_url: NOTIFY.into(),
        scanned: None,
        login: crate::channel::nobodys_login(),
    }
}

fn reversal() -> Reversal {
    let id = ReversalId::of([3; 16]);
    let fresh = Reversal::fresh(id, &payment(), money(800), Reason::Merchant, 1_794_974_000_000);
    Reversal { request_id: "RF1".into(), ..fresh }
}

/// What a gateway tells of our payment, with these fields changed.
fn told(changes: &[(&str, Value)]) -> Value {
    let mut told = json!({
        "merchant": MERCHANT, "number": NUMBER, "method": "ECNY", "amount": "8888",
        "currency": "CNY", "state": "PENDING", "code": "https://ecny.example/c/1",
        "link": "https://ecny.example/open/1", "returned": "0",
    });
    for (name, value) in changes {
        told[name] = value.clone();
    }
    told
}

fn back(changes: &[(&str, Value)]) -> Value {
    let mut back = json!({ "merchant": MERCHANT, "number": NUMBER, "refund": "RF1", "amount": "800",
                           "currency": "CNY", "state": "DONE" });
    for (name, value) in changes {
        back[name] = value.clone();
    }
    back
}

fn answer(status: u16, body: Value) -> Answer {
    let said: Envelope = serde_json::from_value(body).unwrap();
    said.answer(status == 200).unwrap()
}

fn no(status: u16, code: &str, known: bool) -> Answer {
    answer(status, json!({ "error": { "code": code, "known": known, "message": "no" } }))
}

#[test]
fn a_payment_is_always_asked_for_with_the_same_words() {
    let text = |payment: &Payment| {
        serde_json::to_string(&ask::payment(MERCHANT, payment, &asking())).unwrap()
    };
    assert_eq!(text(&payment()), include_str!("vectors/request.json"));
    // What changes in our row while a payment goes on changes nothing.
    let later = Payment { state: PaymentState::Unknown, asks: 7, changed: 1, ..payment() };
    assert_eq!(text(&later), text(&payment()));
    let long = Asking { payee: "茶".repeat(101), ..asking() };
    assert_eq!(ask::payment(MERCHANT, &payment(), &long).subject, "茶".repeat(100));
}

#[test]
fn a_refund_goes_by_both_of_our_numbers() {
    let (mut reversal, payment) = (reversal(), payment());
    reversal.wish.reason = "broken cup".into();
    let asked = ask::refund(MERCHANT, &payment, &reversal, NOTIFY);
    assert_eq!(
        serde_json::to_value(&asked).unwrap(),
        json!({ "merchant": MERCHANT, "number": NUMBER, "refund": "RF1", "amount": "800",
                "currency": "CNY", "reason": "broken cup", "notify_url": NOTIFY })
    );
    let asked = serde_json::to_value(ask::of_refund(MERCHANT, &payment, &reversal)).unwrap();
    assert_eq!(asked, json!({ "merchant": MERCHANT, "number": NUMBER, "refund": "RF1" }));
}

#[test]
fn every_product_is_possible_and_belongs_to_its_table() {
    for (name, products) in table::SOLD {
        for product in products {
            assert_eq!((product.channel, product.name), (name, product.method.as_str()));
            assert!(product.least > 0 && product.shortest < product.longest, "{product:?}");
        }
    }
    assert!(Acquirer::new("nobody", &sandbox("ecny", HOST)).is_err());
}

#[test]
fn real_money_moves_over_tls_and_never_by_the_sandboxs_keys() {
    // Of RFC 8032, 7.1, test 1: nobody's account.
    let key = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
    let theirs = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let own = || AcquirerSettings {
        merchant: "M1001".into(),
        private_key: key.into(),
        public_key: theirs.into(),
        ..sandbox("pos", "https://gateway.example")
    };
    assert!(Acquirer::new("pos", &own()).unwrap().is_live());
    let test = AcquirerSettings { merchant: "SANDBOX_7".into(), ..own() };
    assert!(!Acquirer::new("pos", &test).unwrap().is_live());
    let known = sandbox("pos", "");
    for bad in [
        AcquirerSettings { host: "http://gateway.example".into(), ..own() },
        AcquirerSettings { host: "https://gateway.example/v1".into(), ..own() },
        AcquirerSettings { private_key: known.private_key.clone(), ..own() },
        AcquirerSettings { public_key: known.public_key, ..own() },
        AcquirerSettings { merchant: String::new(), ..own() },
        AcquirerSettings { merchant: "a b".into(), ..own() },
    ] {
        assert!(Acquirer::new("pos", &bad).is_err(), "{bad:?}");
    }
}
