//! Secret keys: of merchants, and of organisations. Only their digests are stored; a key is shown once.

use aws_lc_rs::digest::{SHA256, digest};
use florin_shared::MerchantId;

use super::orders::word;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::hex;

/// With which an organisation's keys begin, so that one glance tells them from a merchant's.
pub const ORGANISATION: &str = "sk_org_";

/// How much of a key the list shows: its kind, its mode, and four letters.
const SHOWN: usize = 12;

row! {
    /// A key as it is listed.
    pub struct KeyRow {
        pub key_digest: String, pub prefix: String, pub last_used_day: i64, pub created_ms: i64,
    }
}

impl KeyRow {
    /// Its id on the wire: a part of the digest, which tells nothing of the key.
    pub fn id(&self) -> String {
        id_of(&self.key_digest)
    }
}

/// Whose key it is, and the day on which it was last noted as used.
pub struct Owner<T> {
    /// Who.
    pub id: T,
    /// Days since 1970.
    pub last_used_day: i64,
}

/// A key that is new.
pub struct NewKey<'a> {
    /// The key itself.
    pub secret: &'a str,
    /// The idempotent request that made it, or empty.
    pub made_by: &'a str,
    /// When.
    pub at: Millis,
}

/// A key has 256 random bits or is the demo's, so a plain digest is enough to keep it out of the database.
pub fn digest_of(key: &str) -> String {
    hex(digest(&SHA256, key.as_bytes()).as_ref())
}

fn id_of(digest: &str) -> String {
    format!("KY{}", digest.get(..26).unwrap_or_default())
}

/// What the list shows of a key.
pub fn shown(key: &str) -> &str {
    key.get(..SHOWN).unwrap_or(key)
}

/// Whose key this is.
pub async fn merchant_of(tx: &mut Tx, key: &str) -> Result<Option<Owner<MerchantId>>, StoreError> {
    let row: Option<(String, i64)> = tx
        .sql("select merchant_id, last_used_day from api_key where key_digest = $1")
        .bind(digest_of(key))
        .one()
        .await?;
    row.map(|(id, last_used_day)| Ok(Owner { id: word(&id, "merchant_id")?, last_used_day }))
        .transpose()
}

/// Whose key this is.
pub async fn organisation_of(tx: &mut Tx, key: &str) -> Result<Option<Owner<String>>, StoreError> {
    let row: Option<(String, i64)> = tx
        .sql("select organisation_id, last_used_day from organisation_key where key_digest = $1")
        .bind(digest_of(key))
        .one()
        .await?;
    Ok(row.map(|(id, last_used_day)| Owner { id, last_used_day }))
}

/// Notes that a key was used on this day.
pub async fn used(tx: &mut Tx, key: &str, day: i64) -> Result<(), StoreError> {
    let digest = digest_of(key);
    tx.sql("update api_key set last_used_day = $2 where key_digest = $1 and last_used_day < $2")
        .bind(&digest)
        .bind(day)
        .execute()
        .await?;
    tx.sql("update organisation_key set last_used_day = $2 where key_digest = $1 and last_used_day < $2")
        .bind(&digest)
        .bind(day)
        .execute()
        .await?;
    Ok(())
}

/// The keys of a merchant, oldest first.
pub async fn of_merchant(tx: &mut Tx, id: &MerchantId) -> Result<Vec<KeyRow>, StoreError> {
    tx.sql(
        "select key_digest, prefix, last_used_day, created_ms from api_key where merchant_id = $1
              order by created_ms, key_digest",
    )
    .bind(id.as_str())
    .all()
    .await
}

/// The keys of an organisation, oldest first.
pub async fn of_organisation(tx: &mut Tx, id: &str) -> Result<Vec<KeyRow>, StoreError> {
    tx
        .sql(
            "select key_digest, prefix, last_used_day, created_ms from organisation_key where organisation_id = $1
              order by created_ms, key_digest",
        )
        .bind(id)
        .all()
        .await
}

/// Adds a key to a merchant. A key of the same idempotent request is replaced: its answer was never given.
pub async fn add(tx: &mut Tx, owner: &MerchantId, key: NewKey<'_>) -> Result<(), StoreError> {
    tx.sql("delete from api_key where merchant_id = $1 and made_by = $2 and made_by <> ''")
        .bind(owner.as_str())
        .bind(key.made_by)
        .execute()
        .await?;
    tx.sql(
        "insert into api_key (key_digest, merchant_id, prefix, made_by, last_used_day, created_ms)
         values ($1, $2, $3, $4, 0, $5) on conflict (key_digest) do nothing",
    )
    .bind(digest_of(key.secret))
    .bind(owner.as_str())
    .bind(shown(key.secret))
    .bind(key.made_by)
    .bind(key.at)
    .execute()
    .await?;
    Ok(())
}

/// Adds a key to an organisation; see [`add`].
pub async fn add_to_organisation(
    tx: &mut Tx,
    owner: &str,
    key: NewKey<'_>,
) -> Result<(), StoreError> {
    tx.sql("delete from organisation_key where organisation_id = $1 and made_by = $2 and made_by <> ''")
        .bind(owner)
        .bind(key.made_by)
        .execute()
        .await?;
    tx.sql(
        "insert into organisation_key (key_digest, organisation_id, prefix, made_by, last_used_day, created_ms)
         values ($1, $2, $3, $4, 0, $5) on conflict (key_digest) do nothing",
    )
    .bind(digest_of(key.secret))
    .bind(owner)
    .bind(shown(key.secret))
    .bind(key.made_by)
    .bind(key.at)
    .execute()
    .await?;
    Ok(())
}

/// What became of a wish to delete a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// It opens nothing any more.
    Gone,
    /// It is the last one.
    IsLast,
    /// There is none of that id.
    Unknown,
}

/// Deletes a key of a merchant, but never the last one.
pub async fn delete(tx: &mut Tx, owner: &MerchantId, id: &str) -> Result<Deleted, StoreError> {
    // The row's lock first: two that delete at once would otherwise each leave the other's key.
    tx.sql("update merchant set name = name where merchant_id = $1")
        .bind(owner.as_str())
        .execute()
        .await?;
    let keys = of_merchant(tx, owner).await?;
    match chosen(&keys, id) {
        Ok(digest) => {
            tx.sql("delete from api_key where key_digest = $1").bind(digest).execute().await?;
            Ok(Deleted::Gone)
        }
        Err(why) => Ok(why),
    }
}

/// Deletes a key of an organisation, but never the last one.
pub async fn delete_of_organisation(
    tx: &mut Tx,
    owner: &str,
    id: &str,
) -> Result<Deleted, StoreError> {
    tx.sql("update organisation set name = name where organisation_id = $1")
        .bind(owner)
        .execute()
        .await?;
    let keys = of_organisation(tx, owner).await?;
    match chosen(&keys, id) {
        Ok(digest) => {
            tx.sql("delete from organisation_key where key_digest = $1")
                .bind(digest)
                .execute()
                .await?;
            Ok(Deleted::Gone)
        }
        Err(why) => Ok(why),
    }
}

fn chosen(keys: &[KeyRow], id: &str) -> Result<String, Deleted> {
    let found = keys.iter().find(|key| key.id() == id).ok_or(Deleted::Unknown)?;
    if keys.len() == 1 { Err(Deleted::IsLast) } else { Ok(found.key_digest.clone()) }
}
