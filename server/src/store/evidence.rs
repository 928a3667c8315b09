//! Evidence: every verified statement of a channel, kept once.

use aws_lc_rs::digest::{SHA256, digest};
use florin_shared::PaymentId;

use super::{Sql, StoreError, Tx};
use crate::clock::Millis;
use crate::domain::payment::{Payment, Said, Statement};
use crate::hex;

/// Keeps a statement. The same one again is the same row.
pub async fn keep(
    tx: &mut Tx,
    payment: &Payment,
    statement: &Statement,
    now: Millis,
) -> Result<(), StoreError> {
    let (amount, returned) = match statement.evidence.said {
        Said::Paid { amount, returned, .. } => (Some(amount), returned),
        Said::NotFound | Said::Pending | Said::Confirming | Said::Failed | Said::Cancelled => {
            (None, 0)
        }
    };
    tx.sql(
        "insert into evidence (channel, dedupe_key, payment_id, source, status, amount, currency, returned, cancels,
           received_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (channel, dedupe_key) do nothing",
    )
    .bind(&payment.channel)
    .bind(key(payment, statement))
    .bind(payment.id.as_str())
    .bind(statement.source.as_str())
    .bind(statement.evidence.said.as_str())
    .bind(amount.map(|amount| amount.minor()))
    .bind(amount.map(|amount| amount.currency().to_string()))
    .bind(returned)
    .bind(payment.cancels_sent)
    .bind(now)
    .later()
    .await?;
    Ok(())
}

/// What makes two statements the same: who said what of which payment, and after which of our cancels.
fn key(payment: &Payment, statement: &Statement) -> String {
    let text = format!("{}|{statement:?}|{}", payment.id, payment.cancels_sent);
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

/// Whether the very same has been said before.
pub async fn is_known(
    tx: &mut Tx,
    payment: &Payment,
    statement: &Statement,
) -> Result<bool, StoreError> {
    let text = "select count(*) from evidence where channel = $1 and dedupe_key = $2";
    has(tx.sql(text).bind(&payment.channel).bind(key(payment, statement))).await
}

/// Whether the channel has ever said that this was paid.
pub async fn has_success(tx: &mut Tx, payment: &PaymentId) -> Result<bool, StoreError> {
    has(tx
        .sql("select count(*) from evidence where payment_id = $1 and status = 'SUCCESS'")
        .bind(payment.as_str()))
    .await
}

/// Whether the channel has ever said that this came to nothing, before this unit.
pub async fn has_denial(tx: &mut Tx, payment: &PaymentId) -> Result<bool, StoreError> {
    let text =
        "select count(*) from evidence where payment_id = $1 and status in ('FAIL', 'CANCELLED')";
    has(tx.sql(text).bind(payment.as_str()).aside()).await
}

async fn has(count: Sql<'_, '_>) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = count.one().await?;
    Ok(row.is_some_and(|(count,)| count > 0))
}
