//! Asks channels about what is still open, at the pace of interest (rule R8).

use std::collections::BTreeSet;

use florin_shared::PaymentId;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};

use super::lease::give_back;
use super::place::Place;
use super::{LEASE, Progress, comeback, slots, taken};
use crate::app::ASKS as AT_ONCE;
use crate::clock::Millis;
use crate::domain::pace;
use crate::flow::ask;
use crate::store::{Tx, payments};
use crate::{App, Error, Result};

/// Takes what is due and asks in the background: one that hangs holds nobody up.
pub(super) async fn run_once(app: App) -> Result<Progress> {
    let made_up = comeback::run_once(&app).await;
    let hastened = hasten(&app).await || made_up;
    let free = app.slots.asks.available_permits();
    if free == 0 {
        // Whoever ends next rings.
        return Ok(Progress::NothingToDo);
    }
    let claimed = due(&app, free).await?;
    if claimed.is_empty() {
        return Ok(if hastened { Progress::DidSome } else { Progress::NothingToDo });
    }
    slots::each(
        &app,
        &app.slots.asks,
        |app| &app.wake.asks,
        claimed,
        |app, (id, place)| async move { one(&app, &id, place).await },
    )
    .await;
    Ok(Progress::DidSome)
}

/// The same, but waits for every answer.
pub(super) async fn run_to_end(app: App) -> Result<()> {
    comeback::run_once(&app).await;
    let claimed = due(&app, AT_ONCE).await?;
    stream::iter(claimed)
        .for_each_concurrent(AT_ONCE, |(id, place)| {
            let app = app.clone();
            async move { one(&app, &id, place).await }
        })
        .await;
    Ok(())
}

/// How many questions are moved forward at a turn, and how many at once: a crowd that comes back must not take every
/// connection, nor hold up what is due.
const HASTENED: (usize, usize) = (128, 8);

/// Whoever comes back to the page does not wait at the pace of an empty room (R8). Says whether there may be more. What
/// fails is tried again, and stands in nobody's way.
async fn hasten(app: &App) -> bool {
    let now = app.now();
    let soon = now + pace::WATCHED;
    let neglected = app.board.neglected(now, soon, HASTENED.0);
    let may_be_more = neglected.len() == HASTENED.0;
    let moved: Vec<bool> = stream::iter(neglected)
        .map(async |(session, payment)| {
            let moved = move_forward(app, &payment, soon).await;
            if moved {
                app.board.hastened(&session, &payment, soon);
            }
            moved
        })
        .buffer_unordered(HASTENED.1)
        .collect()
        .await;
    may_be_more && moved.contains(&true)
}

/// Asks about it at that time at the latest. What fails is said in the log.
pub(super) async fn move_forward(app: &App, payment: &PaymentId, soon: Millis) -> bool {
    let moved = hasten_one(app, payment, soon).await;
    if let Err(error) = &moved {
        tracing::warn!(order_id = %payment, ?error, "a question could not be moved forward");
    }
    moved.is_ok()
}

async fn hasten_one(app: &App, payment: &PaymentId, to: Millis) -> Result<()> {
    let id = payment.clone();
    app.store
        .write(async move |tx: &mut Tx| payments::hasten(tx, &id, to).await.map_err(Error::from))
        .await
}

/// Takes what is due, each with a place at its channel; what has no place stays due, and others go first. What has been taken is
/// asked about, whatever goes wrong after it.
async fn due(app: &App, most: usize) -> Result<Vec<(PaymentId, Place)>> {
    let (mut claimed, mut full) = (Vec::new(), BTreeSet::new());
    while claimed.len() < most {
        let were_full = full.len();
        match claim_some(app, most - claimed.len(), &mut full).await {
            Ok(some) => claimed.extend(some),
            Err(error) if claimed.is_empty() => return Err(error),
            Err(error) => {
                tracing::warn!(
                    ?error,
                    "what else is due could not be taken; it will be tried again"
                );
                break;
            }
        }
        if full.len() == were_full {
            break;
        }
    }
    Ok(claimed)
}

/// Takes what is due at channels that are not full, and says which are.
async fn claim_some(
    app: &App,
    most: usize,
    full: &mut BTreeSet<String>,
) -> Result<Vec<(PaymentId, Place)>> {
    let now = app.now();
    let most = i64::try_from(most).unwrap_or(1);
    let due = payments::due(&mut app.store.read().await?, now, full, most).await?;
    let mut placed = Vec::new();
    for (id, channel) in due {
        match Place::at(app, &channel) {
            Some(place) => placed.push((id, place)),
            None => _ = full.insert(channel),
        }
    }
    taken(join_all(placed.into_iter().map(|(id, place)| claim(app, id, place, now))).await)
}

async fn claim(
    app: &App,
    id: PaymentId,
    place: Place,
    now: Millis,
) -> Result<Option<(PaymentId, Place)>> {
    let is_ours = {
        let id = id.clone();
        app.store.write(async move |tx: &mut Tx| {
            payments::claim(tx, &id, now, LEASE).await.map_err(Error::from)
        })
    };
    Ok(is_ours.await?.then_some((id, place)))
}

async fn one(app: &App, id: &PaymentId, _place: Place) {
    if let Err(error) = ask::ask(app, id).await {
        tracing::warn!(order_id = %id, ?error, "asking failed; it will be tried again");
        give_back(app, |to| Box::pin(hasten_one(app, id, to))).await;
    }
}
