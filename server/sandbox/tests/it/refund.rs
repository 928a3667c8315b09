//! Money that goes back because the merchant says so.

use serde_json::{Value, json};

use crate::support::World;

async fn paid(world: &World, request: &str) -> Value {
    let code = world.open(request).await;
    world.approve(&code).await;
    world.inquire(request).await["paymentId"].clone()
}

fn refund_body(refund: &str, payment_id: &Value, value: &str) -> Value {
    json!({
        "refundRequestId": refund,
        "paymentId": payment_id,
        "refundAmount": { "currency": "PHP", "value": value },
        "refundReason": "the cup was broken",
    })
}

#[tokio::test]
async fn a_refund_number_counts_once() {
    let world = World::start().await;
    let payment = paid(&world, "p1").await;
    let body = refund_body("r1", &payment, "10000");
    let first = world.merchant.call("refund", &body).await;
    first.expect("SUCCESS");
    let second = world.merchant.call("refund", &body).await;
    assert_eq!(first.body, second.body);
    let other = refund_body("r1", &payment, "9000");
    world.merchant.call("refund", &other).await.expect("REPEAT_REQ_INCONSISTENT");
    assert_eq!(world.entry("p1").await["refunded"], 10000);

    let by_number = world.merchant.call("inquiryRefund", &json!({ "refundRequestId": "r1" })).await;
    let by_id = json!({ "refundId": first.body["refundId"] });
    let by_id = world.merchant.call("inquiryRefund", &by_id).await;
    assert_eq!(by_number.body, by_id.body);
    assert_eq!(by_id.body["refundStatus"], "SUCCESS");
}

#[tokio::test]
async fn no_more_goes_back_than_was_paid() {
    let world = World::start().await;
    let payment = paid(&world, "p1").await;
    let refund = |number, value| world_refund(&world, refund_body(number, &payment, value));
    assert_eq!(refund("r1", "20000").await, "SUCCESS");
    assert_eq!(refund("r2", "5001").await, "REFUND_AMOUNT_EXCEED");
    assert_eq!(refund("r3", "5000").await, "SUCCESS");
    assert_eq!(refund("r4", "1").await, "REFUND_AMOUNT_EXCEED");
    let cancel = json!({ "paymentRequestId": "p1" });
    world.merchant.call("cancel", &cancel).await.expect("PROCESS_FAIL");
}

#[tokio::test]
async fn only_a_paid_payment_is_refunded() {
    let world = World::start().await;
    world.open("open").await;
    let open = world.inquire("open").await["paymentId"].clone();
    let unpaid = world_refund(&world, refund_body("r1", &open, "1"));
    assert_eq!(unpaid.await, "ORDER_STATUS_INVALID");
    let nobody = world_refund(&world, refund_body("r2", &json!("none"), "1"));
    assert_eq!(nobody.await, "ORDER_NOT_EXIST");
    let unknown = world.merchant.call("inquiryRefund", &json!({ "refundRequestId": "r9" })).await;
    unknown.expect("ORDER_NOT_EXIST");
}

async fn world_refund(world: &World, body: Value) -> String {
    let answer = world.merchant.call("refund", &body).await;
    assert!(answer.is_signed);
    answer.body["result"]["resultCode"].as_str().unwrap().to_owned()
}
