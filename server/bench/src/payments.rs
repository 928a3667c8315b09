//! Complete payments: create, pay, approve, poll until success; the notification and the webhook are part of it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::client::Client;
use crate::server::Server;
use crate::times::Times;
use crate::{Database, cpu, shop};

/// Between two polls of a shopper in a hurry.
const PAUSE: Duration = Duration::from_millis(40);

type Heard = Arc<Mutex<HashSet<String>>>;

/// Measures and prints.
pub(crate) async fn measure(
    database: Database,
    time: Duration,
    shoppers: usize,
) -> anyhow::Result<()> {
    let server = Server::start(database).await?;
    let (hook, heard) = merchant().await?;
    let (begun, used) = (Instant::now(), cpu::spent());
    let mut running = Vec::new();
    for shopper in 0..shoppers {
        let (at, sandbox, hook) = (server.at.clone(), server.sandbox.clone(), hook.clone());
        let end = begun + time;
        running.push(tokio::spawn(
            async move { shop_until(end, shopper, &at, &sandbox, &hook).await },
        ));
    }
    let mut times = Times::default();
    for shopper in running {
        times.join(shopper.await??);
    }
    let took = begun.elapsed();
    let late = wait_for_webhooks(&heard, times.len()).await;
    let each = cpu::spent().each_since(&used, times.len());
    let told = heard.lock().unwrap().len();
    let clean = server.check().await?;
    println!(
        "complete payments on {database:?}: {} a second (reach 500), {} in {took:?} with {shoppers} shoppers; p99 {:?}; webhooks for {told} of them, the last {late:?} later; florin check --at-rest: {}",
        times.len() as u128 * 1000 / took.as_millis().max(1),
        times.len(),
        times.per_mille(990),
        if clean { "clean" } else { "NOT clean" },
    );
    println!("processor time for each of them (two cores have 4 ms at 500 a second): {each}");
    anyhow::ensure!(clean && told == times.len(), "payments were lost");
    Ok(())
}

async fn shop_until(
    end: Instant,
    shopper: usize,
    at: &str,
    sandbox: &str,
    hook: &str,
) -> anyhow::Result<Times> {
    let mut server = Client::connect(at).await?;
    let mut wallet = Client::connect(sandbox).await?;
    let mut times = Times::default();
    while Instant::now() < end {
        let begun = Instant::now();
        let order = format!("b{shopper}-{}", times.len());
        let session = shop::create_patiently(&mut server, &order, hook).await?;
        let code = shop::pay(&mut server, &session).await?;
        shop::approve(&mut wallet, &code).await?;
        while !shop::is_paid(&mut server, &session).await? {
            tokio::time::sleep(PAUSE).await;
        }
        times.add(begun.elapsed());
    }
    Ok(times)
}

async fn wait_for_webhooks(heard: &Heard, many: usize) -> Duration {
    let begun = Instant::now();
    while heard.lock().unwrap().len() < many && begun.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

/// The merchant's endpoint: keeps the orders that it heard are paid.
async fn merchant() -> anyhow::Result<(String, Heard)> {
    let heard = Heard::default();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let hook = format!("http://{}/hook", listener.local_addr()?);
    let router = Router::new().route("/hook", post(hear)).with_state(heard.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((hook, heard))
}

async fn hear(State(heard): State<Heard>, raw: Bytes) {
    let Ok(body) = serde_json::from_slice::<Value>(&raw) else { return };
    if body["type"] == "PAYMENT.SUCCESS"
        && let Some(trans_id) = body["data"]["trans_id"].as_str()
    {
        heard.lock().unwrap().insert(trans_id.to_owned());
    }
}
