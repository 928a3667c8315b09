//! Work nobody waits for. A worker does one thing and can be stopped anywhere: what it does may be done twice.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{App, Error, Result};

mod expiry;
mod reconcile;
mod returns;
mod sweep;
mod tail;
mod webhooks;

/// Starts every worker; they end when `stop` is called.
pub fn start_all(app: &App, stop: &CancellationToken) -> TaskTracker {
    let tracker = TaskTracker::new();
    tracker.spawn(work(app.clone(), "expiry", None, stop.clone(), expiry::run_once));
    tracker.spawn(work(app.clone(), "sweep", None, stop.clone(), sweep::run_once));
    tracker.spawn(work(
        app.clone(),
        "reconcile",
        Some(|app| &app.wake.asks),
        stop.clone(),
        reconcile::run_once,
    ));
    tracker.spawn(work(
        app.clone(),
        "returns",
        Some(|app| &app.wake.reversals),
        stop.clone(),
        returns::run_once,
    ));
    tracker.spawn(webhooks::run(app.clone(), stop.clone()));
    if app.store.is_shared() {
        tracker.spawn(tail::follow(app.clone(), stop.clone()));
    }
    tracker.close();
    tracker
}

/// What a worker found.
pub(crate) enum Progress {
    /// There may be more.
    DidSome,
    /// Rest for a moment.
    NothingToDo,
}

/// How long a worker rests when nobody rings.
const REST: Duration = Duration::from_millis(500);

type Bell = fn(&App) -> &Notify;

/// Works until there is nothing left, rests or waits for its bell, and begins again; returns when told to stop.
async fn work<F, Fut>(
    app: App,
    name: &'static str,
    bell: Option<Bell>,
    stop: CancellationToken,
    run_once: F,
) where
    F: Fn(App) -> Fut,
    Fut: Future<Output = Result<Progress>>,
{
    while !stop.is_cancelled() {
        // A panic ends one turn, never the worker.
        let turn = AssertUnwindSafe(run_once(app.clone())).catch_unwind().await;
        match turn.unwrap_or_else(|_| Err(Error::Internal("a worker panicked".into()))) {
            Ok(Progress::DidSome) => continue,
            Ok(Progress::NothingToDo) => {}
            Err(error) => {
                tracing::warn!(worker = name, ?error, "work failed; it will be tried again")
            }
        }
        let rung = async {
            match bell {
                Some(bell) => bell(&app).notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = rung => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Runs what is due until nothing is left: for tests that do not want to wait.
pub async fn run_all_once(app: &App) -> Result<()> {
    expiry::run_once(app.clone()).await?;
    reconcile::run_to_end(app.clone()).await?;
    returns::run_once(app.clone()).await?;
    webhooks::run_once(app).await?;
    Ok(())
}
