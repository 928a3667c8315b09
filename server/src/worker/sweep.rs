//! Forgets what is of no use any more: idempotent answers that are too old to be asked for, messages that merchants were
//! told long ago, pages that nobody looks at.

use std::sync::{Arc, Mutex, PoisonError};

use super::Progress;
use crate::clock::Millis;
use crate::store::{StoreError, Tx, idempotency, retention};
use crate::{App, Result};

/// How often the poll board is gone through.
const BOARD_EVERY: Millis = 30_000;

/// How long the outbox is left alone after all of its old end was gone through.
const OUTBOX_EVERY: Millis = 60 * 60 * 1000;

/// What the worker remembers between its turns.
pub(super) type Memory = Arc<Mutex<Remembered>>;

#[derive(Default)]
pub(super) struct Remembered {
    /// When the board was gone through last.
    board: Millis,
    /// Up to which message the outbox has been gone through, and when to go on.
    after: String,
    outbox: Millis,
}

pub(super) async fn run_once(app: App, memory: Memory) -> Result<Progress> {
    let now = app.now();
    if is_due(&memory, |memory| &mut memory.board, now, BOARD_EVERY) {
        app.board.forget(now);
    }
    let answers = idempotent_answers(&app, now).await?;
    let messages = messages(&app, &memory, now).await?;
    Ok(if answers || messages { Progress::DidSome } else { Progress::NothingToDo })
}

fn is_due(
    memory: &Memory,
    last: impl FnOnce(&mut Remembered) -> &mut Millis,
    now: Millis,
    every: Millis,
) -> bool {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    let last = last(&mut memory);
    let is_due = now - *last >= every;
    if is_due {
        *last = now;
    }
    is_due
}

/// Whether there may be more.
async fn idempotent_answers(app: &App, now: Millis) -> Result<bool> {
    if !idempotency::is_dusty(&mut app.store.read().await?, now).await? {
        return Ok(false);
    }
    let swept: std::result::Result<u64, StoreError> =
        app.store.write(async move |tx: &mut Tx| idempotency::sweep(tx, now).await).await;
    let swept = swept?;
    tracing::debug!(swept, "old idempotent answers were forgotten");
    Ok(swept >= idempotency::SWEPT)
}

/// One stretch of the outbox, from where the turn before ended; whether there is more.
async fn messages(app: &App, memory: &Memory, now: Millis) -> Result<bool> {
    let (after, rests_until) = {
        let memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        (memory.after.clone(), memory.outbox)
    };
    if now < rests_until {
        return Ok(false);
    }
    let horizon = now - app.retention.deliveries();
    let found = retention::next(&mut app.store.read().await?, &after, horizon).await?;
    let Some(stretch) = found else {
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        (memory.after, memory.outbox) = (String::new(), now + OUTBOX_EVERY);
        return Ok(false);
    };
    let upto = stretch.upto.clone();
    let forgotten: std::result::Result<u64, StoreError> = app
        .store
        .write(async move |tx: &mut Tx| retention::forget(tx, &stretch, horizon).await)
        .await;
    tracing::debug!(forgotten = forgotten?, "old messages were forgotten");
    memory.lock().unwrap_or_else(PoisonError::into_inner).after = upto;
    Ok(true)
}
