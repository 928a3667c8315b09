//! Delivers the outbox: at least once, in order per order and endpoint, and nobody waits for somebody else's endpoint.
//!
//! One loop takes what is due, as much as each lane has room for; each message is carried by a task of its own; what
//! came of them is written down many at a time.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Progress, REST};
use crate::{App, Error, Result};

mod carry;
mod claim;
mod record;

use carry::carry;
use claim::claim;
use record::{Report, record_all};

/// Between two looks, so that what comes together is taken together.
const GATHER: Duration = Duration::from_millis(4);

/// How long a stopping process waits for answers; what comes later is sent again by whoever goes on.
const FAREWELL: Duration = Duration::from_secs(5);

/// Works until it is told to stop.
pub(super) async fn run(app: App, stop: CancellationToken) {
    let (reports, inbox) = mpsc::unbounded_channel();
    let recorder = tokio::spawn(record_all(app.clone(), inbox));
    while !stop.is_cancelled() {
        app.life.beat("webhooks", app.now());
        // A panic ends one turn, never the worker.
        let turn = AssertUnwindSafe(turn(&app, &reports)).catch_unwind().await;
        match turn.unwrap_or_else(|_| Err(Error::Internal("a worker panicked".into()))) {
            Ok(Progress::DidSome) => {}
            Ok(Progress::NothingToDo) => rest(&app, &stop).await,
            Err(error) => {
                super::failed("webhooks", &error);
                rest(&app, &stop).await;
            }
        }
        tokio::time::sleep(GATHER).await;
    }
    drop(reports);
    let _late = tokio::time::timeout(FAREWELL, recorder).await;
}

async fn rest(app: &App, stop: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(REST) => {}
        () = app.wake.outbox.notified() => {}
        () = stop.cancelled() => {}
    }
}

/// Delivers what is due now, and waits until it is written down.
pub(super) async fn run_once(app: &App) -> Result<Progress> {
    let (reports, inbox) = mpsc::unbounded_channel();
    let progress = turn(app, &reports).await?;
    drop(reports);
    record_all(app.clone(), inbox).await;
    Ok(progress)
}

/// Takes what is due and sends it on its way.
async fn turn(app: &App, reports: &mpsc::UnboundedSender<Report>) -> Result<Progress> {
    let parcels = claim(app).await?;
    if parcels.is_empty() {
        return Ok(Progress::NothingToDo);
    }
    for parcel in parcels {
        let (app, reports) = (app.clone(), reports.clone());
        tokio::spawn(async move {
            let report = carry(&app, parcel).await;
            // Nobody listens only when the process ends; whoever goes on sends it again.
            let _ended = reports.send(report);
        });
    }
    Ok(Progress::DidSome)
}
