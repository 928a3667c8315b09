//! Secret keys: of merchants, and of organisations. Only their digests are stored; a key is shown once.

use aws_lc_rs::digest::{SHA256, digest};
use florin_shared::MerchantId;

use super::orders::word;
use super::sql::{Sql, row};
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::hex;

/// With which an organisation's keys begin, so that one glance tells them from a merchant's.
pub const ORGANISATION: &str = "sk_org_";

/// How many keys one holder may have: a list that can be read, and an end to what a stolen key could make.
pub const MOST: usize = 20;

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

/// Who holds keys. Each kind has a table of its own, so that every row belongs to somebody who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A merchant.
    Merchant(MerchantId),
    /// An organisation, by its id.
    Organisation(String),
}

impl Holder {
    fn id(&self) -> &str {
        match self {
            Holder::Merchant(id) => id.as_str(),
            Holder::Organisation(id) => id,
        }
    }

    /// The same statement over the table of either kind.
    fn sql<'t, 'q>(&self, tx: &'t mut Tx, texts: [&'static str; 2]) -> Sql<'t, 'q> {
        let [of_merchant, of_organisation] = texts;
        tx.sql(match self {
            Holder::Merchant(_) => of_merchant,
            Holder::Organisation(_) => of_organisation,
        })
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

/// The id of the key that has this digest.
pub fn id_of(digest: &str) -> String {
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

/// Every key of a holder, oldest first.
pub async fn of(tx: &mut Tx, holder: &Holder) -> Result<Vec<KeyRow>, StoreError> {
    let texts = [
        "select key_digest, prefix, last_used_day, created_ms from api_key where merchant_id = $1
          order by created_ms, key_digest",
        "select key_digest, prefix, last_used_day, created_ms from organisation_key where organisation_id = $1
          order by created_ms, key_digest",
    ];
    holder.sql(tx, texts).bind(holder.id().to_owned()).all().await
}

/// Adds a key, and says whether there was room for it. A key of the same idempotent request is replaced: its answer
/// was never given.
pub async fn add(tx: &mut Tx, holder: &Holder, key: NewKey<'_>) -> Result<bool, StoreError> {
    lock(tx, holder).await?;
    let texts = [
        "delete from api_key where merchant_id = $1 and made_by = $2 and made_by <> ''",
        "delete from organisation_key where organisation_id = $1 and made_by = $2 and made_by <> ''",
    ];
    let made_by = key.made_by.to_owned();
    holder.sql(tx, texts).bind(holder.id().to_owned()).bind(made_by).execute().await?;
    if of(tx, holder).await?.len() >= MOST {
        return Ok(false);
    }
    insert(tx, holder, key).await.map(|()| true)
}

async fn insert(tx: &mut Tx, holder: &Holder, key: NewKey<'_>) -> Result<(), StoreError> {
    let texts = [
        "insert into api_key (key_digest, merchant_id, prefix, made_by, last_used_day, created_ms)
         values ($1, $2, $3, $4, 0, $5) on conflict (key_digest) do nothing",
        "insert into organisation_key (key_digest, organisation_id, prefix, made_by, last_used_day, created_ms)
         values ($1, $2, $3, $4, 0, $5) on conflict (key_digest) do nothing",
    ];
    holder
        .sql(tx, texts)
        .bind(digest_of(key.secret))
        .bind(holder.id().to_owned())
        .bind(shown(key.secret).to_owned())
        .bind(key.made_by.to_owned())
        .bind(key.at)
        .execute()
        .await?;
    Ok(())
}

/// The holder's row first: two at once would otherwise each leave the other's last key, or both take the last place.
async fn lock(tx: &mut Tx, holder: &Holder) -> Result<(), StoreError> {
    let texts = [
        "update merchant set name = name where merchant_id = $1",
        "update organisation set name = name where organisation_id = $1",
    ];
    holder.sql(tx, texts).bind(holder.id().to_owned()).execute().await?;
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

/// Whether the last key may be deleted, after which nobody can call anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// It stays.
    Keep,
    /// It may go.
    Delete,
}

/// Deletes the key of that id.
pub async fn delete(
    tx: &mut Tx,
    holder: &Holder,
    id: &str,
    last: Last,
) -> Result<Deleted, StoreError> {
    lock(tx, holder).await?;
    let keys = of(tx, holder).await?;
    let Some(found) = keys.iter().find(|key| key.id() == id) else { return Ok(Deleted::Unknown) };
    if keys.len() == 1 && last == Last::Keep {
        return Ok(Deleted::IsLast);
    }
    let texts = [
        "delete from api_key where key_digest = $1",
        "delete from organisation_key where key_digest = $1",
    ];
    holder.sql(tx, texts).bind(found.key_digest.clone()).execute().await?;
    Ok(Deleted::Gone)
}
