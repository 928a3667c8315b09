//! Reversals and refunds: money going back.

use florin_shared::{PaymentId, ReversalId};

use super::orders::{Event, Locked, money, word};
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::payment::Payment;
use crate::domain::reversal::{Reversal, ReversalState};

row! {
    /// A reversal's columns.
    pub struct ReversalRow {
        pub reversal_id: String, pub payment_id: String, pub merchant_id: String, pub trans_id: String,
        pub reason: String, pub request_id: String, pub amount: i64, pub currency: String, pub state: String,
        pub tries: i64, pub next_try_ms: Option<i64>, pub created_ms: i64,
    }
}

impl TryFrom<ReversalRow> for Reversal {
    type Error = StoreError;

    fn try_from(row: ReversalRow) -> Result<Reversal, StoreError> {
        Ok(Reversal {
            id: word(&row.reversal_id, "refund_id")?,
            payment: word(&row.payment_id, "order_id")?,
            merchant: word(&row.merchant_id, "merchant_id")?,
            trans_id: row.trans_id,
            reason: word(&row.reason, "a reversal's reason")?,
            request_id: row.request_id,
            amount: money(row.amount, &row.currency)?,
            state: word(&row.state, "a reversal's state")?,
            tries: row.tries,
            next_try: row.next_try_ms,
            created: row.created_ms,
        })
    }
}

/// The reversal of that id.
pub async fn get(tx: &mut Tx, id: &ReversalId) -> Result<Option<Reversal>, StoreError> {
    let row: Option<ReversalRow> =
        tx.sql("select * from reversal where reversal_id = $1").bind(id.as_str()).one().await?;
    row.map(Reversal::try_from).transpose()
}

/// Every reversal of a payment, oldest first.
pub async fn of_payment(tx: &mut Tx, payment: &PaymentId) -> Result<Vec<Reversal>, StoreError> {
    let rows: Vec<ReversalRow> = tx
        .sql("select * from reversal where payment_id = $1 order by created_ms, reversal_id")
        .bind(payment.as_str())
        .all()
        .await?;
    rows.into_iter().map(Reversal::try_from).collect()
}

/// Writes a new reversal down, in the commit that learned of the money.
pub async fn add(
    tx: &mut Tx,
    order: &mut Locked,
    payment: &Payment,
    reversal: &Reversal,
) -> Result<i64, StoreError> {
    tx.sql(
        "insert into reversal (reversal_id, payment_id, merchant_id, trans_id, reason, request_id, amount, currency,
           state, tries, next_try_ms, created_ms, changed_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $11)",
    )
    .bind(reversal.id.as_str())
    .bind(reversal.payment.as_str())
    .bind(reversal.merchant.as_str())
    .bind(&reversal.trans_id)
    .bind(reversal.reason.as_str())
    .bind(&reversal.request_id)
    .bind(reversal.amount.minor())
    .bind(reversal.amount.currency().to_string())
    .bind(reversal.state.as_str())
    .bind(reversal.next_try)
    .bind(reversal.created)
    .execute()
    .await?;
    log(tx, order, payment, "", reversal.state, reversal.created).await
}

/// Moves a reversal on, with its line in the log when the state changed.
pub async fn save(
    tx: &mut Tx,
    order: &mut Locked,
    payment: &Payment,
    before: &Reversal,
    after: &Reversal,
    at: Millis,
) -> Result<(), StoreError> {
    let touched = tx
        .sql(
            "update reversal set state = $3, next_try_ms = $4, changed_ms = $5
              where reversal_id = $1 and state = $2",
        )
        .bind(after.id.as_str())
        .bind(before.state.as_str())
        .bind(after.state.as_str())
        .bind(after.next_try)
        .bind(at)
        .execute()
        .await?;
    if touched != 1 {
        return Err(StoreError::Unreadable(
            after.id.to_string(),
            "a reversal under its order's lock",
        ));
    }
    if before.state != after.state {
        log(tx, order, payment, before.state.as_str(), after.state, at).await?;
    }
    Ok(())
}

async fn log(
    tx: &mut Tx,
    order: &mut Locked,
    payment: &Payment,
    from: &str,
    to: ReversalState,
    at: Millis,
) -> Result<i64, StoreError> {
    let event = Event {
        session: &payment.session,
        payment: Some(&payment.id),
        kind: "REVERSAL",
        from,
        to: to.as_str(),
        at,
    };
    order.log(tx, event).await
}

/// Reversals that are due.
pub async fn due(tx: &mut Tx, now: Millis, most: i64) -> Result<Vec<ReversalId>, StoreError> {
    let rows: Vec<(String,)> = tx
        .sql("select reversal_id from reversal where next_try_ms <= $1 order by next_try_ms limit $2")
        .bind(now)
        .bind(most)
        .all()
        .await?;
    rows.iter().map(|(id,)| word(id, "refund_id")).collect()
}

/// Takes one of them, for `lease` milliseconds; `false` when somebody else was quicker.
pub async fn claim(
    tx: &mut Tx,
    id: &ReversalId,
    now: Millis,
    lease: Millis,
) -> Result<bool, StoreError> {
    let touched = tx
        .sql(
            "update reversal set next_try_ms = $3, tries = tries + 1
              where reversal_id = $1 and next_try_ms <= $2",
        )
        .bind(id.to_string())
        .bind(now)
        .bind(now + lease)
        .execute()
        .await?;
    Ok(touched == 1)
}
