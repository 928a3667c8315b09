//! The book outlives the program.

use std::fs;
use std::io::Write;

use florin_sandbox::{Settings, serve};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::{World, code_of};

#[tokio::test]
async fn everything_is_there_again_after_a_restart() {
    let world = World::start().await;
    let paid = world.open("paid").await;
    world.approve(&paid).await;
    let refund = json!({
        "refundRequestId": "r1",
        "paymentId": world.inquire("paid").await["paymentId"],
        "refundAmount": { "currency": "PHP", "value": "100" },
    });
    world.merchant.call("refund", &refund).await.expect("SUCCESS");
    let open = world.open("open").await;
    let before = (world.entry("paid").await, world.entry("open").await);

    let world = world.restart().await;
    assert_eq!((world.entry("paid").await, world.entry("open").await), before);
    assert_eq!(world.inquire("paid").await["transactions"][0]["transactionRequestId"], "r1");
    world.merchant.call("refund", &refund).await.expect("SUCCESS");
    assert_eq!(world.entry("paid").await["refunded"], 100, "the refund number is remembered");
    world.approve(&open).await;
    let again = world.merchant.pay("open").await;
    again.expect("SUCCESS");
}

#[tokio::test]
async fn half_a_line_at_the_end_is_forgotten() {
    let world = World::start().await;
    let code = code_of(&world.merchant.pay("p1").await.body);
    let mut file = fs::OpenOptions::new().append(true).open(&world.book).unwrap();
    file.write_all(br#"{"what":"captured","request":"p1","at_"#).unwrap();
    let world = world.restart().await;
    assert_eq!(world.entry("p1").await["captured"], 0);
    world.approve(&code).await;
    let world = world.restart().await;
    assert_eq!(world.entry("p1").await["captured"], 25000);
}

#[tokio::test]
async fn two_sandboxes_cannot_share_a_book() {
    let world = World::start().await;
    world.open("p1").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = Settings { public_url: "http://elsewhere".into(), book: world.book.clone() };
    let refused = serve(listener, settings, CancellationToken::new()).await.unwrap_err();
    assert!(refused.to_string().contains("another sandbox"), "{refused}");
}

/// A quick look at the speed, with syncs shared by those who wait at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_payments_at_once_are_all_in_the_book() {
    let world = World::start().await;
    let world = &world;
    let shoppers = (0..100).map(|number| async move {
        let code = world.open(&format!("p{number}")).await;
        world.approve(&code).await;
    });
    futures_util::future::join_all(shoppers).await;
    let lines = fs::read_to_string(&world.book).unwrap();
    assert_eq!(lines.matches(r#""what":"captured""#).count(), 100);
}
