//! Requests that came with an `Idempotency-Key`, and the answers they were given.
//!
//! A record is claimed before anything is done, and answered after it was done. Between the two its holder keeps a
//! lease: when the process dies, the lease ends and the next try runs again.

use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;

/// How long an answer is kept: 72 hours.
pub const KEPT: Millis = 72 * 60 * 60 * 1000;

/// How long a run may be silent before another one may take its place.
pub const LEASE: Millis = 30_000;

/// Which record: whose, of which address, under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Whose: a merchant's id, or `org:` and an organisation's.
    pub scope: String,
    /// The address, without host.
    pub path: String,
    /// As the caller sent it.
    pub key: String,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// HTTP.
    pub status: i64,
    /// Its content type.
    pub content_type: String,
    /// The body, sealed.
    pub sealed: String,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Ours to run; the time is that of the first claim, the same for every run.
    Mine(Millis),
    /// Somebody is running it.
    Running,
    /// The key came with another request.
    Another,
    /// It is done.
    Answered(Answered),
}

row! {
    /// A record's columns, as far as a claim looks at them.
    pub struct Record {
        pub fingerprint: String, pub status: i64, pub content_type: String, pub answer: String,
    }
}

/// Claims the record for `holder`, unless somebody runs it or it is done.
pub async fn claim(
    tx: &mut Tx,
    slot: &Slot,
    fingerprint: &str,
    holder: &str,
    now: Millis,
) -> Result<Claim, StoreError> {
    if insert(tx, slot, fingerprint, holder, now).await?
        || renew(tx, slot, fingerprint, holder, now).await?
    {
        return Ok(Claim::Mine(now));
    }
    match take_over(tx, slot, fingerprint, holder, now).await? {
        Some(since) => Ok(Claim::Mine(since)),
        None => read(tx, slot, fingerprint).await,
    }
}

async fn insert(
    tx: &mut Tx,
    slot: &Slot,
    fingerprint: &str,
    holder: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    let made = tx
        .sql(
            "insert into idempotency (scope, path, idempotency_key, fingerprint, holder, lease_until_ms, status,
               content_type, answer, created_ms)
             values ($1, $2, $3, $4, $5, $6, 0, '', '', $7) on conflict (scope, path, idempotency_key) do nothing",
        )
        .bind(&slot.scope)
        .bind(&slot.path)
        .bind(&slot.key)
        .bind(fingerprint)
        .bind(holder)
        .bind(now + LEASE)
        .bind(now)
        .execute()
        .await?;
    Ok(made == 1)
}

/// A record that is too old counts as none, even before it was swept away.
async fn renew(
    tx: &mut Tx,
    slot: &Slot,
    fingerprint: &str,
    holder: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    let renewed = tx
        .sql(
            "update idempotency set fingerprint = $4, holder = $5, lease_until_ms = $6, status = 0, content_type = '',
               answer = '', created_ms = $7
              where scope = $1 and path = $2 and idempotency_key = $3 and created_ms <= $8 and lease_until_ms <= $7",
        )
        .bind(&slot.scope)
        .bind(&slot.path)
        .bind(&slot.key)
        .bind(fingerprint)
        .bind(holder)
        .bind(now + LEASE)
        .bind(now)
        .bind(now - KEPT)
        .execute()
        .await?;
    Ok(renewed == 1)
}

async fn take_over(
    tx: &mut Tx,
    slot: &Slot,
    fingerprint: &str,
    holder: &str,
    now: Millis,
) -> Result<Option<Millis>, StoreError> {
    let since: Option<(i64,)> = tx
        .sql(
            "update idempotency set holder = $5, lease_until_ms = $6
              where scope = $1 and path = $2 and idempotency_key = $3 and fingerprint = $4
                and status = 0 and lease_until_ms <= $7 returning created_ms",
        )
        .bind(&slot.scope)
        .bind(&slot.path)
        .bind(&slot.key)
        .bind(fingerprint)
        .bind(holder)
        .bind(now + LEASE)
        .bind(now)
        .one()
        .await?;
    Ok(since.map(|(since,)| since))
}

async fn read(tx: &mut Tx, slot: &Slot, fingerprint: &str) -> Result<Claim, StoreError> {
    let record: Option<Record> = tx
        .sql(
            "select fingerprint, status, content_type, answer from idempotency
              where scope = $1 and path = $2 and idempotency_key = $3",
        )
        .bind(&slot.scope)
        .bind(&slot.path)
        .bind(&slot.key)
        .one()
        .await?;
    Ok(match record {
        // Swept away this very moment: the next try begins anew.
        None => Claim::Running,
        Some(record) if record.fingerprint != fingerprint => Claim::Another,
        Some(Record { status: 0, .. }) => Claim::Running,
        Some(record) => Claim::Answered(Answered {
            status: record.status,
            content_type: record.content_type,
            sealed: record.answer,
        }),
    })
}

/// Says that `holder` still works on it.
pub async fn hold(tx: &mut Tx, slot: &Slot, holder: &str, until: Millis) -> Result<(), StoreError> {
    tx.sql(
        "update idempotency set lease_until_ms = $5
          where scope = $1 and path = $2 and idempotency_key = $3 and holder = $4 and status = 0",
    )
    .bind(&slot.scope)
    .bind(&slot.path)
    .bind(&slot.key)
    .bind(holder)
    .bind(until)
    .execute()
    .await?;
    Ok(())
}

/// Forgets a request that could not be read: the key is as if it had never been used.
pub async fn forget(tx: &mut Tx, slot: &Slot, holder: &str) -> Result<(), StoreError> {
    tx.sql(
        "delete from idempotency
          where scope = $1 and path = $2 and idempotency_key = $3 and holder = $4 and status = 0",
    )
    .bind(&slot.scope)
    .bind(&slot.path)
    .bind(&slot.key)
    .bind(holder)
    .execute()
    .await?;
    Ok(())
}

/// Keeps the answer. False when somebody else has taken the record over meanwhile.
pub async fn answer(
    tx: &mut Tx,
    slot: &Slot,
    holder: &str,
    answered: &Answered,
) -> Result<bool, StoreError> {
    let kept = tx
        .sql(
            "update idempotency set status = $5, content_type = $6, answer = $7, lease_until_ms = 0
              where scope = $1 and path = $2 and idempotency_key = $3 and holder = $4 and status = 0",
        )
        .bind(&slot.scope)
        .bind(&slot.path)
        .bind(&slot.key)
        .bind(holder)
        .bind(answered.status)
        .bind(&answered.content_type)
        .bind(&answered.sealed)
        .execute()
        .await?;
    Ok(kept == 1)
}

/// How many records are forgotten in one commit: others wait behind it.
pub const SWEPT: u64 = 500;

/// Forgets some of what is older than [`KEPT`], the oldest first, and says how many records that were; [`SWEPT`] of them
/// when there may be more.
pub async fn sweep(tx: &mut Tx, now: Millis) -> Result<u64, StoreError> {
    let swept = tx
        .sql(
            "delete from idempotency where (scope, path, idempotency_key) in (
               select scope, path, idempotency_key from idempotency where created_ms <= $1 and lease_until_ms <= $2
                order by created_ms limit $3)",
        )
        .bind(now - KEPT)
        .bind(now)
        .bind(SWEPT.cast_signed())
        .execute()
        .await?;
    Ok(swept)
}

/// Whether there is anything to sweep: looked up often, so it only reads.
pub async fn is_dusty(tx: &mut Tx, now: Millis) -> Result<bool, StoreError> {
    let old: Option<(i64,)> = tx
        .sql("select created_ms from idempotency where created_ms <= $1 and lease_until_ms <= $2 limit 1")
        .bind(now - KEPT)
        .bind(now)
        .one()
        .await?;
    Ok(old.is_some())
}
