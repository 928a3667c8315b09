//! How soon the page shows what the wallet approved: a page that asks every two seconds, as the widget does.

use std::time::{Duration, Instant};

use crate::client::Client;
use crate::ends::Ends;
use crate::server::Server;
use crate::sink::Sink;
use crate::times::Times;
use crate::{Database, shop};

/// Between two polls of the widget.
const POLL: Duration = Duration::from_secs(2);

/// Measures and prints.
pub(crate) async fn measure(shoppers: usize) -> anyhow::Result<()> {
    let server = Server::start(Database::Sqlite).await?;
    let sink = Sink::start().await?;
    let mut with = round(&server, &sink.hook, (shoppers, "n")).await?;
    say("with its notification", "2.5 s", &mut with);
    let mut wallet = Client::connect(&server.sandbox).await?;
    let rule = r#"{"fault":"silent","times":100000}"#;
    anyhow::ensure!(
        wallet.ask("POST", "/faults", "", rule).await?.status == 201,
        "the fault panel refuses"
    );
    let mut without = round(&server, &sink.hook, (shoppers, "s")).await?;
    say("with every notification dropped", "5 s", &mut without);
    let ends = Ends::of(&server, || vec![sink.heard()]).await?;
    println!("  {ends}");
    anyhow::ensure!(ends.is_well(), "payments were lost");
    Ok(())
}

fn say(how: &str, reach: &str, times: &mut Times) {
    println!(
        "approved at the wallet until shown by a page that polls every 2 s, {how}: {:?} at most, {:?} in the middle, of {} (reach {reach})",
        times.per_mille(1000),
        times.per_mille(500),
        times.len(),
    );
}

async fn round(
    server: &Server,
    hook: &str,
    (shoppers, name): (usize, &'static str),
) -> anyhow::Result<Times> {
    let mut running = Vec::new();
    for shopper in 0..shoppers {
        let (at, sandbox) = (server.at.clone(), server.sandbox.clone());
        let order = shop::order(&format!("{name}{shopper}"), hook);
        running.push(tokio::spawn(async move {
            one((&at, &sandbox), &order, (shopper, shoppers)).await
        }));
    }
    let mut times = Times::default();
    for shopper in running {
        times.add(shopper.await??);
    }
    Ok(times)
}

/// The page polls from when it is loaded; the payer approves at some moment between two polls.
async fn one(
    (at, sandbox): (&str, &str),
    order: &str,
    (shopper, all): (usize, usize),
) -> anyhow::Result<Duration> {
    let mut page = Client::connect(at).await?;
    let mut wallet = Client::connect(sandbox).await?;
    let session = shop::create_of(&mut page, order).await?;
    let code = shop::pay(&mut page, &session).await?;
    let share = POLL * u32::try_from(shopper).unwrap_or(0) / u32::try_from(all).unwrap_or(1);
    let payer = tokio::spawn(async move {
        tokio::time::sleep(POLL + share).await;
        let answered = shop::approve(&mut wallet, &code).await;
        answered.map(|()| Instant::now())
    });
    while !shop::is_paid(&mut page, &session).await? {
        tokio::time::sleep(POLL).await;
    }
    let shown = Instant::now();
    Ok(shown.saturating_duration_since(payer.await??))
}
