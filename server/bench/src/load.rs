//! G10: shoppers come at a fixed rate, and most of them pay, as people do: after a while, with the page polling.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use self::shopper::{Report, Street};
use crate::Database;
use crate::arrivals::Arrivals;
use crate::ends::Ends;
use crate::process::{self, postmaster, raise_open_files, spent, spent_by_family};
use crate::server::Server;
use crate::sink::Sink;
use crate::times::Times;

pub(crate) mod shopper;

/// Who comes, and where to.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// On which database.
    #[arg(long, value_enum)]
    database: Database,
    /// How many shoppers a second.
    #[arg(long, default_value_t = 500)]
    rate: u64,
    /// For how many seconds they come.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// A payer approves after 1 s at the earliest, and after so many at the latest.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=60))]
    longest: u64,
}

/// Between the longest wait and the end of a code: for a server that lags.
const SPARE: u64 = 15;

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan) -> anyhow::Result<()> {
    raise_open_files();
    let code_seconds = (plan.longest + SPARE).to_string();
    let server = Server::with(plan.database, &[("FLORIN_CODE_SECONDS", &code_seconds)]).await?;
    let sink = Sink::start().await?;
    let longest = Duration::from_secs(plan.longest);
    let street = Arc::new(Street::new(&server, &sink.hook, "l", longest));
    let arrivals = Arrivals { first: 0, rate: plan.rate, time: Duration::from_secs(plan.seconds) };

    let (begun, before) = (Instant::now(), Spent::now(&server));
    let reports = arrivals.each(|number, at| street.clone().shop(number, at)).await;
    let used = Spent::now(&server);
    let mut told = Told::of(reports);
    let (steady, meant) = told.steady(begun, plan);
    let missing = sink.missing(&told.paid).await;
    let ends = Ends::of(&server, || vec![sink.heard()]).await?;
    println!(
        "load on {:?}: {} shoppers a second came for {} s, {} in all, {} of them turned away or failed; in the steady part {steady} payments were completed of {meant} that were meant to be, ratio {} (reach 0.990), {} a second",
        plan.database,
        plan.rate,
        plan.seconds,
        arrivals.all(),
        told.failed.len(),
        thousandths(steady, meant),
        steady / told.window(plan),
    );
    println!(
        "  from the planned time: create {:?}, p99 {:?} (reach 50 ms); pay {:?}, p99 {:?}; {} polls {:?}, p99 {:?} (reach 25 ms)",
        told.create.per_mille(500),
        told.create.per_mille(990),
        told.pay.per_mille(500),
        told.pay.per_mille(990),
        told.polls.len(),
        told.polls.per_mille(500),
        told.polls.per_mille(990),
    );
    println!(
        "  CPU for each of {} payments: server with its sandbox {:?}, database {:?}, generator with the merchant {:?}; webhooks missing: {missing}; {ends}",
        told.paid.len(),
        each(used.server - before.server, &told),
        each(used.database - before.database, &told),
        each(used.us - before.us, &told),
    );
    if let Some(first) = told.failed.first() {
        println!("  the first that failed: {first}");
    }
    anyhow::ensure!(ends.is_well() && missing == 0, "payments were lost");
    Ok(())
}

/// Processor time so far.
struct Spent {
    server: Duration,
    database: Duration,
    us: Duration,
}

impl Spent {
    fn now(server: &Server) -> Spent {
        Spent {
            server: spent(server.id()),
            database: postmaster().map_or(Duration::ZERO, spent_by_family),
            us: process::spent(std::process::id()),
        }
    }
}

/// Everybody's reports together.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) create: Times,
    pub(crate) pay: Times,
    pub(crate) polls: Times,
    pub(crate) paid: Vec<String>,
    /// When each was shown as paid.
    shown: Vec<Instant>,
    pub(crate) failed: Vec<String>,
}

impl Told {
    pub(crate) fn of(reports: Vec<Report>) -> Told {
        let mut told = Told::default();
        for report in reports {
            report.create.into_iter().for_each(|time| told.create.add(time));
            report.pay.into_iter().for_each(|time| told.pay.add(time));
            told.polls.join(report.polls);
            if let Some((order, at)) = report.paid {
                told.paid.push(order);
                told.shown.push(at);
            }
            told.failed.extend(report.failed);
        }
        told
    }

    /// What these shoppers met, from the planned times on, beside what is to be reached.
    pub(crate) fn print(&mut self, who: &str) {
        println!(
            "  {who}: create p99 {:?} (reach 100 ms), {} polls p99 {:?} (reach 25 ms), pay {:?}, p99 {:?}; {} paid, {} failed or turned away",
            self.create.per_mille(990),
            self.polls.len(),
            self.polls.per_mille(990),
            self.pay.per_mille(500),
            self.pay.per_mille(990),
            self.paid.len(),
            self.failed.len(),
        );
        if let Some(first) = self.failed.first() {
            println!("    the first that failed: {first}");
        }
    }

    /// Seconds from when the slowest payer of the first shoppers has paid until no new ones come.
    fn window(&self, plan: &Plan) -> u64 {
        plan.seconds.saturating_sub(plan.longest + 2).max(1)
    }

    /// How many were paid in the steady part, and how many were meant to be.
    fn steady(&self, begun: Instant, plan: &Plan) -> (u64, u64) {
        let from = begun + Duration::from_secs(plan.longest + 2);
        let until = from + Duration::from_secs(self.window(plan));
        let paid = self.shown.iter().filter(|at| (from..until).contains(*at)).count();
        (paid as u64, self.window(plan) * plan.rate * shopper::WHO_PAY / 100)
    }
}

fn each(spent: Duration, told: &Told) -> Duration {
    spent / u32::try_from(told.paid.len()).unwrap_or(u32::MAX).max(1)
}

/// A ratio with three digits.
pub(crate) fn thousandths(part: u64, whole: u64) -> String {
    let share = part * 1000 / whole.max(1);
    format!("{}.{:03}", share / 1000, share % 1000)
}
