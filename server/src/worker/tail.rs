//! Follows the log of a shared database, so that a poll here sees what another process committed.
//!
//! By time with overlap, never by rising id: ids are drawn before the commit. Reading a line twice changes nothing.

use std::time::Duration;

use florin_shared::SessionId;
use tokio_util::sync::CancellationToken;

use crate::clock::Millis;
use crate::flow::view;
use crate::{App, Result};

const EVERY: Duration = Duration::from_millis(200);

/// Longer than an ordinary unit of work plus the difference between two machines' clocks.
const OVERLAP: Millis = 1_500;

/// Now and then much further back, for a unit that waited long for its lock; and whoever is watched is read again by key.
const AGAIN: Millis = 5_000;
const FAR_BACK: Millis = 30_000;

pub(super) async fn follow(app: App, stop: CancellationToken) {
    let (mut since, mut again) = (app.now(), app.now());
    while !stop.is_cancelled() {
        let begun = app.now();
        let is_time = begun - again >= AGAIN;
        let from = if is_time { begun - FAR_BACK } else { since };
        if let Err(error) = turn(&app, from).await {
            tracing::warn!(?error, "following the log failed; it will be tried again");
        } else {
            since = begun - OVERLAP;
        }
        if is_time {
            again = begun;
            for session in app.board.watched(begun) {
                refresh(&app, &session).await;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn turn(app: &App, since: Millis) -> Result<()> {
    let rows: Vec<(String, i64)> = app
        .store
        .read()
        .await?
        .sql("select session_id, max(seq) from event where at_ms >= $1 group by session_id")
        .bind(since)
        .all()
        .await?;
    for (id, seq) in rows {
        let Ok(session) = id.parse::<SessionId>() else { continue };
        let is_behind = app.board.get(&session).is_some_and(|entry| entry.snapshot().seq < seq);
        if is_behind {
            refresh(app, &session).await;
        }
    }
    Ok(())
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
