//! What merchants must be told: written in the commit that made it true, delivered afterwards.

use super::orders::Locked;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;

/// A message to be written.
pub struct Message<'a> {
    /// The event it tells of.
    pub seq: i64,
    /// `notify_url`, or a merchant's endpoint.
    pub endpoint: &'a str,
    /// The receiver's idempotency key.
    pub id: String,
    /// Where to.
    pub url: &'a str,
    /// JSON text.
    pub body: String,
}

row! {
    /// A message on its way.
    pub struct Due {
        pub merchant_id: String, pub trans_id: String, pub seq: i64, pub endpoint_id: String,
        pub message_id: String, pub url: String, pub body: String, pub tries: i64,
    }
}

/// Writes a message beside the event it tells of.
pub async fn add(
    tx: &mut Tx,
    order: &Locked,
    message: Message<'_>,
    now: Millis,
) -> Result<(), StoreError> {
    tx.sql(
        "insert into outbox (merchant_id, trans_id, seq, endpoint_id, message_id, url, body, state, tries, next_ms,
           leased_until_ms, last_error, created_ms, done_ms)
         values ($1, $2, $3, $4, $5, $6, $7, 'PENDING', 0, $8, 0, '', $8, null)",
    )
    .bind(order.merchant.as_str())
    .bind(&order.trans_id)
    .bind(message.seq)
    .bind(message.endpoint.to_owned())
    .bind(message.id)
    .bind(message.url.to_owned())
    .bind(message.body)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Takes messages that are due, for `lease` milliseconds; of one order and endpoint only the oldest, so that a merchant
/// hears of things in their order. One that has failed three times holds the later ones up no more: `seq` orders them.
pub async fn claim(
    tx: &mut Tx,
    now: Millis,
    lease: Millis,
    most: i64,
) -> Result<Vec<Due>, StoreError> {
    Ok(tx
        .sql(
            "update outbox set leased_until_ms = $2, tries = tries + 1
              where (merchant_id, trans_id, seq, endpoint_id) in (
                select o.merchant_id, o.trans_id, o.seq, o.endpoint_id from outbox o
                 where o.state = 'PENDING' and o.next_ms <= $1 and o.leased_until_ms <= $1
                   and not exists (select 1 from outbox e
                     where e.merchant_id = o.merchant_id and e.trans_id = o.trans_id
                       and e.endpoint_id = o.endpoint_id and e.seq < o.seq and e.state = 'PENDING'
                       and (e.tries < 3 or e.leased_until_ms > $1))
                 order by o.next_ms limit $3)
                and state = 'PENDING' and leased_until_ms <= $1
             returning merchant_id, trans_id, seq, endpoint_id, message_id, url, body, tries",
        )
        .bind(now)
        .bind(now + lease)
        .bind(most)
        .all()
        .await?)
}

/// What became of a try.
pub enum Tried {
    /// The merchant has it.
    Done(Millis),
    /// Again at that time, for this reason.
    Again(Millis, String),
    /// Given up, for this reason.
    Dead(String),
}

/// Records a try.
pub async fn record(tx: &mut Tx, due: &Due, tried: Tried) -> Result<(), StoreError> {
    let (state, next, error, done) = match tried {
        Tried::Done(at) => ("DONE", at, String::new(), Some(at)),
        Tried::Again(at, error) => ("PENDING", at, error, None),
        Tried::Dead(error) => ("DEAD", 0, error, None),
    };
    tx.sql(
        "update outbox set state = $5, next_ms = $6, last_error = $7, done_ms = $8, leased_until_ms = 0
          where merchant_id = $1 and trans_id = $2 and seq = $3 and endpoint_id = $4",
    )
    .bind(due.merchant_id.clone())
    .bind(due.trans_id.clone())
    .bind(due.seq)
    .bind(due.endpoint_id.clone())
    .bind(state)
    .bind(next)
    .bind(error)
    .bind(done)
    .execute()
    .await?;
    Ok(())
}
