//! The sealed vector, and what each answer and message means.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use florin_shared::{Method, Money, PaymentId, ReversalId, SessionId};
use serde_json::{Value, json};

use super::wire::Resource;
use super::*;
use crate::channel::json;
use crate::clock::Millis;
use crate::domain::order::tests::payment as fresh;
use crate::domain::payment::{PaymentState, Role, Said};
use crate::domain::reversal::Reason;

mod answers;
mod app;
mod by_code;
mod calls;
pub(super) mod certificates;
mod jsapi;
mod mini;
mod notices;
pub(super) mod silence;

const NOTICE: &str = r#"{"id":"EV-2026111812013000001","create_time":"2026-11-18T12:01:30+08:00","resource_type":"encrypt-resource","event_type":"TRANSACTION.SUCCESS","summary":"支付成功","resource":{"original_type":"transaction","algorithm":"AEAD_AES_256_GCM","ciphertext":"bz1kVndYkCFlgKSe7VZeuBxCb6jr2XsCUhw9dEHzO9M653wGxG2i4fVCms/wOqKZjUsbFiP7HsHKfJhCIMNmvF5niBk/a3vVrQbhjp3mBOwXfoaOl2/awTZGd6MK08hyZwUeYYCKdKbB47Fn2iTx4iIL5MArQpEtZ9TFJko2/ITeMAI/EuQD3MLZTKmXPb+iEfjXhr8tSuxQo8eTK2S2dXd7HsOsChitm3A9GUwysKHf/jdsNspVYtQq/DxzPkrJ8avTfwr4cI1ZwgDjtL9P3rim93Vl+bOI+74Gt6igO/VDN0eLB791/QQ09HCF626KKVmI22d68XkuXnUrh3lgxbpeO/vZAZ1nyeB/H/xAZZaskMTGaodbxM7X3xpNdsPpZhRvvDaSSzDVHOtFgQU7O8Bo8u6JVRBscK+1Jth2d6aYphRGqT4WF9+TsgzbqviKAp/CUFuA3cTmv6SIFytB83ujmH5btbU6aukiDSVO2nUf1+5VlGFGp9gi6dYwARTipwVEr34HiglL7S/vKKZLs64RcNaON2XR+3hONM47EqYG33PuWl3Qcd0IvwVgEwmoks8bbiyu/A==","associated_data":"transaction","nonce":"fdasflkja484"}}"#;
const NOTICE_SIGNATURE: &str = "dcRd3ktotRSR3Zx2b77otovr+GYZtZZURlRXUZ3xG04Yq9plaKvXnfTohtW3drrBPf4wU69giYIPpcoRzVAhDOopAmbGfPuZFNiGV94em5XdT11WNX500X1v3JiwmOvvN5mCAS5BaScnnVrkokcq6IqsRQeTjQhnVhKULqeXpmbXkXM8CFW9+YrVcWy8TvA3/+GxmCdfosllcZ2QHWf9ZAXkq91+VB0LFluFI2MfVP+IiAzYVgCa+E3Z0YTI7OdkDUpV0GEEKbXsept/CKaVzR+FTUy7AUXQd2EEUZoXZI8pjjOjhe9CqCummFLoUezkZ5PleyiWyw47SzzTBBSrIw==";
const PLAIN: &str = r#"{"mchid":"1900000001","appid":"wxd678efh567hg6787","out_trade_no":"ORDER20261118000001","transaction_id":"4200001234202611180000000001","trade_type":"NATIVE","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"","success_time":"2026-11-18T12:01:30+08:00","payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"amount":{"total":100,"payer_total":100,"currency":"CNY","payer_currency":"CNY"}}"#;
const NOTICE_TIME: Millis = 1_794_974_491_000;
const EXPIRES: Millis = 1_794_974_400_000 + 600_500;

fn account() -> Account {
    let Settings { mchid, appid, mobile_appid, mini_program_appid, .. } =
        sandbox("http://127.0.0.1:8081");
    Account { mchid, appid, mobile_appid, mini_program_appid }
}

type Settings = WechatpaySettings;

/// The account, at this time.
fn wechatpay(now: Millis) -> Wechatpay {
    let clock = Clock::Set(Arc::new(AtomicI64::new(now)));
    Wechatpay::with(&sandbox("http://127.0.0.1:8081"), Limits::default(), clock).unwrap()
}

fn cny(fen: i64) -> Money {
    Money::new(fen, "CNY".parse().unwrap()).unwrap()
}

fn payment() -> Payment {
    Payment {
        id: PaymentId::of([7; 16]),
        session: SessionId::of([1; 20]),
        merchant: "18356675194960".parse().unwrap(),
        trans_id: "m1".into(),
        method: Method::Wechatpay,
        channel: "wechatpay".into(),
        product: "NATIVE".into(),
        request_id: "ORDER20261118000001".into(),
        amount: cny(100),
        expires: EXPIRES,
        final_after: EXPIRES,
        ..fresh(PaymentState::Sent)
    }
}

fn asking() -> Asking {
    Asking {
        payee: "Blue mug".into(),
        return_url: "https://pay.example/pay/CS1?a=b".into(),
        notify_url: "https://shop.example/notify/wechat".into(),
        scanned: None,
        login: crate::channel::nobodys_login(),
    }
}

fn answer(status: u16, fields: &Value) -> Answer {
    Answer { status, ..json::read(fields.to_string().as_bytes()).unwrap() }
}

#[test]
fn an_order_is_the_vectors_in_beijing_time() {
    let order =
        serde_json::to_string(&ask::order(&account(), &payment(), &asking(), None)).unwrap();
    assert_eq!(
        order,
        r#"{"appid":"wxd678efh567hg6787","mchid":"1900000001","description":"Blue mug","out_trade_no":"ORDER20261118000001","time_expire":"2026-11-18T12:10:00+08:00","notify_url":"https://shop.example/notify/wechat","amount":{"total":100,"currency":"CNY"}}"#
    );
}

#[test]
fn an_order_for_the_same_phone_says_where_it_is() {
    for (terminal, kind) in [("WAP_IOS", "iOS"), ("WAP_ANDROID", "Android"), ("WEB", "Wap")] {
        let payment = Payment {
            product: "H5".into(),
            terminal: terminal.into(),
            payer_ip: "203.0.113.7".into(),
            ..payment()
        };
        let order =
            serde_json::to_value(ask::order(&account(), &payment, &asking(), None)).unwrap();
        let expected = json!({ "payer_client_ip": "203.0.113.7", "h5_info": { "type": kind } });
        assert_eq!(order["scene_info"], expected);
    }
}

#[test]
fn a_long_name_is_cut_to_whole_characters() {
    let asking = Asking { payee: "茶".repeat(60), ..asking() };
    let order = serde_json::to_value(ask::order(&account(), &payment(), &asking, None)).unwrap();
    assert_eq!(order["description"], "茶".repeat(42));
}

#[test]
fn a_refund_names_its_part_and_the_total() {
    let mut reversal = reversal();
    reversal.wish.reason = "broken cup".into();
    let payment = payment();
    let request = ask::refund(&payment, &reversal, "https://shop.example/notify/wechatpay");
    let expected = format!(
        r#"{{"out_trade_no":"ORDER20261118000001","out_refund_no":"{}","reason":"broken cup","notify_url":"https://shop.example/notify/wechatpay","amount":{{"refund":40,"total":100,"currency":"CNY"}}}}"#,
        reversal.request_id
    );
    assert_eq!(serde_json::to_string(&request).unwrap(), expected);
}

fn reversal() -> Reversal {
    Reversal::fresh(ReversalId::of([3; 16]), &payment(), cny(40), Reason::Merchant, 0)
}

#[test]
fn real_money_moves_at_the_real_hosts_and_by_keys_of_ones_own() {
    let real = "https://api.mch.weixin.qq.com";
    let refused = |settings: &Settings| format!("{:#}", Wechatpay::new(settings).err().unwrap());
    let own = Settings { mchid: "1600000000".into(), ..sandbox(real) };
    assert!(refused(&own).contains("everybody knows"));
    for host in ["http://api.mch.weixin.qq.com", "https://pay.example", "http://127.0.0.1:8081"] {
        let elsewhere = Settings { host: host.into(), ..own.clone() };
        assert!(refused(&elsewhere).contains("https://"), "{host}");
    }
    assert!(refused(&sandbox(real)).contains("the sandbox's"));
    assert!(refused(&sandbox("http://203.0.113.7/v3")).contains("no path"));
    let test = Wechatpay::new(&sandbox("http://127.0.0.1:8081")).unwrap();
    assert!(!test.is_live());
}

#[test]
fn every_product_is_possible() {
    for product in Wechatpay::new(&sandbox("http://127.0.0.1:8081")).unwrap().products() {
        assert_eq!((product.method, product.channel), (Method::Wechatpay, "wechatpay"));
        assert!(product.least > 0 && product.shortest < product.longest, "{product:?}");
        let id = PaymentId::of([7; 16]);
        let number = product.numbers.of(&id);
        let is_allowed = number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        assert!((6..=32).contains(&number.len()) && is_allowed, "{number}");
    }
}
