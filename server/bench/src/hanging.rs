//! G7: shoppers of a channel that answers, first alone, and then beside as many of a channel that never does.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use crate::Database;
use crate::arrivals::Arrivals;
use crate::client::Client;
use crate::ends::Ends;
use crate::load::Told;
use crate::load::shopper::{Report, Street};
use crate::pool::Pool;
use crate::process::raise_open_files;
use crate::server::Server;
use crate::shop::{self, Session};
use crate::sink::Sink;
use crate::times::Times;

/// How many come, and for how long.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// On which database.
    #[arg(long, value_enum)]
    database: Database,
    /// How many shoppers a second come for each of the two channels.
    #[arg(long, default_value_t = 100)]
    rate: u64,
    /// For how many seconds they come, alone and beside the others.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
}

/// A payer approves within so many seconds.
const LONGEST: Duration = Duration::from_secs(5);
/// Between two polls of the widget.
const POLL: Duration = Duration::from_secs(2);
/// So often whoever meets the silent channel asks how it stands, and then leaves.
const POLLS: u32 = 6;

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan) -> anyhow::Result<()> {
    raise_open_files();
    let server = Server::with(plan.database, &[("FLORIN_CODE_SECONDS", "60")]).await?;
    println!(
        "a channel that never answers, on {:?}: {} shoppers a second of one that does, for {} s",
        plan.database, plan.rate, plan.seconds
    );
    let sink = Sink::start().await?;
    let street = Arc::new(Street::new(&server, &sink.hook, "g", LONGEST));
    let time = Duration::from_secs(plan.seconds);
    let alone = Arrivals { first: 0, rate: plan.rate, time };
    let mut told = Told::of(alone.each(|number, at| street.clone().shop(number, at)).await);
    told.print("alone");

    silence(&server).await?;
    let others = Arc::new(Others { shop: Pool::new(&server.at), at: server.at.clone() });
    let beside = Arrivals { first: alone.all(), ..alone };
    let (told, hanging) = tokio::join!(
        beside.each(|number, at| street.clone().shop(number, at)),
        alone.each(|number, at| others.clone().come(number, at))
    );
    Told::of(told).print("beside as many whose channel never answers");
    Told::of(hanging).print("those");
    speaks_again(&server).await?;
    let ends = Ends::of(&server, || vec![sink.heard()]).await?;
    println!("  {ends}");
    ensure!(ends.is_well(), "payments were lost");
    Ok(())
}

/// Otherwise nothing of that channel would ever come to rest.
async fn speaks_again(server: &Server) -> anyhow::Result<()> {
    let mut sandbox = Client::connect(&server.sandbox).await?;
    let answer = sandbox.ask("DELETE", "/faults", "", "").await?;
    ensure!(answer.status < 300, "the sandbox keeps its faults: {}", answer.status);
    Ok(())
}

/// From now on WeChat Pay's sandbox hears every call and answers none in time.
async fn silence(server: &Server) -> anyhow::Result<()> {
    let mut sandbox = Client::connect(&server.sandbox).await?;
    for call in ["pay", "query", "cancel"] {
        let rule = json!({ "fault": "late", "channel": "wechatpay", "call": call, "when": "before", "ms": 120_000, "times": 1_000_000 });
        let answer = sandbox.ask("POST", "/faults", "", &rule.to_string()).await?;
        ensure!(answer.status < 300, "the sandbox refused a fault: {}", answer.status);
    }
    Ok(())
}

/// Shoppers whose channel is silent.
struct Others {
    at: String,
    shop: Pool,
}

impl Others {
    async fn come(self: Arc<Others>, number: u64, planned: Instant) -> Report {
        let mut report = Report::default();
        if let Err(error) = self.visit(number, planned, &mut report).await {
            report.failed = Some(format!("{error:#}"));
        }
        report
    }

    /// Makes an order, tries to pay it, and looks for a while whether something comes of it.
    async fn visit(
        &self,
        number: u64,
        planned: Instant,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let mut shop = self.shop.take().await?;
        let session = shop::create_in(&mut shop, &format!("s{number}"), "CNY").await?;
        self.shop.give_back(shop);
        report.create = Some(planned.elapsed());

        let mut page = Client::connect_from(usize::try_from(number)?, &self.at).await?;
        shop::view(&mut page, &session).await?;
        let mut pressing = Client::connect_from(usize::try_from(number)?, &self.at).await?;
        let asked = Instant::now();
        let press = async {
            let told = shop::open(&mut pressing, &session, "WECHATPAY").await;
            (told, asked.elapsed())
        };
        let ((told, took), watched) =
            tokio::join!(press, watch(&mut page, &session, &mut report.polls));
        watched?;
        report.pay = Some(took);
        // Whatever it was told, it was no code.
        ensure!(told.is_err(), "a silent channel has given a code");
        Ok(())
    }
}

async fn watch(page: &mut Client, session: &Session, polls: &mut Times) -> anyhow::Result<()> {
    let mut planned = Instant::now();
    for _ in 0..POLLS {
        planned += POLL;
        sleep_until(planned).await;
        let is_paid = shop::is_paid(page, session).await?;
        polls.add(planned.elapsed());
        ensure!(!is_paid, "{} is paid by nobody", session.id);
    }
    Ok(())
}
