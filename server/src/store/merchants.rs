//! Merchants, their keys and origins, and the few settings of the installation.

use florin_shared::MerchantId;
use florin_shared::theme::Appearance;

use super::keys::{self, Holder, NewKey};
use super::orders::word;
use super::organisations::{self, appearance, written};
use super::sql::row;
use super::{StoreError, Tx, notify_secrets};
use crate::clock::Millis;
use crate::domain::order::LateSuccess;

row! {
    /// A merchant's columns.
    pub struct MerchantRow {
        pub merchant_id: String, pub name: String, pub livemode: i64, pub late_success: String,
        pub auto_query: i64, pub appearance: String, pub inherited: String, pub webhook_secret: String,
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
    /// Whether the page asks by itself (L8): what its looks say of that, in force.
    pub auto_query: bool,
    /// The looks and methods in force: the organisation's, with the merchant's own before them (L5).
    pub appearance: Appearance,
    /// `whsec_…`: it signs what goes to a session's own address.
    pub webhook_secret: String,
    /// Those before it that sign too, each with its end, the newest first.
    pub earlier_secrets: Vec<(String, Millis)>,
    /// Where its pages live, besides loopback and private hosts in test mode.
    pub origins: Vec<String>,
}

impl Merchant {
    /// The secrets that sign now, the current one first.
    pub fn secrets(&self, now: Millis) -> Vec<String> {
        let earlier = self.earlier_secrets.iter().filter(|(_, until)| *until > now);
        let earlier = earlier.map(|(secret, _)| secret.clone());
        std::iter::once(self.webhook_secret.clone()).chain(earlier).collect()
    }
}

/// The merchant of that id, with what it inherits.
pub async fn get(tx: &mut Tx, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
    let Some(row) = row_of(tx, id).await? else { return Ok(None) };
    let inherited = appearance(&row.inherited)?;
    let own = read(tx, id, row).await?;
    let in_force = own.appearance.clone().over(inherited);
    let auto_query = in_force.auto_query.unwrap_or(true);
    Ok(Some(Merchant { appearance: in_force, auto_query, ..own }))
}

/// The looks that a merchant inherits.
pub async fn inherited(tx: &mut Tx, id: &MerchantId) -> Result<Appearance, StoreError> {
    row_of(tx, id)
        .await?
        .map_or_else(|| Ok(Appearance::default()), |row| appearance(&row.inherited))
}

/// The merchants of which something was changed since then, by themselves or by their organisation, and when.
pub async fn changed(tx: &mut Tx, since: Millis) -> Result<Vec<(String, Millis)>, StoreError> {
    tx.sql("select merchant_id, changed_ms from merchant where changed_ms >= $1")
        .bind(since)
        .all()
        .await
}

/// The merchant of that id as it was set up itself, without what it inherits.
pub async fn own(tx: &mut Tx, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
    match row_of(tx, id).await? {
        Some(row) => read(tx, id, row).await.map(Some),
        None => Ok(None),
    }
}

async fn row_of(tx: &mut Tx, id: &MerchantId) -> Result<Option<MerchantRow>, StoreError> {
    tx
        .sql(
            "select m.merchant_id, m.name, m.livemode, m.late_success, m.auto_query, m.appearance, m.webhook_secret,
               coalesce(o.appearance, '{}') as inherited
               from merchant m left join organisation o on o.organisation_id = m.organisation_id
              where m.merchant_id = $1",
        )
        .bind(id.as_str())
        .one()
        .await
}

async fn read(tx: &mut Tx, id: &MerchantId, row: MerchantRow) -> Result<Merchant, StoreError> {
    let origins: Vec<(String,)> = tx
        .sql("select origin from origin where merchant_id = $1 order by origin")
        .bind(id.as_str())
        .all()
        .await?;
    let mut looks = appearance(&row.appearance)?;
    // Merchants of before there was such a field in their looks.
    looks.auto_query = looks.auto_query.or((row.auto_query == 0).then_some(false));
    Ok(Merchant {
        id: id.clone(),
        name: row.name,
        livemode: row.livemode == 1,
        late_success: word(&row.late_success, "late_success")?,
        auto_query: row.auto_query == 1,
        appearance: looks,
        webhook_secret: row.webhook_secret,
        earlier_secrets: notify_secrets::earlier(tx, id).await?,
        origins: origins.into_iter().map(|(origin,)| origin).collect(),
    })
}

/// Locks a merchant, gives it as it was set up to `change`, and writes back what may be changed.
pub async fn change(
    tx: &mut Tx,
    id: &MerchantId,
    now: Millis,
    change: impl FnOnce(&mut Merchant) + Send,
) -> Result<Option<Merchant>, StoreError> {
    tx.sql("update merchant set name = name where merchant_id = $1")
        .bind(id.as_str())
        .execute()
        .await?;
    let Some(mut merchant) = own(tx, id).await? else { return Ok(None) };
    change(&mut merchant);
    tx.sql(
        "update merchant set name = $2, late_success = $3, auto_query = $4, appearance = $5, changed_ms = $6
          where merchant_id = $1",
    )
    .bind(id.as_str())
    .bind(&merchant.name)
    .bind(merchant.late_success.as_str())
    .bind(i64::from(merchant.appearance.auto_query.unwrap_or(true)))
    .bind(written(&merchant.appearance)?)
    .bind(now)
    .execute()
    .await?;
    tx.sql("delete from origin where merchant_id = $1").bind(id.as_str()).execute().await?;
    add_origins(tx, &merchant).await?;
    Ok(Some(merchant))
}

async fn add_origins(tx: &mut Tx, merchant: &Merchant) -> Result<(), StoreError> {
    for origin in &merchant.origins {
        tx.sql("insert into origin (merchant_id, origin) values ($1, $2) on conflict (merchant_id, origin) do nothing")
            .bind(merchant.id.as_str())
            .bind(origin)
            .execute()
            .await?;
    }
    Ok(())
}

/// Writes a merchant down with an organisation of its own, unless it is there already.
pub async fn add(
    tx: &mut Tx,
    merchant: &Merchant,
    key: &str,
    now: Millis,
) -> Result<(), StoreError> {
    organisations::add(tx, merchant.id.as_str(), &merchant.name, now).await?;
    add_to(tx, merchant.id.as_str(), merchant, key, now).await.map(|_| ())
}

/// What became of a wish to make a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Founded {
    /// It is there, in this organisation.
    In(String),
    /// Its id is taken.
    IsThere,
    /// The organisation that it was to join is not there, or the one that it was to get is another's.
    WrongOrganisation,
}

/// Makes a merchant with its first key: in the organisation that is named, or in one of its own.
pub async fn found(
    tx: &mut Tx,
    organisation: Option<&str>,
    merchant: &Merchant,
    key: &str,
    now: Millis,
) -> Result<Founded, StoreError> {
    let home = organisation.unwrap_or(merchant.id.as_str());
    if own(tx, &merchant.id).await?.is_some() {
        return Ok(Founded::IsThere);
    }
    let is_there = organisations::get(tx, home).await?.is_some();
    if is_there != organisation.is_some() {
        return Ok(Founded::WrongOrganisation);
    }
    organisations::add(tx, home, &merchant.name, now).await?;
    let is_new = add_to(tx, home, merchant, key, now).await?;
    Ok(if is_new { Founded::In(home.to_owned()) } else { Founded::IsThere })
}

/// Writes a merchant of an organisation down with its first key, and says whether it is new. What was there already
/// keeps its own keys and origins: a deleted key stays deleted.
async fn add_to(
    tx: &mut Tx,
    organisation: &str,
    merchant: &Merchant,
    key: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    let made = tx.sql(
        "insert into merchant (merchant_id, organisation_id, name, livemode, late_success, auto_query, appearance,
           webhook_secret, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (merchant_id) do nothing",
    )
    .bind(merchant.id.as_str())
    .bind(organisation.to_owned())
    .bind(&merchant.name)
    .bind(i64::from(merchant.livemode))
    .bind(merchant.late_success.as_str())
    .bind(i64::from(merchant.auto_query))
    .bind(written(&merchant.appearance)?)
    .bind(&merchant.webhook_secret)
    .bind(now)
    .execute()
    .await?;
    if made == 0 {
        return Ok(false);
    }
    let holder = Holder::Merchant(merchant.id.clone());
    keys::add(tx, &holder, NewKey { secret: key, made_by: "", at: now }).await?;
    add_origins(tx, merchant).await.map(|()| true)
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
