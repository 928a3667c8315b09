//! Notifications: until they are acknowledged, and when they lie.

use serde_json::json;

use crate::support::wechatpay::{Ear, Shop};
use crate::support::{World, a_moment};

/// A sandbox with one fault, in which `ORDER1` was approved.
async fn paid_with(rule: serde_json::Value) -> (World, Shop, Ear) {
    let world = World::start().await;
    let (shop, ear) = (Shop::of(&world), Ear::start().await);
    let code = shop.open_told("ORDER1", &ear).await;
    world.fault(rule).await;
    world.approve(&code).await;
    (world, shop, ear)
}

#[tokio::test]
async fn a_notification_comes_again_unchanged_until_it_is_acknowledged() {
    let world = World::start().await;
    let (shop, ear) = (Shop::of(&world), Ear::start().await);
    ear.be_deaf(2);
    let code = shop.open_told("ORDER1", &ear).await;
    world.approve(&code).await;
    let notes = ear.wait_for(3).await;
    assert!(notes.iter().all(|note| note.is_signed && note.body == notes[0].body));
    assert_ne!(notes[0].signature, notes[1].signature, "each try has a time and nonce of its own");
    a_moment().await;
    assert_eq!(ear.notes().len(), 3);
}

#[tokio::test]
async fn a_probe_comes_before_the_truth_and_once() {
    let (_world, _, ear) = paid_with(json!({ "fault": "sign_test" })).await;
    let notes = ear.wait_for(2).await;
    assert!(notes[0].signature.starts_with("WECHATPAY/SIGNTEST/") && !notes[0].is_signed);
    assert!(notes[1].is_signed);
    a_moment().await;
    assert_eq!(ear.notes().len(), 2);
}

#[tokio::test]
async fn silence_copies_and_lies_can_be_asked_for() {
    let (_world, shop, ear) = paid_with(json!({ "fault": "silent" })).await;
    a_moment().await;
    assert_eq!(ear.notes().len(), 0);
    assert_eq!(shop.query("ORDER1").await.text("trade_state"), "SUCCESS");

    let (_world, _, ear) = paid_with(json!({ "fault": "duplicate", "copies": 3 })).await;
    ear.wait_for(3).await;
    let (_world, _, ear) = paid_with(json!({ "fault": "contradiction" })).await;
    let notes = ear.wait_for(2).await;
    let states = [&notes[0].plain["trade_state"], &notes[1].plain["trade_state"]];
    assert_eq!(states, ["SUCCESS", "PAYERROR"]);
    let wrong = json!({ "fault": "wrong_amount", "value": 1, "currency": "HKD" });
    let (_world, _, ear) = paid_with(wrong).await;
    let note = ear.wait_for(1).await.remove(0);
    assert!(note.is_signed);
    assert_eq!(note.plain["amount"]["total"], 1);
    assert_eq!(note.plain["amount"]["currency"], "HKD");
    let forged = json!({ "fault": "bad_signature", "call": "notification" });
    let (_world, _, ear) = paid_with(forged).await;
    assert!(!ear.wait_for(1).await[0].is_signed);
    let late = json!({ "fault": "late", "call": "notification", "ms": 500 });
    let (_world, _, ear) = paid_with(late).await;
    a_moment().await;
    assert_eq!(ear.notes().len(), 0);
    ear.wait_for(1).await;
}

#[tokio::test]
async fn antom_sends_no_probes() {
    let world = World::start().await;
    let rule = json!({ "fault": "sign_test", "channel": "antom" });
    let sent = world.http.post(format!("{}/faults", world.url)).json(&rule).send().await.unwrap();
    assert_eq!(sent.status(), 400);
    for rule in [
        json!({ "fault": "wrong_amount", "call": "native" }),
        json!({ "fault": "late", "channel": "antom", "call": "native" }),
        json!({ "fault": "late", "call": "nothing" }),
    ] {
        let sent = world.http.post(format!("{}/faults", world.url)).json(&rule).send();
        assert_eq!(sent.await.unwrap().status(), 400, "{rule}");
    }
}
