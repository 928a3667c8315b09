//! Follows the log of a shared database, so that a poll here sees what another process committed.
//!
//! By time with overlap, never by rising id: ids are drawn before the commit. Reading a line twice changes nothing.

use std::collections::HashMap;
use std::time::Duration;

use florin_shared::SessionId;
use futures_util::stream::{self, StreamExt};
use tokio_util::sync::CancellationToken;

use crate::clock::Millis;
use crate::flow::view;
use crate::store::{merchants, orders};
use crate::{App, Error, Result};

const EVERY: Duration = Duration::from_millis(200);

/// How much is read again, and at which turns. On a busy day a second has thousands of lines, so the further back, the
/// seldomer: nearly every unit of work takes less than the first, and the longest plus any difference that a machine with
/// a time service has takes less than the last.
const OVERLAPS: [(u64, Millis); 3] = [(25, 10_000), (5, 2_000), (1, 500)];

/// At which turns merchants that were changed are looked for: once a second.
const LOOKS_EVERY: u64 = 5;
/// How far back; the longest unit of work and any difference of clocks takes less.
const LOOKS_OVERLAP: Millis = 10_000;

/// Beside the tail, whoever is watched is read again by key this often: a miss could only delay.
const AGAIN: Millis = 5_000;

pub(super) async fn follow(app: App, stop: CancellationToken) {
    let (mut seen, mut again) = (app.now(), app.now());
    let mut told = Told::new();
    for number in 0u64.. {
        if stop.is_cancelled() {
            return;
        }
        let begun = app.now();
        app.life.beat("tail", begun);
        match turn(&app, seen - overlap(number)).await {
            Ok(()) => seen = begun,
            Err(error) => super::failed("tail", &error),
        }
        if number.is_multiple_of(LOOKS_EVERY) {
            follow_looks(&app, &mut told, begun).await;
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

fn overlap(number: u64) -> Millis {
    let due = OVERLAPS.iter().find(|(every, _)| number.is_multiple_of(*every));
    due.map_or(0, |(_, overlap)| *overlap)
}

/// When the merchants that were changed lately were changed last, as far as this process has followed.
type Told = HashMap<String, Millis>;

/// Reads the merchants again that another process has changed: polls tell their pages so.
async fn follow_looks(app: &App, told: &mut Told, now: Millis) {
    let since = now - LOOKS_OVERLAP;
    let read = async { merchants::changed(&mut app.store.read().await?, since).await };
    let changed = match read.await {
        Ok(changed) => changed,
        Err(error) => return super::failed("tail", &Error::from(error)),
    };
    told.retain(|_, at| *at >= since);
    for (id, at) in changed {
        let Ok(merchant) = id.parse() else { continue };
        if told.get(&id) == Some(&at) {
            continue;
        }
        match app.follow_merchant(&merchant).await {
            Ok(()) => _ = told.insert(id, at),
            Err(error) => super::failed("tail", &error),
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
