//! What an operator asks and does: sessions with their log, messages sent again, payments asked about again.

use florin_shared::SessionId;

use super::sql::row;
use super::{Pool, Store, StoreError, Tx};
use crate::clock::Millis;

/// Writes one row, to see whether the database takes it and keeps it.
pub async fn touch(store: &Store, now: Millis) -> Result<(), StoreError> {
    store
        .write(async move |tx: &mut Tx| {
            tx.sql(
                "insert into setting (name, value) values ('alive', $1)
                 on conflict (name) do update set value = excluded.value",
            )
            .bind(now.to_string())
            .execute()
            .await?;
            Ok::<_, StoreError>(())
        })
        .await
}

/// Whether the schema has been made at all.
pub async fn has_tables(store: &Store) -> Result<bool, StoreError> {
    let mut tx = store.read().await?;
    let sql = match store.0 {
        Pool::Sqlite { .. } => "select count(*) from sqlite_master where name = 'pay_order'",
        Pool::Postgres(_) => {
            "select count(*) from pg_tables where schemaname = current_schema() and tablename = 'pay_order'"
        }
    };
    let found: Option<(i64,)> = tx.sql(sql).one().await?;
    Ok(found == Some((1,)))
}

/// The database's own name and version.
pub async fn version(store: &Store) -> Result<String, StoreError> {
    let mut tx = store.read().await?;
    let (name, sql) = match store.0 {
        Pool::Sqlite { .. } => ("SQLite", "select sqlite_version()"),
        Pool::Postgres(_) => ("PostgreSQL", "select current_setting('server_version')"),
    };
    let found: Option<(String,)> = tx.sql(sql).one().await?;
    Ok(format!("{name} {}", found.map_or_else(String::new, |(version,)| version)))
}

/// The time by the database's own clock.
pub async fn clock(store: &Store) -> Result<Millis, StoreError> {
    clock_of(&mut store.read().await?).await
}

/// The same over a connection that is there already.
pub async fn clock_of(tx: &mut Tx) -> Result<Millis, StoreError> {
    let sql = match tx {
        Tx::Sqlite(_) | Tx::SqliteReader(_) => {
            "select cast((julianday('now') - 2440587.5) * 86400000 as integer)"
        }
        Tx::Postgres(_) | Tx::PostgresReader(_) => {
            "select (extract(epoch from clock_timestamp()) * 1000)::bigint"
        }
    };
    let found: Option<(i64,)> = tx.sql(sql).one().await?;
    let now = found.map_or(0, |(now,)| now);
    #[cfg(feature = "failpoints")]
    let now = now + crate::point::ahead();
    Ok(now)
}

row! {
    /// A merchant in a list.
    pub struct MerchantLine {
        pub merchant_id: String, pub organisation_id: String, pub name: String, pub livemode: i64, pub created_ms: i64,
    }
}

/// Every merchant.
pub async fn merchants(tx: &mut Tx) -> Result<Vec<MerchantLine>, StoreError> {
    let sql = "select merchant_id, organisation_id, name, livemode, created_ms from merchant order by merchant_id";
    tx.sql(sql).all().await
}

row! {
    /// A session in a list.
    pub struct SessionLine {
        pub session_id: String, pub merchant_id: String, pub trans_id: String, pub state: String,
        pub amount: i64, pub currency: String, pub created_ms: i64, pub expire_ms: i64,
    }
}

/// The newest sessions; an empty `merchant`, `trans_id` or `state` means any.
pub async fn sessions(
    tx: &mut Tx,
    (merchant, trans_id, state): (&str, &str, &str),
    most: i64,
) -> Result<Vec<SessionLine>, StoreError> {
    tx
        .sql(
            "select session_id, merchant_id, trans_id, state, amount, currency, created_ms, expire_ms
               from session
              where ($1 = '' or merchant_id = $1) and ($2 = '' or trans_id = $2) and ($3 = '' or state = $3)
              order by created_ms desc, session_id desc limit $4",
        )
        .bind(merchant.to_owned())
        .bind(trans_id.to_owned())
        .bind(state.to_owned())
        .bind(most)
        .all()
        .await
}

/// The session of a payment's number.
pub async fn session_of(tx: &mut Tx, order_id: &str) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> = tx
        .sql("select session_id from payment where payment_id = $1")
        .bind(order_id.to_owned())
        .one()
        .await?;
    Ok(found.map(|(id,)| id))
}

row! {
    /// A line of an order's log.
    pub struct EventLine {
        pub seq: i64, pub session_id: String, pub payment_id: Option<String>, pub kind: String,
        pub from_state: String, pub to_state: String, pub at_ms: i64,
    }
}

/// An order's log, oldest first.
pub async fn log(
    tx: &mut Tx,
    merchant: &str,
    trans_id: &str,
) -> Result<Vec<EventLine>, StoreError> {
    tx.sql(
        "select seq, session_id, payment_id, kind, from_state, to_state, at_ms from event
              where merchant_id = $1 and trans_id = $2 order by seq",
    )
    .bind(merchant.to_owned())
    .bind(trans_id.to_owned())
    .all()
    .await
}

row! {
    /// A payment in a list.
    pub struct PaymentLine {
        pub payment_id: String, pub method: String, pub channel: String, pub state: String, pub role: String,
        pub reason: String, pub amount: i64, pub currency: String, pub asks: i64, pub next_ask_ms: Option<i64>,
        pub created_ms: i64,
    }
}

/// The payments of a session, oldest first.
pub async fn payments(tx: &mut Tx, session: &SessionId) -> Result<Vec<PaymentLine>, StoreError> {
    tx
        .sql(
            "select payment_id, method, channel, state, role, reason, amount, currency, asks, next_ask_ms, created_ms
               from payment where session_id = $1 order by created_ms, payment_id",
        )
        .bind(session.to_string())
        .all()
        .await
}

row! {
    /// A message in a list; its body and its address's query may tell too much, and are left out.
    pub struct MessageLine {
        pub seq: i64, pub message_id: String, pub endpoint_id: String, pub url: String, pub state: String,
        pub tries: i64, pub last_error: String, pub created_ms: i64,
    }
}

/// The messages of an order, oldest first.
pub async fn messages(
    tx: &mut Tx,
    merchant: &str,
    trans_id: &str,
) -> Result<Vec<MessageLine>, StoreError> {
    tx.sql(
        "select seq, message_id, endpoint_id, url, state, tries, last_error, created_ms from outbox
              where merchant_id = $1 and trans_id = $2 order by seq, endpoint_id",
    )
    .bind(merchant.to_owned())
    .bind(trans_id.to_owned())
    .all()
    .await
}

row! {
    /// A message as it is sent.
    pub struct Outgoing {
        pub message_id: String, pub merchant_id: String, pub trans_id: String, pub body: String,
        pub created_ms: i64,
    }
}

/// What a merchant has been told since then, oldest first; one row a message, however many endpoints it has.
pub async fn told_since(
    tx: &mut Tx,
    merchant: &str,
    since: Millis,
) -> Result<Vec<Outgoing>, StoreError> {
    tx.sql(
        "select message_id, merchant_id, trans_id, body, created_ms from outbox
              where created_ms >= $2 and ($1 = '' or merchant_id = $1)
              order by created_ms, trans_id, seq limit 1000",
    )
    .bind(merchant.to_owned())
    .bind(since)
    .all()
    .await
}

/// Where merchants are told things: address, messages waiting, and the last reason that one waits.
pub async fn addresses(
    tx: &mut Tx,
    since: Millis,
) -> Result<Vec<(String, i64, String)>, StoreError> {
    tx
        .sql(
            "select url, sum(case when state = 'PENDING' then 1 else 0 end), max(last_error) from outbox
              where created_ms >= $1 group by url order by url limit 50",
        )
        .bind(since)
        .all()
        .await
}

/// The public address of the process that started last.
pub async fn public_url(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        tx.sql("select value from setting where name = 'public_url'").one().await?;
    Ok(row.map(|(value,)| value))
}

/// Keeps the public address of a process that starts, and gives the one that was kept before.
pub async fn keep_public_url(tx: &mut Tx, own: String) -> Result<Option<String>, StoreError> {
    let before = public_url(tx).await?;
    tx.sql(
        "insert into setting (name, value) values ('public_url', $1)
         on conflict (name) do update set value = excluded.value",
    )
    .bind(own)
    .execute()
    .await?;
    Ok(before)
}

/// How many payments are marked in one commit: a running server waits behind it.
const MARKED: i64 = 500;

/// Everything younger than `since` is asked about once more: payments whatever they ended as, so that what happened
/// after a backup is found; and money on its way back. Marked some at a time. Gives how many of each.
pub async fn ask_again(
    store: &Store,
    since: Millis,
    now: Millis,
) -> Result<(u64, u64), StoreError> {
    let (mut marked, mut after) = (0, String::new());
    while let Some(last) = page_end(&mut store.read().await?, &after, since).await? {
        let (from, to) = (after, last.clone());
        marked +=
            store.write(async move |tx: &mut Tx| mark(tx, (from, to), since, now).await).await?;
        after = last;
    }
    let reversals = store
        .write(async move |tx: &mut Tx| {
            let sql = "update reversal set next_try_ms = $2
                        where created_ms >= $1 and state in ('INTENT', 'SENT', 'UNKNOWN')";
            tx.sql(sql).bind(since).bind(now).execute().await
        })
        .await?;
    Ok((marked, reversals))
}

/// The last of the next payments behind that one.
async fn page_end(tx: &mut Tx, after: &str, since: Millis) -> Result<Option<String>, StoreError> {
    let rows: Vec<(String,)> = tx
        .sql(
            "select payment_id from payment where payment_id > $1 and created_ms >= $2 and state <> 'INTENT'
              order by payment_id limit $3",
        )
        .bind(after.to_owned())
        .bind(since)
        .bind(MARKED)
        .all()
        .await?;
    Ok(rows.into_iter().next_back().map(|(id,)| id))
}

async fn mark(
    tx: &mut Tx,
    (from, to): (String, String),
    since: Millis,
    now: Millis,
) -> Result<u64, StoreError> {
    tx
        .sql(
            "update payment set next_ask_ms = $4
              where payment_id > $1 and payment_id <= $2 and created_ms >= $3 and state <> 'INTENT'",
        )
        .bind(from)
        .bind(to)
        .bind(since)
        .bind(now)
        .execute()
        .await
}

/// Of the payments younger than `since`: how many have ended and are still a question, which only an answer of the channel
/// closes; and how many are open, which are asked about until they end. Money on its way back is the third.
pub async fn still_asked(tx: &mut Tx, since: Millis) -> Result<(i64, i64, i64), StoreError> {
    let payments: Option<(Option<i64>, Option<i64>)> = tx
        .sql(
            "select cast(sum(case when state in ('FAIL', 'CANCELLED', 'SUCCESS') then 1 else 0 end) as bigint),
                    cast(sum(case when state in ('FAIL', 'CANCELLED', 'SUCCESS') then 0 else 1 end) as bigint)
               from payment where next_ask_ms is not null and created_ms >= $1",
        )
        .bind(since)
        .one()
        .await?;
    let reversals: Option<(i64,)> = tx
        .sql(
            "select count(*) from reversal
              where next_try_ms is not null and created_ms >= $1 and state in ('INTENT', 'SENT', 'UNKNOWN')",
        )
        .bind(since)
        .one()
        .await?;
    let (ended, open) = payments.unwrap_or_default();
    let going_back = reversals.map_or(0, |(count,)| count);
    Ok((ended.unwrap_or(0), open.unwrap_or(0), going_back))
}
