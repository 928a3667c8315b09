//! Levels that an operator watches: what waits, for how long, and what only a person can end. Every statement reads an
//! index that holds only what is open, so that asking stays cheap however much has been done.

use super::{Store, StoreError};
use crate::clock::Millis;

/// What waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Messages to merchants that have not been delivered.
    pub pending: i64,
    /// How old the oldest of them is, in milliseconds.
    pub oldest: Millis,
    /// Messages that were given up.
    pub dead: i64,
    /// Payments that a channel is still asked about.
    pub open: i64,
    /// By how much the longest waiting question is late, in milliseconds.
    pub overdue: Millis,
    /// Credits that name no payment, or for an hour one that does not count by them: they wait for a person.
    pub stray: i64,
    /// Money on its way back, by state; `MANUAL` waits for a person.
    pub reversals: Vec<(&'static str, i64)>,
}

/// For so long the bank may be asked about a credit that decides nothing, before a person is.
const AN_HOUR: Millis = 60 * 60 * 1000;

type Level = (i64, Option<i64>);

/// Reads them.
pub async fn read(store: &Store, now: Millis) -> Result<Figures, StoreError> {
    let mut tx = store.read().await?;
    let since = |at: Option<i64>| at.map_or(0, |at| (now - at).max(0));
    let outbox: Option<Level> = tx
        .sql("select count(*), min(created_ms) from outbox where state = 'PENDING'")
        .one()
        .await?;
    let dead: Option<Level> =
        tx.sql("select count(*), min(created_ms) from outbox where state = 'DEAD'").one().await?;
    let open: Option<Level> = tx
        .sql("select count(*), min(next_ask_ms) from payment where next_ask_ms is not null")
        .one()
        .await?;
    let manual: Option<Level> = tx
        .sql("select count(*), min(changed_ms) from reversal where state = 'MANUAL'")
        .one()
        .await?;
    let stray: Option<Level> = tx
        .sql(
            "select count(*), min(heard_ms) from credit where state = 'STRAY' or (state = 'NAMED' and heard_ms < $1)",
        )
        .bind(now - AN_HOUR)
        .one()
        .await?;
    let going: Vec<(String, i64)> = tx
        .sql("select state, count(*) from reversal where next_try_ms is not null group by state")
        .all()
        .await?;
    let (pending, oldest) = outbox.unwrap_or_default();
    let (open, next) = open.unwrap_or_default();
    Ok(Figures {
        pending,
        oldest: since(oldest),
        dead: dead.unwrap_or_default().0,
        open,
        overdue: since(next),
        stray: stray.unwrap_or_default().0,
        reversals: reversals(&going, manual.unwrap_or_default().0),
    })
}

/// Every state, also those that nothing is in, so that a figure falls back to zero.
fn reversals(going: &[(String, i64)], manual: i64) -> Vec<(&'static str, i64)> {
    let count =
        |state: &str| going.iter().find(|(found, _)| found == state).map_or(0, |(_, count)| *count);
    let open = ["INTENT", "SENT", "UNKNOWN"].map(|state| (state, count(state)));
    open.into_iter().chain([("MANUAL", manual)]).collect()
}
