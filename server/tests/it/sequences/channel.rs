//! A hostile channel: it keeps its own book, and does to every call what can be done to it. Dice decide, by seed, by
//! payment and by the number of the call, so that a sequence can be told again.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use florin_server::channel::{Asking, Channel, ChannelError, Forged, Notice, Notification, Opened};
use florin_server::clock::Millis;
use florin_server::domain::offer::{Kind, Product};
use florin_server::domain::payment::{Evidence, Payment, Role, Said};
use florin_server::domain::reversal::{Reversal, ReversalSaid};
use florin_server::store::{Store, payments};
use florin_shared::shopper::NextAction;
use florin_shared::{Method, Money};
use tokio::sync::{Notify, oneshot};

use super::book::{At, Refund, Row};
use super::dice::Dice;

pub const NAME: &str = "hostile";

/// How long a call may take, as the real road to a channel has it.
const DEADLINE: Millis = 15_000;
const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;

const fn sold(method: Method, name: &'static str, longest: Millis) -> Product {
    Product {
        method,
        name,
        currency: "PHP",
        country: "",
        least: 1,
        most: 1_000_000,
        step: 1,
        kind: Kind::Scan,
        cancellable: true,
        shortest: MINUTE,
        longest,
        settles_in: 2 * MINUTE,
    }
}

static PRODUCTS: [Product; 3] = [
    sold(Method::Gcash, "ONE", 14 * MINUTE),
    sold(Method::Maya, "TWO", 5 * MINUTE),
    Product {
        cancellable: false,
        settles_in: 60 * MINUTE,
        ..sold(Method::BankTransfer, "THREE", 120 * MINUTE)
    },
];

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

    // The payer and the bank.

    /// The payer pays a code; some can be paid although they were closed.
    pub fn approve(&self, request: &str) {
        self.pass();
        let now = self.now();
        let mut world = self.world();
        let mut dice = world.dice(self.seed, request, Call::Payer);
        let Some(row) = world.rows.get_mut(request) else { return };
        let was_open = row.at == At::Open;
        let is_late = matches!(row.at, At::Closed | At::Declined)
            && row.captured.is_none()
            && dice.is_under(40);
        if !was_open && !is_late {
            return;
        }
        if was_open && dice.is_under(12) {
            row.at = At::Confirming(now + wait(&mut dice, 120 * MINUTE), dice.is_under(80));
            return;
        }
        let amount = if dice.is_under(92) { row.asked } else { another(row.asked, &mut dice) };
        // A channel may be silent about what a question finds; what nobody would ask about it tells.
        row.silent &= was_open;
        let said = row.take(amount, now);
        world.tell(request, said);
    }

    pub fn decline(&self, request: &str) {
        self.pass();
        let mut world = self.world();
        if let Some(row) = world.rows.get_mut(request)
            && row.at == At::Open
        {
            row.at = At::Declined;
            world.tell(request, Said::Failed);
        }
    }

    /// A signed message that the channel's own book contradicts.
    pub fn contradict(&self, request: &str) {
        let mut world = self.world();
        let mut dice = world.dice(self.seed, request, Call::Payer);
        let Some(row) = world.rows.get_mut(request) else { return };
        if matches!(row.at, At::Nowhere | At::Queued(_)) {
            return;
        }
        let declined = row.at == At::Declined || (row.at == At::Closed && row.captured.is_none());
        let said = match dice.below(3) {
            // Success after the end: the question tells the truth.
            0 if declined => Said::Paid { amount: row.asked, at: None, returned: 0 },
            1 => Said::Paid { amount: another(row.asked, &mut dice), at: None, returned: 0 },
            _ => Said::Failed,
        };
        // Whoever lied owes the truth.
        row.silent = false;
        let truth = row.captured.is_some().then(|| row.said());
        world.push(request, said);
        if let Some(truth) = truth {
            world.push(request, truth);
        }
    }

    /// Somebody at the channel gives money back, and we are told.
    pub fn give_back(&self, request: &str) {
        self.pass();
        let mut world = self.world();
        let mut dice = world.dice(self.seed, request, Call::Payer);
        let Some(row) = world.rows.get_mut(request) else { return };
        if row.at == At::Paid && row.left() > 0 {
            row.by_others += if dice.is_under(50) { row.left() } else { 1 + row.left() / 2 };
            row.silent = false;
            let said = row.said();
            world.push(request, said);
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
        self.world().waiting.retain(|waiting| *waiting != number);
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

    /// What is stored of a payment while its request arrives here.
    async fn stored(&self, payment: &Payment) -> Option<Option<Payment>> {
        let store = self.store.lock().unwrap().clone();
        let mut tx = store.read().await.ok()?;
        payments::get(&mut tx, &payment.id).await.ok()
    }
}

impl World {
    /// The dice for the next call of this kind about this payment.
    fn dice(&mut self, seed: u64, request: &str, call: Call) -> Dice {
        let number = self.rows.get(request).map_or(self.rows.len() as u64, |row| row.number);
        let count = self.calls.entry((number, call)).or_default();
        *count += 1;
        Dice::of(seed, &[number, call as u64, *count])
    }

    /// Tells of a change, if this channel tells.
    fn tell(&mut self, request: &str, said: Said) {
        if !self.rows[request].silent {
            self.push(request, said);
        }
    }

    fn push(&mut self, request: &str, said: Said) {
        let evidence = Evidence { said, reason: String::new() };
        self.notices.push(Notice::Payment { request_id: request.to_owned(), evidence });
        self.waiting.push(self.notices.len() - 1);
    }

    fn open(&mut self, payment: &Payment, now: Millis, dice: &mut Dice) {
        let number = self.rows.len() as u64;
        self.rows.entry(payment.request_id.clone()).or_insert_with(|| Row {
            number,
            asked: payment.amount,
            expires: payment.expires,
            at: At::Nowhere,
            captured: None,
            paid: None,
            by_cancel: 0,
            by_others: 0,
            refunds: BTreeMap::new(),
            silent: dice.is_under(25),
            never_refunds: dice.is_under(5),
            cancelled_means_returned: dice.is_under(60),
        });
        let Some(row) = self.rows.get_mut(&payment.request_id) else { return };
        if row.at == At::Nowhere && now < row.expires {
            row.at = match dice.below(100) {
                0..4 => At::Queued(now + 1 + 8 * SECOND * dice.below(1000) as Millis / 1000),
                4..8 => At::Nowhere,
                _ => At::Open,
            };
        }
    }

    fn cancel(&mut self, request: &str, now: Millis, dice: &mut Dice) -> Result<(), ChannelError> {
        let refused = |code: &str| Err(ChannelError::Refused { code: code.into() });
        let Some(row) = self.rows.get_mut(request) else { return refused("ORDER_NOT_EXIST") };
        match row.at {
            At::Nowhere | At::Queued(_) => refused("ORDER_NOT_EXIST"),
            // The payer pays while the cancel is under way, and the cancel gives it back.
            At::Open if dice.is_under(12) => {
                let said = row.take(row.asked, now);
                row.by_cancel = row.captured();
                row.at = At::Closed;
                self.push(request, said);
                Ok(())
            }
            At::Open if dice.is_under(5) => Ok(()),
            At::Confirming(..) if dice.is_under(50) => refused("ORDER_STATUS_INVALID"),
            At::Paid if dice.is_under(40) => refused("ORDER_STATUS_INVALID"),
            At::Paid => {
                row.by_cancel += row.left();
                row.at = At::Closed;
                Ok(())
            }
            At::Open | At::Confirming(..) => {
                row.at = At::Closed;
                Ok(())
            }
            At::Declined | At::Closed => Ok(()),
        }
    }

    fn refund(
        &mut self,
        reversal: &Reversal,
        request: &str,
        now: Millis,
        calm: bool,
        dice: &mut Dice,
    ) -> ReversalSaid {
        let Some(row) = self.rows.get_mut(request) else {
            return ReversalSaid::Never("ORDER_NOT_EXIST".into());
        };
        if row.refunds.contains_key(&reversal.request_id) {
            return row.said_of(&reversal.request_id);
        }
        if row.never_refunds {
            return ReversalSaid::Never("REFUND_NOT_SUPPORTED".into());
        }
        let amount = reversal.amount.minor();
        // A channel that gives back more than it took would hide our mistake: the verdict looks for it.
        let state = match dice.below(100) {
            _ if calm => Refund::Done,
            0..15 => Refund::Pending(now + wait(dice, 10 * MINUTE), dice.is_under(70)),
            15..25 => Refund::Failed,
            _ => Refund::Done,
        };
        if row.by_cancel + row.by_others > 0 && amount > row.left() {
            return ReversalSaid::Never("REFUND_AMOUNT_EXCEED".into());
        }
        row.refunds.insert(reversal.request_id.clone(), (amount, state));
        // "No" in a reply proves nothing: only a question does (D5).
        if state == Refund::Done && !calm && dice.is_under(8) {
            return ReversalSaid::Failed("PROCESS_FAIL".into());
        }
        row.said_of(&reversal.request_id)
    }
}

fn wait(dice: &mut Dice, most: Millis) -> Millis {
    let most = usize::try_from(most).unwrap();
    SECOND + dice.below(most) as Millis
}

fn another(asked: Money, dice: &mut Dice) -> Money {
    let currency = if dice.is_under(80) { asked.currency() } else { "USD".parse().unwrap() };
    let amount =
        dice.one_of(&[asked.minor() - 1, asked.minor() + 1, asked.minor() / 2, asked.minor() * 2]);
    Money::new(amount, currency).unwrap()
}

#[async_trait]
impl Channel for Hostile {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_live(&self) -> bool {
        false
    }

    fn products(&self) -> &'static [Product] {
        &PRODUCTS
    }

    async fn pay(&self, payment: &Payment, _asking: &Asking) -> Result<Opened, ChannelError> {
        if let Some(None) = self.stored(payment).await {
            self.is_wrong(format!("{} reached the channel before it was written down", payment.id));
        }
        self.carry(Call::Pay, &payment.request_id, |world, dice, now| {
            world.open(payment, now, dice);
            let row = &world.rows[&payment.request_id];
            let said = row.said();
            let action = NextAction {
                kind: "show_code".into(),
                text: Some(payment.request_id.clone()),
                code_kind: Some("qr".into()),
                app_link: None,
                url: None,
            };
            let answer =
                |action| Ok(Opened { evidence: Evidence { said, reason: String::new() }, action });
            match row.at {
                At::Open if dice.is_under(4) => answer(None),
                At::Open => answer(Some(action)),
                At::Confirming(..) | At::Paid => answer(None),
                At::Nowhere => Err(ChannelError::Refused { code: "RISK_REJECT".into() }),
                At::Queued(_) => Err(ChannelError::NoAnswer("queued".into())),
                At::Declined | At::Closed => {
                    Err(ChannelError::Refused { code: "ORDER_IS_CLOSED".into() })
                }
            }
        })
        .await
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        self.carry(Call::Query, &payment.request_id, |world, _, _| {
            let said = world.rows.get(&payment.request_id).map_or(Said::NotFound, Row::said);
            Ok(Evidence { said, reason: String::new() })
        })
        .await
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        if !payment.cancellable {
            self.is_wrong(format!("{} cannot be cancelled here", payment.id));
        }
        let accepted = |stored: &Payment| stored.role == Role::Accepted;
        if self.stored(payment).await.flatten().as_ref().is_some_and(accepted) {
            self.is_wrong(format!("{} is accepted, and a cancel is sent (D1)", payment.id));
        }
        self.carry(Call::Cancel, &payment.request_id, |world, dice, now| {
            world.cancel(&payment.request_id, now, dice)
        })
        .await
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        let calm = self.is_calm();
        self.carry(Call::Refund, &payment.request_id, |world, dice, now| {
            let said = world.refund(reversal, &payment.request_id, now, calm, dice);
            if dice.is_under(40) && said == ReversalSaid::Done {
                world.notices.push(Notice::Reversal {
                    request_id: reversal.request_id.clone(),
                    said: said.clone(),
                    amount: Some(reversal.amount),
                });
                world.waiting.push(world.notices.len() - 1);
            }
            Ok(said)
        })
        .await
    }

    async fn query_refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        self.carry(Call::QueryRefund, &payment.request_id, |world, _, _| {
            let row = world.rows.get(&payment.request_id);
            Ok(row.map_or(ReversalSaid::NotFound, |row| row.said_of(&reversal.request_id)))
        })
        .await
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        let number =
            std::str::from_utf8(notification.body).ok().and_then(|text| text.parse::<usize>().ok());
        let world = self.world();
        number
            .and_then(|number| world.notices.get(number).cloned())
            .ok_or(Forged("no such message"))
    }

    fn acknowledgement(&self) -> &'static str {
        "ok"
    }
}
