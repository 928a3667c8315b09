//! Organisations: whose settings their merchants inherit.

use florin_shared::MerchantId;
use florin_shared::theme::Appearance;

use super::orders::word;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;

row! {
    /// An organisation's columns.
    pub struct OrganisationRow {
        pub organisation_id: String, pub name: String, pub appearance: String,
    }
}

/// A group of merchants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Digits, as a merchant's.
    pub id: String,
    /// For its own people; the shopper reads the merchant's.
    pub name: String,
    /// What its merchants inherit.
    pub appearance: Appearance,
}

/// A merchant as its organisation sees it.
pub struct Member {
    /// Who.
    pub id: MerchantId,
    /// What the shopper reads.
    pub name: String,
    /// False: no real money moves.
    pub livemode: bool,
}

/// The organisation of that id.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Option<Organisation>, StoreError> {
    let row: Option<OrganisationRow> = tx
        .sql(
            "select organisation_id, name, appearance from organisation where organisation_id = $1",
        )
        .bind(id)
        .one()
        .await?;
    row.map(|row| {
        Ok(Organisation {
            appearance: appearance(&row.appearance)?,
            id: row.organisation_id,
            name: row.name,
        })
    })
    .transpose()
}

/// The organisation that a merchant belongs to.
pub async fn of_merchant(tx: &mut Tx, id: &MerchantId) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = tx
        .sql("select organisation_id from merchant where merchant_id = $1")
        .bind(id.as_str())
        .one()
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Its merchants, by id.
pub async fn members(tx: &mut Tx, id: &str) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<(String, String, i64)> = tx
        .sql("select merchant_id, name, livemode from merchant where organisation_id = $1 order by merchant_id")
        .bind(id)
        .all()
        .await?;
    rows.into_iter()
        .map(|(id, name, livemode)| {
            Ok(Member { id: word(&id, "merchant_id")?, name, livemode: livemode == 1 })
        })
        .collect()
}

/// Writes an organisation down, unless it is there already.
pub async fn add(tx: &mut Tx, id: &str, name: &str, now: Millis) -> Result<(), StoreError> {
    tx.sql(
        "insert into organisation (organisation_id, name, appearance, created_ms) values ($1, $2, '{}', $3)
         on conflict (organisation_id) do nothing",
    )
    .bind(id)
    .bind(name)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Moves a merchant into an organisation.
pub async fn adopt(tx: &mut Tx, id: &str, merchant: &MerchantId) -> Result<(), StoreError> {
    tx.sql("update merchant set organisation_id = $2 where merchant_id = $1")
        .bind(merchant.as_str())
        .bind(id)
        .execute()
        .await?;
    Ok(())
}

/// Locks an organisation, gives it to `change`, and writes it back.
pub async fn change(
    tx: &mut Tx,
    id: &str,
    now: Millis,
    change: impl FnOnce(&mut Organisation) + Send,
) -> Result<Option<Organisation>, StoreError> {
    tx.sql("update organisation set name = name where organisation_id = $1")
        .bind(id)
        .execute()
        .await?;
    let Some(mut organisation) = get(tx, id).await? else { return Ok(None) };
    change(&mut organisation);
    tx.sql("update organisation set name = $2, appearance = $3 where organisation_id = $1")
        .bind(id)
        .bind(&organisation.name)
        .bind(written(&organisation.appearance)?)
        .execute()
        .await?;
    // Other processes hear of it by its merchants.
    tx.sql("update merchant set changed_ms = $2 where organisation_id = $1")
        .bind(id)
        .bind(now)
        .execute()
        .await?;
    Ok(Some(organisation))
}

/// A stored appearance back into its type.
pub(super) fn appearance(text: &str) -> Result<Appearance, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Unreadable(text.to_owned(), "an appearance"))
}

/// An appearance as it is stored.
pub(super) fn written(appearance: &Appearance) -> Result<String, StoreError> {
    serde_json::to_string(appearance)
        .map_err(|error| StoreError::Unreadable(error.to_string(), "an appearance"))
}
