//! What merchants were told long ago is forgotten: messages that were delivered or given up, with their tries. What is
//! about money is not: orders, payments, evidence, the log, refunds and the books stay for ever.
//!
//! Ids of deliveries begin with their time, so the old ones are found through the index of the ids, and nothing is
//! paid for it when a message is written. Invariant I12 asks of every result whether its message is there; how far back
//! it may ask is written down in the commit that forgets ([`FORGOTTEN`]).

use florin_shared::DeliveryId;

use super::{StoreError, Tx};
use crate::clock::Millis;

/// The setting that says up to when messages may have been forgotten.
pub const FORGOTTEN: &str = "outbox_forgotten_ms";

/// How many messages are looked at in one commit: others wait behind it.
pub const LOOKED_AT: i64 = 200;

/// A stretch of the outbox, oldest first: ids above `after`, up to and with `upto`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The last id of the stretch before, or empty.
    pub after: String,
    /// The last id of this one.
    pub upto: String,
}

/// The next stretch of what was written before `horizon`; nothing when the end is reached. Only reads.
pub async fn next(
    tx: &mut Tx,
    after: &str,
    horizon: Millis,
) -> Result<Option<Stretch>, StoreError> {
    let ids: Vec<(String,)> = tx
        .sql("select delivery_id from outbox where delivery_id > $1 and delivery_id < $2 order by delivery_id limit $3")
        .bind(after.to_owned())
        .bind(first_of(horizon))
        .bind(LOOKED_AT)
        .all()
        .await?;
    Ok(ids.into_iter().next_back().map(|(upto,)| Stretch { after: after.to_owned(), upto }))
}

/// No delivery made at that time or later has a smaller id.
fn first_of(at: Millis) -> String {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&at.max(0).to_be_bytes()[2..]);
    DeliveryId::of(bytes).as_str().to_owned()
}

/// Forgets what of a stretch was done, or began its last thirty days, before `horizon`; says how many messages that were.
/// What still waits, for its next try or for its endpoint to be enabled, stays however old it is.
pub async fn forget(tx: &mut Tx, stretch: &Stretch, horizon: Millis) -> Result<u64, StoreError> {
    let forgotten = tx
        .sql(
            "delete from outbox where delivery_id > $1 and delivery_id <= $2 and created_ms < $3
                and ((state = 'DONE' and done_ms < $3) or (state = 'DEAD' and round_ms < $3))",
        )
        .bind(stretch.after.clone())
        .bind(stretch.upto.clone())
        .bind(horizon)
        .execute()
        .await?;
    if forgotten > 0 {
        forget_tries(tx, stretch).await?;
        remember(tx, horizon).await?;
    }
    Ok(forgotten)
}

/// After the messages, so that one that is replayed in this moment keeps its tries.
async fn forget_tries(tx: &mut Tx, stretch: &Stretch) -> Result<(), StoreError> {
    tx.sql(
        "delete from delivery_try where delivery_id > $1 and delivery_id <= $2
            and not exists (select 1 from outbox o where o.delivery_id = delivery_try.delivery_id)",
    )
    .bind(stretch.after.clone())
    .bind(stretch.upto.clone())
    .execute()
    .await?;
    Ok(())
}

async fn remember(tx: &mut Tx, horizon: Millis) -> Result<(), StoreError> {
    tx.sql(
        "insert into setting (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value
          where cast(setting.value as bigint) < cast(excluded.value as bigint)",
    )
    .bind(FORGOTTEN)
    .bind(horizon.to_string())
    .execute()
    .await?;
    Ok(())
}
