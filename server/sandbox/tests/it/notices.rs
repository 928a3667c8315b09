//! Notifications: until they are acknowledged, and when they lie.

use serde_json::json;

use crate::support::{Sink, World, a_moment};

#[tokio::test]
async fn a_notification_comes_again_until_it_is_acknowledged_exactly() {
    let world = World::start().await;
    let sink = Sink::start().await;
    sink.be_deaf(1);
    let code = world.open_told("p1", &sink).await;
    world.approve(&code).await;
    let notes = sink.wait_for(2).await;
    assert_eq!(notes[0].body, notes[1].body);
    a_moment().await;
    assert_eq!(sink.notes().len(), 2);
}

#[tokio::test]
async fn a_decline_is_told_as_a_failure() {
    let world = World::start().await;
    let sink = Sink::start().await;
    let code = world.open_told("p1", &sink).await;
    let (_, told) = world.wallet(&code, "decline").await;
    assert_eq!(told["status"], "DECLINED");
    sink.wait_for(1).await;
    assert_eq!(sink.gists(), ["PAYMENT_RESULT F"]);
    assert_eq!(world.inquire("p1").await["paymentStatus"], "FAIL");
}

#[tokio::test]
async fn silent_sends_nothing_though_it_is_paid() {
    let (world, sink) = paid_with(json!({ "fault": "silent" })).await;
    a_moment().await;
    assert_eq!(sink.notes().len(), 0);
    assert_eq!(world.inquire("p1").await["paymentStatus"], "SUCCESS");
}

#[tokio::test]
async fn contradiction_takes_back_what_it_said() {
    let (world, sink) = paid_with(json!({ "fault": "contradiction" })).await;
    sink.wait_for(2).await;
    assert_eq!(sink.gists(), ["PAYMENT_RESULT S", "PAYMENT_RESULT F"]);
    assert_eq!(world.inquire("p1").await["paymentStatus"], "SUCCESS");

    world.fault(json!({ "fault": "contradiction", "request": "p2" })).await;
    let code = world.open_told("p2", &sink).await;
    world.wallet(&code, "decline").await;
    sink.wait_for(4).await;
    assert_eq!(sink.gists()[2..], ["PAYMENT_RESULT F", "PAYMENT_RESULT S"]);
    assert_eq!(world.entry("p2").await["captured"], 0);
}

#[tokio::test]
async fn duplicate_repeats_and_reorders() {
    let rule = json!({ "fault": "duplicate", "copies": 3, "reordered": true });
    let (_world, sink) = paid_with(rule).await;
    sink.wait_for(4).await;
    a_moment().await;
    let result = "PAYMENT_RESULT S";
    assert_eq!(sink.gists(), [result, result, "PAYMENT_PENDING S", result]);
}

#[tokio::test]
async fn wrong_amount_is_told_where_it_is_asked_for() {
    let told = json!({ "fault": "wrong_amount", "value": 1, "currency": "HKD" });
    let (world, sink) = paid_with(told).await;
    let note = sink.wait_for(1).await.remove(0);
    assert!(note.is_signed);
    assert_eq!(note.body["paymentAmount"], json!({ "currency": "HKD", "value": "1" }));

    world.fault(json!({ "fault": "wrong_amount", "call": "inquiryPayment" })).await;
    assert_eq!(world.inquire("p1").await["paymentAmount"]["value"], "25001");
    assert_eq!(world.inquire("p1").await["paymentAmount"]["value"], "25000");
    assert_eq!(world.entry("p1").await["captured"], 25000, "the book knows the truth");
}

#[tokio::test]
async fn a_forged_or_late_notification_can_be_asked_for() {
    let forged = json!({ "fault": "bad_signature", "call": "notification" });
    let (_world, sink) = paid_with(forged).await;
    assert!(!sink.wait_for(1).await[0].is_signed);

    let late = json!({ "fault": "late", "call": "notification", "ms": 500 });
    let (_world, sink) = paid_with(late).await;
    a_moment().await;
    assert_eq!(sink.notes().len(), 0);
    assert!(sink.wait_for(1).await[0].is_signed);
}

#[tokio::test]
async fn pending_is_confirmed_only_later() {
    let (world, sink) = paid_with(json!({ "fault": "pending", "ms": 700 })).await;
    let told = world.inquire("p1").await;
    assert_eq!(told["paymentStatus"], "PENDING");
    sink.wait_for(2).await;
    assert_eq!(sink.gists(), ["PAYMENT_PENDING S", "PAYMENT_RESULT S"]);
    assert_eq!(world.inquire("p1").await["paymentStatus"], "SUCCESS");
}

/// A sandbox with one fault, in which `p1` was approved.
async fn paid_with(rule: serde_json::Value) -> (World, Sink) {
    let world = World::start().await;
    let sink = Sink::start().await;
    let code = world.open_told("p1", &sink).await;
    world.fault(rule).await;
    world.approve(&code).await;
    (world, sink)
}
