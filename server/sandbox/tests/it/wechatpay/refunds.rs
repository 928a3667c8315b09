//! Refunds: accepted first, done later, within their limits.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::World;
use crate::support::wechatpay::{Ear, Shop};

fn refund(number: &str, value: i64) -> Value {
    json!({
        "out_trade_no": "ORDER1",
        "out_refund_no": number,
        "amount": { "refund": value, "total": 100, "currency": "CNY" },
    })
}

/// A sandbox in which `ORDER1` was paid.
async fn paid() -> (World, Shop) {
    let world = World::start().await;
    let shop = Shop::of(&world);
    let code = shop.open("ORDER1").await;
    world.approve(&code).await;
    (world, shop)
}

/// The real minute between two refunds is a second here.
async fn between_refunds() {
    tokio::time::sleep(Duration::from_millis(1100)).await;
}

#[tokio::test]
async fn a_refund_is_accepted_done_told_and_made_once() {
    let (world, shop) = paid().await;
    let ear = Ear::start().await;
    let mut asked = refund("R1", 40);
    asked["notify_url"] = ear.url.clone().into();
    let accepted = shop.refund(&asked).await;
    accepted.expect(200, "");
    assert_eq!(accepted.text("status"), "PROCESSING", "accepted, and no more");
    let note = ear.wait_for(1).await.remove(0);
    assert!(note.is_signed);
    assert_eq!(note.body["event_type"], "REFUND.SUCCESS");
    assert_eq!(note.plain["refund_status"], "SUCCESS");
    assert_eq!(note.plain["amount"]["refund"], 40);
    let done = shop.query_refund("R1").await;
    assert_eq!(
        (done.text("status"), &done.body["refund_id"]),
        ("SUCCESS", &accepted.body["refund_id"])
    );
    let again = shop.refund(&asked).await;
    assert_eq!(
        (again.text("status"), &again.body["refund_id"]),
        ("SUCCESS", &done.body["refund_id"])
    );
    assert_eq!(world.entry("ORDER1").await["refunded"], 40);
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "REFUND");
}

#[tokio::test]
async fn more_than_was_paid_too_fast_or_something_else_is_refused() {
    let (world, shop) = paid().await;
    shop.refund(&refund("R1", 101)).await.expect(400, "INVALID_REQUEST");
    let mut other = refund("R1", 10);
    other["amount"]["total"] = 99.into();
    shop.refund(&other).await.expect(400, "INVALID_REQUEST");
    shop.refund(&refund("R1", 60)).await.expect(200, "");
    shop.refund(&refund("R1", 61)).await.expect(400, "INVALID_REQUEST");
    shop.refund(&refund("R2", 40)).await.expect(429, "FREQUENCY_LIMITED");
    between_refunds().await;
    shop.refund(&refund("R2", 41)).await.expect(400, "INVALID_REQUEST");
    shop.refund(&refund("R2", 40)).await.expect(200, "");
    assert_eq!(world.entry("ORDER1").await["refunded"], 100);

    shop.query_refund("R9").await.expect(404, "RESOURCE_NOT_EXISTS");
    let mut unknown = refund("R3", 1);
    unknown["out_trade_no"] = "NOTHING".into();
    shop.refund(&unknown).await.expect(404, "RESOURCE_NOT_EXISTS");
    shop.open("ORDER2").await;
    unknown["out_trade_no"] = "ORDER2".into();
    shop.refund(&unknown).await.expect(400, "INVALID_REQUEST");
}

#[tokio::test]
async fn a_refund_by_transaction_id_may_wait_fail_or_be_refused() {
    let (world, shop) = paid().await;
    let id = shop.query("ORDER1").await.text("transaction_id").to_owned();
    let mut asked = refund("R1", 10);
    asked.as_object_mut().unwrap().remove("out_trade_no");
    asked["transaction_id"] = id.into();
    world.fault(json!({ "fault": "refund_refused", "request": "ORDER1" })).await;
    shop.refund(&asked).await.expect(400, "INVALID_REQUEST");
    world.fault(json!({ "fault": "refund_fails", "ms": 300 })).await;
    world.fault(json!({ "fault": "lost_reply", "call": "refund", "request": "ORDER1" })).await;
    assert!(shop.try_post("/v3/refund/domestic/refunds", &asked).await.is_err());
    assert_eq!(shop.query_refund("R1").await.text("status"), "PROCESSING");
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(shop.query_refund("R1").await.text("status"), "ABNORMAL");
    assert_eq!(world.entry("ORDER1").await["refunded"], 0);

    between_refunds().await;
    world.fault(json!({ "fault": "refund_pending", "ms": 400 })).await;
    shop.refund(&refund("R2", 10)).await.expect(200, "");
    assert_eq!(shop.query_refund("R2").await.text("status"), "PROCESSING");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(shop.query_refund("R2").await.text("status"), "SUCCESS");
}
