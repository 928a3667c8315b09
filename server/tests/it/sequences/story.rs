//! One sequence: a shopper in a hurry, a merchant, a payer and a channel, each doing what they should not; then calm.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use florin_server::channel::Channels;
use florin_server::clock::{Clock, Millis, Random};
use florin_server::flow::create_session::{NewSession, create_session};
use florin_server::flow::{ask, cancel, close, pay, view};
use florin_server::{App, Error, Result, http, worker};
use florin_shared::session::SessionStatus;
use florin_shared::{Code, Method, PaymentId, SessionId};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::channel::{Hostile, NAME};
use super::dice::Dice;
use super::lane::Lane;
use crate::support::{MERCHANT, OTHER_MERCHANT};

const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;

/// Longer than anything takes that does not wait for something else: then we go on without it.
const PATIENCE: Duration = Duration::from_millis(250);

/// What somebody does.
#[derive(Clone, Debug)]
enum Act {
    NewSession {
        amount: i64,
        life: Millis,
    },
    Pay {
        session: usize,
        method: Method,
    },
    Poll {
        session: usize,
    },
    Approve {
        payment: usize,
    },
    Decline {
        payment: usize,
    },
    Cancel {
        payment: usize,
    },
    Check {
        payment: usize,
    },
    Close {
        session: usize,
    },
    /// A message arrives; a copy of it may stay behind and come again.
    Notice {
        which: usize,
        keep: bool,
    },
    /// A message that has been told already, or not yet, arrives out of its turn.
    Repeat {
        which: usize,
    },
    Contradict {
        payment: usize,
    },
    GiveBack {
        payment: usize,
    },
    Release {
        which: usize,
    },
    Pass {
        time: Millis,
    },
    Work,
    Restart {
        store: bool,
    },
}

/// A sequence on its lane.
pub struct Story<'l> {
    pub seed: u64,
    pub merchant: &'static str,
    pub trans_id: String,
    pub channel: Arc<Hostile>,
    pub app: App,
    pub sessions: Arc<Mutex<Vec<SessionId>>>,
    /// Sessions that somebody was told are paid.
    pub seen_paid: Arc<Mutex<BTreeSet<SessionId>>>,
    lane: &'l mut Lane,
    dice: Dice,
    random: Random,
    deaths: u64,
    background: Vec<JoinHandle<()>>,
}

impl<'l> Story<'l> {
    pub async fn begin(seed: u64, lane: &'l mut Lane) -> Story<'l> {
        let mut dice = Dice::of(seed, &[7]);
        let wild = dice.one_of(&[4, 15, 15, 30, 50]);
        let channel = Hostile::new(seed, wild, lane.clock.clone(), lane.store.clone());
        let random = Random::Seeded(Arc::new((seed << 24).into()));
        Story {
            seed,
            merchant: if dice.is_under(50) { MERCHANT } else { OTHER_MERCHANT },
            trans_id: format!("s{seed}"),
            app: app(lane, &channel, &random).await,
            channel,
            sessions: Arc::default(),
            seen_paid: Arc::default(),
            lane,
            dice,
            random,
            deaths: 0,
            background: Vec::new(),
        }
    }

    /// Everything that is done in it.
    pub async fn run(&mut self) {
        self.play(vec![Act::NewSession { amount: 25_000, life: 30 * MINUTE }]).await;
        let method = self.method();
        self.play(vec![Act::Pay { session: 0, method }]).await;
        for _ in 0..5 + self.dice.below(14) {
            let at_once = self.dice.weighted(&[(75, 1), (17, 2), (8, 3)]);
            let acts = (0..at_once).map(|_| self.act()).collect();
            self.play(acts).await;
        }
    }

    fn method(&mut self) -> Method {
        self.dice.weighted(&[(5, Method::Gcash), (4, Method::Maya), (2, Method::BankTransfer)])
    }

    fn act(&mut self) -> Act {
        let session = self.session();
        let payment = self.payment();
        let which = self.dice.below(1 << 20);
        let kind = self.dice.weighted(&[
            (4, 0),
            (16, 1),
            (7, 2),
            (17, 3),
            (4, 4),
            (11, 5),
            (5, 6),
            (2, 7),
            (14, 8),
            (4, 9),
            (4, 10),
            (1, 11),
            (6, 12),
            (16, 13),
            (14, 14),
            (4, 15),
        ]);
        match kind {
            0 => Act::NewSession {
                amount: self.dice.weighted(&[(8, 25_000), (2, 31_000)]),
                life: self.dice.one_of(&[2 * MINUTE, 30 * MINUTE, 180 * MINUTE]),
            },
            1 => Act::Pay { session, method: self.method() },
            2 => Act::Poll { session },
            3 => Act::Approve { payment },
            4 => Act::Decline { payment },
            5 => Act::Cancel { payment },
            6 => Act::Check { payment },
            7 => Act::Close { session },
            8 => Act::Notice { which, keep: self.dice.is_under(30) },
            9 => Act::Repeat { which },
            10 => Act::Contradict { payment },
            11 => Act::GiveBack { payment },
            12 => Act::Release { which },
            13 => Act::Pass { time: self.time() },
            14 => Act::Work,
            _ => Act::Restart { store: self.dice.is_under(20) },
        }
    }

    fn time(&mut self) -> Millis {
        self.dice.weighted(&[
            (6, SECOND),
            (6, 4 * SECOND),
            (5, 21 * SECOND),
            (4, 61 * SECOND),
            (3, 6 * MINUTE),
            (2, 15 * MINUTE),
            (2, 31 * MINUTE),
            (1, 200 * MINUTE),
        ])
    }

    /// Mostly the newest.
    fn session(&mut self) -> usize {
        let count = self.sessions.lock().unwrap().len();
        self.mostly_last(count)
    }

    fn payment(&mut self) -> usize {
        let count = self.channel.requests().len();
        self.mostly_last(count)
    }

    fn mostly_last(&mut self, count: usize) -> usize {
        if self.dice.is_under(60) { count.saturating_sub(1) } else { self.dice.below(count) }
    }

    /// Does these things at the same time, and waits for those that end.
    async fn play(&mut self, acts: Vec<Act>) {
        self.channel.say(format!("{acts:?}"));
        let (alone, together): (Vec<Act>, Vec<Act>) =
            acts.into_iter().partition(|act| matches!(act, Act::Pass { .. } | Act::Restart { .. }));
        let mut running: Vec<JoinHandle<()>> =
            together.into_iter().map(|act| tokio::spawn(self.doing(act))).collect();
        for task in &mut running {
            self.wait_for(task).await;
        }
        self.background.extend(running);
        self.background.retain(|task| !task.is_finished());
        if self.channel.deaths() > self.deaths {
            self.restart(false).await;
        }
        for act in alone {
            match act {
                Act::Pass { time } => self.pass(time),
                Act::Restart { store } => self.restart(store).await,
                _ => {}
            }
        }
    }

    async fn wait_for(&self, task: &mut JoinHandle<()>) {
        let ended = tokio::time::timeout(PATIENCE, async {
            tokio::select! {
                ended = &mut *task => self.note(ended),
                () = self.channel.bell.notified() => {}
            }
        });
        _ = ended.await;
    }

    fn note(&self, ended: std::result::Result<(), tokio::task::JoinError>) {
        if let Err(error) = ended
            && error.is_panic()
        {
            self.channel.is_wrong(format!("a step panicked: {error}"));
        }
    }

    fn pass(&self, time: Millis) {
        let to = self.lane.clock.load(Ordering::SeqCst) + time;
        self.channel.time_out(to);
        self.lane.clock.store(to, Ordering::SeqCst);
        self.channel.pass();
    }

    /// The process ends and begins again: nothing that it kept in memory is left.
    async fn restart(&mut self, store: bool) {
        self.channel.say("restarted".into());
        self.deaths = self.channel.deaths();
        self.background.drain(..).for_each(|task| task.abort());
        if store {
            self.lane.reopen().await;
        }
        self.channel.bury(self.lane.store.clone());
        self.app = app(self.lane, &self.channel, &self.random).await;
    }

    /// What an act does, on its own.
    fn doing(&self, act: Act) -> BoxFuture<'static, ()> {
        let hand = Hand {
            app: self.app.clone(),
            channel: self.channel.clone(),
            merchant: self.merchant,
            trans_id: self.trans_id.clone(),
            hook: self.lane.hook.clone(),
            sessions: self.sessions.clone(),
            seen_paid: self.seen_paid.clone(),
            seed: self.seed,
        };
        async move { hand.act(act).await }.boxed()
    }

    /// The faults are over: everything hanging goes on, messages arrive, and time passes until nothing is left to do.
    pub async fn calm(&mut self) {
        self.channel.say("calm".into());
        self.channel.calm();
        self.channel.release_all();
        if self.channel.deaths() > self.deaths {
            self.restart(false).await;
        }
        let mut quiet = 0;
        for _ in 0..600 {
            self.channel.release_all();
            self.deliver_all().await;
            if let Err(error) = worker::run_all_once(&self.app).await {
                self.channel.is_wrong(format!("a worker failed: {error:?}"));
            }
            self.lane.sent(&self.app).await;
            let now = self.lane.clock.load(Ordering::SeqCst);
            let next = self.lane.next_due(self.merchant, &self.trans_id).await;
            // What ended in this turn may leave something to do in the next.
            quiet = if next.is_none() { quiet + 1 } else { 0 };
            if quiet == 2 {
                return self.end().await;
            }
            self.lane.clock.store(next.unwrap_or(now).max(now + 1), Ordering::SeqCst);
            self.channel.pass();
        }
        self.channel.is_wrong("it never comes to rest".into());
    }

    async fn end(&mut self) {
        for mut task in std::mem::take(&mut self.background) {
            match tokio::time::timeout(Duration::from_secs(15), &mut task).await {
                Ok(ended) => self.note(ended),
                Err(_) => self.channel.is_wrong("a step never ends".into()),
            }
        }
    }

    async fn deliver_all(&self) {
        while let Some(number) = self.channel.next_notice(0) {
            let arrived = hear(&self.app, number).await;
            if arrived != StatusCode::OK {
                self.channel.is_wrong(format!("a message is answered with {arrived}"));
            }
            self.channel.acknowledged(number);
        }
    }
}

async fn app(lane: &Lane, channel: &Arc<Hostile>, random: &Random) -> App {
    let channels = Channels::new(vec![channel.clone()]);
    let clock = Clock::Set(lane.clock.clone());
    App::new(lane.store.clone(), channels, clock, random.clone(), "http://florin.test", None)
        .await
        .unwrap()
}

/// A message of the channel, through the whole way that messages come.
async fn hear(app: &App, number: usize) -> StatusCode {
    let request =
        Request::post(format!("/notify/{NAME}")).body(Body::from(number.to_string())).unwrap();
    http::router(app.clone(), None).oneshot(request).await.unwrap().status()
}

/// Whoever does something, with everything that it takes.
struct Hand {
    app: App,
    channel: Arc<Hostile>,
    merchant: &'static str,
    trans_id: String,
    hook: String,
    sessions: Arc<Mutex<Vec<SessionId>>>,
    seen_paid: Arc<Mutex<BTreeSet<SessionId>>>,
    seed: u64,
}

impl Hand {
    async fn act(self, act: Act) {
        let deaths = self.channel.deaths();
        let told = format!("{act:?}");
        let done = match act {
            Act::NewSession { amount, life } => self.new_session(amount, life).await,
            Act::Pay { session, method } => self.pay(session, method).await,
            Act::Poll { session } => self.poll(session).await,
            Act::Cancel { payment } => self.cancel(payment, true).await,
            Act::Check { payment } => self.cancel(payment, false).await,
            Act::Close { session } => self.close(session).await,
            Act::Work => worker::run_all_once(&self.app).await,
            Act::Notice { which, keep } => self.notice(self.channel.next_notice(which), keep).await,
            Act::Repeat { which } => self.notice(self.channel.any_notice(which), true).await,
            outside => {
                self.outside(outside);
                Ok(())
            }
        };
        // A process that has ended may say what it likes.
        let lives = self.channel.deaths() == deaths;
        match done {
            Err(Error::Refused(code, ..)) if code != Code::Internal => {}
            Err(error) if lives => self.channel.is_wrong(format!("{told}: {error:?}")),
            Ok(()) | Err(_) => {}
        }
    }

    fn outside(&self, act: Act) {
        let request = |payment: usize| self.channel.requests().get(payment).cloned();
        match act {
            Act::Approve { payment } => _ = request(payment).map(|id| self.channel.approve(&id)),
            Act::Decline { payment } => _ = request(payment).map(|id| self.channel.decline(&id)),
            Act::Contradict { payment } => {
                _ = request(payment).map(|id| self.channel.contradict(&id))
            }
            Act::GiveBack { payment } => _ = request(payment).map(|id| self.channel.give_back(&id)),
            Act::Release { which } => self.channel.release(which),
            _ => {}
        }
    }

    fn session(&self, which: usize) -> Option<SessionId> {
        self.sessions.lock().unwrap().get(which).cloned()
    }

    async fn new_session(&self, amount: i64, life: Millis) -> Result<()> {
        let merchant = self.app.merchant(&self.merchant.parse()?).await?;
        let count = self.sessions.lock().unwrap().len();
        let wanted = NewSession {
            trans_id: self.trans_id.clone(),
            amount: florin_shared::Money::new(amount, "PHP".parse()?)?,
            mode: "DROP_IN".into(),
            country: String::new(),
            locale: String::new(),
            return_url: "http://127.0.0.1:9/thanks".into(),
            notify_url: self.hook.clone(),
            goods: "[]".into(),
            fingerprint: format!("{}-{count}-{amount}-{life}", self.seed),
            asked_by: String::new(),
            expire_text: String::new(),
            expires: self.app.now() + life,
        };
        let session = create_session(&self.app, &merchant, wanted).await?;
        let mut sessions = self.sessions.lock().unwrap();
        if !sessions.contains(&session.id) {
            sessions.push(session.id);
        }
        Ok(())
    }

    async fn pay(&self, session: usize, method: Method) -> Result<()> {
        let Some(session) = self.session(session) else { return Ok(()) };
        let choice = pay::Choice { method, seen: 1, terminal: "WEB" };
        pay::pay(&self.app, &session, choice).await.map(drop)
    }

    async fn poll(&self, session: usize) -> Result<()> {
        let Some(session) = self.session(session) else { return Ok(()) };
        let entry = view::entry(&self.app, &session).await?;
        entry.watch(self.app.now());
        if entry.snapshot().view(self.app.now()).status == SessionStatus::Success {
            self.seen_paid.lock().unwrap().insert(session);
        }
        Ok(())
    }

    async fn cancel(&self, payment: usize, closes: bool) -> Result<()> {
        let Some(request) = self.channel.requests().get(payment).cloned() else { return Ok(()) };
        let id: PaymentId = request.parse()?;
        let session = ask::read(&self.app, &id).await?.session;
        let status = if closes {
            cancel::cancel(&self.app, &session, &id).await?
        } else {
            cancel::check(&self.app, &session, &id).await?
        };
        if status.status == SessionStatus::Success {
            self.seen_paid.lock().unwrap().insert(session);
        }
        Ok(())
    }

    async fn close(&self, session: usize) -> Result<()> {
        let Some(session) = self.session(session) else { return Ok(()) };
        close::close(&self.app, view::session(&self.app, &session).await?).await.map(drop)
    }

    async fn notice(&self, number: Option<usize>, keep: bool) -> Result<()> {
        let Some(number) = number else { return Ok(()) };
        let status = hear(&self.app, number).await;
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            return Err(Error::Internal("a message was answered with 500".into()));
        }
        if status == StatusCode::OK && !keep {
            self.channel.acknowledged(number);
        }
        Ok(())
    }
}
