//! Sends money back that may not be kept.

use florin_shared::ReversalId;

use super::Progress;
use crate::clock::Millis;
use crate::flow::reverse;
use crate::store::{Tx, reversals};
use crate::{App, Error, Result};

const LEASE: Millis = 45_000;

pub(super) async fn run_once(app: App) -> Result<Progress> {
    let now = app.now();
    let due: Option<(i64,)> = app
        .store
        .read()
        .await?
        .sql("select count(*) from reversal where next_try_ms <= $1")
        .bind(now)
        .one()
        .await?;
    if due.is_none_or(|(due,)| due == 0) {
        return Ok(Progress::NothingToDo);
    }
    let claimed = app
        .store
        .write(async move |tx: &mut Tx| {
            reversals::claim(tx, now, LEASE, 16).await.map_err(Error::from)
        })
        .await?;
    let tries = claimed.iter().map(|id| one(&app, id));
    futures_util::future::join_all(tries).await;
    Ok(if claimed.is_empty() { Progress::NothingToDo } else { Progress::DidSome })
}

async fn one(app: &App, id: &ReversalId) {
    if let Err(error) = reverse::reverse(app, id).await {
        tracing::warn!(refund_id = %id, ?error, "a reversal failed; it will be tried again");
    }
}
