//! Sends money back that may not be kept.

use florin_shared::ReversalId;
use futures_util::future::join_all;

use super::lease::give_back;
use super::{LEASE, Progress, slots, taken};
use crate::app::RETURNS as AT_ONCE;
use crate::flow::reverse;
use crate::store::{Tx, reversals};
use crate::{App, Error, Result};

/// Takes what is due and tries it in the background: a channel that hangs holds no other up.
pub(super) async fn run_once(app: App) -> Result<Progress> {
    let free = app.slots.returns.available_permits();
    if free == 0 {
        // Whoever ends next rings.
        return Ok(Progress::NothingToDo);
    }
    let claimed = claim(&app, free).await?;
    if claimed.is_empty() {
        return Ok(Progress::NothingToDo);
    }
    slots::each(
        &app,
        &app.slots.returns,
        |app| &app.wake.reversals,
        claimed,
        |app, id| async move { one(&app, &id).await },
    )
    .await;
    Ok(Progress::DidSome)
}

/// The same, but waits for every answer.
pub(super) async fn run_to_end(app: App) -> Result<()> {
    let claimed = claim(&app, AT_ONCE).await?;
    join_all(claimed.iter().map(|id| one(&app, id))).await;
    Ok(())
}

async fn claim(app: &App, most: usize) -> Result<Vec<ReversalId>> {
    let now = app.now();
    let most = i64::try_from(most).unwrap_or(1);
    let due = reversals::due(&mut app.store.read().await?, now, most).await?;
    let claims = due.into_iter().map(|id| {
        app.store.write(async move |tx: &mut Tx| {
            Ok::<_, Error>(reversals::claim(tx, &id, now, LEASE).await?.then_some(id))
        })
    });
    taken(join_all(claims).await)
}

async fn one(app: &App, id: &ReversalId) {
    if let Err(error) = reverse::reverse(app, id).await {
        tracing::warn!(refund_id = %id, ?error, "a reversal failed; it will be tried again");
        give_back(app, |to| Box::pin(reverse::hasten(app, id, to))).await;
    }
}
