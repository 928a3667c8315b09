//! A start is as short with ten thousand orders as with ten (G2): what is read before the first right answer is counted,
//! since how long it takes is the machine's matter. The kill tests print the time itself.

use std::time::Duration;

use florin_server::Error;
use florin_server::store::{Store, Tx};
use rustix::process::Signal;

use crate::support::{Db, Florin, World};

const FEW: i64 = 10;
const MANY: i64 = 10_000;

/// Fewer than any table has once there are many orders.
const ROWS: i64 = MANY / 2;

/// Less than the smallest of these tables then takes on the disk.
const BYTES: i64 = ROWS * 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_reads_no_more_bytes_with_many_orders_on_sqlite() {
    let world = World::new(Db::Sqlite).await;
    let few = bytes_read(&world, FEW).await;
    let many = bytes_read(&world, MANY).await;
    println!("sqlite: {few} bytes read until it was ready with {FEW} orders, {many} with {MANY}");
    assert!(few > 0 && many - few < BYTES, "{few} bytes with few orders, {many} with many");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_reads_no_more_rows_with_many_orders_on_postgres() {
    let world = World::new(Db::Postgres).await;
    let few = rows_read(&world, FEW).await;
    let many = rows_read(&world, MANY).await;
    println!("postgres: {few} rows read until it was ready with {FEW} orders, {many} with {MANY}");
    assert!(few > 0 && many - few < ROWS, "{few} rows with few orders, {many} with many");
}

/// What the process reads from files until it is ready, the database among them.
async fn bytes_read(world: &World, orders: i64) -> i64 {
    furnish(world, orders).await;
    // All of them came in one unit; whoever opens the file first takes it over from the log.
    ends(world.serve(&[]).await).await;
    let florin = world.serve(&[]).await;
    let read = florin.bytes_read();
    ends(florin).await;
    read
}

/// What PostgreSQL reads for it, as the statistics of its database tell once every connection has ended.
async fn rows_read(world: &World, orders: i64) -> i64 {
    furnish(world, orders).await;
    alone(world).await;
    number(world, "select cast(1 as bigint) from pg_stat_reset()").await;
    ends(world.serve(&[]).await).await;
    alone(world).await;
    number(
        world,
        "select tup_returned + tup_fetched from pg_stat_database where datname = current_database()",
    )
    .await
}

/// Waits until nobody else is connected, so that what others did is counted.
async fn alone(world: &World) {
    const OTHERS: &str = "select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()";
    for _ in 0..100 {
        if number(world, OTHERS).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("connections stay");
}

async fn number(world: &World, sql: &'static str) -> i64 {
    let store = Store::connect_read_only(&world.database).await.unwrap();
    let found: Option<(i64,)> = store.read().await.unwrap().sql(sql).one().await.unwrap();
    store.close().await;
    found.unwrap().0
}

async fn ends(mut florin: Florin) {
    florin.signal(Signal::KILL);
    florin.ended(Duration::from_secs(10)).await;
}

/// So many paid orders, each like the first, which was a real one.
async fn furnish(world: &World, orders: i64) {
    if orders == FEW {
        let florin = world.serve(&[]).await;
        florin.pay(world).await;
        world.check(true).await;
        ends(florin).await;
    }
    let from = if orders == FEW { 2 } else { FEW + 1 };
    let store = Store::connect(&world.database).await.unwrap();
    let copied: Result<(), Error> = store
        .write(async move |tx: &mut Tx| {
            for sql in COPIES {
                tx.sql(sql).bind(from).bind(orders).execute().await?;
            }
            Ok(())
        })
        .await;
    copied.unwrap();
    store.close().await;
}

/// The order of the first payment again, once for each number from `$1` to `$2`; its log a day old, since what is younger
/// than ten seconds is read by every process that starts (`worker/tail.rs`).
const COPIES: [&str; 5] = [
    "with recursive n(i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2)
     insert into pay_order (merchant_id, trans_id, amount, currency, seq, version)
     select merchant_id, trans_id || '-' || i, amount, currency, seq, version from pay_order, n where trans_id = 'o0'",
    "with recursive n(i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2)
     insert into session (session_id, merchant_id, trans_id, state, closing_to, amount, currency, mode, country, locale,
       return_url, notify_url, goods, fingerprint, expire_text, shown, created_ms, expire_ms, ended_ms)
     select session_id || '-' || i, merchant_id, trans_id || '-' || i, state, closing_to, amount, currency, mode, country,
       locale, return_url, notify_url, goods, fingerprint, expire_text, shown, created_ms, expire_ms, ended_ms
       from session, n where trans_id = 'o0'",
    "with recursive n(i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2)
     insert into payment (payment_id, session_id, merchant_id, trans_id, method, channel, product, request_id, terminal,
       cancellable, amount, currency, state, role, confirming, reason, got_amount, got_currency, paid_ms, action, expire_ms,
       final_after_ms, cancels_sent, cancels_answered, cancel_until_ms, asks, next_ask_ms, created_ms, changed_ms, version)
     select payment_id || '-' || i, session_id || '-' || i, merchant_id, trans_id || '-' || i, method, channel, product,
       request_id || '-' || i, terminal, cancellable, amount, currency, state, role, confirming, reason, got_amount,
       got_currency, paid_ms, action, expire_ms, final_after_ms, cancels_sent, cancels_answered, cancel_until_ms, asks,
       cast(null as bigint), created_ms, changed_ms, version from payment, n where trans_id = 'o0'",
    "with recursive n(i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2)
     insert into event (merchant_id, trans_id, seq, session_id, payment_id, kind, from_state, to_state, at_ms)
     select merchant_id, trans_id || '-' || i, seq, session_id || '-' || i, payment_id || '-' || i, kind, from_state,
       to_state, at_ms - 86400000 from event, n where trans_id = 'o0'",
    "with recursive n(i) as (select cast($1 as bigint) union all select i + 1 from n where i < $2)
     insert into evidence (channel, dedupe_key, payment_id, source, status, amount, currency, returned, cancels, received_ms)
     select channel, dedupe_key || '-' || i, payment_id || '-' || i, source, status, amount, currency, returned, cancels,
       received_ms from evidence, n where payment_id in (select payment_id from payment where trans_id = 'o0')",
];
