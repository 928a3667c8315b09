//! Complete payments: create, pay, approve, poll until success; the notification and the webhook are part of it.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Client;
use crate::ends::Ends;
use crate::server::Server;
use crate::sink::Sink;
use crate::times::Times;
use crate::{Database, cpu, shop};

/// Between two polls of a shopper in a hurry.
const PAUSE: Duration = Duration::from_millis(40);

/// Measures and prints.
pub(crate) async fn measure(
    database: Database,
    time: Duration,
    shoppers: usize,
) -> anyhow::Result<()> {
    let server = Server::start(database).await?;
    let sink = Sink::start().await?;
    let (begun, used) = (Instant::now(), cpu::spent());
    let mut running = Vec::new();
    for shopper in 0..shoppers {
        let (at, sandbox, hook) = (server.at.clone(), server.sandbox.clone(), sink.hook.clone());
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
    let late = wait_for_webhooks(&sink, times.len()).await;
    let each = cpu::spent().each_since(&used, times.len());
    let told = sink.paid();
    let ends = Ends::of(&server, || vec![sink.heard()]).await?;
    println!(
        "complete payments on {database:?}: {} a second (reach 500), {} in {took:?} with {shoppers} shoppers; p99 {:?}; webhooks for {told} of them, the last {late:?} later; {ends}",
        times.len() as u128 * 1000 / took.as_millis().max(1),
        times.len(),
        times.per_mille(990),
    );
    println!("processor time for each of them (two cores have 4 ms at 500 a second): {each}");
    println!("{}", acknowledged(&server).await?);
    anyhow::ensure!(ends.is_well() && told == times.len(), "payments were lost");
    Ok(())
}

/// How soon the channel's notifications were acknowledged, as the sandbox saw it (T06); to the whole millisecond, rounded up.
async fn acknowledged(server: &Server) -> anyhow::Result<String> {
    let mut sandbox = Client::connect(&server.sandbox).await?;
    let told = sandbox.ask("GET", "/acknowledged", "", "").await?;
    let told: Value = serde_json::from_slice(&told.body)?;
    let mut times = Times::default();
    for (ms, many) in told["by_ms"].as_object().into_iter().flatten() {
        let time = Duration::from_millis(ms.parse::<u64>()? + 1);
        (0..many.as_u64().unwrap_or_default()).for_each(|_| times.add(time));
    }
    anyhow::ensure!(times.len() > 0, "no notification was acknowledged");
    let (half, most) = (times.per_mille(500), times.per_mille(990));
    let all = times.len();
    Ok(format!(
        "{all} notifications acknowledged, from when the channel sent each until its answer was there: within {half:?}, p99 {most:?} (reach 50 ms)"
    ))
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

async fn wait_for_webhooks(sink: &Sink, many: usize) -> Duration {
    let begun = Instant::now();
    while sink.paid() < many && begun.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}
