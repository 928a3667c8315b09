//! SQLite's one writer: a thread that takes what has piled up, runs each unit in a savepoint, commits once, and only
//! then tells the callers. One sync of the disk serves them all.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::pen::Pen;
use super::waits::{Waiting, Waits};
use super::{StoreError, Tx};
use crate::clock::Stopwatch;
use crate::metrics::{COMMIT_SECONDS, COMMIT_UNITS};

/// How many units one commit may carry.
const MOST: usize = 256;

/// What a unit left behind: whether its changes stay, and how to tell its caller after the commit.
struct Ran {
    keep: bool,
    #[cfg(feature = "failpoints")]
    name: String,
    tell: Box<dyn FnOnce(Result<(), StoreError>)>,
}

/// Given no transaction, a unit only tells its caller that it never began.
type Unit = Box<dyn for<'t> FnOnce(Option<&'t mut Tx>) -> LocalBoxFuture<'t, Ran> + Send>;

enum Order {
    Run(Unit, Waiting),
    Close(oneshot::Sender<()>),
}

/// The way to the writer's thread.
#[derive(Clone)]
pub(super) struct Writer {
    orders: Option<mpsc::Sender<Order>>,
    waits: Waits,
}

impl Writer {
    /// Starts the thread. It ends when the last `Writer` is gone.
    pub(super) fn start(pen: Pen) -> std::io::Result<Writer> {
        let (send, orders) = mpsc::channel(4 * MOST);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let waits = Waits::default();
        let tx = Tx::Sqlite(Box::new(pen));
        std::thread::Builder::new()
            .name("florin-writer".into())
            .spawn(move || runtime.block_on(work(tx, orders)))?;
        Ok(Writer { orders: Some(send), waits })
    }

    /// For looking only: every unit fails.
    pub(super) fn none() -> Writer {
        Writer { orders: None, waits: Waits::default() }
    }

    pub(super) async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let run: Unit = Box::new(move |tx| Box::pin(run(unit, tx, tell)));
        let waiting = self.waits.begin();
        let sent = match &self.orders {
            Some(orders) => orders.send(Order::Run(run, waiting)).await.is_ok(),
            None => false,
        };
        if !sent {
            return Err(StoreError::NotBegun(sqlx::Error::PoolClosed).into());
        }
        // The thread may have ended between begin and commit: then only reading back can tell.
        told.await
            .unwrap_or_else(|_| Err(StoreError::Unconfirmed(sqlx::Error::WorkerCrashed).into()))
    }

    /// How long units have waited for their turn.
    pub(super) fn waits(&self) -> &Waits {
        &self.waits
    }

    /// How many units wait for their turn.
    pub(super) fn waiting(&self) -> usize {
        self.orders.as_ref().map_or(0, |orders| orders.max_capacity() - orders.capacity())
    }

    /// Waits until everything before this has been committed.
    pub(super) async fn close(&self) {
        let (tell, told) = oneshot::channel();
        if let Some(orders) = &self.orders
            && orders.send(Order::Close(tell)).await.is_ok()
        {
            let _closed = told.await;
        }
    }
}

/// Runs one unit and keeps its answer back until the commit.
async fn run<T, E, F>(unit: F, tx: Option<&mut Tx>, tell: oneshot::Sender<Result<T, E>>) -> Ran
where
    F: AsyncFnOnce(&mut Tx) -> Result<T, E>,
    T: 'static,
    E: From<StoreError> + 'static,
{
    let outcome = match tx {
        // A panic is told to its own caller; the neighbours in the group are committed.
        Some(tx) => AssertUnwindSafe(unit(tx))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(StoreError::Panicked.into())),
        None => Err(StoreError::NotBegun(sqlx::Error::PoolTimedOut).into()),
    };
    Ran {
        keep: outcome.is_ok(),
        #[cfg(feature = "failpoints")]
        name: crate::point::unit::<F>(),
        tell: Box::new(move |committed| {
            // The caller may be gone; the unit stands all the same.
            let _gone = tell.send(match committed {
                Ok(()) => outcome,
                Err(error) => Err(error.into()),
            });
        }),
    }
}

async fn work(mut tx: Tx, mut orders: mpsc::Receiver<Order>) {
    let mut batch = Vec::with_capacity(MOST);
    while orders.recv_many(&mut batch, MOST).await > 0 {
        let mut units = Vec::with_capacity(batch.len());
        let mut closing = Vec::new();
        for order in batch.drain(..) {
            match order {
                // Its turn has come: it waits no longer.
                Order::Run(unit, _waiting) => units.push(unit),
                Order::Close(tell) => closing.push(tell),
            }
        }
        if !units.is_empty() {
            commit(&mut tx, units).await;
        }
        if !closing.is_empty() {
            closing.into_iter().for_each(|tell| _ = tell.send(()));
            return;
        }
    }
}

/// One commit for all of `units`. Whoever failed is rolled back alone.
async fn commit(tx: &mut Tx, units: Vec<Unit>) {
    if let Err(error) = mark(tx, "begin immediate; savepoint unit") {
        tracing::warn!(?error, units = units.len(), "the writer could not begin");
        let _none_open = mark(tx, "rollback");
        return tell_unrun(units).await;
    }
    let mut ran = Vec::with_capacity(units.len());
    let mut waiting = units.into_iter();
    while let Some(unit) = waiting.next() {
        let (done, marked) = one(tx, unit).await;
        ran.push(done);
        // A full disk makes SQLite roll everything back by itself; what ran afterwards would commit piece by piece.
        if let Err(error) = marked {
            tracing::error!(?error, "a group of units was lost; none of them is committed");
            let _none_open = mark(tx, "rollback");
            ran.into_iter().for_each(|done| (done.tell)(Err(nothing_done())));
            return tell_unrun(waiting.collect()).await;
        }
    }
    end(tx, ran);
}

/// Runs a unit in its savepoint, and opens the next one's.
async fn one(tx: &mut Tx, unit: Unit) -> (Ran, sqlx::Result<()>) {
    let done = unit(Some(tx)).await;
    let next = if done.keep {
        "release unit; savepoint unit"
    } else {
        "rollback to unit; release unit; savepoint unit"
    };
    let marked = mark(tx, next);
    (done, marked)
}

/// Commits, and tells everybody.
fn end(tx: &mut Tx, ran: Vec<Ran>) {
    let watch = Stopwatch::start();
    #[cfg(feature = "failpoints")]
    ran.iter()
        .filter(|done| done.keep)
        .for_each(|done| crate::point!("commit/{}/before", done.name));
    let committed = mark(tx, "release unit; commit");
    #[cfg(feature = "failpoints")]
    ran.iter()
        .filter(|done| done.keep)
        .for_each(|done| crate::point!("commit/{}/after", done.name));
    metrics::histogram!(COMMIT_SECONDS).record(watch.seconds());
    metrics::histogram!(COMMIT_UNITS).record(u32::try_from(ran.len()).unwrap_or(u32::MAX));
    if let Err(error) = &committed {
        tracing::error!(?error, "a commit failed; the whole group is told so");
        let _none_open = mark(tx, "rollback");
    }
    for done in ran {
        let told = match committed {
            Ok(()) => Ok(()),
            Err(_) if !done.keep => Ok(()),
            Err(_) => Err(StoreError::Unconfirmed(sqlx::Error::WorkerCrashed)),
        };
        (done.tell)(told);
    }
}

fn mark(tx: &mut Tx, text: &'static str) -> sqlx::Result<()> {
    let Tx::Sqlite(pen) = tx else { unreachable!("the writer's own connection") };
    pen.mark(text)
}

async fn tell_unrun(units: Vec<Unit>) {
    for unit in units {
        (unit(None).await.tell)(Ok(()));
    }
}

fn nothing_done() -> StoreError {
    StoreError::NotBegun(sqlx::Error::WorkerCrashed)
}
