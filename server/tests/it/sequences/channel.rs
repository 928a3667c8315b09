//! A hostile channel: it keeps its own book, and does to every call what can be done to it. Dice decide, by seed, by
//! payment and by the number of the call, so that a sequence can be told again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use florin_server::channel::{ChannelError, Notice};
use florin_server::clock::Millis;
use florin_server::domain::payment::{Payment, Said};
use florin_server::domain::reversal::Reversal;
use florin_server::store::{Store, payments, reversals};
use tokio::sync::{Notify, oneshot};

use super::book::Row;
use super::dice::Dice;

mod calls;
mod payer;
mod products;
mod world;

pub const NAME: &str = "hostile";

/// How long a call may take, as the real road to a channel has it.
const DEADLINE: Millis = 15_000;
const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;

/// The calls that a channel hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Call {
    Pay,
    Query,
    Cancel,
    Refund,
    QueryRefund,
    Payer,
}

/// What becomes of a call on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Plain,
    /// It takes effect, and the answer is lost.
    ReplyLost,
    /// It never arrives, and nobody can tell.
    Lost,
    NotSent,
    /// It hangs before it arrives, or before its answer does, while other things happen.
    HangsBefore,
    HangsAfter,
    /// Our process ends.
    DiesBefore,
    DiesAfter,
}

const FATES: [(u64, Fate); 7] = [
    (22, Fate::ReplyLost),
    (14, Fate::Lost),
    (8, Fate::NotSent),
    (14, Fate::HangsBefore),
    (18, Fate::HangsAfter),
    (10, Fate::DiesBefore),
    (14, Fate::DiesAfter),
];

/// A call that hangs.
struct Hanging {
    until: Millis,
    go: oneshot::Sender<bool>,
}

#[derive(Default)]
struct World {
    rows: BTreeMap<String, Row>,
    calls: HashMap<(u64, Call), u64>,
    hanging: Vec<Hanging>,
    /// Every message there is to send; what is sent is the number.
    notices: Vec<Notice>,
    /// The messages that nobody has acknowledged yet.
    waiting: Vec<usize>,
    /// Payments of which the server has heard that they came to nothing.
    denied: BTreeSet<String>,
    wrong: Vec<String>,
    story: Vec<String>,
}

pub struct Hostile {
    seed: u64,
    clock: Arc<AtomicI64>,
    /// How many calls in a hundred go wrong.
    wild: AtomicU64,
    /// How often our process has ended.
    deaths: AtomicU64,
    /// Rings when a call hangs or our process ends.
    pub bell: Notify,
    store: Mutex<Store>,
    world: Mutex<World>,
}

impl Hostile {
    pub fn new(seed: u64, wild: u64, clock: Arc<AtomicI64>, store: Store) -> Arc<Hostile> {
        Arc::new(Hostile {
            seed,
            clock,
            wild: AtomicU64::new(wild),
            deaths: AtomicU64::new(0),
            bell: Notify::new(),
            store: Mutex::new(store),
            world: Mutex::default(),
        })
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    fn now(&self) -> Millis {
        self.clock.load(Ordering::SeqCst)
    }

    /// From now on everything goes well.
    pub fn calm(&self) {
        self.wild.store(0, Ordering::SeqCst);
    }

    fn is_calm(&self) -> bool {
        self.wild.load(Ordering::SeqCst) == 0
    }

    pub fn deaths(&self) -> u64 {
        self.deaths.load(Ordering::SeqCst)
    }

    /// Our process is ended from outside, by a death of its own accord or without one.
    pub fn end_of_process(&self) {
        self.deaths.fetch_add(1, Ordering::SeqCst);
    }

    /// Our process has ended: whatever hung in it never goes on.
    pub fn bury(&self, store: Store) {
        *self.store.lock().unwrap() = store;
        self.world().hanging.clear();
    }

    pub fn say(&self, line: String) {
        let at = self.now() % 100_000_000;
        self.world().story.push(format!("{at:>9} {line}"));
    }

    pub fn is_wrong(&self, what: String) {
        self.world().wrong.push(what);
    }

    pub fn wrong(&self) -> Vec<String> {
        self.world().wrong.clone()
    }

    pub fn story(&self) -> Vec<String> {
        self.world().story.clone()
    }

    pub fn rows(&self) -> BTreeMap<String, Row> {
        self.world().rows.clone()
    }

    pub fn requests(&self) -> Vec<String> {
        let world = self.world();
        let mut rows: Vec<(&String, &Row)> = world.rows.iter().collect();
        rows.sort_by_key(|(_, row)| row.number);
        rows.into_iter().map(|(request, _)| request.clone()).collect()
    }

    /// Lets one hanging call go on.
    pub fn release(&self, which: usize) {
        let mut world = self.world();
        if !world.hanging.is_empty() {
            let which = which % world.hanging.len();
            world.hanging.remove(which).go.send(true).ok();
        }
    }

    pub fn release_all(&self) {
        self.world().hanging.drain(..).for_each(|hanging| _ = hanging.go.send(true));
    }

    /// Calls that hang beyond their deadline end without an answer, before the clock is moved to `to`.
    pub fn time_out(&self, to: Millis) {
        let mut world = self.world();
        let hanging = std::mem::take(&mut world.hanging);
        for call in hanging {
            if call.until <= to {
                call.go.send(false).ok();
            } else {
                world.hanging.push(call);
            }
        }
    }

    /// Time passes at the channel.
    pub fn pass(&self) {
        let now = self.now();
        let mut world = self.world();
        let told: Vec<(String, Said)> = world
            .rows
            .iter_mut()
            .filter_map(|(request, row)| row.pass(now).map(|said| (request.clone(), said)))
            .collect();
        for (request, said) in told {
            world.tell(&request, said);
        }
    }

    // Messages.

    /// The next message to send: any of those that wait.
    pub fn next_notice(&self, which: usize) -> Option<usize> {
        let world = self.world();
        (!world.waiting.is_empty()).then(|| world.waiting[which % world.waiting.len()])
    }

    pub fn any_notice(&self, which: usize) -> Option<usize> {
        let count = self.world().notices.len();
        (count > 0).then(|| which % count)
    }

    pub fn acknowledged(&self, number: usize) {
        let mut world = self.world();
        world.waiting.retain(|waiting| *waiting != number);
        if let Notice::Payment { request_id, evidence } = world.notices[number].clone()
            && matches!(evidence.said, Said::Failed | Said::Cancelled)
        {
            world.denied.insert(request_id);
        }
    }

    // Calls.

    async fn carry<T>(
        &self,
        call: Call,
        request: &str,
        act: impl FnOnce(&mut World, &mut Dice, Millis) -> Result<T, ChannelError>,
    ) -> Result<T, ChannelError> {
        let mut dice = self.world().dice(self.seed, request, call);
        let fate = if dice.is_under(self.wild.load(Ordering::SeqCst)) {
            dice.weighted(&FATES)
        } else {
            Fate::Plain
        };
        if fate != Fate::Plain {
            self.say(format!("  {call:?} {} {fate:?}", self.short(request)));
        }
        let act = |dice: &mut Dice| {
            self.pass();
            act(&mut self.world(), dice, self.now())
        };
        let no_answer = || Err(ChannelError::NoAnswer("lost".into()));
        match fate {
            Fate::Plain => act(&mut dice),
            Fate::ReplyLost => {
                _ = act(&mut dice);
                no_answer()
            }
            Fate::Lost => no_answer(),
            Fate::NotSent => Err(ChannelError::NotSent("no way there".into())),
            Fate::HangsBefore => {
                self.hang().await?;
                act(&mut dice)
            }
            Fate::HangsAfter => {
                let answer = act(&mut dice);
                self.hang().await?;
                answer
            }
            Fate::DiesBefore => self.die().await,
            Fate::DiesAfter => {
                _ = act(&mut dice);
                self.die().await
            }
        }
    }

    async fn hang(&self) -> Result<(), ChannelError> {
        let (go, gone) = oneshot::channel();
        if self.is_calm() {
            return Ok(());
        }
        self.world().hanging.push(Hanging { until: self.now() + DEADLINE, go });
        self.bell.notify_one();
        match gone.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ChannelError::NoAnswer("too late".into())),
            Err(_) => std::future::pending().await,
        }
    }

    async fn die<T>(&self) -> T {
        self.deaths.fetch_add(1, Ordering::SeqCst);
        self.bell.notify_one();
        std::future::pending().await
    }

    fn short(&self, request: &str) -> String {
        self.world()
            .rows
            .get(request)
            .map_or_else(|| "new".into(), |row| format!("#{}", row.number))
    }

    /// What reaches the channel has been written down, marked as sent, and is not over.
    async fn is_right(&self, payment: &Payment, reversal: &Reversal) {
        let store = self.store.lock().unwrap().clone();
        let Ok(mut tx) = store.read().await else { return };
        let Ok(all) = reversals::of_payment(&mut tx, &payment.id).await else { return };
        let stored = all.iter().find(|stored| stored.id == reversal.id);
        if stored.is_none_or(Reversal::is_unsent) {
            self.is_wrong(format!(
                "{} reached the channel before it was written down",
                reversal.id
            ));
        }
    }

    /// What is stored of a payment while its request arrives here.
    async fn stored(&self, payment: &Payment) -> Option<Option<Payment>> {
        let store = self.store.lock().unwrap().clone();
        let mut tx = store.read().await.ok()?;
        payments::get(&mut tx, &payment.id).await.ok()
    }
}
