//! The secrets that sign what goes to sessions' own addresses. The current one stands with the merchant, where every program
//! of this schema finds it; those before it sign beside it for a while.

use florin_shared::MerchantId;

use super::endpoints::NewSecret;
use super::{StoreError, Tx};
use crate::clock::Millis;

/// The secrets before the current one, the newest first, each with its end, which may be over.
pub async fn earlier(tx: &mut Tx, id: &MerchantId) -> Result<Vec<(String, Millis)>, StoreError> {
    tx.sql("select secret, until_ms from notify_secret where merchant_id = $1 order by number desc")
        .bind(id.as_str())
        .all()
        .await
}

/// Locks a merchant whose secret is to be changed. False when there is none. Whoever holds it in memory follows.
pub async fn lock(tx: &mut Tx, id: &MerchantId, now: Millis) -> Result<bool, StoreError> {
    let locked = tx
        .sql("update merchant set changed_ms = $2 where merchant_id = $1")
        .bind(id.as_str())
        .bind(now)
        .execute()
        .await?;
    Ok(locked == 1)
}

/// A new secret; the one before signs too until then.
pub async fn rotate(tx: &mut Tx, id: &MerchantId, fresh: NewSecret) -> Result<(), StoreError> {
    tx.sql("delete from notify_secret where merchant_id = $1 and until_ms <= $2")
        .bind(id.as_str())
        .bind(fresh.at)
        .execute()
        .await?;
    tx.sql(
        "insert into notify_secret (merchant_id, number, secret, made_by, until_ms)
         select merchant_id, 1 + coalesce((select max(number) from notify_secret where merchant_id = $1), 0),
                webhook_secret, $2, $3
           from merchant where merchant_id = $1",
    )
    .bind(id.as_str())
    .bind(fresh.made_by)
    .bind(fresh.previous_until)
    .execute()
    .await?;
    exchange(tx, id, fresh.secret).await
}

/// Puts another secret in the place of the one that the same idempotent request has made before: its answer was never
/// given. Says until when the one before that signs; nothing when the current one is not of this request.
pub async fn replace(
    tx: &mut Tx,
    id: &MerchantId,
    fresh: &NewSecret,
) -> Result<Option<Millis>, StoreError> {
    let newest: Option<(String, i64)> = tx
        .sql("select made_by, until_ms from notify_secret where merchant_id = $1 order by number desc limit 1")
        .bind(id.as_str())
        .one()
        .await?;
    match newest {
        Some((made_by, until)) if !made_by.is_empty() && made_by == fresh.made_by => {
            exchange(tx, id, fresh.secret.clone()).await?;
            Ok(Some(until))
        }
        _ => Ok(None),
    }
}

async fn exchange(tx: &mut Tx, id: &MerchantId, secret: String) -> Result<(), StoreError> {
    tx.sql("update merchant set webhook_secret = $2 where merchant_id = $1")
        .bind(id.as_str())
        .bind(secret)
        .execute()
        .await?;
    Ok(())
}
