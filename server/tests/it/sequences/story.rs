//! One sequence: a shopper in a hurry, a merchant, a payer and a channel, each doing what they should not; then calm.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use florin_server::channel::Channels;
use florin_server::clock::{Clock, Millis, Random};
use florin_server::{App, worker};
use florin_shared::SessionId;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;

use super::acts::Act;
use super::channel::Hostile;
use super::dice::Dice;
use super::hand::{Hand, Refunds, hear};
use super::lane::Lane;
use crate::support::{MERCHANT, OTHER_MERCHANT};

pub const SECOND: Millis = 1000;
pub const MINUTE: Millis = 60 * SECOND;

/// Longer than anything takes that does not wait for something else: then we go on without it.
const PATIENCE: Duration = Duration::from_millis(250);

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
    pub refunds: Arc<Mutex<Refunds>>,
    lane: &'l mut Lane,
    pub dice: Dice,
    random: Random,
    deaths: u64,
    /// Whether a process has ended whose flows may still be at work.
    haunted: bool,
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
            refunds: Arc::default(),
            lane,
            dice,
            random,
            deaths: 0,
            haunted: false,
            background: Vec::new(),
        }
    }

    /// Everything that is done in it.
    pub async fn run(&mut self) {
        if self.dice.is_under(25) {
            let charge = self.charge();
            self.play(vec![charge]).await;
        } else {
            self.play(vec![Act::NewSession { amount: 25_000, life: 30 * MINUTE }]).await;
            let method = self.method();
            self.play(vec![Act::Pay { session: 0, method }]).await;
        }
        for _ in 0..5 + self.dice.below(14) {
            let at_once = self.dice.weighted(&[(75, 1), (17, 2), (8, 3)]);
            let acts = (0..at_once).map(|_| self.act()).collect();
            self.play(acts).await;
        }
        // What was paid goes back: by the merchant, by others, and both at once.
        for _ in 0..self.dice.below(6) {
            let at_once = 1 + self.dice.below(3);
            let acts = (0..at_once).map(|_| self.act_of_return()).collect();
            self.play(acts).await;
        }
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
        // Before its store is closed: what still runs is told of that, and nobody may take it for an error of the living.
        self.channel.end_of_process();
        self.deaths = self.channel.deaths();
        self.background.drain(..).for_each(|task| task.abort());
        // A flow that runs to its end cannot be aborted here. Its process is dead: what it still commits nobody tells
        // the next one. Only a new store ends it for good.
        self.haunted = !store;
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
            refunds: self.refunds.clone(),
            seed: self.seed,
        };
        async move { hand.act(act).await }.boxed()
    }

    /// The faults are over: everything hanging goes on, messages arrive, and time passes until nothing is left to do.
    pub async fn calm(&mut self) {
        self.channel.say("calm".into());
        self.channel.calm();
        self.channel.release_all();
        if self.haunted || self.channel.deaths() > self.deaths {
            self.restart(true).await;
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
