//! Payments.

use std::collections::BTreeSet;

use florin_shared::{PaymentId, SessionId};

use super::orders::{Event, Locked, money, word};
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::payment::{Payment, PaymentState};

row! {
    /// A payment's columns.
    pub struct PaymentRow {
        pub payment_id: String, pub session_id: String, pub merchant_id: String, pub trans_id: String,
        pub method: String, pub channel: String, pub product: String, pub request_id: String, pub terminal: String,
        pub payer_ip: String,
        pub cancellable: i64, pub amount: i64, pub currency: String, pub state: String, pub role: String,
        pub confirming: i64, pub reason: String, pub got_amount: Option<i64>, pub got_currency: Option<String>,
        pub paid_ms: Option<i64>, pub action: String, pub expire_ms: i64, pub final_after_ms: i64,
        pub cancels_sent: i64, pub cancels_answered: i64, pub cancel_until_ms: i64, pub asks: i64, pub next_ask_ms: Option<i64>,
        pub created_ms: i64, pub changed_ms: i64,
    }
}

impl TryFrom<PaymentRow> for Payment {
    type Error = StoreError;

    fn try_from(row: PaymentRow) -> Result<Payment, StoreError> {
        let got = match (row.got_amount, &row.got_currency) {
            (Some(minor), Some(currency)) => Some(money(minor, currency)?),
            (None, _) | (_, None) => None,
        };
        Ok(Payment {
            id: word(&row.payment_id, "order_id")?,
            session: word(&row.session_id, "session_id")?,
            merchant: word(&row.merchant_id, "merchant_id")?,
            trans_id: row.trans_id,
            method: word(&row.method, "a method")?,
            channel: row.channel,
            product: row.product,
            request_id: row.request_id,
            terminal: row.terminal,
            payer_ip: row.payer_ip,
            cancellable: row.cancellable == 1,
            amount: money(row.amount, &row.currency)?,
            state: word(&row.state, "a payment's state")?,
            role: word(&row.role, "a role")?,
            confirming: row.confirming == 1,
            reason: row.reason,
            got,
            paid: row.paid_ms,
            action: row.action,
            expires: row.expire_ms,
            final_after: row.final_after_ms,
            cancels_sent: row.cancels_sent,
            cancels_answered: row.cancels_answered,
            cancel_until: row.cancel_until_ms,
            asks: row.asks,
            next_ask: row.next_ask_ms,
            created: row.created_ms,
            changed: row.changed_ms,
        })
    }
}

fn payments(rows: Vec<PaymentRow>) -> Result<Vec<Payment>, StoreError> {
    rows.into_iter().map(Payment::try_from).collect()
}

/// The payment of that id.
pub async fn get(tx: &mut Tx, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
    let row: Option<PaymentRow> =
        tx.sql("select * from payment where payment_id = $1").bind(id.as_str()).one().await?;
    row.map(Payment::try_from).transpose()
}

/// The payment that a channel knows by this number.
pub async fn by_request(
    tx: &mut Tx,
    channel: &str,
    request_id: &str,
) -> Result<Option<Payment>, StoreError> {
    let row: Option<PaymentRow> = tx
        .sql("select * from payment where channel = $1 and request_id = $2")
        .bind(channel)
        .bind(request_id)
        .one()
        .await?;
    row.map(Payment::try_from).transpose()
}

/// Every payment of an order, oldest first.
pub(super) const OF_ORDER: &str = "select * from payment where merchant_id = $1 and trans_id = $2 order by created_ms, payment_id";

/// The same for whoever only looks.
pub async fn of_order(
    tx: &mut Tx,
    merchant: &str,
    trans_id: &str,
) -> Result<Vec<Payment>, StoreError> {
    payments(tx.sql(OF_ORDER).bind(merchant).bind(trans_id).all().await?)
}

/// Every payment of a session, oldest first.
pub async fn of_session(tx: &mut Tx, session: &SessionId) -> Result<Vec<Payment>, StoreError> {
    payments(
        tx.sql("select * from payment where session_id = $1 order by created_ms, payment_id")
            .bind(session.as_str())
            .all()
            .await?,
    )
}

/// Writes a new payment down, before anyone else knows of it.
pub async fn add(tx: &mut Tx, order: &mut Locked, payment: &Payment) -> Result<(), StoreError> {
    tx.sql(
        "insert into payment (payment_id, session_id, merchant_id, trans_id, method, channel, product, request_id,
           terminal, cancellable, amount, currency, state, role, confirming, reason, got_amount, got_currency, paid_ms,
           action, expire_ms, final_after_ms, cancels_sent, cancels_answered, cancel_until_ms, asks, next_ask_ms, created_ms,
           changed_ms, version, payer_ip)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'NONE', 0, '', null, null, null, '', $14, $15,
           0, 0, 0, 0, $16, $17, $17, 0, $18)",
    )
    .bind(payment.id.as_str())
    .bind(payment.session.as_str())
    .bind(payment.merchant.as_str())
    .bind(&payment.trans_id)
    .bind(payment.method.as_str())
    .bind(&payment.channel)
    .bind(&payment.product)
    .bind(&payment.request_id)
    .bind(&payment.terminal)
    .bind(i64::from(payment.cancellable))
    .bind(payment.amount.minor())
    .bind(payment.amount.currency().to_string())
    .bind(payment.state.as_str())
    .bind(payment.expires)
    .bind(payment.final_after)
    .bind(payment.next_ask)
    .bind(payment.created)
    .bind(&payment.payer_ip)
    .later()
    .await?;
    let event = Event {
        session: &payment.session,
        payment: Some(&payment.id),
        kind: "ATTEMPT",
        from: "",
        to: payment.state.as_str(),
        at: payment.created,
    };
    order.log(tx, event).await?;
    Ok(())
}

/// Writes back what changed of a payment. The caller holds the lock.
pub async fn save(tx: &mut Tx, before: &Payment, after: &Payment) -> Result<(), StoreError> {
    tx.sql(
        "update payment set state = $2, role = $3, confirming = $4, reason = $5, got_amount = $6, got_currency = $7,
           paid_ms = $8, action = $9, cancels_sent = $10, cancels_answered = $11, cancel_until_ms = $12, asks = $13,
           next_ask_ms = $14, changed_ms = $15, version = version + 1
         where payment_id = $1 and state = $16",
    )
    .bind(after.id.as_str())
    .bind(after.state.as_str())
    .bind(after.role.as_str())
    .bind(i64::from(after.confirming))
    .bind(&after.reason)
    .bind(after.got.map(|got| got.minor()))
    .bind(after.got.map(|got| got.currency().to_string()))
    .bind(after.paid)
    .bind(&after.action)
    .bind(after.cancels_sent)
    .bind(after.cancels_answered)
    .bind(after.cancel_until)
    .bind(after.asks)
    .bind(after.next_ask)
    .bind(after.changed)
    .bind(before.state.as_str())
    .later_one(after.id.as_str(), "a payment under its order's lock")
    .await
}

/// A change of state gets its line in the log.
pub async fn log(
    tx: &mut Tx,
    order: &mut Locked,
    before: &Payment,
    after: &Payment,
) -> Result<(), StoreError> {
    if before.state != after.state {
        let event = Event {
            session: &after.session,
            payment: Some(&after.id),
            kind: "ATTEMPT",
            from: before.state.as_str(),
            to: after.state.as_str(),
            at: after.changed,
        };
        order.log(tx, event).await?;
    }
    Ok(())
}

/// Payments that are due to be asked about, and the channel of each, but for those of these channels.
pub async fn due(
    tx: &mut Tx,
    now: Millis,
    but: &BTreeSet<String>,
    most: i64,
) -> Result<Vec<(PaymentId, String)>, StoreError> {
    let but: String = but.iter().map(|channel| format!(" {channel} ")).collect();
    let rows: Vec<(String, String)> = tx
        .sql(
            "select payment_id, channel from payment
              where next_ask_ms <= $1 and replace($2, ' ' || channel || ' ', '') = $2
              order by next_ask_ms limit $3",
        )
        .bind(now)
        .bind(but)
        .bind(most)
        .all()
        .await?;
    rows.into_iter().map(|(id, channel)| Ok((word(&id, "order_id")?, channel))).collect()
}

/// What is asked about at this channel after that time, with its state and its time, the soonest first.
pub async fn waiting(
    tx: &mut Tx,
    channel: &str,
    after: Millis,
    most: i64,
) -> Result<Vec<(PaymentId, PaymentState, Millis)>, StoreError> {
    let rows: Vec<(String, String, i64)> = tx
        .sql(
            // By what is due, never by the channel: all of its payments have that.
            "select payment_id, state, next_ask_ms from payment where channel || '' = $1 and next_ask_ms > $2
              order by next_ask_ms limit $3",
        )
        .bind(channel)
        .bind(after)
        .bind(most)
        .all()
        .await?;
    let each = rows.into_iter().map(|(id, state, due)| {
        Ok((word(&id, "order_id")?, word(&state, "a payment's state")?, due))
    });
    each.collect()
}

/// Moves the next question forward, because somebody looks.
pub async fn hasten(tx: &mut Tx, id: &PaymentId, to: Millis) -> Result<(), StoreError> {
    tx.sql("update payment set next_ask_ms = $2 where payment_id = $1 and next_ask_ms > $2")
        .bind(id.to_string())
        .bind(to)
        .execute()
        .await?;
    Ok(())
}

/// Takes one of them, for `lease` milliseconds; `false` when somebody else was quicker. One row a unit, because whoever
/// holds several rows without their orders' locks can meet another who holds them the other way round.
pub async fn claim(
    tx: &mut Tx,
    id: &PaymentId,
    now: Millis,
    lease: Millis,
) -> Result<bool, StoreError> {
    let touched = tx
        .sql("update payment set next_ask_ms = $3, asks = asks + 1 where payment_id = $1 and next_ask_ms <= $2")
        .bind(id.to_string())
        .bind(now)
        .bind(now + lease)
        .execute()
        .await?;
    Ok(touched == 1)
}
