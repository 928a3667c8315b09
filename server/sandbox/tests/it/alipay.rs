//! Alipay's gateway over real HTTP, asked from the recipe and not by the sandbox's code.

use std::collections::BTreeMap;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::World;

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

fn signed(method: &str, content: &Value) -> BTreeMap<String, String> {
    let fields = [
        ("app_id", "2021000000000001"),
        ("biz_content", &content.to_string()),
        ("charset", "utf-8"),
        ("method", method),
        ("sign_type", "RSA2"),
        ("timestamp", "2026-11-18 12:00:00"),
        ("version", "1.0"),
    ];
    let mut fields: BTreeMap<String, String> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let text: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let key = der(include_str!("../keys/alipay_merchant_private.pem"));
    let key = KeyPair::from_pkcs8(&key).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    let (random, text) = (SystemRandom::new(), text.join("&"));
    key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).unwrap();
    fields.insert("sign".into(), STANDARD.encode(signature));
    fields
}

async fn send(world: &World, fields: &BTreeMap<String, String>) -> String {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let sent = world.http.post(format!("{}/gateway.do", world.url)).body(form).send();
    sent.await.unwrap().text().await.unwrap()
}

/// What is said, when its text between the node's name and the signature was signed.
async fn ask(world: &World, method: &str, content: Value) -> Value {
    let text = send(world, &signed(method, &content)).await;
    let node = format!(r#"{{"{}_response":"#, method.replace('.', "_"));
    let (said, signature) = text.strip_prefix(&node).unwrap().rsplit_once(r#","sign":""#).unwrap();
    let signature = STANDARD.decode(signature.strip_suffix(r#""}"#).unwrap()).unwrap();
    let key = der(include_str!("../keys/alipay_platform_public.pem"));
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
    assert!(key.verify(said.as_bytes(), &signature).is_ok(), "{text}");
    serde_json::from_str(said).unwrap()
}

fn code_of(number: &str) -> Value {
    json!({ "out_trade_no": number, "total_amount": "88.88", "subject": "Blue mug",
            "product_code": "FACE_TO_FACE_PAYMENT" })
}

fn of(number: &str) -> Value {
    json!({ "out_trade_no": number })
}

async fn paid(world: &World, number: &str) {
    let made = ask(world, "alipay.trade.precreate", code_of(number)).await;
    world.approve(made["qr_code"].as_str().unwrap()).await;
}

#[tokio::test]
async fn a_code_is_no_trade_until_it_is_paid() {
    let world = World::start().await;
    let made = ask(&world, "alipay.trade.precreate", code_of("a1")).await;
    assert_eq!(made["code"], "10000");
    for method in ["alipay.trade.query", "alipay.trade.close"] {
        assert_eq!(ask(&world, method, of("a1")).await["sub_code"], "ACQ.TRADE_NOT_EXIST");
    }
    assert_eq!(ask(&world, "alipay.trade.precreate", code_of("a1")).await, made);
    let mut other = code_of("a1");
    other["total_amount"] = "88.89".into();
    let refused = ask(&world, "alipay.trade.precreate", other).await;
    assert_eq!(refused["sub_code"], "ACQ.CONTEXT_INCONSISTENT");

    world.approve(made["qr_code"].as_str().unwrap()).await;
    let known = ask(&world, "alipay.trade.query", of("a1")).await;
    assert_eq!(
        (&known["trade_status"], &known["total_amount"]),
        (&json!("TRADE_SUCCESS"), &json!("88.88"))
    );
    let closed = ask(&world, "alipay.trade.close", of("a1")).await;
    assert_eq!(closed["sub_code"], "ACQ.TRADE_STATUS_ERROR");
    assert_eq!(world.entry("a1").await["captured"], 8888);
}

#[tokio::test]
async fn a_refund_number_counts_once_and_the_fee_counts_all() {
    let world = World::start().await;
    paid(&world, "a1").await;
    let back = |number: &str, amount: &str| json!({ "out_trade_no": "a1", "out_request_no": number, "refund_amount": amount });
    let refund =
        async |number, amount| ask(&world, "alipay.trade.refund", back(number, amount)).await;
    let first = refund("r1", "80.00").await;
    assert_eq!((&first["fund_change"], &first["refund_fee"]), (&json!("Y"), &json!("80.00")));
    let again = refund("r1", "80.00").await;
    assert_eq!((&again["fund_change"], &again["refund_fee"]), (&json!("N"), &json!("80.00")));
    assert_eq!(refund("r1", "70.00").await["sub_code"], "ACQ.CONTEXT_INCONSISTENT");
    assert_eq!(refund("r2", "8.89").await["sub_code"], "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
    assert_eq!(refund("r3", "8.88").await["refund_fee"], "88.88");
    assert_eq!(world.entry("a1").await["refunded"], 8888);
    assert_eq!(ask(&world, "alipay.trade.query", of("a1")).await["trade_status"], "TRADE_CLOSED");
    let query = async |number: &str| {
        ask(&world, "alipay.trade.fastpay.refund.query", back(number, "1.00")).await
    };
    assert_eq!(query("r1").await["refund_status"], "REFUND_SUCCESS");
    assert_eq!(query("r9").await["refund_status"], Value::Null);
}

#[tokio::test]
async fn a_refund_on_its_way_moves_no_money_yet() {
    let world = World::start().await;
    paid(&world, "a1").await;
    world.fault(json!({ "fault": "refund_pending", "channel": "alipay", "ms": 60_000 })).await;
    let back = json!({ "out_trade_no": "a1", "out_request_no": "r1", "refund_amount": "88.88" });
    let sent = ask(&world, "alipay.trade.refund", back.clone()).await;
    assert_eq!((&sent["code"], &sent["fund_change"]), (&json!("10000"), &json!("N")));
    let query = ask(&world, "alipay.trade.fastpay.refund.query", back).await;
    assert_eq!((&query["code"], &query["refund_status"]), (&json!("10000"), &Value::Null));
}

#[tokio::test]
async fn strangers_and_changed_requests_are_refused() {
    let world = World::start().await;
    let mut fields = signed("alipay.trade.query", &of("a1"));
    fields.insert("biz_content".into(), of("a2").to_string());
    assert!(send(&world, &fields).await.contains("isv.invalid-signature"));
    fields.insert("app_id".into(), "2021000000000009".into());
    let stranger = send(&world, &fields).await;
    assert!(
        stranger.starts_with(r#"{"error_response""#) && !stranger.contains("sign\":"),
        "{stranger}"
    );
    let unknown = ask(&world, "alipay.trade.page.pay", of("a1")).await;
    assert_eq!(unknown["sub_code"], "isv.invalid-method");
}

#[tokio::test]
async fn a_link_opens_a_trade_that_can_be_closed() {
    let world = World::start().await;
    let browser =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut content = code_of("a1");
    content["product_code"] = "QUICK_WAP_WAY".into();
    let fields = signed("alipay.trade.wap.pay", &content);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    let link = format!("{}/gateway.do?{query}", world.url);
    assert_eq!(
        ask(&world, "alipay.trade.query", of("a1")).await["sub_code"],
        "ACQ.TRADE_NOT_EXIST"
    );
    let visit = browser.get(&link).send().await.unwrap();
    assert_eq!(visit.status(), 302);
    let page = visit.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(ask(&world, "alipay.trade.query", of("a1")).await["trade_status"], "WAIT_BUYER_PAY");
    assert_eq!(ask(&world, "alipay.trade.close", of("a1")).await["code"], "10000");
    assert_eq!(
        ask(&world, "alipay.trade.close", of("a1")).await["sub_code"],
        "ACQ.TRADE_HAS_CLOSE"
    );
    assert_eq!(world.wallet(&page, "approve").await.0, 409);
    assert_eq!(browser.get(&link).send().await.unwrap().status(), 400);
}

fn scanned(number: &str, code: &str) -> Value {
    let mut content = code_of(number);
    content["scene"] = "bar_code".into();
    content["auth_code"] = code.into();
    content["timeout_express"] = "2m".into();
    content
}

#[tokio::test]
async fn a_payment_code_is_paid_waits_or_is_refused_and_is_good_once() {
    let world = World::start().await;
    let pay = async |content| ask(&world, "alipay.trade.pay", content).await;
    let paid = pay(scanned("a1", "281000000000000001")).await;
    assert_eq!((&paid["code"], &paid["total_amount"]), (&json!("10000"), &json!("88.88")));
    assert!(paid["gmt_payment"].is_string(), "{paid}");
    let again = pay(scanned("a1", "281000000000000001")).await;
    assert_eq!(again["sub_code"], "ACQ.TRADE_HAS_SUCCESS");
    for (number, code, sub_code) in [
        ("a1", "281000000000000002", "ACQ.CONTEXT_INCONSISTENT"),
        ("a2", "281000000000000001", "ACQ.PAYMENT_AUTH_CODE_INVALID"),
        ("a2", "283000000000000001", "ACQ.PAYMENT_AUTH_CODE_INVALID"),
        ("a2", "284000000000000001", "ACQ.BUYER_BALANCE_NOT_ENOUGH"),
        ("a2", "285000000000000001", "ACQ.PAYMENT_REQUEST_HAS_RISK"),
    ] {
        assert_eq!(pay(scanned(number, code)).await["sub_code"], sub_code, "{code}");
    }
    let waiting = pay(scanned("a3", "282000000000000001")).await;
    assert_eq!(waiting["code"], "10003");
    assert_eq!(ask(&world, "alipay.trade.query", of("a3")).await["trade_status"], "WAIT_BUYER_PAY");
    world.approve("282000000000000001").await;
    assert_eq!(ask(&world, "alipay.trade.query", of("a3")).await["trade_status"], "TRADE_SUCCESS");
}

#[tokio::test]
async fn a_cancel_closes_what_is_open_and_gives_back_what_is_paid() {
    let world = World::start().await;
    let cancel = async |number| ask(&world, "alipay.trade.cancel", of(number)).await;
    assert_eq!(cancel("a0").await["sub_code"], "ACQ.TRADE_NOT_EXIST");
    ask(&world, "alipay.trade.pay", scanned("a1", "282000000000000001")).await;
    let closed = cancel("a1").await;
    assert_eq!((&closed["action"], &closed["retry_flag"]), (&json!("close"), &json!("N")));
    assert_eq!(world.wallet("282000000000000001", "approve").await.0, 409);
    assert_eq!(cancel("a1").await["action"], Value::Null);

    ask(&world, "alipay.trade.pay", scanned("a2", "281000000000000002")).await;
    assert_eq!(cancel("a2").await["action"], "refund");
    let known = ask(&world, "alipay.trade.query", of("a2")).await;
    assert_eq!(known["trade_status"], "TRADE_CLOSED");
    assert!(known["send_pay_date"].is_string(), "it was paid: {known}");
    assert_eq!(world.entry("a2").await["cancelled_after_capture"], 8888);

    world.fault(json!({ "fault": "cancel_returns_money", "channel": "alipay" })).await;
    ask(&world, "alipay.trade.pay", scanned("a3", "282000000000000003")).await;
    assert_eq!(cancel("a3").await["action"], "refund");
    assert_eq!(world.entry("a3").await["cancelled_after_capture"], 8888);
}
