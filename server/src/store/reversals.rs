//! Reversals and refunds: money going back.

use florin_shared::{MerchantId, PaymentId, ReversalId};

use super::orders::{Event, Locked, money, word};
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::payment::Payment;
use crate::domain::reversal::{Reversal, Wish};

row! {
    /// A reversal's columns.
    pub struct ReversalRow {
        pub reversal_id: String, pub payment_id: String, pub merchant_id: String, pub trans_id: String,
        pub reason: String, pub request_id: String, pub amount: i64, pub currency: String, pub state: String,
        pub tries: i64, pub next_try_ms: Option<i64>, pub created_ms: i64, pub changed_ms: i64,
        pub refund_trans_id: String, pub wish: String, pub notify_url: String, pub fingerprint: String,
        pub sends: i64, pub sent_ms: Option<i64>, pub refusal: String, pub failure: String, pub outcome: String,
        pub note: String,
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
            wish: Wish {
                refund_trans_id: row.refund_trans_id,
                reason: row.wish,
                notify_url: row.notify_url,
                fingerprint: row.fingerprint,
            },
            request_id: row.request_id,
            amount: money(row.amount, &row.currency)?,
            state: word(&row.state, "a reversal's state")?,
            tries: row.tries,
            sends: row.sends,
            sent: row.sent_ms,
            refusal: word(&row.refusal, "a refusal")?,
            failure: row.failure,
            outcome: word(&row.outcome, "an outcome")?,
            note: row.note,
            next_try: row.next_try_ms,
            created: row.created_ms,
            changed: row.changed_ms,
        })
    }
}

/// The reversal of that id.
pub async fn get(tx: &mut Tx, id: &ReversalId) -> Result<Option<Reversal>, StoreError> {
    let row: Option<ReversalRow> =
        tx.sql("select * from reversal where reversal_id = $1").bind(id.as_str()).one().await?;
    row.map(Reversal::try_from).transpose()
}

/// The refund that this merchant calls so.
pub async fn by_own_number(
    tx: &mut Tx,
    merchant: &MerchantId,
    refund_trans_id: &str,
) -> Result<Option<Reversal>, StoreError> {
    let row: Option<ReversalRow> = tx
        .sql("select * from reversal where merchant_id = $1 and refund_trans_id = $2 and refund_trans_id <> ''")
        .bind(merchant.to_string())
        .bind(refund_trans_id.to_owned())
        .one()
        .await?;
    row.map(Reversal::try_from).transpose()
}

/// Which of a merchant's reversals are wanted; an empty text leaves the question out.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// `PROCESSING`, or the word of a state that it ends in.
    pub status: String,
    /// Of this payment.
    pub order_id: String,
    /// Of this order.
    pub trans_id: String,
    /// After this one.
    pub after: String,
    /// At most so many.
    pub most: i64,
}

/// What goes back without the merchant's asking, oldest first.
pub async fn unasked(
    tx: &mut Tx,
    merchant: &MerchantId,
    wanted: &Wanted,
) -> Result<Vec<Reversal>, StoreError> {
    let rows: Vec<ReversalRow> = tx
        .sql(
            "select * from reversal where merchant_id = $1 and reason <> 'MERCHANT'
                and ($2 = '' or case when state in ('INTENT', 'SENT', 'UNKNOWN') then 'PROCESSING' else state end = $2)
                and ($3 = '' or payment_id = $3) and ($4 = '' or trans_id = $4) and reversal_id > $5
              order by reversal_id limit $6",
        )
        .bind(merchant.to_string())
        .bind(wanted.status.clone())
        .bind(wanted.order_id.clone())
        .bind(wanted.trans_id.clone())
        .bind(wanted.after.clone())
        .bind(wanted.most)
        .all()
        .await?;
    rows.into_iter().map(Reversal::try_from).collect()
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
           state, tries, next_try_ms, created_ms, changed_ms, refund_trans_id, wish, notify_url, fingerprint, failure)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15, $16, $17)",
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
    .bind(reversal.tries)
    .bind(reversal.next_try)
    .bind(reversal.created)
    .bind(&reversal.wish.refund_trans_id)
    .bind(&reversal.wish.reason)
    .bind(&reversal.wish.notify_url)
    .bind(&reversal.wish.fingerprint)
    .bind(&reversal.failure)
    .later()
    .await?;
    log(tx, order, payment, reversal, "", reversal.created).await
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
    tx.sql(
        "update reversal set state = $3, next_try_ms = $4, changed_ms = $5, sends = $6, sent_ms = $7,
           refusal = $8, failure = $9, outcome = $10, note = $11
          where reversal_id = $1 and state = $2",
    )
        .bind(after.id.as_str())
        .bind(before.state.as_str())
        .bind(after.state.as_str())
        .bind(after.next_try)
        .bind(at)
        .bind(after.sends)
        .bind(after.sent)
        .bind(after.refusal.as_str())
        .bind(&after.failure)
        .bind(after.outcome.as_str())
        .bind(&after.note)
        .later_one(after.id.as_str(), "a reversal under its order's lock")
        .await?;
    if before.state != after.state {
        log(tx, order, payment, after, before.state.as_str(), at).await?;
    }
    Ok(())
}

async fn log(
    tx: &mut Tx,
    order: &mut Locked,
    payment: &Payment,
    reversal: &Reversal,
    from: &str,
    at: Millis,
) -> Result<i64, StoreError> {
    let event = Event {
        session: &payment.session,
        payment: Some(&payment.id),
        kind: "REVERSAL",
        from,
        to: reversal.state.as_str(),
        at,
    };
    order.log_of(tx, event, Some(&reversal.id)).await
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

/// What is tried or asked about at this channel after that time, the soonest first.
pub async fn waiting(
    tx: &mut Tx,
    channel: &str,
    after: Millis,
    most: i64,
) -> Result<Vec<ReversalId>, StoreError> {
    let rows: Vec<(String,)> = tx
        .sql(
            "select r.reversal_id from reversal r join payment p on p.payment_id = r.payment_id
              where p.channel || '' = $1 and r.next_try_ms > $2 order by r.next_try_ms limit $3",
        )
        .bind(channel)
        .bind(after)
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

/// Moves the next try, and nothing else: a hint to the worker, which needs no lock.
pub async fn put_off(tx: &mut Tx, id: &ReversalId, to: Millis) -> Result<(), StoreError> {
    tx.sql(
        "update reversal set next_try_ms = $2 where reversal_id = $1 and next_try_ms is not null",
    )
    .bind(id.to_string())
    .bind(to)
    .execute()
    .await?;
    Ok(())
}

/// Moves the next try forward, because there is something to hear. Two who ask at once do no harm.
pub async fn hasten(tx: &mut Tx, id: &ReversalId, to: Millis) -> Result<(), StoreError> {
    tx.sql(
        "update reversal set next_try_ms = $2
          where reversal_id = $1 and next_try_ms > $2 and state in ('INTENT', 'SENT', 'UNKNOWN')",
    )
    .bind(id.to_string())
    .bind(to)
    .execute()
    .await?;
    Ok(())
}
