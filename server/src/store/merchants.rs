//! Merchants, their keys and origins, and the few settings of the installation.

use aws_lc_rs::digest::{SHA256, digest};
use florin_shared::MerchantId;
use florin_shared::theme::Appearance;

use super::orders::word;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::order::LateSuccess;
use crate::hex;

row! {
    /// A merchant's columns.
    pub struct MerchantRow {
        pub merchant_id: String, pub name: String, pub livemode: i64, pub late_success: String,
        pub auto_query: i64, pub appearance: String, pub webhook_secret: String,
    }
}

/// Who sells.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// Digits.
    pub id: MerchantId,
    /// What the shopper reads.
    pub name: String,
    /// False: no real money moves (D14).
    pub livemode: bool,
    /// Ruling D9.
    pub late_success: LateSuccess,
    /// Whether the page asks by itself (L8).
    pub auto_query: bool,
    /// The looks.
    pub appearance: Appearance,
    /// `whsec_…`.
    pub webhook_secret: String,
    /// Where its pages live, besides loopback and private hosts in test mode.
    pub origins: Vec<String>,
}

/// The merchant of that id.
pub async fn get(tx: &mut Tx, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
    let row: Option<MerchantRow> = tx
        .sql(
            "select merchant_id, name, livemode, late_success, auto_query, appearance, webhook_secret
               from merchant where merchant_id = $1",
        )
        .bind(id.as_str())
        .one()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let origins: Vec<(String,)> = tx
        .sql("select origin from origin where merchant_id = $1 order by origin")
        .bind(id.as_str())
        .all()
        .await?;
    let appearance = serde_json::from_str(&row.appearance)
        .map_err(|_| StoreError::Unreadable(row.appearance.clone(), "an appearance"))?;
    Ok(Some(Merchant {
        id: id.clone(),
        name: row.name,
        livemode: row.livemode == 1,
        late_success: word(&row.late_success, "late_success")?,
        auto_query: row.auto_query == 1,
        appearance,
        webhook_secret: row.webhook_secret,
        origins: origins.into_iter().map(|(origin,)| origin).collect(),
    }))
}

/// Whose key this is.
pub async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<MerchantId>, StoreError> {
    let row: Option<(String,)> = tx
        .sql("select merchant_id from api_key where key_digest = $1")
        .bind(key_digest(key))
        .one()
        .await?;
    row.map(|(id,)| word(&id, "merchant_id")).transpose()
}

/// Writes a merchant down, unless it is there already.
pub async fn add(
    tx: &mut Tx,
    merchant: &Merchant,
    key: &str,
    now: Millis,
) -> Result<(), StoreError> {
    let appearance = serde_json::to_string(&merchant.appearance)
        .map_err(|_| StoreError::Unreadable(merchant.name.clone(), "an appearance"))?;
    tx.sql(
        "insert into merchant (merchant_id, organisation_id, name, livemode, late_success, auto_query, appearance,
           webhook_secret, created_ms)
         values ($1, $1, $2, $3, $4, $5, $6, $7, $8) on conflict (merchant_id) do nothing",
    )
    .bind(merchant.id.as_str())
    .bind(&merchant.name)
    .bind(i64::from(merchant.livemode))
    .bind(merchant.late_success.as_str())
    .bind(i64::from(merchant.auto_query))
    .bind(appearance)
    .bind(&merchant.webhook_secret)
    .bind(now)
    .execute()
    .await?;
    tx.sql(
        "insert into api_key (key_digest, merchant_id, created_ms) values ($1, $2, $3)
         on conflict (key_digest) do nothing",
    )
    .bind(key_digest(key))
    .bind(merchant.id.as_str())
    .bind(now)
    .execute()
    .await?;
    for origin in &merchant.origins {
        tx.sql("insert into origin (merchant_id, origin) values ($1, $2) on conflict (merchant_id, origin) do nothing")
            .bind(merchant.id.as_str())
            .bind(origin)
            .execute()
            .await?;
    }
    Ok(())
}

/// A key has 256 random bits or is the demo's, so a plain digest is enough to keep it out of the database.
pub(super) fn key_digest(key: &str) -> String {
    hex(digest(&SHA256, key.as_bytes()).as_ref())
}

/// A setting that is drawn once for an installation: the first one written stays.
pub async fn setting(tx: &mut Tx, name: &'static str, fresh: String) -> Result<String, StoreError> {
    tx.sql("insert into setting (name, value) values ($1, $2) on conflict (name) do nothing")
        .bind(name)
        .bind(fresh)
        .execute()
        .await?;
    let row: Option<(String,)> =
        tx.sql("select value from setting where name = $1").bind(name).one().await?;
    row.map(|(value,)| value)
        .ok_or_else(|| StoreError::Unreadable(name.to_owned(), "a setting just written"))
}
