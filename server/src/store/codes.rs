//! Fixed receipt codes (M3): printed once; each shopper who scans one enters the amount.

use florin_shared::{CodeId, Currency, MerchantId};

use super::orders::word;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;

row! {
    /// A code's columns.
    pub struct CodeRow {
        pub code_id: String, pub merchant_id: String, pub label: String, pub currency: String, pub least: i64,
        pub most: i64, pub country: String, pub notify_url: String, pub per_minute: i64, pub closed: i64,
        pub created_ms: i64,
    }
}

/// A fixed receipt code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptCode {
    /// `FC…`.
    pub id: CodeId,
    /// Who is paid.
    pub merchant: MerchantId,
    /// What is sold, or empty.
    pub label: String,
    /// In which currency.
    pub currency: Currency,
    /// Smallest units.
    pub least: i64,
    /// Smallest units.
    pub most: i64,
    /// ISO 3166 alpha-2, or empty.
    pub country: String,
    /// Where the events of its sessions go, or empty.
    pub notify_url: String,
    /// How many sessions it may open in a minute.
    pub per_minute: i64,
    /// It opens nothing any more.
    pub closed: bool,
    /// When it was made.
    pub created: Millis,
}

impl TryFrom<CodeRow> for ReceiptCode {
    type Error = StoreError;

    fn try_from(row: CodeRow) -> Result<ReceiptCode, StoreError> {
        Ok(ReceiptCode {
            id: word(&row.code_id, "code_id")?,
            merchant: word(&row.merchant_id, "merchant_id")?,
            currency: row
                .currency
                .parse()
                .map_err(|_| StoreError::Unreadable(row.currency.clone(), "a currency"))?,
            label: row.label,
            least: row.least,
            most: row.most,
            country: row.country,
            notify_url: row.notify_url,
            per_minute: row.per_minute,
            closed: row.closed == 1,
            created: row.created_ms,
        })
    }
}

/// Writes a code down, unless the same request has done so already.
pub async fn add(tx: &mut Tx, code: &ReceiptCode) -> Result<(), StoreError> {
    tx.sql(
        "insert into receipt_code (code_id, merchant_id, label, currency, least, most, country, notify_url, per_minute,
           closed, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10) on conflict (code_id) do nothing",
    )
    .bind(code.id.as_str())
    .bind(code.merchant.as_str())
    .bind(&code.label)
    .bind(code.currency.to_string())
    .bind(code.least)
    .bind(code.most)
    .bind(&code.country)
    .bind(&code.notify_url)
    .bind(code.per_minute)
    .bind(code.created)
    .execute()
    .await?;
    Ok(())
}

/// The code of that id, whoever's it is: for the shopper who scanned it.
pub async fn get(tx: &mut Tx, id: &CodeId) -> Result<Option<ReceiptCode>, StoreError> {
    let row: Option<CodeRow> =
        tx.sql("select * from receipt_code where code_id = $1").bind(id.as_str()).one().await?;
    row.map(ReceiptCode::try_from).transpose()
}

/// The code of that id, if it is this merchant's.
pub async fn of_merchant(
    tx: &mut Tx,
    merchant: &MerchantId,
    id: &CodeId,
) -> Result<Option<ReceiptCode>, StoreError> {
    let row: Option<CodeRow> = tx
        .sql("select * from receipt_code where code_id = $1 and merchant_id = $2")
        .bind(id.as_str())
        .bind(merchant.as_str())
        .one()
        .await?;
    row.map(ReceiptCode::try_from).transpose()
}

/// A merchant's codes, newest first; those that stand after `before`, if it is one of them.
pub async fn list(
    tx: &mut Tx,
    merchant: &MerchantId,
    before: Option<&CodeId>,
    most: i64,
) -> Result<Vec<ReceiptCode>, StoreError> {
    let rows: Vec<CodeRow> = tx
        .sql(
            "select * from receipt_code
              where merchant_id = $1
                and ($2 = '' or (created_ms, code_id) <
                     (select b.created_ms, b.code_id from receipt_code b where b.code_id = $2 and b.merchant_id = $1))
              order by created_ms desc, code_id desc limit $3",
        )
        .bind(merchant.as_str())
        .bind(before.map_or("", CodeId::as_str))
        .bind(most)
        .all()
        .await?;
    rows.into_iter().map(ReceiptCode::try_from).collect()
}

/// Closes a code of this merchant's. False when there is none.
pub async fn close(tx: &mut Tx, merchant: &MerchantId, id: &CodeId) -> Result<bool, StoreError> {
    let closed = tx
        .sql("update receipt_code set closed = 1 where code_id = $1 and merchant_id = $2")
        .bind(id.as_str())
        .bind(merchant.as_str())
        .execute()
        .await?;
    Ok(closed == 1)
}

/// Counts one use in this minute. False when the code has been used as often as it may.
pub async fn used(tx: &mut Tx, code: &ReceiptCode, now: Millis) -> Result<bool, StoreError> {
    let minute = now / 60_000;
    let counted = tx
        .sql(
            "insert into receipt_code_use (code_id, minute, uses) values ($1, $2, 1)
             on conflict (code_id, minute) do update set uses = receipt_code_use.uses + 1
              where receipt_code_use.uses < $3",
        )
        .bind(code.id.as_str())
        .bind(minute)
        .bind(code.per_minute)
        .execute()
        .await?;
    // Nobody asks for yesterday's minutes again.
    tx.sql("delete from receipt_code_use where code_id = $1 and minute < $2")
        .bind(code.id.as_str())
        .bind(minute - 60)
        .execute()
        .await?;
    Ok(counted == 1)
}
