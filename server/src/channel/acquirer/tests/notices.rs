//! Messages: who speaks, about whom, and what they say.

use super::*;

/// The machine's time, as the sandbox's gateway signs it.
fn signed(path: &str, body: &str, age_seconds: i64) -> Vec<(&'static str, String)> {
    // The gateway's own keys, with which it would ask if it were us.
    let settings = AcquirerSettings {
        private_key: include_str!("../../../../sandbox/keys/acquirer_gateway_private.pem").into(),
        key_id: "ecny-gateway-1".into(),
        ..sandbox("ecny", HOST)
    };
    let head = Head { what: "POST", path, id: "f0e1d2c3b4a5968778695a4b3c2d1e0f" };
    let now = Clock::System.now() - age_seconds * 1000;
    Keys::of(&settings).unwrap().headers(&head, now, body.as_bytes())
}

fn heard(headers: &[(&'static str, String)], body: &str) -> Result<Notice, Forged> {
    let header = |wanted: &str| {
        headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone())
    };
    ecny().read_notification(&Notification {
        path: "/notify/ecny",
        header: &header,
        body: body.as_bytes(),
        now: 0,
    })
}

fn read(body: &Value) -> Result<Notice, Forged> {
    let body = body.to_string();
    heard(&signed("/notify/ecny", &body, 0), &body)
}

#[test]
fn a_payment_is_told_by_our_number() {
    let notice = read(&json!({ "payment": told(&[("state", json!("PAID"))]) })).unwrap();
    let Notice::Payment { request_id, evidence } = notice else { panic!("{notice:?}") };
    assert_eq!(request_id, NUMBER);
    assert_eq!(evidence.said, Said::Paid { amount: money(8888), at: None, returned: 0 });
}

#[test]
fn a_refund_is_told_by_both_numbers_and_asked_about_whatever_is_said() {
    for state in ["PENDING", "DONE", "FAILED"] {
        let notice = read(&json!({ "refund": back(&[("state", json!(state))]) })).unwrap();
        let expected = Notice::Reversal {
            request_id: "RF1".into(),
            said: ReversalSaid::Pending,
            amount: Some(money(800)),
            payment: Some(NUMBER.into()),
        };
        assert_eq!(notice, expected, "{state}");
    }
}

#[test]
fn what_proves_nothing_is_refused() {
    let body = json!({ "payment": told(&[("state", json!("PAID"))]) }).to_string();
    let good = signed("/notify/ecny", &body, 0);
    assert!(heard(&good, &body).is_ok());
    assert!(heard(&[], &body).is_err(), "unsigned");
    assert!(heard(&good, &body.replace("8888", "8889")).is_err(), "changed");
    for (path, age) in [("/notify/pos", 0), ("/notify/ecny", 310), ("/notify/ecny", -310)] {
        assert!(heard(&signed(path, &body, age), &body).is_err(), "{path} {age}");
    }
    for place in 1..good.len() {
        let mut without = good.clone();
        without.remove(place);
        assert!(heard(&without, &body).is_err(), "{}", good[place].0);
    }
}

#[test]
fn what_is_signed_and_says_nothing_certain_is_refused_too() {
    for body in [
        json!({}),
        json!({ "payment": told(&[("merchant", json!("SANDBOX_POS"))]) }),
        json!({ "payment": told(&[("state", json!("NEW"))]) }),
        json!({ "refund": back(&[("state", json!("NEW"))]) }),
        json!({ "refund": back(&[("merchant", json!("SANDBOX_POS"))]) }),
        json!({ "refund": back(&[("amount", json!("8.00"))]) }),
        json!({ "refund": back(&[("currency", json!("yuan"))]) }),
        json!({ "payment": told(&[]), "refund": back(&[]) }),
        json!({ "error": { "code": "PAID", "known": true } }),
        json!({ "payment": told(&[("code", json!("x".repeat(70_000)))]) }),
    ] {
        assert!(read(&body).is_err(), "{body}");
    }
    let twice = r#"{"payment":{},"payment":{}}"#;
    assert!(heard(&signed("/notify/ecny", twice, 0), twice).is_err());
}
