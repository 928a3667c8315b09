//! A channel that does what it is told, and the road to it, which does not. The channel's book is the oracle.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use florin_server::channel::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, patience,
};
use florin_server::clock::Millis;
use florin_server::domain::numbers::Numbers;
use florin_server::domain::offer::{Kind, Product};
use florin_server::domain::payment::{Evidence, Payment, Said};
use florin_server::domain::reversal::{Reversal, ReversalSaid};
use florin_server::domain::scene::Scene;
use florin_shared::shopper::NextAction;
use florin_shared::{Method, Money};
use tokio::sync::oneshot;

use super::{MINUTE, SECOND};

pub const NAME: &str = "far";

/// How the road breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing passes, and no connection is made.
    BothWays,
    /// Requests arrive, and no answer comes back.
    RepliesLost,
    /// Connections are there, and whatever is sent on them is lost without a word.
    HalfOpen,
    /// Answers take longer than anybody waits for most of them.
    Slow,
    /// The name is not found; who is connected does not mind.
    NoName,
    /// Every connection is reset while it is made.
    Reset,
}

impl Cut {
    pub const ALL: [Cut; 6] =
        [Cut::BothWays, Cut::RepliesLost, Cut::HalfOpen, Cut::Slow, Cut::NoName, Cut::Reset];

    pub fn name(self) -> &'static str {
        match self {
            Cut::BothWays => "both_ways",
            Cut::RepliesLost => "replies_lost",
            Cut::HalfOpen => "half_open",
            Cut::Slow => "slow",
            Cut::NoName => "no_name",
            Cut::Reset => "reset",
        }
    }

    /// Whether whoever calls learns that nothing was sent.
    pub fn is_noticed(self) -> bool {
        matches!(self, Cut::BothWays | Cut::NoName | Cut::Reset)
    }
}

/// How long it takes to learn that there is no connection (`channel/transport.rs`).
const CONNECT: Millis = 3 * SECOND;

/// How late the answers of a slow road are.
const LATE: Millis = 7 * SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Pay,
    Query,
    Cancel,
    Refund,
    QueryRefund,
}

impl Call {
    pub fn is_question(self) -> bool {
        matches!(self, Call::Query | Call::QueryRefund)
    }
}

/// A line of the book.
#[derive(Clone, Debug)]
pub struct Row {
    pub asked: Money,
    pub expires: Millis,
    pub paid: Option<Millis>,
    pub is_closed: bool,
    pub refunds: BTreeMap<String, i64>,
}

impl Row {
    pub fn held(&self) -> i64 {
        let taken = self.paid.map_or(0, |_| self.asked.minor());
        taken - self.refunds.values().sum::<i64>()
    }
}

#[derive(Default)]
struct World {
    cut: Option<Cut>,
    /// The road breaks while the next call of this kind is on its way.
    breaks_at: Option<(Call, Cut)>,
    rows: BTreeMap<String, Row>,
    hanging: Vec<(Millis, oneshot::Sender<()>)>,
    /// Every call that was made, with its time.
    calls: Vec<(Millis, Call)>,
}

pub struct Far {
    clock: Arc<AtomicI64>,
    world: Mutex<World>,
}

const PRODUCT: Product = Product {
    method: Method::Gcash,
    channel: NAME,
    name: "ONE",
    currency: "PHP",
    country: "",
    least: 1,
    most: 1_000_000,
    step: 1,
    kind: Kind::Scan,
    scenes: Scene::EVERYWHERE,
    cancellable: true,
    shortest: MINUTE,
    longest: 14 * MINUTE,
    settles_in: 2 * MINUTE,
    numbers: Numbers::LIKE_OURS,
};

impl Far {
    pub fn new(clock: Arc<AtomicI64>) -> Arc<Far> {
        Arc::new(Far { clock, world: Mutex::default() })
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    fn now(&self) -> Millis {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn breaks(&self, cut: Cut) {
        self.world().cut = Some(cut);
    }

    pub fn breaks_at(&self, call: Call, cut: Cut) {
        self.world().breaks_at = Some((call, cut));
    }

    pub fn is_broken(&self) -> bool {
        self.world().cut.is_some()
    }

    pub fn heals(&self) {
        self.world().cut = None;
    }

    pub fn rows(&self) -> BTreeMap<String, Row> {
        self.world().rows.clone()
    }

    pub fn calls(&self) -> Vec<(Millis, Call)> {
        self.world().calls.clone()
    }

    pub fn hanging(&self) -> usize {
        self.world().hanging.len()
    }

    /// When the next call that hangs is given up, or answered.
    pub fn next_end(&self) -> Option<Millis> {
        self.world().hanging.iter().map(|(until, _)| *until).min()
    }

    /// The calls end whose time is up.
    pub fn time_out(&self) {
        let now = self.now();
        let mut world = self.world();
        let hanging = std::mem::take(&mut world.hanging);
        for (until, go) in hanging {
            if until <= now {
                _ = go.send(());
            } else {
                world.hanging.push((until, go));
            }
        }
    }

    /// Our process ends: what hung in it never goes on.
    pub fn bury(&self) {
        self.world().hanging.clear();
    }

    /// The payer pays; `false` when it is too late.
    pub fn approve(&self, request: &str) -> bool {
        let now = self.now();
        let mut world = self.world();
        let Some(row) = world.rows.get_mut(request) else { return false };
        if row.is_closed || row.paid.is_some() || now >= row.expires {
            return false;
        }
        row.paid = Some(now);
        true
    }

    async fn hang(&self, time: Millis) {
        let (go, gone) = oneshot::channel();
        let until = self.now() + time;
        self.world().hanging.push((until, go));
        if gone.await.is_err() {
            std::future::pending().await
        }
    }

    async fn carry<T: Send>(
        &self,
        call: Call,
        patience: Duration,
        act: impl FnOnce(&mut World, Millis) -> Result<T, ChannelError> + Send,
    ) -> Result<T, ChannelError> {
        let patience = Millis::try_from(patience.as_millis()).unwrap();
        let (cut, is_on_its_way) = {
            let mut world = self.world();
            let (now, begun) = (self.now(), world.breaks_at.filter(|(at, _)| *at == call));
            world.calls.push((now, call));
            if let Some((_, cut)) = begun {
                world.cut = Some(cut);
                world.breaks_at = None;
            }
            (world.cut, begun.is_some())
        };
        let act = || act(&mut self.world(), self.now());
        let not_sent = || Err(ChannelError::NotSent("no connection".into()));
        let no_answer = || Err(ChannelError::NoAnswer("time-out".into()));
        match cut {
            None => act(),
            Some(Cut::NoName) if is_on_its_way => act(),
            Some(Cut::NoName | Cut::Reset) if !is_on_its_way => not_sent(),
            Some(Cut::BothWays) if !is_on_its_way => {
                self.hang(CONNECT).await;
                not_sent()
            }
            Some(Cut::NoName | Cut::Reset) => {
                _ = act();
                no_answer()
            }
            Some(Cut::BothWays | Cut::RepliesLost) => {
                _ = act();
                self.hang(patience).await;
                no_answer()
            }
            Some(Cut::HalfOpen) => {
                self.hang(patience).await;
                no_answer()
            }
            Some(Cut::Slow) => {
                let answer = act();
                self.hang(patience.min(LATE)).await;
                if patience < LATE { no_answer() } else { answer }
            }
        }
    }
}

fn evidence(said: Said) -> Evidence {
    Evidence { said, reason: String::new() }
}

fn said(row: Option<&Row>, now: Millis) -> Said {
    let Some(row) = row else { return Said::NotFound };
    match row.paid {
        Some(at) => {
            Said::Paid { amount: row.asked, at: Some(at), returned: row.refunds.values().sum() }
        }
        None if row.is_closed => Said::Cancelled,
        None if now >= row.expires => Said::Failed,
        None => Said::Pending,
    }
}

#[async_trait]
impl Channel for Far {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_live(&self) -> bool {
        false
    }

    fn products(&self) -> &'static [Product] {
        std::slice::from_ref(&PRODUCT)
    }

    async fn pay(&self, payment: &Payment, _asking: &Asking) -> Result<Opened, ChannelError> {
        let (request, asked, expires) =
            (payment.request_id.clone(), payment.amount, payment.expires);
        self.carry(Call::Pay, patience::PAY, move |world, now| {
            let fresh =
                Row { asked, expires, paid: None, is_closed: false, refunds: BTreeMap::new() };
            let row = world.rows.entry(request.clone()).or_insert(fresh);
            let action = (!row.is_closed && row.paid.is_none()).then(|| NextAction {
                kind: "show_code".into(),
                text: Some(request),
                code_kind: Some("qr".into()),
                app_link: None,
                url: None,
                transfer: None,
            });
            Ok(Opened { evidence: evidence(said(Some(row), now)), action })
        })
        .await
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        let request = payment.request_id.clone();
        self.carry(Call::Query, patience::QUERY, move |world, now| {
            Ok(evidence(said(world.rows.get(&request), now)))
        })
        .await
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        let request = payment.request_id.clone();
        self.carry(Call::Cancel, patience::of_try(payment.cancels_sent), move |world, _| {
            match world.rows.get_mut(&request) {
                // As with Antom: what is paid already goes back by it.
                Some(row) => {
                    row.is_closed = true;
                    if row.paid.is_some() {
                        row.refunds.insert("cancel".into(), row.held());
                    }
                    Ok(())
                }
                None => Err(ChannelError::Refused { code: "ORDER_NOT_EXIST".into() }),
            }
        })
        .await
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        _notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        let (request, number) = (payment.request_id.clone(), reversal.request_id.clone());
        let amount = reversal.amount.minor();
        self.carry(Call::Refund, patience::of_try(reversal.sends), move |world, _| {
            let Some(row) = world.rows.get_mut(&request) else { return Ok(ReversalSaid::NotFound) };
            row.refunds.entry(number).or_insert(amount);
            Ok(ReversalSaid::Done)
        })
        .await
    }

    async fn query_refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        let (request, number) = (payment.request_id.clone(), reversal.request_id.clone());
        self.carry(Call::QueryRefund, patience::QUERY, move |world, _| {
            let row = world.rows.get(&request);
            let is_done = row.is_some_and(|row| row.refunds.contains_key(&number));
            Ok(if is_done { ReversalSaid::Done } else { ReversalSaid::NotFound })
        })
        .await
    }

    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError> {
        Ok(Some(number.to_owned()))
    }

    /// A message is the request's number, and says that it was paid.
    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        let request = std::str::from_utf8(notification.body).map_err(|_| Forged("no text"))?;
        let world = self.world();
        let row = world.rows.get(request).ok_or(Forged("no such payment"))?;
        let evidence = evidence(said(Some(row), self.now()));
        Ok(Notice::Payment { request_id: request.to_owned(), evidence })
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, content_type: "text/plain", body: "ok" }
    }

    async fn probe(&self, _nobodys: &Payment) -> Result<String, String> {
        Ok("it is this very program".into())
    }
}
