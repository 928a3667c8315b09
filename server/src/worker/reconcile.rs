//! Asks channels about what is still open, at the pace of interest (rule R8).

use florin_shared::PaymentId;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};

use super::Progress;
use crate::app::ASKS as AT_ONCE;
use crate::clock::Millis;
use crate::domain::pace;
use crate::flow::ask;
use crate::store::{Tx, payments};
use crate::{App, Error, Result};

/// Long enough for a query, a cancel and a query with their deadlines.
const LEASE: Millis = 60_000;

/// Takes what is due and asks in the background: one that hangs holds nobody up.
pub(super) async fn run_once(app: App) -> Result<Progress> {
    hasten(&app).await?;
    let free = app.slots.asks.available_permits();
    if free == 0 {
        return Ok(Progress::NothingToDo);
    }
    let claimed = claim(&app, free).await?;
    if claimed.is_empty() {
        return Ok(Progress::NothingToDo);
    }
    for id in claimed {
        let Ok(slot) = app.slots.asks.clone().acquire_owned().await else { break };
        let app = app.clone();
        tokio::spawn(async move {
            one(&app, &id).await;
            drop(slot);
        });
    }
    Ok(Progress::DidSome)
}

/// The same, but waits for every answer.
pub(super) async fn run_to_end(app: App) -> Result<()> {
    let claimed = claim(&app, AT_ONCE).await?;
    stream::iter(claimed)
        .for_each_concurrent(AT_ONCE, |id| {
            let app = app.clone();
            async move { one(&app, &id).await }
        })
        .await;
    Ok(())
}

/// Whoever comes back to the page does not wait at the pace of an empty room (R8).
async fn hasten(app: &App) -> Result<()> {
    let soon = app.now() + pace::WATCHED;
    let moves = app.board.neglected(app.now(), soon).into_iter().map(|id| {
        app.store.write(async move |tx: &mut Tx| {
            payments::hasten(tx, &id, soon).await.map_err(Error::from)
        })
    });
    join_all(moves).await.into_iter().collect()
}

async fn claim(app: &App, most: usize) -> Result<Vec<PaymentId>> {
    let now = app.now();
    let most = i64::try_from(most).unwrap_or(1);
    let due = payments::due(&mut app.store.read().await?, now, most).await?;
    let claims = due.into_iter().map(|id| {
        app.store.write(async move |tx: &mut Tx| {
            Ok::<_, Error>(payments::claim(tx, &id, now, LEASE).await?.then_some(id))
        })
    });
    let claimed: Result<Vec<_>> = join_all(claims).await.into_iter().collect();
    Ok(claimed?.into_iter().flatten().collect())
}

async fn one(app: &App, id: &PaymentId) {
    if let Err(error) = ask::ask(app, id).await {
        tracing::warn!(order_id = %id, ?error, "asking failed; it will be tried again");
    }
}
