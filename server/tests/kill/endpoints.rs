//! A merchant with fifty endpoints, ten of them bad in every way there is, while the server is killed and secrets are rotated (T14).

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use florin_proof::compare;
use florin_proof::merchant::{Heard, Merchant, Message, TRAP};
use florin_proof::promises::Promises;
use reqwest::Method;
use serde_json::{Value, json};

use tokio::time::Instant;

use super::installation::{At, Installation, Lease};
use super::server::{Db, Server};
use super::shopper::{Asker, KEY};
use super::{ALONE, REST, Street, lasts, pause};

const GOOD: u64 = 40;

/// Of the good ones, those whose secrets are rotated in mid-run.
const ROTATED: u64 = 10;

/// Ten shoppers a second: five hundred messages and more.
const EVERY: Duration = Duration::from_millis(100);

/// Of the bad ones, those where nobody ever answers.
const DEAD: usize = 3;

/// Just inside the time that a merchant has for an answer.
const SLOW: Duration = Duration::from_secs(14);

struct Endpoint {
    id: String,
    path: String,
    /// Who may sign, the oldest first.
    secrets: Vec<String>,
}

impl Endpoint {
    fn messages(&self, heard: &Heard) -> Heard {
        let here = heard.messages.iter().filter(|message| message.path == self.path);
        Heard {
            messages: here.cloned().collect(),
            refused: Vec::new(),
            secrets: self.secrets.clone(),
        }
    }
}

/// The shop's server, which asks until it is answered.
async fn ask(at: &At, number: u64, method: Method, path: &str, body: Value) -> Value {
    let shop = Asker { at, number, key: KEY };
    let body = Some(&body).filter(|body| !body.is_null());
    let (status, mut answer) = shop.ask(method, path, body).await;
    assert_eq!(status, 200, "{answer}");
    answer["data"].take()
}

async fn register(at: &At, merchant: &Merchant, number: u64, url: String) -> Endpoint {
    let made = ask(at, number, Method::POST, "/v1/webhook_endpoints", json!({ "url": url })).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    merchant.trust(&text("secret"));
    Endpoint { id: text("endpoint_id"), path: format!("/{number}"), secrets: vec![text("secret")] }
}

/// Four that are slow, one that redirects, one that is broken, three that are dead. Gives what keeps the silent ones silent.
async fn bad(at: &At, merchant: &Merchant) -> (Vec<Endpoint>, Vec<TcpListener>) {
    let mut all = Vec::new();
    for number in 50..56 {
        let path = format!("/{number}");
        match number {
            54 => merchant.answer(&path, 302),
            55 => merchant.answer(&path, 500),
            _ => merchant.slow(&path, SLOW),
        }
        all.push(register(at, merchant, number, format!("{}{path}", merchant.url)).await);
    }
    // Two take connections and never say a word, one does not even do that.
    let silent = [0; 2].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let mut dead: Vec<_> = silent.iter().map(|listener| listener.local_addr().unwrap()).collect();
    dead.push(florin_proof::free_address());
    for (number, address) in (56..).zip(dead) {
        all.push(register(at, merchant, number, format!("http://{address}/{number}")).await);
    }
    (all, silent.into())
}

/// The old secret signs on beside the new one.
async fn rotate(at: &At, merchant: &Merchant, endpoint: &mut Endpoint) {
    let path = format!("/v1/webhook_endpoints/{}/rotate", endpoint.id);
    let made = ask(at, 0, Method::POST, &path, json!({ "overlap_seconds": 3600 })).await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    merchant.trust(&secret);
    endpoint.secrets.push(secret);
}

/// An order's messages come in their order; one that comes again comes before the next.
fn out_of_order(endpoint: &Endpoint, heard: &Heard) -> Vec<String> {
    let (mut newest, mut wrong) = (BTreeMap::<String, u64>::new(), Vec::new());
    for message in &heard.messages {
        let body = message.body();
        let order = body["data"]["trans_id"].as_str().unwrap_or_default().to_owned();
        let seq = body["data"]["seq"].as_u64().unwrap_or_default();
        let before = newest.entry(order.clone()).or_default();
        if seq < *before {
            wrong.push(format!("{}: {order} heard {seq} after {before}", endpoint.path));
        }
        *before = seq.max(*before);
    }
    wrong
}

fn ids(heard: &Heard) -> BTreeSet<&str> {
    heard.messages.iter().map(|message| message.id.as_str()).collect()
}

/// Whoever still knows only the old secret misses nothing, and the newest messages are signed with the new one too.
fn has_gap(endpoint: &Endpoint, heard: &Heard) -> Option<String> {
    let signed = |message: &&Message, at: usize| !message.is_signed(&endpoint.secrets[at..=at]);
    let unsigned = |at: usize, from: usize| {
        heard.messages[from..].iter().find(|message| signed(message, at)).map(|one| one.id.clone())
    };
    let newest = heard.messages.len().saturating_sub(20);
    let gap = unsigned(0, 0).or_else(|| unsigned(1, newest));
    gap.map(|id| format!("{}: {id} is not signed as it should be", endpoint.path))
}

/// An endpoint that lost everything after it said 200 gets it again, under the same ids.
async fn told_again(at: &At, merchant: &Merchant, endpoint: &Endpoint) {
    let path = format!("/v1/deliveries?endpoint_id={}&limit=5", endpoint.id);
    let listed = ask(at, 0, Method::GET, &path, Value::Null).await;
    let before = endpoint.messages(&merchant.heard()).messages.len();
    let listed = listed["deliveries"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 5);
    for delivery in &listed {
        let path = format!("/v1/deliveries/{}/replay", delivery["delivery_id"].as_str().unwrap());
        ask(at, 0, Method::POST, &path, Value::Null).await;
    }
    for _ in 0..600 {
        if endpoint.messages(&merchant.heard()).messages.len() >= before + listed.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let heard = endpoint.messages(&merchant.heard());
    let again: BTreeSet<_> = heard.messages[before..].iter().map(|one| one.id.as_str()).collect();
    let wanted = listed.iter().map(|delivery| delivery["message_id"].as_str().unwrap());
    assert_eq!(again, wanted.collect());
}

/// In a run of all tests.
const USUAL: Duration = Duration::from_secs(15);

/// How many times longer the server lives here than elsewhere, where a run is long: T14's share of repetitions is about a server
/// that dies now and then.
const LONGER: u32 = 14;

/// From so many messages on, T14's share must hold. T14 wants 200,000 events over thirty days: the soak has as many messages, of
/// some 5,000 events, in six minutes.
const MANY: usize = 100_000;

/// Messages that came again although nothing of them was under way when the server died: as often as it was, it may come again.
fn told_twice(endpoint: &Endpoint, heard: &Heard, leases: &BTreeSet<Lease>) -> Vec<String> {
    let mut copies = BTreeMap::<&str, usize>::new();
    for message in &heard.messages {
        *copies.entry(message.id.as_str()).or_default() += 1;
    }
    copies.retain(|message, copies| {
        let under_way = |(lane, id, _): &&Lease| *lane == endpoint.id && id == message;
        *copies > 1 + leases.iter().filter(under_way).count()
    });
    let wrong = copies.into_iter();
    wrong.map(|(id, copies)| format!("{}: {id} came {copies} times", endpoint.path)).collect()
}

/// Everything has come to rest but for those endpoints that nobody will ever answer at; what waits there is none of anybody else's.
async fn until_at_rest(installation: &Installation, dead: &[Endpoint]) -> Duration {
    let mut dead: Vec<&str> = dead.iter().map(|endpoint| endpoint.id.as_str()).collect();
    dead.sort_unstable();
    installation.until_at_rest_but_for(&dead, REST).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_good_endpoint_hears_everything_in_order_whatever_the_bad_ones_do() {
    let (_alone, lasts) = (ALONE.lock().await, lasts(USUAL));
    let mut server = Server::start(Db::asked_for()).await;
    let installation = server.installation.clone();
    let at = &installation.at;
    let merchant = Merchant::start(&server.stop).await.unwrap();
    let mut good = Vec::new();
    // The last of them is the one that will forget what it heard.
    for number in 0..=GOOD {
        good.push(register(at, &merchant, number, format!("{}/{number}", merchant.url)).await);
    }
    let (mut bad, _silent) = bad(at, &merchant).await;

    let (seen, stop) = (Arc::new(Promises::default()), Arc::new(AtomicBool::new(false)));
    let street =
        Street { at: at.clone(), every: EVERY, hook: None, seen: seen.clone(), stop: stop.clone() };
    let street = tokio::spawn(street.open());
    let (begun, mut kills, mut leases) = (Instant::now(), 0, BTreeSet::new());
    let slower = if lasts > 4 * USUAL { LONGER } else { 1 };
    let mut is_rotated = false;
    while begun.elapsed() < lasts {
        tokio::time::sleep(pause(kills) * slower).await;
        server.kill().await;
        leases.extend(installation.leased().await);
        server.start_again().await;
        kills += 1;
        if !is_rotated && begun.elapsed() > lasts / 2 {
            is_rotated = true;
            for endpoint in &mut good[..ROTATED as usize] {
                rotate(at, &merchant, endpoint).await;
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    let (shoppers, rate) = street.await.unwrap();
    // The dead stay, and so does what waits for them (L4).
    let dead = bad.split_off(bad.len() - DEAD);
    for (number, endpoint) in (100..).zip(&bad) {
        let path = format!("/v1/webhook_endpoints/{}", endpoint.id);
        ask(at, number, Method::DELETE, &path, Value::Null).await;
    }
    let waited = until_at_rest(&installation, &dead).await;

    let heard = merchant.heard();
    let (stored, held) = installation.books().await;
    let (mut wrong, mut all) = (Vec::new(), 0);
    let everything = good[0].messages(&heard);
    for endpoint in &good {
        let heard = endpoint.messages(&heard);
        all += heard.messages.len();
        wrong.extend(compare(&stored, &held, &heard, &seen.all()).wrong);
        wrong.extend(out_of_order(endpoint, &heard));
        wrong.extend(told_twice(endpoint, &heard, &leases));
        if ids(&heard) != ids(&everything) {
            wrong.push(format!("{} heard something else than {}", endpoint.path, good[0].path));
        }
    }
    wrong.extend(
        good[..ROTATED as usize].iter().filter_map(|one| has_gap(one, &one.messages(&heard))),
    );
    assert_eq!(wrong, Vec::<String>::new());
    let events = ids(&everything).len();
    let again = all - events * good.len();
    println!(
        "{kills} kills, {} messages under way when they came, {shoppers} shoppers at {rate} a second, {events} events, {all} messages to {} good endpoints, {again} of them came again, at rest after {waited:?}",
        leases.len(),
        good.len(),
    );
    // A kill repeats what was under way and nothing else, as `told_twice` has seen of each message. How much that is of all depends
    // on how often one comes: T14's one in a hundred is asked for where a server lives for a while, as in the soak.
    assert!(all < MANY || again * 100 <= all, "{again} of {all} messages came again");
    assert_eq!(heard.messages.iter().filter(|message| message.path == TRAP).count(), 0);
    told_again(at, &merchant, &good[GOOD as usize]).await;
    server.stop().await;
}
