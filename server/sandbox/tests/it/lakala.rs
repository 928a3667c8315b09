//! Lakala's cashier over real HTTP, asked from the recipe and not by the sandbox's code.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::support::World;

const CREATE: &str = "ccss/counter/order/special_create";
const QUERY: &str = "ccss/counter/order/query";
const CLOSE: &str = "ccss/counter/order/close";
const REFUND: &str = "labs/relation/refund";
const REFUND_QUERY: &str = "labs/query/idmrefundquery";

const NONCE: &str = "abcdefghijklmnopqrstuvwxyz012345";

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

fn authorization(body: &str) -> String {
    let text = format!("OP00000003\n00dfba8194c41b84cf\n1794974400\n{NONCE}\n{body}\n");
    let key = der(include_str!("../keys/lakala_merchant_private.pem"));
    let key = KeyPair::from_pkcs8(&key).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    let signature = STANDARD.encode(signature);
    format!(
        r#"LKLAPI-SHA256withRSA appid="OP00000003",nonce_str="{NONCE}",timestamp="1794974400",serial_no="00dfba8194c41b84cf",signature="{signature}""#
    )
}

async fn send(world: &World, path: &str, header: &str, body: String) -> reqwest::Response {
    let request = world.http.post(format!("{}/api/v3/{path}", world.url)).body(body);
    request.header("authorization", header).send().await.unwrap()
}

/// What is said, when all five headers are there and were signed with it.
async fn ask(world: &World, path: &str, data: Value) -> Value {
    let body =
        json!({ "req_time": "20261118120000", "version": "3.0", "req_data": data }).to_string();
    let answer = send(world, path, &authorization(&body), body).await;
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let [appid, serial, time, nonce, signature] =
        ["appid", "serial", "timestamp", "nonce", "signature"]
            .map(|name| header(&format!("lklapi-{name}")));
    let text = answer.text().await.unwrap();
    let signed = format!("{appid}\n{serial}\n{time}\n{nonce}\n{text}\n");
    let key = der(include_str!("../keys/lakala_platform_public.pem"));
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
    let signature = STANDARD.decode(signature).unwrap();
    assert!(key.verify(signed.as_bytes(), &signature).is_ok(), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn order(number: &str) -> Value {
    json!({ "out_order_no": number, "merchant_no": "82229007392000A", "total_amount": 8888,
            "order_efficient_time": "20991118123000", "order_info": "Blue mug", "support_refund": 1 })
}

fn of(number: &str) -> Value {
    json!({ "out_order_no": number, "merchant_no": "82229007392000A" })
}

async fn made(world: &World, number: &str) -> String {
    let made = ask(world, CREATE, order(number)).await;
    assert_eq!(made["code"], "000000", "{made}");
    made["resp_data"]["counter_url"].as_str().unwrap().to_owned()
}

async fn status(world: &World, number: &str) -> Value {
    ask(world, QUERY, of(number)).await["resp_data"]["order_status"].clone()
}

/// Paid, and by which trade.
async fn paid(world: &World, number: &str) -> String {
    let url = made(world, number).await;
    world.approve(&url).await;
    let known = ask(world, QUERY, of(number)).await;
    let trade = &known["resp_data"]["order_trade_info_list"][0];
    assert_eq!((&trade["trade_type"], &trade["trade_status"]), (&json!("PAY"), &json!("S")));
    trade["trade_no"].as_str().unwrap().to_owned()
}

fn back(trade: &str, number: &str, amount: &str) -> Value {
    json!({ "merchant_no": "82229007392000A", "term_no": "D0060389", "out_trade_no": number,
            "refund_amount": amount, "origin_trade_no": trade, "location_info": { "request_ip": "127.0.0.1" } })
}

fn of_refund(number: &str) -> Value {
    json!({ "merchant_no": "82229007392000A", "term_no": "D0060389", "out_refund_order_no": number })
}

#[tokio::test]
async fn an_order_is_made_once_paid_at_the_cashier_and_never_closed_after() {
    let world = World::start().await;
    let url = made(&world, "l1").await;
    assert_eq!(made(&world, "l1").await, url, "the same order again");
    let mut other = order("l1");
    other["total_amount"] = 8889.into();
    assert_eq!(ask(&world, CREATE, other).await["msg"], "商户订单号重复");
    assert_eq!(status(&world, "l1").await, "0");

    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let visit = browser.get(&url).send().await.unwrap();
    assert_eq!(visit.status(), 302);
    assert!(visit.headers()["location"].to_str().unwrap().ends_with("&from=page"));
    let nowhere =
        browser.get(format!("{}/b/pay?merchantOrderNo=1", world.url)).send().await.unwrap();
    assert_eq!(nowhere.status(), 404);

    world.approve(&url).await;
    assert_eq!(status(&world, "l1").await, "2");
    let closed = ask(&world, CLOSE, of("l1")).await;
    assert_ne!(closed["code"], "000000");
    assert_eq!(world.entry("l1").await["captured"], 8888);
}

#[tokio::test]
async fn a_closed_order_takes_no_money_and_a_payers_no_ends_one() {
    let world = World::start().await;
    let url = made(&world, "l1").await;
    assert_eq!(ask(&world, CLOSE, of("l1")).await["resp_data"]["order_status"], "7");
    assert_eq!(status(&world, "l1").await, "7");
    assert_eq!(world.wallet(&url, "approve").await.0, 409);

    let url = made(&world, "l2").await;
    world.wallet(&url, "decline").await;
    assert_eq!(status(&world, "l2").await, "3");
    let mut again = order("l3");
    again["support_repeat_pay"] = 1.into();
    let again = ask(&world, CREATE, again).await;
    let url = again["resp_data"]["counter_url"].as_str().unwrap();
    world.wallet(url, "decline").await;
    assert_eq!(status(&world, "l3").await, "0");
    world.approve(url).await;
    assert_eq!(ask(&world, QUERY, of("l4")).await["msg"], "订单不存在");
}

#[tokio::test]
async fn a_refund_number_counts_once_and_six_does_not_tell_how_much() {
    let world = World::start().await;
    let trade = paid(&world, "l1").await;
    let refund = async |number, amount| ask(&world, REFUND, back(&trade, number, amount)).await;
    assert_eq!(refund("r1", "8000").await["code"], "BBS00000");
    assert_eq!(refund("r1", "8000").await["code"], "BBS00000");
    assert_eq!(refund("r1", "7000").await["msg"], "商户请求流水号重复");
    assert_eq!(refund("r2", "889").await["msg"], "退款金额超过可退金额");
    assert_eq!(world.entry("l1").await["refunded"], 8000);
    assert_eq!(status(&world, "l1").await, "6");
    let known = ask(&world, QUERY, of("l1")).await;
    assert_eq!(known["resp_data"]["order_trade_info_list"][1]["trade_amount"], 8000);
    let query = async |number| ask(&world, REFUND_QUERY, of_refund(number)).await;
    assert_eq!(query("r1").await["resp_data"]["trade_state"], "SUCCESS");
    assert_eq!(query("r9").await["msg"], "退款订单不存在");
    assert_eq!(refund("r3", "888").await["resp_data"]["refund_amount"], "888");
    assert_eq!(
        (status(&world, "l1").await, world.entry("l1").await["refunded"].clone()),
        (json!("6"), json!(8888))
    );
}

#[tokio::test]
async fn a_refund_on_its_way_says_so() {
    let world = World::start().await;
    let trade = paid(&world, "l1").await;
    world.fault(json!({ "fault": "refund_pending", "channel": "lakala", "ms": 60_000 })).await;
    assert_eq!(ask(&world, REFUND, back(&trade, "r1", "8888")).await["code"], "BBS11112");
    assert_eq!(
        ask(&world, REFUND_QUERY, of_refund("r1")).await["resp_data"]["trade_state"],
        "DEAL"
    );
    assert_eq!(status(&world, "l1").await, "2");
    let untouched = ask(&world, REFUND, back("2026", "r2", "1")).await;
    assert_eq!(untouched["msg"], "原交易不存在");
}

#[tokio::test]
async fn fields_are_read_strictly() {
    let world = World::start().await;
    for (name, value, why) in [
        ("out_order_no", json!("x".repeat(33)), "1 to 32"),
        ("out_order_no", json!("a-b"), "1 to 32"),
        ("merchant_no", json!("82229007392000B"), "商户不存在"),
        ("total_amount", json!("8888"), "invalid type"),
        ("total_amount", json!(88.88), "invalid type"),
        ("total_amount", json!(0), "above 0"),
        ("order_efficient_time", json!("20201118123000"), "not over"),
        ("order_efficient_time", json!("2099-11-18 12:30:00"), "yyyyMMddHHmmss"),
        ("order_info", json!("x".repeat(65)), "1 to 64"),
    ] {
        let mut wrong = order("l1");
        wrong[name] = value;
        let refused = ask(&world, CREATE, wrong).await;
        assert!(refused["msg"].as_str().unwrap().contains(why), "{name}: {refused}");
        assert_ne!(refused["code"], "000000");
    }
    let trade = paid(&world, "l2").await;
    for (name, value) in [
        ("refund_amount", json!(1)),
        ("refund_amount", json!("1.0")),
        ("term_no", json!("D0060388")),
        ("refund_reason", json!("x".repeat(33))),
        ("location_info", json!({})),
        ("location_info", json!({ "request_ip": "here" })),
    ] {
        let mut wrong = back(&trade, "r1", "1");
        wrong[name] = value;
        assert_ne!(ask(&world, REFUND, wrong).await["code"], "BBS00000", "{name}");
    }
    assert_eq!(world.entry("l2").await["refunded"], 0);
}

#[tokio::test]
async fn strangers_and_changed_requests_are_refused() {
    let world = World::start().await;
    let body =
        json!({ "req_time": "20261118120000", "version": "3.0", "req_data": of("l1") }).to_string();
    let header = authorization(&body);
    for (header, body) in [
        (header.clone(), body.replace("l1", "l2")),
        (header.replace("OP00000003", "OP00000004"), body.clone()),
        (header.replace("LKLAPI-", ""), body.clone()),
    ] {
        let refused = send(&world, QUERY, &header, body).await;
        assert_eq!(refused.status(), 401);
        assert!(refused.headers().get("lklapi-signature").is_none());
    }
    assert_eq!(send(&world, QUERY, &header, body).await.status(), 200);
}
