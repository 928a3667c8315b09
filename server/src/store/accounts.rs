//! Merchants' own accounts at channels. What is secret in them comes here sealed, and goes from here sealed.

use florin_shared::{AccountId, MerchantId};

use super::orders::word;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::account::AccountState;
use crate::vault::Sealed;

row! {
    /// An account's columns.
    pub struct AccountRow {
        pub account_id: String, pub merchant_id: String, pub channel: String, pub label: String, pub fee: String,
        pub state: String, pub sealed: String, pub sealing_key: String, pub version: i64, pub created_ms: i64,
        pub changed_ms: i64,
    }
}

/// A merchant's own account at a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `CA…`.
    pub id: AccountId,
    /// Whose.
    pub merchant: MerchantId,
    /// `alipay`, `wechatpay`, …
    pub channel: String,
    /// The merchant's own words.
    pub label: String,
    /// What a payment costs, as it was written; empty when nobody has said.
    pub fee: String,
    /// Where it stands.
    pub state: AccountState,
    /// The settings.
    pub sealed: Sealed,
    /// Another one with every change.
    pub version: i64,
    /// When it was made.
    pub created: Millis,
    /// When it was changed last.
    pub changed: Millis,
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Result<Account, StoreError> {
        Ok(Account {
            id: word(&row.account_id, "channel_id")?,
            merchant: word(&row.merchant_id, "merchant_id")?,
            state: word(&row.state, "an account's state")?,
            channel: row.channel,
            label: row.label,
            fee: row.fee,
            sealed: Sealed { by: row.sealing_key, text: row.sealed },
            version: row.version,
            created: row.created_ms,
            changed: row.changed_ms,
        })
    }
}

/// Writes a new account down.
pub async fn add(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    tx.sql(
        "insert into channel_account (account_id, merchant_id, channel, label, fee, state, sealed, sealing_key, version,
           created_ms, changed_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(account.id.as_str())
    .bind(account.merchant.as_str())
    .bind(&account.channel)
    .bind(&account.label)
    .bind(&account.fee)
    .bind(account.state.as_str())
    .bind(&account.sealed.text)
    .bind(&account.sealed.by)
    .bind(account.version)
    .bind(account.created)
    .bind(account.changed)
    .execute()
    .await?;
    Ok(())
}

/// Writes a changed account down, which was locked in this unit.
pub async fn save(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    tx.sql(
        "update channel_account set label = $2, fee = $3, state = $4, sealed = $5, sealing_key = $6,
           version = version + 1, changed_ms = $7
          where account_id = $1",
    )
    .bind(account.id.as_str())
    .bind(&account.label)
    .bind(&account.fee)
    .bind(account.state.as_str())
    .bind(&account.sealed.text)
    .bind(&account.sealed.by)
    .bind(account.changed)
    .execute()
    .await?;
    Ok(())
}

/// How many accounts a merchant has ever had: none is ever deleted.
pub async fn count(tx: &mut Tx, merchant: &MerchantId) -> Result<i64, StoreError> {
    let row: Option<(i64,)> = tx
        .sql("select count(*) from channel_account where merchant_id = $1")
        .bind(merchant.as_str())
        .one()
        .await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// A merchant's accounts, oldest first, also those that were removed.
pub async fn of_merchant(tx: &mut Tx, merchant: &MerchantId) -> Result<Vec<Account>, StoreError> {
    let rows: Vec<AccountRow> = tx
        .sql("select * from channel_account where merchant_id = $1 order by created_ms, account_id")
        .bind(merchant.as_str())
        .all()
        .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// The account of that id, removed or not.
pub async fn get(tx: &mut Tx, id: &AccountId) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = tx
        .sql("select * from channel_account where account_id = $1")
        .bind(id.as_str())
        .one()
        .await?;
    row.map(Account::try_from).transpose()
}

/// Locks a merchant's account before it is changed; nothing when it is another's, or was removed.
pub async fn lock(
    tx: &mut Tx,
    merchant: &MerchantId,
    id: &AccountId,
) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> = tx
        .sql(
            "update channel_account set version = version + 1
              where account_id = $1 and merchant_id = $2 and state <> 'REMOVED' returning *",
        )
        .bind(id.as_str())
        .bind(merchant.as_str())
        .one()
        .await?;
    row.map(Account::try_from).transpose()
}

/// The marks of the keys by which any account is sealed.
pub async fn sealing_keys(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> =
        tx.sql("select distinct sealing_key from channel_account").all().await?;
    Ok(rows.into_iter().map(|(mark,)| mark).collect())
}

/// The names of the merchants' accounts at which something is still to be asked about: those with a sign that no channel's own
/// name has.
pub async fn waited_for(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = tx
        .sql(
            "select distinct channel from payment where next_ask_ms is not null and channel like '%-CA%'
              union
             select distinct p.channel from reversal r join payment p on p.payment_id = r.payment_id
              where r.next_try_ms is not null and p.channel like '%-CA%'",
        )
        .all()
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}
