//! What merchants must be told: written in the commit that made it true, delivered afterwards.

use florin_shared::{EndpointId, PaymentId, SessionId};

use super::orders::Locked;
use super::sql::row;
use super::{StoreError, Tx};
use crate::clock::Millis;
use crate::domain::webhook::DeliveryState;

/// A message to be written.
pub struct Message<'a> {
    /// `WD…`.
    pub delivery: String,
    /// The event it tells of.
    pub seq: i64,
    /// `notify_url`, or a merchant's endpoint.
    pub endpoint: &'a str,
    /// Behind whom it waits.
    pub lane: String,
    /// Of which session.
    pub session: &'a SessionId,
    /// Of which payment.
    pub payment: &'a PaymentId,
    /// `PAYMENT.SUCCESS`, ….
    pub kind: &'a str,
    /// The receiver's idempotency key.
    pub id: &'a str,
    /// Where to.
    pub url: &'a str,
    /// JSON text.
    pub body: &'a str,
}

row! {
    /// A message on its way.
    pub struct Due {
        pub delivery_id: String, pub merchant_id: String, pub endpoint_id: String, pub message_id: String,
        pub url: String, pub body: String, pub tries: i64, pub round_ms: i64, pub round_tries: i64,
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
           leased_until_ms, last_error, created_ms, done_ms, delivery_id, lane, session_id, order_id, kind, round_ms,
           round_tries)
         values ($1, $2, $3, $4, $5, $6, $7, 'PENDING', 0, $8, 0, '', $8, null, $9, $10, $11, $12, $13, $8, 0)",
    )
    .bind(order.merchant.as_str())
    .bind(&order.trans_id)
    .bind(message.seq)
    .bind(message.endpoint.to_owned())
    .bind(message.id.to_owned())
    .bind(message.url.to_owned())
    .bind(message.body.to_owned())
    .bind(now)
    .bind(message.delivery)
    .bind(message.lane)
    .bind(message.session.as_str())
    .bind(message.payment.as_str())
    .bind(message.kind.to_owned())
    .later()
    .await?;
    Ok(())
}

/// The lanes on which something is due. Steps from lane to lane through the index, so that a long queue on one costs no
/// more than a short one.
pub async fn lanes_due(tx: &mut Tx, now: Millis) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = tx
        .sql(
            "with recursive lanes(lane) as (
                select (select min(lane) from outbox where state = 'PENDING')
                union all
                select (select min(o.lane) from outbox o where o.state = 'PENDING' and o.lane > lanes.lane)
                  from lanes where lanes.lane is not null)
             select lane from lanes where lane is not null and exists (
                select 1 from outbox o where o.state = 'PENDING' and o.lane = lanes.lane and o.next_ms <= $1
                   and o.leased_until_ms <= $1)",
        )
        .bind(now)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(lane,)| lane).collect())
}

/// Takes messages of a lane that are due, until `lease`; of one order and address only the oldest, so that a merchant
/// hears of things in their order. One that has failed three times holds the later ones up no more: `seq` orders them.
///
/// Two statements: in one, PostgreSQL may look for the due ones again for every row it changes. Whoever changes a row
/// first has it.
pub async fn claim(
    tx: &mut Tx,
    lane: &str,
    (now, lease): (Millis, Millis),
    most: i64,
) -> Result<Vec<Due>, StoreError> {
    let ids: Vec<(String,)> = tx
        .sql(
            "select o.delivery_id from outbox o
              where o.state = 'PENDING' and o.lane = $1 and o.next_ms <= $2 and o.leased_until_ms <= $2
                and not exists (select 1 from outbox e
                  where e.merchant_id = o.merchant_id and e.trans_id = o.trans_id
                    and e.endpoint_id = o.endpoint_id and e.lane = o.lane and e.seq < o.seq and e.state = 'PENDING'
                    and (e.tries < e.round_tries + 3 or e.leased_until_ms > $2))
              order by o.next_ms limit $3",
        )
        .bind(lane.to_owned())
        .bind(now)
        .bind(most)
        .all()
        .await?;
    let mut taken = Vec::with_capacity(ids.len());
    for group in ids.chunks(GROUP) {
        taken.extend(lease_group(tx, group, (now, lease)).await?);
    }
    Ok(taken)
}

/// How many rows go into one statement: what takes time is the way to the database and back.
const GROUP: usize = 16;

async fn lease_group(
    tx: &mut Tx,
    group: &[(String,)],
    (now, lease): (Millis, Millis),
) -> Result<Vec<Due>, StoreError> {
    let mut take = tx
        .sql(
            "update outbox set leased_until_ms = $2, tries = tries + 1
              where state = 'PENDING' and leased_until_ms <= $1
                and delivery_id in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
             returning delivery_id, merchant_id, endpoint_id, message_id, url, body, tries, round_ms, round_tries",
        )
        .bind(now)
        .bind(lease);
    for at in 0..GROUP {
        // A group that is not full is filled up with an id that nobody has.
        take = take.bind(group.get(at).map_or_else(String::new, |(id,)| id.clone()));
    }
    take.all().await
}

/// What is written down of a try.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Which delivery.
    pub delivery: String,
    /// Which try of it, from 1.
    pub number: i64,
    /// When it began.
    pub at: Millis,
    /// How long it took.
    pub took: Millis,
    /// HTTP.
    pub status: Option<i64>,
    /// One sentence; empty when it was delivered.
    pub error: String,
    /// How a refusing answer began.
    pub excerpt: String,
    /// What comes next.
    pub next: Next,
}

/// What comes after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The merchant has it.
    Done,
    /// Again at that time.
    Again(Millis),
    /// Never: given up.
    Dead,
}

/// Records tries. A delivery counts whoever made it; a refusal only from the newest try, since an older one was taken for
/// lost and somebody else has gone on.
pub async fn record(tx: &mut Tx, tries: &[Tried]) -> Result<(), StoreError> {
    let (delivered, refused): (Vec<&Tried>, Vec<&Tried>) =
        tries.iter().partition(|tried| tried.next == Next::Done);
    let (groups, rest) = delivered.as_chunks::<GROUP>();
    for group in groups {
        record_group(tx, group).await?;
    }
    for tried in rest.iter().chain(&refused) {
        record_one(tx, tried).await?;
    }
    Ok(())
}

async fn record_group(tx: &mut Tx, group: &[&Tried; GROUP]) -> Result<(), StoreError> {
    let mut insert = tx.sql(
        "insert into delivery_try (delivery_id, number, at_ms, took_ms, status, error, excerpt, next_ms)
         values ($1, $2, $3, $4, $5, '', '', null),
                ($6, $7, $8, $9, $10, '', '', null),
                ($11, $12, $13, $14, $15, '', '', null),
                ($16, $17, $18, $19, $20, '', '', null),
                ($21, $22, $23, $24, $25, '', '', null),
                ($26, $27, $28, $29, $30, '', '', null),
                ($31, $32, $33, $34, $35, '', '', null),
                ($36, $37, $38, $39, $40, '', '', null),
                ($41, $42, $43, $44, $45, '', '', null),
                ($46, $47, $48, $49, $50, '', '', null),
                ($51, $52, $53, $54, $55, '', '', null),
                ($56, $57, $58, $59, $60, '', '', null),
                ($61, $62, $63, $64, $65, '', '', null),
                ($66, $67, $68, $69, $70, '', '', null),
                ($71, $72, $73, $74, $75, '', '', null),
                ($76, $77, $78, $79, $80, '', '', null)
         on conflict (delivery_id, number) do nothing",
    );
    for tried in group {
        insert = insert
            .bind(tried.delivery.clone())
            .bind(tried.number)
            .bind(tried.at)
            .bind(tried.took)
            .bind(tried.status);
    }
    insert.later().await?;
    let latest = group.iter().map(|tried| tried.at + tried.took).max().unwrap_or(0);
    let mut done = tx.sql(
        "update outbox set state = 'DONE', done_ms = $1, last_error = '', leased_until_ms = 0
          where state <> 'DONE' and delivery_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(latest);
    for tried in group {
        done = done.bind(tried.delivery.clone());
    }
    done.later().await
}

async fn record_one(tx: &mut Tx, tried: &Tried) -> Result<(), StoreError> {
    let next = match tried.next {
        Next::Again(at) => Some(at),
        Next::Done | Next::Dead => None,
    };
    tx.sql(
        "insert into delivery_try (delivery_id, number, at_ms, took_ms, status, error, excerpt, next_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (delivery_id, number) do nothing",
    )
    .bind(tried.delivery.clone())
    .bind(tried.number)
    .bind(tried.at)
    .bind(tried.took)
    .bind(tried.status)
    .bind(tried.error.clone())
    .bind(tried.excerpt.clone())
    .bind(next)
    .later()
    .await?;
    match tried.next {
        Next::Done => done(tx, tried).await,
        Next::Again(at) => refused(tx, tried, DeliveryState::Pending, at).await,
        Next::Dead => refused(tx, tried, DeliveryState::Dead, 0).await,
    }
}

async fn done(tx: &mut Tx, tried: &Tried) -> Result<(), StoreError> {
    tx.sql(
        "update outbox set state = 'DONE', done_ms = $2, last_error = '', leased_until_ms = 0
          where delivery_id = $1 and state <> 'DONE'",
    )
    .bind(tried.delivery.clone())
    .bind(tried.at + tried.took)
    .later()
    .await
}

async fn refused(
    tx: &mut Tx,
    tried: &Tried,
    state: DeliveryState,
    next: Millis,
) -> Result<(), StoreError> {
    tx.sql(
        "update outbox set state = case when state = 'PENDING' then $3 else state end, next_ms = $4, last_error = $5,
           leased_until_ms = 0
          where delivery_id = $1 and tries = $2 and state in ('PENDING', 'HELD')",
    )
    .bind(tried.delivery.clone())
    .bind(tried.number)
    .bind(state.as_str())
    .bind(next)
    .bind(tried.error.clone())
    .later()
    .await
}

/// An endpoint is disabled: what it has not been told waits for it.
pub async fn hold(tx: &mut Tx, endpoint: &EndpointId) -> Result<(), StoreError> {
    tx.sql("update outbox set state = 'HELD', leased_until_ms = 0 where lane = $1 and state = 'PENDING'")
        .bind(endpoint.as_str())
        .execute()
        .await?;
    Ok(())
}

/// An endpoint is enabled again: what waited is due, with thirty days before it.
pub async fn release(tx: &mut Tx, endpoint: &EndpointId, now: Millis) -> Result<(), StoreError> {
    tx.sql(
        "update outbox set state = 'PENDING', next_ms = $2, round_ms = $2, round_tries = tries
          where lane = $1 and state = 'HELD'",
    )
    .bind(endpoint.as_str())
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// An endpoint is deleted: what it has not been told is given up.
pub async fn give_up(tx: &mut Tx, endpoint: &EndpointId) -> Result<(), StoreError> {
    hold(tx, endpoint).await?;
    tx.sql(
        "update outbox set state = 'DEAD', last_error = 'the endpoint was deleted'
          where lane = $1 and state = 'HELD'",
    )
    .bind(endpoint.as_str())
    .execute()
    .await?;
    Ok(())
}

/// Sends a message once more, from the beginning, with the same id. One that is under way is left alone. Tries are counted
/// on, so that each keeps its number and its record.
pub async fn replay(tx: &mut Tx, delivery: &str, now: Millis) -> Result<(), StoreError> {
    tx.sql(
        "update outbox set state = 'PENDING', next_ms = $2, round_ms = $2, round_tries = tries, done_ms = null
          where delivery_id = $1 and leased_until_ms <= $2",
    )
    .bind(delivery.to_owned())
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// The same for an order's messages; with `undelivered` only for those that nobody has taken. What waits for a disabled
/// endpoint goes on waiting.
pub async fn replay_order(
    tx: &mut Tx,
    (merchant, trans_id): (&str, &str),
    undelivered: bool,
    now: Millis,
) -> Result<u64, StoreError> {
    tx
        .sql(
            "update outbox set state = 'PENDING', next_ms = $3, round_ms = $3, round_tries = tries, done_ms = null
              where merchant_id = $1 and trans_id = $2 and leased_until_ms <= $3 and state <> 'HELD'
                and ($4 = 0 or state <> 'DONE')",
        )
        .bind(merchant.to_owned())
        .bind(trans_id.to_owned())
        .bind(now)
        .bind(i64::from(undelivered))
        .execute()
        .await
}
