//! Polls against a handler that does nothing: the same client, the same connections, turn by turn.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::{Client, request};
use crate::server::{Server, free, program, until_listening};
use crate::times::Times;
use crate::{Database, shop};

/// Each has five turns; the medians are compared.
const TURNS: usize = 5;

/// Measures and prints.
pub(crate) async fn measure(
    sessions: usize,
    turn: Duration,
    connections: usize,
) -> anyhow::Result<()> {
    let server = Server::start(Database::Sqlite).await?;
    let polls = Arc::new(requests(&server, sessions).await?);
    let beside = free();
    let _nothing = program("florin-bench")?.args(["nothing", &beside]).spawn()?;
    until_listening(&beside).await?;
    let nothing = Arc::new(vec![request(&beside, "GET", "/", "", "").into_bytes()]);

    let (mut ours, mut theirs, mut waits) = (Vec::new(), Vec::new(), Times::default());
    for _ in 0..TURNS {
        theirs.push(load(&beside, &nothing, turn, connections).await?.len());
        let times = load(&server.at, &polls, turn, connections).await?;
        ours.push(times.len());
        waits.join(times);
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    let seconds = usize::try_from(turn.as_secs()).unwrap_or(1).max(1);
    println!(
        "polls over {sessions} sessions: {} a second, a handler that does nothing: {} a second, ratio 0.{:03} (reach 0.700); p99 {:?} at full load, {connections} connections",
        ours / seconds,
        theirs / seconds,
        ours * 1000 / theirs.max(1),
        waits.per_mille(990),
    );
    Ok(())
}

/// Makes the sessions, and gives a poll for each, as bytes.
async fn requests(server: &Server, sessions: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut makers = Vec::new();
    for maker in 0..32 {
        let at = server.at.clone();
        makers.push(tokio::spawn(async move {
            let mut client = Client::connect(&at).await?;
            let mut made = Vec::new();
            for number in (maker..sessions).step_by(32) {
                let session = shop::create(&mut client, &format!("p{number}"), "").await?;
                let path = format!("/v1/checkout/{}/status", session.id);
                made.push(request(&at, "GET", &path, &session.token, "").into_bytes());
            }
            anyhow::Ok(made)
        }));
    }
    let mut all = Vec::new();
    for maker in makers {
        all.extend(maker.await??);
    }
    Ok(all)
}

/// Asks as fast as it is answered, each connection one question at a time.
async fn load(
    at: &str,
    requests: &Arc<Vec<Vec<u8>>>,
    turn: Duration,
    connections: usize,
) -> anyhow::Result<Times> {
    let end = Instant::now() + turn;
    let mut askers = Vec::new();
    for first in 0..connections {
        let (at, requests) = (at.to_owned(), requests.clone());
        askers.push(tokio::spawn(async move {
            let mut client = Client::connect(&at).await?;
            let mut times = Times::default();
            let mut next = first;
            loop {
                let begun = Instant::now();
                if begun >= end {
                    return anyhow::Ok(times);
                }
                let answer = client.send(&requests[next % requests.len()]).await?;
                anyhow::ensure!(answer.status == 200, "a poll was answered with {}", answer.status);
                times.add(begun.elapsed());
                // A prime: every session is asked for, in no order that a cache would like.
                next += 7919;
            }
        }));
    }
    let mut all = Times::default();
    for asker in askers {
        all.join(asker.await??);
    }
    Ok(all)
}

fn median(turns: &mut [usize]) -> usize {
    turns.sort_unstable();
    turns[turns.len() / 2]
}
