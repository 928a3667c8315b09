//! Work nobody waits for. A worker does one thing and can be stopped anywhere: what it does may be done twice.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock, Millis};
use crate::metrics::WORKER_FAILURES;
use crate::{App, Error, Result, flow};

pub mod clock;
mod comeback;
mod credits;
mod expiry;
mod lease;
mod place;
pub mod pulse;
mod reconcile;
mod returns;
mod slots;
mod sweep;
mod tail;
pub mod webhooks;

/// Starts every worker; they end when `stop` is called, each after the turn that it is in.
pub fn start_all(app: &App, stop: &CancellationToken) -> TaskTracker {
    let tracker = TaskTracker::new();
    let start = |name, bell| Worker { app: app.clone(), name, bell, stop: stop.clone() };
    let memory = expiry::Memory::default();
    let expire = move |app| expiry::run_once(app, memory.clone());
    tracker.spawn(start("expiry", None).work(expire));
    let swept = sweep::Memory::default();
    tracker.spawn(start("sweep", None).work(move |app| sweep::run_once(app, swept.clone())));
    tracker.spawn(start("reconcile", Some(|app| &app.wake.asks)).work(reconcile::run_once));
    tracker.spawn(start("returns", Some(|app| &app.wake.reversals)).work(returns::run_once));
    let passed = credits::Memory::default();
    tracker.spawn(start("credits", None).work(move |app| credits::run_once(app, passed.clone())));
    tracker.spawn(webhooks::run(app.clone(), stop.clone()));
    tracker.spawn(pulse::follow(app.clone(), stop.clone()));
    if let Clock::Followed(followed) = &app.clock {
        tracker.spawn(clock::follow(app.clone(), followed.clone(), stop.clone()));
    }
    if app.store.is_shared() {
        tracker.spawn(tail::follow(app.clone(), stop.clone()));
    }
    tracker.close();
    tracker
}

/// Waits until the workers have ended and what they sent out is answered and written down, so that no lease is left
/// behind; also for flows whose callers have gone.
pub async fn wait(app: &App, workers: TaskTracker) {
    workers.wait().await;
    app.slots.all_free().await;
    while flow::under_way() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What a worker found.
pub(crate) enum Progress {
    /// There may be more.
    DidSome,
    /// Rest for a moment.
    NothingToDo,
}

/// For how long a worker takes something: longer than four calls to a channel with their deadlines. Then somebody else
/// takes it.
const LEASE: Millis = 60_000;

/// What was claimed. A claim that failed costs the others nothing; when none could be made, the reason is given.
fn taken<T>(claims: Vec<Result<Option<T>>>) -> Result<Vec<T>> {
    let (mut taken, mut failed) = (Vec::new(), None);
    for claim in claims {
        match claim {
            Ok(claimed) => taken.extend(claimed),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if taken.is_empty() => Err(error),
        Some(error) => {
            tracing::warn!(?error, "something could not be claimed; it will be tried again");
            Ok(taken)
        }
        None => Ok(taken),
    }
}

/// How long a worker rests when nobody rings.
const REST: Duration = Duration::from_millis(500);

type Bell = fn(&App) -> &Notify;

struct Worker {
    app: App,
    name: &'static str,
    bell: Option<Bell>,
    stop: CancellationToken,
}

impl Worker {
    /// Works until there is nothing left, rests or waits for its bell, and begins again; returns when told to stop.
    async fn work<F, Fut>(self, run_once: F)
    where
        F: Fn(App) -> Fut,
        Fut: Future<Output = Result<Progress>>,
    {
        while !self.stop.is_cancelled() {
            self.app.life.beat(self.name, self.app.now());
            // A panic ends one turn, never the worker.
            let turn = AssertUnwindSafe(run_once(self.app.clone())).catch_unwind().await;
            match turn.unwrap_or_else(|_| Err(Error::Internal("a worker panicked".into()))) {
                Ok(Progress::DidSome) => continue,
                Ok(Progress::NothingToDo) => {}
                Err(error) => failed(self.name, &error),
            }
            self.rest().await;
        }
    }

    async fn rest(&self) {
        let rung = async {
            match self.bell {
                Some(bell) => bell(&self.app).notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = rung => {}
            () = self.stop.cancelled() => {}
        }
    }
}

fn failed(worker: &'static str, error: &Error) {
    metrics::counter!(WORKER_FAILURES, "worker" => worker).increment(1);
    tracing::warn!(worker, ?error, "work failed; it will be tried again");
}

/// Runs what is due until nothing is left: for tests that do not want to wait.
pub async fn run_all_once(app: &App) -> Result<()> {
    expiry::run_once(app.clone(), expiry::Memory::default()).await?;
    credits::run_once(app.clone(), credits::Memory::default()).await?;
    reconcile::run_to_end(app.clone()).await?;
    returns::run_to_end(app.clone()).await?;
    webhooks::run_once(app).await?;
    Ok(())
}

/// One turn of every worker, as each begins one: what hangs goes on in the background (`App::slots`). For tests that move
/// the clock themselves.
pub async fn turn(app: &App) -> Result<()> {
    expiry::run_once(app.clone(), expiry::Memory::default()).await?;
    credits::run_once(app.clone(), credits::Memory::default()).await?;
    reconcile::run_once(app.clone()).await?;
    returns::run_once(app.clone()).await?;
    Ok(())
}

/// Forgets all that is old enough: for tests that do not want to wait an hour.
pub async fn sweep_all(app: &App) -> Result<()> {
    let memory = sweep::Memory::default();
    while matches!(sweep::run_once(app.clone(), memory.clone()).await?, Progress::DidSome) {}
    Ok(())
}
