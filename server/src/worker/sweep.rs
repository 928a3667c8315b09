//! Forgets what is of no use any more: idempotent answers that are too old to be asked for, pages that nobody looks at.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::Progress;
use crate::clock::Millis;
use crate::store::{StoreError, Tx, idempotency};
use crate::{App, Result};

/// How often the poll board is gone through.
const BOARD_EVERY: Millis = 30_000;

/// When the board was gone through last.
pub(super) type Last = Arc<AtomicI64>;

pub(super) async fn run_once(app: App, last: Last) -> Result<Progress> {
    let now = app.now();
    if now - last.load(Ordering::Relaxed) >= BOARD_EVERY {
        last.store(now, Ordering::Relaxed);
        app.board.forget(now);
    }
    if !idempotency::is_dusty(&mut app.store.read().await?, now).await? {
        return Ok(Progress::NothingToDo);
    }
    let swept: std::result::Result<u64, StoreError> =
        app.store.write(async move |tx: &mut Tx| idempotency::sweep(tx, now).await).await;
    let swept = swept?;
    tracing::debug!(swept, "old idempotent answers were forgotten");
    Ok(if swept < idempotency::SWEPT { Progress::NothingToDo } else { Progress::DidSome })
}
