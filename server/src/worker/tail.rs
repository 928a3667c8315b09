//! Follows the log of a shared database, so that a poll here sees what another process committed.
//!
//! By time with overlap, never by rising id: ids are drawn before the commit. Reading a line twice changes nothing.

use std::time::Duration;

use florin_shared::SessionId;
use futures_util::stream::{self, StreamExt};
use tokio_util::sync::CancellationToken;

use crate::clock::Millis;
use crate::flow::view;
use crate::store::orders;
use crate::{App, Result};

const EVERY: Duration = Duration::from_millis(200);

/// Read again at every turn: longer than nearly every unit of work plus the difference between two machines' clocks.
const OVERLAP: Millis = 2_000;

/// Read again at every tenth turn: longer than the longest unit plus any difference that a machine with a time service
/// has. On a busy day this is thousands of lines, so not at every turn.
const LONG: (u64, Millis) = (10, 10_000);

/// Beside the tail, whoever is watched is read again by key this often: a miss could only delay.
const AGAIN: Millis = 5_000;

pub(super) async fn follow(app: App, stop: CancellationToken) {
    let (mut seen, mut again) = (app.now(), app.now());
    for number in 0u64.. {
        if stop.is_cancelled() {
            return;
        }
        let begun = app.now();
        app.life.beat("tail", begun);
        let overlap = if number.is_multiple_of(LONG.0) { LONG.1 } else { OVERLAP };
        match turn(&app, seen - overlap).await {
            Ok(()) => seen = begun,
            Err(error) => super::failed("tail", &error),
        }
        if begun - again >= AGAIN {
            again = begun;
            refresh_all(&app, app.board.watched(begun)).await;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn turn(app: &App, since: Millis) -> Result<()> {
    let rows = orders::changed(&mut app.store.read().await?, since).await?;
    let behind = rows.into_iter().filter_map(|(id, seq)| {
        let session: SessionId = id.parse().ok()?;
        let entry = app.board.get(&session)?;
        (entry.snapshot().seq < seq).then_some(session)
    });
    refresh_all(app, behind.collect()).await;
    Ok(())
}

/// How many are read at once.
const AT_ONCE: usize = 8;

async fn refresh_all(app: &App, sessions: Vec<SessionId>) {
    let each = stream::iter(sessions);
    each.for_each_concurrent(AT_ONCE, async |session| refresh(app, &session).await).await;
}

async fn refresh(app: &App, session: &SessionId) {
    let read = async { view::snapshot(&mut app.store.read().await?, session).await };
    match read.await {
        Ok(snapshot) => app.board.update(snapshot),
        Err(error) => {
            tracing::warn!(session_id = %session, ?error, "a session could not be read again")
        }
    }
}
