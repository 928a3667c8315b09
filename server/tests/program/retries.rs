//! The plan of tries lies in the database and in no memory: whoever runs when a message is due sends it.

use std::time::Duration;

use rustix::process::Signal;

use crate::support::{Db, World, on_both};

/// Until the merchant has been asked so many times.
async fn until_heard(world: &World, order: &str, times: usize) {
    for _ in 0..600 {
        if world.sink.kinds(order).len() >= times {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{order} was told {} times", world.sink.kinds(order).len());
}

on_both! {
    async fn a_message_that_was_refused_is_sent_again_by_whoever_runs_when_it_is_due(world: &World) {
        let mut florin = world.serve(&[]).await;
        world.sink.refuse(&[500]);
        let paid = florin.pay(world).await;
        until_heard(world, &paid.trans_id, 1).await;
        // Its refusal has been written down, and the next try is due five seconds after it.
        tokio::time::sleep(Duration::from_secs(1)).await;
        florin.signal(Signal::KILL);
        florin.ended(Duration::from_secs(5)).await;
        let _florin = world.serve(&[]).await;
        until_heard(world, &paid.trans_id, 2).await;
        assert_eq!(world.sink.kinds(&paid.trans_id), ["PAYMENT.SUCCESS"; 2]);
        world.check(true).await;
    }
}
