//! G11: shoppers who wait, each with a connection of its own, polling every two seconds; beside a handler that does nothing, which
//! gets the same connections and the same questions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::Database;
use crate::client::{Client, request};
use crate::ends::Ends;
use crate::load::thousandths;
use crate::process::{raise_open_files, resident_kib};
use crate::server::{Server, free, program, until_listening};
use crate::shop::{self, Session};
use crate::sink::Sink;
use crate::times::Times;

/// How many, and for how long.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// On which database.
    #[arg(long, value_enum, default_value = "sqlite")]
    database: Database,
    /// How many wait.
    #[arg(long, default_value_t = 10_000)]
    shoppers: usize,
    /// For how many seconds, each of the two times.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
}

/// Between two polls, and how much more or less than that.
const POLL: Duration = Duration::from_secs(2);
const JITTER: Duration = Duration::from_millis(200);

/// One of so many is paid meanwhile.
const PAID: usize = 50;

/// What the answer says of a session that is paid.
const PAID_WORDS: &[u8] = br#""status":"SUCCESS""#;

/// Who makes the sessions.
const MAKERS: usize = 32;

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan) -> anyhow::Result<()> {
    raise_open_files();
    let server = Server::start(plan.database).await?;
    let sink = Sink::start().await?;
    let made = sessions(&server, &sink.hook, plan.shoppers).await?;
    let beside = free();
    let nothing = program("florin-bench")?.args(["nothing", &beside]).spawn()?;
    until_listening(&beside).await?;

    let idle = vec![request(&beside, "GET", "/", "", ""); plan.shoppers];
    let id = nothing.id().unwrap_or_default();
    let mut theirs = wait(&beside, idle, id, plan, &Notify::new()).await?;
    let all_wait = Arc::new(Notify::new());
    let paid =
        tokio::spawn(pay_some(server.sandbox.clone(), made.codes, plan.seconds, all_wait.clone()));
    let polls = made.sessions.iter().map(|session| poll(&server.at, session)).collect();
    let mut ours = wait(&server.at, polls, server.id(), plan, &all_wait).await?;
    let late = paid.await??;
    let mut seen = ours.seen(&late);

    let (p99, beside) = (ours.polls.per_mille(990), theirs.polls.per_mille(990));
    println!(
        "{} shoppers waiting on {:?}, each with a connection, for {} s: {} polls, {} of them failed; from the planned time {:?}, p99 {p99:?} (reach 25 ms), at most {:?}",
        plan.shoppers,
        plan.database,
        plan.seconds,
        ours.polls.len(),
        ours.failed,
        ours.polls.per_mille(500),
        ours.polls.per_mille(1000),
    );
    println!(
        "  a handler that does nothing: {:?}, p99 {beside:?}; ratio of the two p99 {}",
        theirs.polls.per_mille(500),
        thousandths(micros(p99), micros(beside)),
    );
    println!(
        "  {} KiB of the server's memory for each connection (reach 32), {} of the other's; {} of {} paid meanwhile, shown after {:?}, p99 {:?} (reach 2.5 s)",
        ours.kib / plan.shoppers as u64,
        theirs.kib / plan.shoppers as u64,
        seen.len(),
        late.len(),
        seen.per_mille(500),
        seen.per_mille(990),
    );
    let ends = Ends::of(&server, || vec![sink.heard()]).await?;
    println!("  {ends}");
    anyhow::ensure!(ends.is_well(), "payments were lost");
    anyhow::ensure!(ours.failed == 0 && seen.len() == late.len(), "not everybody was served");
    Ok(())
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

struct Made {
    sessions: Vec<Session>,
    /// Of every [`PAID`]th: its number and its code.
    codes: Vec<(usize, String)>,
}

/// Makes the sessions, and opens payments for some.
async fn sessions(server: &Server, hook: &str, many: usize) -> anyhow::Result<Made> {
    let mut makers = JoinSet::new();
    for maker in 0..MAKERS {
        let (at, hook) = (server.at.clone(), hook.to_owned());
        makers.spawn(async move {
            let mut client = Client::connect(&at).await?;
            let mut made = Vec::new();
            for number in (maker..many).step_by(MAKERS) {
                let session = shop::create(&mut client, &format!("w{number}"), &hook).await?;
                let code = match number % PAID {
                    0 => Some(shop::pay(&mut client, &session).await?),
                    _ => None,
                };
                made.push((number, session, code));
            }
            anyhow::Ok(made)
        });
    }
    let mut all = Vec::new();
    for made in makers.join_all().await {
        all.extend(made?);
    }
    all.sort_by_key(|(number, ..)| *number);
    let codes = all.iter().filter_map(|(number, _, code)| Some((*number, code.clone()?))).collect();
    Ok(Made { sessions: all.into_iter().map(|(_, session, _)| session).collect(), codes })
}

fn poll(at: &str, session: &Session) -> String {
    request(at, "GET", &format!("/v1/checkout/{}/status", session.id), &session.token, "")
}

/// The payers, one after the other in the middle part of the time in which all wait; gives when the wallet told each of them.
async fn pay_some(
    sandbox: String,
    codes: Vec<(usize, String)>,
    seconds: u64,
    all_wait: Arc<Notify>,
) -> anyhow::Result<Vec<(usize, Instant)>> {
    all_wait.notified().await;
    let begun = Instant::now() + Duration::from_secs(seconds) / 4;
    let pause = Duration::from_secs(seconds) / 2 / u32::try_from(codes.len())?.max(1);
    let mut wallet = Client::connect(&sandbox).await?;
    let mut told = Vec::new();
    for (turn, (number, code)) in (0..).zip(codes) {
        sleep_until(begun + pause * turn).await;
        if told.is_empty() {
            // It may have closed the connection that nobody used.
            wallet = Client::connect(&sandbox).await?;
        }
        shop::approve(&mut wallet, &code).await?;
        told.push((number, Instant::now()));
    }
    Ok(told)
}

/// How a server did.
#[derive(Default)]
struct Did {
    polls: Times,
    failed: usize,
    /// What all the connections took of its memory.
    kib: u64,
    /// Who was shown success first when.
    shown: Vec<(usize, Instant)>,
}

impl Did {
    /// From the wallet's answer until the page showed it.
    fn seen(&self, told: &[(usize, Instant)]) -> Times {
        let mut times = Times::default();
        for (number, at) in told {
            let shown = self.shown.iter().find(|(of, _)| of == number);
            shown
                .into_iter()
                .for_each(|(_, shown)| times.add(shown.saturating_duration_since(*at)));
        }
        times
    }
}

/// Everybody connects, and then polls on; rings when all of them do.
async fn wait(
    at: &str,
    polls: Vec<String>,
    process: u32,
    plan: &Plan,
    all_wait: &Notify,
) -> anyhow::Result<Did> {
    let before = resident_kib(process);
    let mut connected = Vec::new();
    for (number, poll) in polls.into_iter().enumerate() {
        connected.push((Client::connect_from(number, at).await?, poll));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut waiting = JoinSet::new();
    for (number, (client, poll)) in connected.into_iter().enumerate() {
        waiting.spawn(one(number, client, poll, stop.clone()));
    }
    all_wait.notify_one();
    tokio::time::sleep(Duration::from_secs(plan.seconds)).await;
    let kib = resident_kib(process).saturating_sub(before);
    stop.store(true, Ordering::Relaxed);
    let mut did = Did { kib, ..Did::default() };
    for (number, (times, is_well, shown)) in waiting.join_all().await.into_iter() {
        did.polls.join(times);
        did.failed += usize::from(!is_well);
        did.shown.extend(shown.map(|at| (number, at)));
    }
    Ok(did)
}

type One = (usize, (Times, bool, Option<Instant>));

/// One page: its polls, whether each was answered with 200, and when it would have shown success.
async fn one(number: usize, mut client: Client, poll: String, stop: Arc<AtomicBool>) -> One {
    let mut times = Times::default();
    let (mut is_well, mut shown) = (true, None);
    // Spread evenly by the golden ratio: the beginning over the first two seconds, and each poll around its time.
    let spread = |turn: usize| u32::try_from((number + turn * 7919) * 618 % 1000).unwrap_or(0);
    let mut planned = Instant::now() + POLL * spread(0) / 1000;
    for turn in 1.. {
        sleep_until(planned).await;
        if stop.load(Ordering::Relaxed) || !is_well {
            break;
        }
        match client.send(poll.as_bytes()).await {
            Ok(answer) if answer.status == 200 => {
                let has_success =
                    answer.body.windows(PAID_WORDS.len()).any(|part| part == PAID_WORDS);
                shown = shown.or(has_success.then(Instant::now));
            }
            _ => is_well = false,
        }
        times.add(planned.elapsed());
        planned += POLL - JITTER + 2 * JITTER * spread(turn) / 1000;
    }
    (number, (times, is_well, shown))
}
