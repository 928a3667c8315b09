//! G14: three times as many shoppers as can be served, and then few again. What is done then, how soon the others are refused, and
//! how soon everything is as before.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Database;
use crate::arrivals::Arrivals;
use crate::client::Client;
use crate::ends::Ends;
use crate::load::thousandths;
use crate::pool::Pool;
use crate::process::{raise_open_files, spent};
use crate::server::Server;
use crate::shop::{self, KEY, Session};
use crate::sink::Sink;
use crate::times::Times;

/// How long, and on what.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// On which database.
    #[arg(long, value_enum)]
    database: Database,
    /// For how many seconds too many come.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many times as many as can be served.
    #[arg(long, default_value_t = 3)]
    times: u64,
}

/// For the capacity, and for the calm afterwards.
const CALM: Duration = Duration::from_secs(10);

/// Who shop as fast as they can, for the capacity.
const SHOPPERS: u64 = 256;

/// Between two polls of a shopper in a hurry.
const PAUSE: Duration = Duration::from_millis(100);

/// A server that has recovered makes a session as fast as G10 wants it.
const WELL: Duration = Duration::from_millis(50);

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan) -> anyhow::Result<()> {
    raise_open_files();
    let server = Server::start(plan.database).await?;
    let sink = Sink::start().await?;
    let street = Arc::new(Street::new(&server, &sink.hook));

    let before = spent(server.id());
    let peak = as_fast_as_they_can(&street, CALM).await;
    let peak_cpu = spent(server.id()) - before;
    let capacity = (peak.paid.len() as u64 / CALM.as_secs()).max(1);

    let time = Duration::from_secs(plan.seconds);
    let flood = Arrivals { first: 1_000_000, rate: plan.times * capacity, time };
    let (begun, before) = (Instant::now(), spent(server.id()));
    let flooding = tokio::spawn(come(street.clone(), flood));
    tokio::time::sleep(time).await;
    let flood_cpu = spent(server.id()) - before;
    let ended = Instant::now();
    let calm = Arrivals { first: 9_000_000, rate: (capacity / 2).max(1), time: CALM };
    let calm = come(street.clone(), calm).await;
    let flooded = flooding.await?;

    let goodput = flooded.paid_between(begun, ended) / plan.seconds.max(1);
    let recovered = calm.recovered(ended);
    let mut shed = flooded.shed;
    let paid = [peak.paid, flooded.paid, calm.paid].concat();
    let orders: Vec<String> = paid.iter().map(|(order, _)| order.clone()).collect();
    let missing = sink.missing(&orders).await;
    let ends = Ends::of(&server, || vec![sink.heard()]).await?;
    println!(
        "overload on {:?}: at most {capacity} payments a second; with {} shoppers a second for {} s {goodput} a second, ratio {} (reach 0.900); {} of {} were refused, in {:?}, p99 {:?} (reach 50 ms), {} of them without Retry-After; {} broke off",
        plan.database,
        flood.rate,
        plan.seconds,
        thousandths(goodput, capacity),
        shed.len(),
        flood.all(),
        shed.per_mille(500),
        shed.per_mille(990),
        flooded.untold,
        flooded.broken.len(),
    );
    println!(
        "  server's CPU for each payment: {:?} at its best, {:?} with too many; as before after {recovered:?} (reach 5 s); webhooks missing: {missing}; {ends}",
        peak_cpu / u32::try_from(capacity * CALM.as_secs())?,
        flood_cpu / u32::try_from((goodput * plan.seconds).max(1))?,
    );
    if let Some(first) = flooded.broken.first() {
        println!("  the first that broke off: {first}");
    }
    anyhow::ensure!(ends.is_well() && missing == 0 && flooded.untold == 0, "a promise was broken");
    Ok(())
}

/// Where they come.
struct Street {
    at: String,
    shop: Pool,
    wallet: Pool,
    hook: String,
}

/// What came of everybody.
#[derive(Default)]
struct Told {
    /// The order, and when its page showed it.
    paid: Vec<(String, Instant)>,
    /// How long a refusal took.
    shed: Times,
    /// Refusals that do not say when to come again.
    untold: u64,
    /// Who was let in and did not come to an end.
    broken: Vec<String>,
    /// When each came, and whether they were served, and quickly.
    came: Vec<(Instant, bool)>,
}

/// What came of one.
enum End {
    Paid(String, Instant),
    Shed { took: Duration, says_when: bool },
    Broken(String),
}

struct One {
    end: End,
    at: Instant,
    /// From the planned time until there was a session.
    create: Option<Duration>,
}

impl Told {
    fn add(&mut self, one: One) {
        self.came.push((one.at, one.create.is_some_and(|time| time <= WELL)));
        match one.end {
            End::Paid(order, at) => self.paid.push((order, at)),
            End::Shed { took, says_when } => {
                self.shed.add(took);
                self.untold += u64::from(!says_when);
            }
            End::Broken(why) => self.broken.push(why),
        }
    }

    /// When the first second began in which at most one of a hundred was refused or waited; absent when there is none.
    fn recovered(&self, from: Instant) -> Option<Duration> {
        (0..CALM.as_secs()).map(Duration::from_secs).find(|second| {
            let of = from + *second..from + *second + Duration::from_secs(1);
            let came = self.came.iter().filter(|(at, _)| of.contains(at));
            let came: Vec<bool> = came.map(|(_, is_well)| *is_well).collect();
            let unwell = came.iter().filter(|is_well| !**is_well).count();
            !came.is_empty() && unwell * 100 <= came.len()
        })
    }

    fn paid_between(&self, from: Instant, until: Instant) -> u64 {
        self.paid.iter().filter(|(_, at)| (from..until).contains(at)).count() as u64
    }
}

impl Street {
    fn new(server: &Server, hook: &str) -> Street {
        let (shop, wallet) = (Pool::new(&server.at), Pool::new(&server.sandbox));
        Street { at: server.at.clone(), shop, wallet, hook: hook.to_owned() }
    }

    async fn one(&self, number: u64, planned: Instant) -> One {
        let order = format!("o{number}");
        let made = self.create(&order).await;
        let create = made.as_ref().is_ok_and(|made| made.is_ok()).then(|| planned.elapsed());
        let end = match made {
            Err(error) => End::Broken(format!("creating: {error:#}")),
            Ok(Err(shed)) => shed,
            Ok(Ok(session)) => match self.pay(number, &session).await {
                Ok(at) => End::Paid(order, at),
                Err(error) => End::Broken(format!("{order}: {error:#}")),
            },
        };
        One { end, at: planned, create }
    }

    /// A session, or how it was refused.
    async fn create(&self, order: &str) -> anyhow::Result<Result<Session, End>> {
        let request = shop::order(order, &self.hook);
        let request = crate::client::request(&self.at, "POST", "/v1/sessions", KEY, &request);
        let asked = Instant::now();
        let answer = self.shop.send(request.as_bytes()).await?;
        if answer.status == 503 {
            return Ok(Err(End::Shed { took: asked.elapsed(), says_when: answer.says_when }));
        }
        let body: Value = serde_json::from_slice(&answer.body)?;
        anyhow::ensure!(answer.status == 200, "{body}");
        Session::of(&body["data"]).map(Ok)
    }

    /// Tries again whatever is refused, as the page does.
    async fn pay(&self, number: u64, session: &Session) -> anyhow::Result<Instant> {
        let begun = Instant::now();
        let mut page = Client::connect_from(usize::try_from(number)?, &self.at).await?;
        let code = loop {
            match shop::pay(&mut page, session).await {
                Ok(code) => break code,
                Err(error) if begun.elapsed() > Duration::from_secs(30) => return Err(error),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        };
        let mut wallet = self.wallet.take().await?;
        shop::approve(&mut wallet, &code).await?;
        self.wallet.give_back(wallet);
        loop {
            tokio::time::sleep(PAUSE).await;
            match shop::is_paid(&mut page, session).await {
                Ok(true) => return Ok(Instant::now()),
                Ok(false) if begun.elapsed() < Duration::from_secs(60) => {}
                Ok(false) => anyhow::bail!("never paid"),
                Err(error) => return Err(error.context("polling")),
            }
        }
    }
}

/// Each as soon as the one before has paid.
async fn as_fast_as_they_can(street: &Arc<Street>, time: Duration) -> Told {
    let end = Instant::now() + time;
    let mut shoppers = JoinSet::new();
    for shopper in 0..SHOPPERS {
        let street = street.clone();
        shoppers.spawn(async move {
            let mut ones = Vec::new();
            while Instant::now() < end {
                let number = shopper + SHOPPERS * ones.len() as u64;
                ones.push(street.one(number, Instant::now()).await);
            }
            ones
        });
    }
    let mut told = Told::default();
    shoppers.join_all().await.into_iter().flatten().for_each(|one| told.add(one));
    told
}

/// Everybody when it was planned.
async fn come(street: Arc<Street>, arrivals: Arrivals) -> Told {
    let ones = arrivals
        .each(move |number, at| {
            let street = street.clone();
            async move { street.one(number, at).await }
        })
        .await;
    let mut told = Told::default();
    ones.into_iter().for_each(|one| told.add(one));
    told
}
