//! The channel's calls when they go wrong, and the panel that makes them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Merchant, Sink, World, a_moment, code_of};

#[tokio::test]
async fn a_lost_reply_has_had_its_effect() {
    let world = World::start().await;
    world.fault(json!({ "fault": "lost_reply", "request": "p1", "call": "pay" })).await;
    let body = Merchant::pay_body("p1");
    assert!(world.merchant.try_call("pay", &body).await.is_err());
    let entry = world.entry("p1").await;
    assert_eq!(entry["status"], "PROCESSING");

    let again = world.merchant.pay("p1").await;
    again.expect("PAYMENT_IN_PROCESS");
    assert_eq!(again.body["paymentId"], entry["paymentId"], "no second payment was made");

    world.fault(json!({ "fault": "lost_reply", "call": "cancel" })).await;
    let which = json!({ "paymentRequestId": "p1" });
    assert!(world.merchant.try_call("cancel", &which).await.is_err());
    assert_eq!(world.inquire("p1").await["paymentStatus"], "CANCELLED");
}

#[tokio::test]
async fn a_lost_refund_reply_refunds_once() {
    let world = World::start().await;
    let code = world.open("p1").await;
    world.approve(&code).await;
    let refund = json!({
        "refundRequestId": "r1",
        "paymentId": world.inquire("p1").await["paymentId"],
        "refundAmount": { "currency": "PHP", "value": "25000" },
    });
    world.fault(json!({ "fault": "lost_reply", "request": "p1", "call": "refund" })).await;
    assert!(world.merchant.try_call("refund", &refund).await.is_err());
    world.merchant.call("refund", &refund).await.expect("SUCCESS");
    assert_eq!(world.entry("p1").await["refunded"], 25000);
}

#[tokio::test]
async fn a_server_error_comes_before_anything_happens() {
    let world = World::start().await;
    world.fault(json!({ "fault": "server_error", "times": 2 })).await;
    let body = Merchant::pay_body("p1");
    for _ in 0..2 {
        let error = world.merchant.try_call("pay", &body).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 500);
    }
    let entry = world.entry("p1").await;
    assert_eq!(entry["status"], "REFUSED", "it arrived, and no more");
    world.merchant.pay("p1").await.expect("PAYMENT_IN_PROCESS");
}

#[tokio::test]
async fn unknown_may_have_happened_or_not() {
    let world = World::start().await;
    world.fault(json!({ "fault": "unknown" })).await;
    world.merchant.pay("after").await.expect("UNKNOWN_EXCEPTION");
    assert_eq!(world.entry("after").await["status"], "PROCESSING");
    world.fault(json!({ "fault": "unknown", "when": "before" })).await;
    world.merchant.pay("before").await.expect("UNKNOWN_EXCEPTION");
    assert_eq!(world.entry("before").await["status"], "REFUSED");
}

#[tokio::test]
async fn half_a_body_and_a_wrong_signature_are_not_answers() {
    let world = World::start().await;
    world.fault(json!({ "fault": "half_body" })).await;
    let body = Merchant::pay_body("p1");
    let error = world.merchant.try_call("pay", &body).await.unwrap_err();
    assert!(error.status().is_none() && !error.is_connect(), "{error:?}");
    world.fault(json!({ "fault": "bad_signature" })).await;
    let answer = world.merchant.pay("p1").await;
    assert!(!answer.is_signed);
    assert!(world.merchant.pay("p1").await.is_signed);
}

#[tokio::test]
async fn late_acts_first_or_last_even_if_the_caller_hangs_up() {
    let world = World::start().await;
    world.fault(json!({ "fault": "late", "ms": 600, "when": "before" })).await;
    let body = Merchant::pay_body("p1");
    world.merchant.hang_up("pay", &body, Duration::from_millis(200)).await;
    assert_eq!(world.entry("p1").await["status"], "REFUSED", "not yet");
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(world.entry("p1").await["status"], "PROCESSING");

    world.fault(json!({ "fault": "late", "ms": 400, "request": "p2" })).await;
    let asked = tokio::time::Instant::now();
    world.merchant.pay("p2").await.expect("PAYMENT_IN_PROCESS");
    assert!(asked.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn a_cancelled_code_can_be_paid_if_the_wallet_is_told_so() {
    let world = World::start().await;
    let sink = Sink::start().await;
    let code = world.open_told("p1", &sink).await;
    world.merchant.call("cancel", &json!({ "paymentRequestId": "p1" })).await.expect("SUCCESS");
    assert_eq!(world.wallet(&code, "approve").await.0, 409);
    world.fault(json!({ "fault": "paid_after_cancel", "request": "p1" })).await;
    world.approve(&code).await;
    assert_eq!(world.inquire("p1").await["paymentStatus"], "SUCCESS");
    assert_eq!(sink.wait_for(1).await[0].gist(), "PAYMENT_RESULT S");

    world.merchant.call("cancel", &json!({ "paymentRequestId": "p1" })).await.expect("SUCCESS");
    let entry = world.entry("p1").await;
    assert_eq!(entry["captured"], entry["cancelled_after_capture"]);
}

#[tokio::test]
async fn a_payer_who_is_faster_than_the_cancel_gets_the_money_back() {
    let world = World::start().await;
    let sink = Sink::start().await;
    world.open_told("p1", &sink).await;
    world.fault(json!({ "fault": "cancel_returns_money" })).await;
    world.merchant.call("cancel", &json!({ "paymentRequestId": "p1" })).await.expect("SUCCESS");
    assert_eq!(sink.wait_for(1).await[0].gist(), "PAYMENT_RESULT S");
    assert_eq!(world.inquire("p1").await["paymentStatus"], "CANCELLED");
    let entry = world.entry("p1").await;
    assert_eq!(entry["captured"], 25000);
    assert_eq!(entry["cancelled_after_capture"], 25000);
}

#[tokio::test]
async fn a_refund_may_take_a_while() {
    let world = World::start().await;
    let code = world.open("p1").await;
    world.approve(&code).await;
    world.fault(json!({ "fault": "refund_pending", "ms": 500 })).await;
    let refund = json!({
        "refundRequestId": "r1",
        "paymentId": world.inquire("p1").await["paymentId"],
        "refundAmount": { "currency": "PHP", "value": "25000" },
    });
    world.merchant.call("refund", &refund).await.expect("REFUND_IN_PROCESS");
    let ask = json!({ "refundRequestId": "r1" });
    assert_eq!(world.merchant.call("inquiryRefund", &ask).await.body["refundStatus"], "PROCESSING");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(world.merchant.call("inquiryRefund", &ask).await.body["refundStatus"], "SUCCESS");
}

#[tokio::test]
async fn a_refund_may_be_refused_for_good() {
    let world = World::start().await;
    let refund = refund_of(&world, "r1", 400).await;
    world.fault(json!({ "fault": "refund_refused", "request": "p1" })).await;
    world.merchant.call("refund", &refund).await.expect("REFUND_WINDOW_EXCEED");
    let ask = json!({ "refundRequestId": "r1" });
    world.merchant.call("inquiryRefund", &ask).await.expect("ORDER_NOT_EXIST");
    assert_eq!(world.entry("p1").await["refunded"], 0);
    world.merchant.call("refund", &refund).await.expect("SUCCESS");
}

#[tokio::test]
async fn a_refund_may_turn_out_to_have_failed() {
    let world = World::start().await;
    let sink = Sink::start().await;
    let mut refund = refund_of(&world, "r1", 400).await;
    refund["refundNotifyUrl"] = sink.url.clone().into();
    world.fault(json!({ "fault": "refund_fails", "ms": 300 })).await;
    world.merchant.call("refund", &refund).await.expect("REFUND_IN_PROCESS");
    let ask = json!({ "refundRequestId": "r1" });
    assert_eq!(world.merchant.call("inquiryRefund", &ask).await.body["refundStatus"], "PROCESSING");
    let told = &sink.wait_for(1).await[0];
    assert_eq!(told.body["refundStatus"], "FAIL");
    assert_eq!(world.merchant.call("inquiryRefund", &ask).await.body["refundStatus"], "FAIL");
    let rows = &world.inquire("p1").await["transactions"];
    assert_eq!(rows[0]["transactionStatus"], "FAIL");
    assert_eq!(world.entry("p1").await["refunded"], 0);
}

/// A paid payment `p1`, and a refund of it that has not been asked for yet.
async fn refund_of(world: &World, refund: &str, value: i64) -> Value {
    let code = world.open("p1").await;
    world.approve(&code).await;
    json!({
        "refundRequestId": refund,
        "paymentId": world.inquire("p1").await["paymentId"],
        "refundAmount": { "currency": "PHP", "value": value.to_string() },
    })
}

#[tokio::test]
async fn some_amounts_fail_by_themselves() {
    let world = World::start().await;
    let sink = Sink::start().await;
    let mut body = Merchant::pay_body("p1");
    body["paymentNotifyUrl"] = sink.url.clone().into();
    body["paymentAmount"]["value"] = "14001".into();
    let opened = world.merchant.call("pay", &body).await;
    let (_, told) = world.wallet(&code_of(&opened.body), "approve").await;
    assert_eq!(told["status"], "DECLINED");
    assert_eq!(world.inquire("p1").await["paymentResultCode"], "USER_BALANCE_NOT_ENOUGH");
    assert_eq!(sink.wait_for(1).await[0].gist(), "PAYMENT_RESULT F");

    body["paymentRequestId"] = "p2".into();
    body["paymentAmount"]["value"] = "4002".into();
    let opened = world.merchant.call("pay", &body).await;
    world.approve(&code_of(&opened.body)).await;
    a_moment().await;
    assert_eq!(sink.notes().len(), 1, "4002 is silent");
}

#[tokio::test]
async fn rules_are_listed_used_up_and_removed() {
    let world = World::start().await;
    let url = format!("{}/faults", world.url);
    world.fault(json!({ "fault": "unknown", "times": 2 })).await;
    world.merchant.pay("p1").await.expect("UNKNOWN_EXCEPTION");
    let listed = world.http.get(&url).header("accept", "application/json").send().await.unwrap();
    let listed: Value = listed.json().await.unwrap();
    assert_eq!(listed["faults"][0]["times"], 1);
    world.http.delete(&url).send().await.unwrap();
    world.merchant.pay("p2").await.expect("PAYMENT_IN_PROCESS");
}

#[tokio::test]
async fn a_rule_that_can_never_strike_is_refused() {
    let world = World::start().await;
    for rule in [
        json!({ "fault": "no_such_fault" }),
        json!({ "fault": "silent", "times": 0 }),
        json!({ "fault": "silent", "call": "pay" }),
        json!({ "fault": "lost_reply", "call": "notification" }),
        json!({ "fault": "late", "ms": 999_999 }),
        json!({ "fault": "late", "milliseconds": 5 }),
    ] {
        let sent = world.http.post(format!("{}/faults", world.url)).json(&rule).send();
        let answer = sent.await.unwrap();
        assert_eq!(answer.status(), 400, "{rule}");
        assert!(answer.json::<Value>().await.unwrap()["error"].is_string());
    }
}

#[tokio::test]
async fn a_person_makes_rules_with_the_form() {
    let world = World::start().await;
    let url = format!("{}/faults", world.url);
    let form = "fault=late&request=p1&times=1&call=pay&when=before&ms=50&value=&currency=";
    let posted = post_form(&world, &url, form).await;
    assert!(posted.contains("&quot;ms&quot;:50"), "{posted}");
    let wrong = post_form(&world, &url, "fault=late&request=*&times=0").await;
    assert!(wrong.contains("times is 1 or more"));
    let cleared = post_form(&world, &format!("{url}/clear"), "").await;
    assert!(cleared.contains("Everything goes well"));
}

async fn post_form(world: &World, url: &str, form: &'static str) -> String {
    let request = world.http.post(url).header("content-type", "application/x-www-form-urlencoded");
    request.body(form).send().await.unwrap().text().await.unwrap()
}
