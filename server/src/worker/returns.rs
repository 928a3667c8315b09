//! Sends money back that may not be kept.

use florin_shared::ReversalId;
use futures_util::future::join_all;

use super::{LEASE, Progress, taken};
use crate::flow::reverse;
use crate::store::{Tx, reversals};
use crate::{App, Error, Result};

pub(super) async fn run_once(app: App) -> Result<Progress> {
    let now = app.now();
    let due = reversals::due(&mut app.store.read().await?, now, 16).await?;
    let claims = due.into_iter().map(|id| {
        app.store.write(async move |tx: &mut Tx| {
            Ok::<_, Error>(reversals::claim(tx, &id, now, LEASE).await?.then_some(id))
        })
    });
    let claimed: Vec<ReversalId> = taken(join_all(claims).await)?;
    let tries = claimed.iter().map(|id| one(&app, id));
    join_all(tries).await;
    Ok(if claimed.is_empty() { Progress::NothingToDo } else { Progress::DidSome })
}

async fn one(app: &App, id: &ReversalId) {
    if let Err(error) = reverse::reverse(app, id).await {
        tracing::warn!(refund_id = %id, ?error, "a reversal failed; it will be tried again");
    }
}
