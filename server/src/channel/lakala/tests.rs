//! The channel against Lakala's words, as tables, and whole calls to a gateway that says what it is told to.

mod answers;
mod calls;
mod notices;

use florin_shared::{Method, Money, ReversalId};
use serde_json::{Value, json};

use super::*;
use crate::domain::order::tests::payment as fresh;
use crate::domain::payment::{PaymentState, Role};
use crate::domain::reversal::{Reason, ReversalState};

const HOST: &str = "http://127.0.0.1:8081";
const NOTIFY: &str = "https://shop.example/notify/lakala";
const ORDER: &str = "ORDER20261118000001";

fn lakala() -> Lakala {
    Lakala::new(&sandbox(HOST)).unwrap()
}

fn money(minor: i64) -> Money {
    Money::new(minor, "CNY".parse().unwrap()).unwrap()
}

fn payment() -> Payment {
    Payment {
        merchant: "18356675194960".parse().unwrap(),
        trans_id: "order_000001".into(),
        method: Method::Lakala,
        channel: "lakala".into(),
        product: "COUNTER".into(),
        request_id: ORDER.into(),
        amount: money(8888),
        // 12:30 in Beijing, and a little more.
        expires: 1_794_976_200_250,
        final_after: 1_794_976_500_250,
        created: 1_794_974_400_000,
        changed: 1_794_974_400_000,
        ..fresh(PaymentState::Intent)
    }
}

fn asking() -> Asking {
    Asking {
        payee: "Blue mug".into(),
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

fn text(req_data: &impl Serialize, org: Option<&str>) -> String {
    ask::body(1_794_974_400_000, org, req_data).unwrap()
}

#[test]
fn an_order_is_always_asked_for_with_the_same_words() {
    let expected = concat!(
        r#"{"req_time":"20261118120000","version":"3.0","req_data":{"out_order_no":"ORDER20261118000001","#,
        r#""merchant_no":"82229007392000A","total_amount":8888,"order_efficient_time":"20261118123000","#,
        r#""notify_url":"https://shop.example/notify/lakala","callback_url":"https://pay.example/pay/CS1","#,
        r#""support_cancel":0,"support_refund":1,"support_repeat_pay":0,"repeat_pay_auto_refund":1,"#,
        r#""order_info":"Blue mug"}}"#,
    );
    let account = lakala().account;
    assert_eq!(text(&ask::order(&account, &payment(), &asking()), None), expected);
    // What changes in our row while a payment goes on changes nothing.
    let later =
        Payment { state: PaymentState::Unknown, asks: 7, changed: 1_794_974_400_000, ..payment() };
    assert_eq!(text(&ask::order(&account, &later, &asking()), None), expected);
}

/// What the page's own example of a request says of an order, ours says in the same words.
#[test]
fn an_order_agrees_with_the_vector() {
    let vector: Value = serde_json::from_str(include_str!("vectors/request.json")).unwrap();
    let account = lakala().account;
    let ours: Value =
        serde_json::from_str(&text(&ask::order(&account, &payment(), &asking()), None)).unwrap();
    assert_eq!((&ours["req_time"], &ours["version"]), (&vector["req_time"], &vector["version"]));
    for (name, value) in vector["req_data"].as_object().unwrap() {
        // The shopper picks on Lakala's page.
        if name != "counter_param" {
            assert_eq!(&ours["req_data"][name], value, "{name}");
        }
    }
}

#[test]
fn a_refund_goes_by_lakalas_number_of_the_trade() {
    let mut reversal = reversal();
    reversal.wish.reason = "the cup was broken, and so was its saucer".into();
    let account = lakala().account;
    let expected = concat!(
        r#"{"req_time":"20261118120000","version":"3.0","out_org_code":"OP00000003","req_data":{"#,
        r#""merchant_no":"82229007392000A","term_no":"D0060389","out_trade_no":"RF1","refund_amount":"800","#,
        r#""refund_reason":"the cup was broken, and so was i","origin_trade_no":"2026111866210311800001","#,
        r#""location_info":{"request_ip":"127.0.0.1"}}}"#,
    );
    let trade = "2026111866210311800001";
    assert_eq!(text(&ask::refund(&account, trade, &reversal), Some("OP00000003")), expected);
    reversal.wish.reason = String::new();
    assert!(!text(&ask::refund(&account, trade, &reversal), None).contains("refund_reason"));
    let asked = text(&ask::of_refund(&account, &reversal), None);
    assert!(asked.contains(r#""term_no":"D0060389","out_refund_order_no":"RF1""#), "{asked}");
}

#[test]
fn every_product_is_possible() {
    for product in table::PRODUCTS {
        assert_eq!((product.method, product.channel), (Method::Lakala, "lakala"));
        assert!(product.least > 0 && product.shortest < product.longest, "{product:?}");
        let number = product.numbers.of(&florin_shared::PaymentId::of([7; 16]));
        assert!(number.len() <= 32, "{number}");
    }
}

#[test]
fn real_money_moves_over_tls_and_never_by_the_sandboxs_keys() {
    let own = || {
        // The pairs the other way round are nobody's account.
        let key = include_str!("../../../sandbox/keys/lakala_platform_private.pem").to_owned();
        let theirs = include_str!("../../../sandbox/keys/lakala_merchant_public.pem").to_owned();
        LakalaSettings { private_key: key, public_key: theirs, ..sandbox(HOST) }
    };
    let of = |host: &str| Lakala::new(&LakalaSettings { host: host.into(), ..own() });
    let live = of("https://s2.lakala.com").unwrap();
    assert!(live.is_live());
    assert_eq!(live.base, "https://s2.lakala.com");
    let test = of("https://test.wsmsd.cn/sit").unwrap();
    assert!(!test.is_live(), "their test");
    assert_eq!(test.base, "https://test.wsmsd.cn/sit");
    let ours = Lakala::new(&sandbox("http://192.168.1.7:8081/")).unwrap();
    assert_eq!((ours.is_live(), ours.base.as_str()), (false, "http://192.168.1.7:8081"));
    for host in ["", "s2.lakala.com", "http://s2.lakala.com", "https://s2.lakala.com/api"] {
        assert!(of(host).is_err(), "{host}");
    }
    for half in [
        LakalaSettings { host: "https://s2.lakala.com".into(), ..sandbox("") },
        LakalaSettings {
            host: "https://s2.lakala.com".into(),
            public_key: sandbox("").public_key,
            ..own()
        },
    ] {
        let why = format!("{:#}", Lakala::new(&half).err().unwrap());
        assert!(why.contains("everybody knows"), "{why}");
    }
    for bad in [
        LakalaSettings { merchant_no: "822 29".into(), ..own() },
        LakalaSettings { term_no: String::new(), ..own() },
        LakalaSettings { request_ip: "localhost".into(), ..own() },
    ] {
        assert!(Lakala::new(&bad).is_err());
    }
}

#[test]
fn the_acknowledgement_is_the_word_that_lakala_waits_for() {
    let said = lakala().acknowledgement();
    let read: Value = serde_json::from_str(said.body).unwrap();
    assert_eq!((said.status, read), (200, json!({ "code": "SUCCESS", "message": "执行成功" })));
}
