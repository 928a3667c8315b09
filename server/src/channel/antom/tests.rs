//! What is asked, byte for byte; what each answer and each message means; and whom we believe.

mod amounts;
mod answers;
mod calls;
mod methods;
mod notices;

use florin_shared::{Method, Money, PaymentId, ReversalId, SessionId};
use serde_json::{Value, json};

use super::*;
use crate::domain::payment::{IN_STORE, PaymentState, Role, Said};
use crate::domain::reversal::Reason;
use crate::domain::scanned::Scanned;

const HOST: &str = "http://127.0.0.1:8081";
const NOTIFY: &str = "https://pay.example/notify/antom";

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, currency.parse().unwrap()).unwrap()
}

fn payment() -> Payment {
    Payment {
        id: PaymentId::of([1; 16]),
        session: SessionId::of([2; 20]),
        merchant: "18356675194960".parse().unwrap(),
        trans_id: "order_000001".into(),
        method: Method::Gcash,
        channel: "antom".into(),
        product: "GCASH".into(),
        request_id: "GW1".into(),
        terminal: "WEB".into(),
        payer_ip: String::new(),
        cancellable: true,
        amount: money(25000, "PHP"),
        state: PaymentState::Intent,
        role: Role::None,
        confirming: false,
        reason: String::new(),
        got: None,
        paid: None,
        action: String::new(),
        expires: 1_794_974_491_250,
        final_after: 1_794_974_611_250,
        cancels_sent: 0,
        cancels_answered: 0,
        cancel_until: 0,
        asks: 0,
        next_ask: None,
        created: 1_794_974_000_000,
        changed: 1_794_974_000_000,
    }
}

fn asking() -> Asking {
    Asking {
        payee: "Blue Mug Ltd".into(),
        return_url: "https://shop.example/return".into(),
        notify_url: NOTIFY.into(),
        scanned: None,
        login: crate::channel::nobodys_login(),
    }
}

fn reversal() -> Reversal {
    let id = ReversalId::of([3; 16]);
    let fresh =
        Reversal::fresh(id, &payment(), money(25000, "PHP"), Reason::Surplus, 1_794_974_000_000);
    Reversal { request_id: "RF1".into(), ..fresh }
}

/// An answer with this outcome and these fields.
fn answer(code: &str, status: &str, fields: Value) -> Answer {
    json::read(answer_text(code, status, fields).as_bytes()).unwrap()
}

fn answer_text(code: &str, status: &str, mut fields: Value) -> String {
    fields["result"] = json!({ "resultCode": code, "resultStatus": status, "resultMessage": "" });
    fields.to_string()
}

fn asked(payment: &Payment, settlement: Option<&str>) -> String {
    serde_json::to_string(&ask::pay(payment, &asking(), settlement)).unwrap()
}

#[test]
fn a_payment_is_always_asked_for_with_the_same_bytes() {
    let expected = concat!(
        r#"{"productCode":"CASHIER_PAYMENT","paymentRequestId":"GW1","order":{"referenceOrderId":"order_000001","#,
        r#""orderDescription":"Blue Mug Ltd","orderAmount":{"currency":"PHP","value":"25000"},"#,
        r#""merchant":{"referenceMerchantId":"18356675194960","merchantName":"Blue Mug Ltd"}},"#,
        r#""paymentAmount":{"currency":"PHP","value":"25000"},"paymentMethod":{"paymentMethodType":"GCASH"},"#,
        r#""settlementStrategy":{"settlementCurrency":"USD"},"paymentExpiryTime":"2026-11-18T04:01:31+00:00","#,
        r#""paymentRedirectUrl":"https://shop.example/return","paymentNotifyUrl":"https://pay.example/notify/antom","#,
        r#""env":{"terminalType":"WEB"}}"#,
    );
    assert_eq!(asked(&payment(), Some("USD")), expected);
    // What changes in our row while a payment goes on changes nothing.
    let later =
        Payment { state: PaymentState::Unknown, asks: 7, changed: 1_794_974_400_000, ..payment() };
    assert_eq!(asked(&later, Some("USD")), expected);
    assert!(!asked(&payment(), None).contains("settlement"));
}

#[test]
fn a_payment_code_is_asked_for_without_a_page_and_its_code_stands_once() {
    let scanned = Scanned::read("281000000000000001", Some("till-4".into()));
    let asking = Asking { scanned, ..asking() };
    let by_code =
        Payment { product: "CONNECT_WALLET".into(), terminal: IN_STORE.into(), ..payment() };
    let expected = concat!(
        r#"{"productCode":"IN_STORE_PAYMENT","paymentRequestId":"GW1","order":{"referenceOrderId":"order_000001","#,
        r#""orderDescription":"Blue Mug Ltd","orderAmount":{"currency":"PHP","value":"25000"},"#,
        r#""merchant":{"referenceMerchantId":"18356675194960","merchantName":"Blue Mug Ltd","#,
        r#""store":{"referenceStoreId":"18356675194960","storeName":"Blue Mug Ltd"}},"env":{"storeTerminalId":"till-4"}},"#,
        r#""paymentAmount":{"currency":"PHP","value":"25000"},"#,
        r#""paymentMethod":{"paymentMethodType":"CONNECT_WALLET","paymentMethodId":"281000000000000001"},"#,
        r#""paymentFactor":{"inStorePaymentScenario":"PaymentCode"},"paymentExpiryTime":"2026-11-18T04:01:31+00:00","#,
        r#""paymentNotifyUrl":"https://pay.example/notify/antom"}"#,
    );
    assert_eq!(serde_json::to_string(&ask::pay(&by_code, &asking, None)).unwrap(), expected);
}

#[tokio::test]
async fn a_payment_by_code_without_its_code_never_leaves() {
    let antom = Antom::new(&sandbox("http://127.0.0.1:9")).unwrap();
    let by_code = Payment { terminal: IN_STORE.into(), ..payment() };
    let unsent = antom.pay(&by_code, &asking()).await;
    assert!(matches!(unsent, Err(ChannelError::NotSent(_))), "{unsent:?}");
}

#[test]
fn a_refund_is_always_asked_for_with_the_same_bytes() {
    let sent = |reversal: &Reversal| {
        serde_json::to_string(&ask::refund(reversal, "2026", NOTIFY)).unwrap()
    };
    let expected = concat!(
        r#"{"refundRequestId":"RF1","paymentId":"2026","refundAmount":{"currency":"PHP","value":"25000"},"#,
        r#""refundReason":"SURPLUS","refundNotifyUrl":"https://pay.example/notify/antom"}"#,
    );
    assert_eq!(sent(&reversal()), expected);
    let later = Reversal { sends: 3, tries: 7, failure: "NO".into(), ..reversal() };
    assert_eq!(sent(&later), expected);
    let mut asked = reversal();
    asked.wish.reason = "the cup was broken".into();
    assert!(sent(&asked).contains(r#""refundReason":"the cup was broken""#));
}

#[test]
fn a_phone_is_told_with_its_system() {
    let env = |terminal: &str| {
        let asked = asked(&Payment { terminal: terminal.into(), ..payment() }, None);
        serde_json::from_str::<Value>(&asked).unwrap()["env"].clone()
    };
    assert_eq!(env("WEB"), json!({ "terminalType": "WEB" }));
    assert_eq!(env("WAP_IOS"), json!({ "terminalType": "WAP", "osType": "IOS" }));
    assert_eq!(env("WAP_ANDROID"), json!({ "terminalType": "WAP", "osType": "ANDROID" }));
}

#[test]
fn the_merchants_number_is_sent_where_it_fits() {
    let long = "x".repeat(65);
    for (own, sent) in [
        ("order-1", "order-1"),
        ("", "GW1"),
        (long.as_str(), "GW1"),
        ("订单", "GW1"),
        ("a b", "GW1"),
    ] {
        let asked = asked(&Payment { trans_id: own.into(), ..payment() }, None);
        let asked: Value = serde_json::from_str(&asked).unwrap();
        assert_eq!(asked["order"]["referenceOrderId"], sent, "{own}");
    }
}

#[test]
fn the_sandbox_has_paths_of_its_own() {
    assert_eq!(Antom::new(&sandbox(HOST)).unwrap().api, "/ams/sandbox/api/v1/payments");
    let live =
        AntomSettings { client_id: "5X00".into(), ..sandbox("https://open-sea-global.alipay.com") };
    let live = Antom::new(&live).unwrap();
    assert_eq!(
        (live.api, live.host.as_str()),
        ("/ams/api/v1/payments", "https://open-sea-global.alipay.com")
    );
}

#[test]
fn a_host_that_cannot_be_right_is_refused() {
    for host in [
        "",
        "open-sea-global.alipay.com",
        "https://x.example/ams",
        "https://x.example?a",
        "ftp://x.example",
    ] {
        assert!(Antom::new(&sandbox(host)).is_err(), "{host}");
    }
    let live = |host| AntomSettings { client_id: "5X00".into(), ..sandbox(host) };
    assert!(Antom::new(&live("http://open-sea-global.alipay.com")).is_err());
    assert!(Antom::new(&sandbox("http://192.168.1.7:8081/")).is_ok());
}

#[test]
fn the_acknowledgement_is_antoms() {
    let expected = json!({"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}});
    let antom = Antom::new(&sandbox(HOST)).unwrap();
    assert_eq!(serde_json::from_str::<Value>(antom.acknowledgement().body).unwrap(), expected);
}
