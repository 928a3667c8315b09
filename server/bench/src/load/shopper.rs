//! One shopper, from the shop to the end, and how long everything took from when it was planned.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::client::Client;
use crate::pool::Pool;
use crate::server::Server;
use crate::shop::{self, Session};
use crate::times::Times;

/// Between two polls of the widget.
const POLL: Duration = Duration::from_secs(2);

/// Of a hundred: those who neither cancel nor leave.
pub(crate) const WHO_PAY: u64 = 94;

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Changes their mind before paying.
    Cancel,
    /// Leaves; the code ends by itself.
    Leave,
    /// Changes the method, and pays both codes.
    PayTwice,
    /// Gets everything back.
    Refund,
    Pay,
}

impl Wish {
    fn of(number: u64) -> Wish {
        match number % 100 {
            0..4 => Wish::Cancel,
            4..6 => Wish::Leave,
            6..9 => Wish::PayTwice,
            9..11 => Wish::Refund,
            _ => Wish::Pay,
        }
    }
}

/// Where shoppers come, and what they have in common.
pub(crate) struct Street {
    at: String,
    shop: Pool,
    wallet: Pool,
    hook: String,
    name: &'static str,
    longest: Duration,
}

/// What came of a shopper.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) create: Option<Duration>,
    pub(crate) pay: Option<Duration>,
    pub(crate) polls: Times,
    /// The order, and when the page showed it.
    pub(crate) paid: Option<(String, Instant)>,
    pub(crate) failed: Option<String>,
}

impl Street {
    /// Orders are called `name` and a number.
    pub(crate) fn new(
        server: &Server,
        hook: &str,
        name: &'static str,
        longest: Duration,
    ) -> Street {
        let (shop, wallet) = (Pool::new(&server.at), Pool::new(&server.sandbox));
        Street { at: server.at.clone(), shop, wallet, hook: hook.to_owned(), name, longest }
    }

    /// Somebody who was meant to come at this time.
    pub(crate) async fn shop(self: Arc<Street>, number: u64, planned: Instant) -> Report {
        let mut report = Report::default();
        if let Err(error) = self.visit(number, planned, &mut report).await {
            report.failed = Some(format!("{error:#}"));
        }
        report
    }

    async fn visit(
        &self,
        number: u64,
        planned: Instant,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let order = format!("{}{number}", self.name);
        let session = self.create(&order).await?;
        report.create = Some(planned.elapsed());
        let mut page = Client::connect_from(usize::try_from(number)?, &self.at).await?;
        shop::view(&mut page, &session).await?;
        let asked = Instant::now();
        let code = shop::open(&mut page, &session, "GCASH").await?;
        report.pay = Some(asked.elapsed());
        let wish = Wish::of(number);
        let codes = match wish {
            Wish::Cancel => return shop::cancel(&mut page, &session, &code.0).await,
            Wish::Leave => Vec::new(),
            Wish::PayTwice => vec![shop::open(&mut page, &session, "MAYA").await?.1, code.1],
            Wish::Refund | Wish::Pay => vec![code.1],
        };
        let approves = Instant::now() + self.patience(number);
        let (approved, shown) = tokio::join!(
            self.approve(approves, codes),
            self.watch(&mut page, &session, wish, &mut report.polls)
        );
        approved?;
        report.paid = shown?.map(|at| (order, at));
        match wish {
            Wish::Refund => self.refund(&session).await,
            _ => Ok(()),
        }
    }

    async fn create(&self, order: &str) -> anyhow::Result<Session> {
        let mut client = self.shop.take().await?;
        let session = shop::create(&mut client, order, &self.hook).await?;
        self.shop.give_back(client);
        Ok(session)
    }

    async fn refund(&self, session: &Session) -> anyhow::Result<()> {
        let mut client = self.shop.take().await?;
        shop::refund(&mut client, session).await?;
        self.shop.give_back(client);
        Ok(())
    }

    /// From 1 s to the longest, spread evenly by the golden ratio.
    fn patience(&self, number: u64) -> Duration {
        let range = self.longest.saturating_sub(Duration::from_secs(1));
        Duration::from_secs(1) + range * u32::try_from(number * 618 % 1000).unwrap_or(0) / 1000
    }

    /// The payer. Of two codes the second may be closed already, and that is as it should be.
    async fn approve(&self, at: Instant, codes: Vec<String>) -> anyhow::Result<()> {
        sleep_until(at).await;
        for (turn, code) in codes.iter().enumerate() {
            let mut wallet = self.wallet.take().await?;
            let approved = shop::approve(&mut wallet, code).await;
            self.wallet.give_back(wallet);
            if turn == 0 {
                approved?;
            }
        }
        Ok(())
    }

    /// Polls until the page would show success, and gives when that was. Who leaves does not wait for it.
    async fn watch(
        &self,
        page: &mut Client,
        session: &Session,
        wish: Wish,
        polls: &mut Times,
    ) -> anyhow::Result<Option<Instant>> {
        let begun = Instant::now();
        let end = begun + self.longest + 10 * POLL;
        let mut planned = begun + POLL;
        loop {
            sleep_until(planned).await;
            let is_paid = shop::is_paid(page, session).await?;
            polls.add(planned.elapsed());
            planned += POLL;
            match wish {
                _ if is_paid => return Ok(Some(Instant::now())),
                Wish::Leave if planned > begun + self.longest => return Ok(None),
                _ => anyhow::ensure!(planned < end, "{} is never paid", session.id),
            }
        }
    }
}
