//! S23: shoppers, first alone, and then beside thousands of clients who send one byte of their request's head a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Database;
use crate::arrivals::Arrivals;
use crate::client::stream_from;
use crate::ends::Ends;
use crate::load::shopper::Street;
use crate::load::{Told, thousandths};
use crate::process::raise_open_files;
use crate::server::Server;
use crate::sink::Sink;

/// How many come, and for how long.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// On which database.
    #[arg(long, value_enum, default_value = "sqlite")]
    database: Database,
    /// How many clients are slow.
    #[arg(long, default_value_t = 2_000)]
    slow: usize,
    /// How many shoppers a second come, alone and beside them.
    #[arg(long, default_value_t = 50)]
    rate: u64,
    /// For how many seconds they come, each of the two times.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
}

/// A payer approves within so many seconds.
const LONGEST: Duration = Duration::from_secs(5);
/// Between two bytes of a slow client.
const DRIP: Duration = Duration::from_secs(1);
/// How many slow clients one task keeps.
const GROUP: usize = 100;

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan) -> anyhow::Result<()> {
    raise_open_files();
    let server = Server::with(plan.database, &[("FLORIN_CODE_SECONDS", "60")]).await?;
    println!(
        "{} slow clients, one byte a second, on {:?}: {} shoppers a second for {} s",
        plan.slow, plan.database, plan.rate, plan.seconds
    );
    let sink = Sink::start().await?;
    let street = Arc::new(Street::new(&server, &sink.hook, "d", LONGEST));
    let alone = Arrivals { first: 0, rate: plan.rate, time: Duration::from_secs(plan.seconds) };
    let mut quiet = Told::of(alone.each(|number, at| street.clone().shop(number, at)).await);
    quiet.print("alone");

    let again = Arc::new(AtomicUsize::new(0));
    let mut slow = crowd(&server.at, plan.slow, &again).await?;
    let beside = Arrivals { first: alone.all(), ..alone };
    let mut told = Told::of(beside.each(|number, at| street.clone().shop(number, at)).await);
    if let Some(gave_up) = slow.try_join_next() {
        gave_up?.context("slow clients could not come again")?;
    }
    drop(slow);
    told.print("beside the slow ones");
    println!(
        "  ratio of the two p99 of polls {}; slow clients came again {} times, when they had been waited for long enough",
        thousandths(micros(told.polls.per_mille(990)), micros(quiet.polls.per_mille(990))),
        again.load(Ordering::Relaxed),
    );
    let ends = Ends::of(&server, || vec![sink.heard()]).await?;
    println!("  {ends}");
    anyhow::ensure!(ends.is_well(), "payments were lost");
    anyhow::ensure!(told.failed.is_empty(), "somebody was not served");
    Ok(())
}

/// So many slow clients, who come again when they are sent away; they leave when this is dropped.
async fn crowd(
    at: &str,
    many: usize,
    again: &Arc<AtomicUsize>,
) -> anyhow::Result<JoinSet<anyhow::Result<()>>> {
    let mut crowd = JoinSet::new();
    for first in (0..many).step_by(GROUP) {
        let mut group = Vec::new();
        for number in first..many.min(first + GROUP) {
            group.push(begin(at, number).await?);
        }
        crowd.spawn(drip(at.to_owned(), first, group, again.clone()));
    }
    Ok(crowd)
}

async fn begin(at: &str, number: usize) -> anyhow::Result<TcpStream> {
    let mut stream = stream_from(number, at).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ").await?;
    Ok(stream)
}

async fn drip(
    at: String,
    first: usize,
    mut group: Vec<TcpStream>,
    again: Arc<AtomicUsize>,
) -> anyhow::Result<()> {
    loop {
        tokio::time::sleep(DRIP).await;
        for (number, stream) in group.iter_mut().enumerate() {
            if stream.write_all(b"a").await.is_err() {
                again.fetch_add(1, Ordering::Relaxed);
                *stream = begin(&at, first + number).await?;
            }
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
