//! `make run LAN=1`: the demo for a phone on the same network.

use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStderr;

use crate::support::{Db, Florin, KEY, World};

/// So many points of a picture for a module, as the reader needs them.
const SIZE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_on_the_network_finds_the_shop_and_pays() {
    let mut world = World::new(Db::Sqlite).await;
    let free = || florin_proof::free_address().port();
    let mut child = world
        .program()
        .args(["serve", "--lan"])
        .env_remove("FLORIN_SANDBOX_URL")
        .env("FLORIN_LISTEN", format!("127.0.0.1:{}", free()))
        .env("FLORIN_SANDBOX_LISTEN", format!("127.0.0.1:{}", free()))
        .env("FLORIN_ADMIN_LISTEN", "off")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let shop = after(&mut said, "Demo shop").await;
    let wallet = after(&mut said, "Sandbox wallet").await;
    assert!(!shop.contains("127.0.0.1") && !wallet.contains("127.0.0.1"), "{shop} {wallet}");
    world.sandbox = wallet.trim_end_matches("/wallet").to_owned();
    assert_eq!(drawn(&mut said).await, shop, "what the phone's camera reads from the terminal");

    let florin = Florin::at(shop.trim_end_matches('/').to_owned(), &world, child);
    assert_eq!(florin.get(format!("{shop}shop/shop.css")).await.status, 200);
    let session = florin.session(world.order()).await;
    let opened = florin.open(&session, "GCASH").await;
    let code = opened["next_action"]["text"].as_str().unwrap();
    assert!(code.starts_with(&wallet), "a phone can open {code}");
    let act = json!({ "code": code, "action": "approve" });
    let done = world.http.request(Method::POST, &wallet).json(&act).send().await.unwrap();
    assert!(done.status().is_success());
    florin.until_paid(&session).await;
    // The demo's key opens it, as the one line of advice for the network says.
    assert_eq!(florin.call(Method::GET, "/v1/merchant", KEY, None).await.unwrap().status, 200);
    world.check(true).await;
}

type Said = Lines<BufReader<ChildStderr>>;

async fn line(said: &mut Said) -> String {
    let line = tokio::time::timeout(Duration::from_secs(20), said.next_line()).await;
    line.expect("it says no more").unwrap().expect("it has ended")
}

/// The rest of the line that begins with these words.
async fn after(said: &mut Said, words: &str) -> String {
    loop {
        if let Some(rest) = line(said).await.trim().strip_prefix(words) {
            return rest.trim().to_owned();
        }
    }
}

/// What the code says that is drawn in the terminal: each character is two modules high, and black where nothing is drawn.
async fn drawn(said: &mut Said) -> String {
    let mut row = line(said).await;
    while !row.contains('█') {
        row = line(said).await;
    }
    let width = row.chars().count();
    let mut rows = vec![row];
    while rows.len() < width.div_ceil(2) {
        rows.push(line(said).await);
    }
    let rows: Vec<Vec<char>> = rows.iter().map(|row| row.chars().collect()).collect();
    let light = |x: usize, y: usize| {
        let half = if y.is_multiple_of(2) { '▀' } else { '▄' };
        [half, '█'].contains(&rows[y / 2][x])
    };
    let shade = |x: usize, y: usize| if light(x / SIZE, y / SIZE) { 255 } else { 0 };
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(width * SIZE, width * SIZE, shade);
    picture.detect_grids()[0].decode().unwrap().1
}
