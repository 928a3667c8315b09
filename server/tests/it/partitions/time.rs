//! A process whose clock is moved by hand. Between two moves everything comes to a stand: whatever is not finished hangs in
//! a call to the channel.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use florin_server::channel::Channels;
use florin_server::clock::{Clock, Millis, Random, Stopwatch};
use florin_server::{App, Result, worker};
use tokio::task::JoinHandle;

use super::road::Far;
use crate::sequences::lane::Lane;

/// How many seconds anything may take that waits for nothing but the database.
const PATIENCE: f64 = 60.0;

pub struct Process<'l> {
    pub app: App,
    pub far: Arc<Far>,
    lane: &'l Lane,
    random: Random,
    people: Vec<JoinHandle<()>>,
}

impl<'l> Process<'l> {
    pub async fn begin(lane: &'l Lane, far: &Arc<Far>, seed: u64) -> Process<'l> {
        let random = Random::Seeded(Arc::new(seed.into()));
        let app = app(lane, far, &random).await;
        Process { app, far: far.clone(), lane, random, people: Vec::new() }
    }

    /// It is killed, and begins again with nothing but its database.
    pub async fn restart(&mut self) {
        self.people.drain(..).for_each(|person| person.abort());
        self.far.bury();
        self.app = app(self.lane, &self.far, &self.random).await;
    }

    pub fn now(&self) -> Millis {
        self.lane.clock.load(Ordering::SeqCst)
    }

    /// Somebody does something, and may have to wait for it.
    pub async fn does<T>(&mut self, act: impl Future<Output = Result<T>> + Send + 'static) {
        self.people.push(tokio::spawn(async move { _ = act.await }));
        self.stands().await;
    }

    /// The clock is moved on to `to`, call by call that ends until then, and the workers look what there is to do.
    pub async fn wait_until(&mut self, to: Millis) {
        while let Some(end) = self.far.next_end().filter(|end| *end < to) {
            self.move_to(end.max(self.now())).await;
        }
        self.move_to(to).await;
        worker::turn(&self.app).await.unwrap();
        self.stands().await;
    }

    async fn move_to(&mut self, to: Millis) {
        self.lane.clock.store(to, Ordering::SeqCst);
        self.far.time_out();
        self.stands().await;
    }

    /// Waits until whatever is at work hangs at the channel.
    async fn stands(&mut self) {
        let begun = Stopwatch::start();
        loop {
            self.people.retain(|person| !person.is_finished());
            if self.people.len() + self.app.slots.taken() == self.far.hanging() {
                return;
            }
            assert!(begun.seconds() < PATIENCE, "something waits for what never comes");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }
}

async fn app(lane: &Lane, far: &Arc<Far>, random: &Random) -> App {
    let channels = Channels::new(vec![far.clone()]);
    let clock = Clock::Set(lane.clock.clone());
    App::new(lane.store.clone(), channels, clock, random.clone(), "http://florin.test", None)
        .await
        .unwrap()
}
