//! The pictures of merchants, by the hash of what is in them.

use super::{StoreError, Tx};
use crate::clock::Millis;

/// Keeps a picture, unless it is there.
pub async fn keep(tx: &mut Tx, name: &str, base64: &str, now: Millis) -> Result<(), StoreError> {
    tx.sql("insert into picture (name, base64, created_ms) values ($1, $2, $3) on conflict (name) do nothing")
        .bind(name)
        .bind(base64)
        .bind(now)
        .execute()
        .await?;
    Ok(())
}

/// The picture of that name, in base64.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        tx.sql("select base64 from picture where name = $1").bind(name).one().await?;
    Ok(row.map(|(base64,)| base64))
}
