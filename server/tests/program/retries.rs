//! The plan of tries lies in the database and in no memory: whoever runs when a message is due sends it.

use std::time::Duration;

use reqwest::Method;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Db, Florin, KEY, World, on_both};

/// Until a refusal has been written down; gives when the next try is.
async fn refused(florin: &Florin) -> Value {
    for _ in 0..100 {
        let asked = florin.call(Method::GET, "/v1/deliveries", KEY, None).await.unwrap();
        let delivery = &asked.body["data"]["deliveries"][0];
        if delivery["attempts"].as_array().is_some_and(|tries| tries.len() == 1) {
            return delivery["next_try_time"].clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no try has been written down");
}

on_both! {
    async fn a_message_that_was_refused_is_sent_again_by_whoever_runs_when_it_is_due(world: &World) {
        let mut florin = world.serve(&[]).await;
        world.sink.refuse(&[500]);
        let paid = florin.pay(world).await;
        assert!(refused(&florin).await.is_string(), "five seconds later it is due again");
        assert_eq!(world.sink.kinds(&paid.trans_id), [""; 0], "not taken yet");
        florin.signal(Signal::KILL);
        florin.ended(Duration::from_secs(5)).await;
        let _florin = world.serve(&[]).await;
        for _ in 0..600 {
            if !world.sink.kinds(&paid.trans_id).is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(world.sink.kinds(&paid.trans_id), ["PAYMENT.SUCCESS"]);
        world.check(true).await;
    }
}
