//! The database is stopped, killed, shut to us, held by somebody else: what was acknowledged stays, what cannot be done is
//! said honestly, and when it is back so is the traffic (T07, G5).

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tokio::time::Instant;

use crate::cluster::Cluster;
use crate::database::shopper;
use crate::support::{Db, Florin, KEY, Session, World};

/// How soon traffic must be whole again once the database answers (G5).
const WHOLE_AGAIN: Duration = Duration::from_secs(5);

/// For how long it lets nobody in, or is not there at all: what waits longer each time would show after T07's minute, which
/// `make soak` takes (`FLORIN_AWAY_SECONDS=60`).
pub fn away() -> Duration {
    let said = std::env::var("FLORIN_AWAY_SECONDS").ok();
    Duration::from_secs(said.map_or(2, |seconds| seconds.parse().unwrap()))
}

/// What is told while the database is away: the truth, and what is known from memory.
pub async fn is_honest(world: &World, florin: &Florin, known: &Session) {
    let order = world.order();
    let told = florin.call(Method::POST, "/v1/sessions", KEY, Some(&order)).await.unwrap();
    assert_eq!((told.status, &told.body["ret_code"]), (503, &json!("BUSY")), "{}", told.body);
    assert_eq!(told.retry_after.as_deref(), Some("1"));
    assert_eq!(florin.status(known).await["status"], "SUCCESS", "polls go on");
}

/// From now on it must be possible to pay, soon.
pub async fn is_whole_again(world: &World, florin: &Florin, what: &str) {
    let back = Instant::now();
    shopper(world, florin).await;
    let took = back.elapsed();
    assert!(took < WHOLE_AGAIN, "{what}: paid again only after {took:?}");
}

async fn until_it_answers(url: &str) -> PgConnection {
    for _ in 0..1200 {
        match PgConnection::connect(url).await {
            Ok(connection) => return connection,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("PostgreSQL does not come back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_goes_takes_nothing_with_it_and_comes_back_to_traffic() {
    let mut world = World::new(Db::Sqlite).await;
    let mut cluster = Cluster::start().await;
    world.database = cluster.url.clone();
    let florin = world.serve(&[]).await;
    let known = florin.pay(&world).await;
    let backend = async {
        assert!(cluster.kill_a_backend(0).await);
        until_it_answers(&cluster.url).await;
        is_whole_again(&world, &florin, "a backend was killed").await;
    };
    tokio::join!(join_all((0..8).map(|_| shopper(&world, &florin))), backend);
    // As `pg_ctl stop -m fast`, `-m immediate`, and a machine that is out of memory.
    for (how, signal) in
        [("stopped", Signal::INT), ("stopped at once", Signal::QUIT), ("killed", Signal::KILL)]
    {
        let shoppers = join_all((0..8).map(|_| shopper(&world, &florin)));
        let away = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            match signal {
                Signal::KILL => cluster.postmaster.kill().await,
                signal => cluster.postmaster.stop(signal).await,
            }
            is_honest(&world, &florin, &known).await;
            tokio::time::sleep(away()).await;
            is_honest(&world, &florin, &known).await;
            let ready = florin.get(format!("{}/readyz", florin.base)).await;
            assert_eq!(ready.status, 503, "{how}: {}", ready.body);
            cluster.postmaster.look_after();
            until_it_answers(&cluster.url).await;
            is_whole_again(&world, &florin, how).await;
        };
        tokio::join!(shoppers, away);
        world.agrees(10).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_lets_nobody_in_is_waited_for() {
    let world = World::new(Db::Postgres).await;
    let florin = world.serve(&[]).await;
    let known = florin.pay(&world).await;
    let (server, name) = world.database.rsplit_once('/').unwrap();
    let mut operator = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    let mut say = async |text: String| operator.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    say(format!("alter database {name} allow_connections false")).await;
    say(format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"))
        .await;
    let shut = Instant::now();
    while shut.elapsed() < away() {
        is_honest(&world, &florin, &known).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    say(format!("alter database {name} allow_connections true")).await;
    is_whole_again(&world, &florin, "let in").await;
    world.agrees(2).await;
}

/// A payment that its payer has paid, while the channel tells nobody and takes its time to answer.
async fn silently_paid(world: &World, florin: &Florin) -> Session {
    for fault in [
        json!({ "fault": "silent", "times": 9 }),
        json!({ "fault": "late", "call": "inquiryPayment", "ms": 800, "times": 99 }),
    ] {
        let made = world.http.post(format!("{}/faults", world.sandbox)).json(&fault).send().await;
        assert_eq!(made.unwrap().status(), 201);
    }
    let session = florin.session(world.order()).await;
    let opened = florin.open(&session, "GCASH").await;
    world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
    session
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_could_not_be_kept_is_asked_for_again_at_once() {
    let world = World::new(Db::Postgres).await;
    let florin = world.serve(&[]).await;
    let session = silently_paid(&world, &florin).await;
    let (server, name) = world.database.rsplit_once('/').unwrap();
    let mut reader = PgConnection::connect(&world.database).await.unwrap();
    for _ in 0..400 {
        let asks = sqlx::query_as::<_, (i64,)>("select asks from payment where trans_id = $1");
        if asks.bind(&session.trans_id).fetch_one(&mut reader).await.unwrap().0 > 0 {
            break;
        }
        florin.status(&session).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The question is on its way; its answer comes to a closed door.
    let mut operator = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    let mut say = async |text: String| operator.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    say(format!("alter database {name} allow_connections false")).await;
    say(format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"))
        .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    say(format!("alter database {name} allow_connections true")).await;
    let back = Instant::now();
    florin.until_paid(&session).await;
    assert!(back.elapsed() < WHOLE_AGAIN, "known only after {:?}", back.elapsed());
    world.agrees(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_somebody_holds_holds_up_no_other() {
    let world = World::new(Db::Postgres).await;
    let florin = world.serve(&[]).await;
    let held = florin.session(world.order()).await;
    let mut somebody = PgConnection::connect(&world.database).await.unwrap();
    let mut hand = somebody.begin().await.unwrap();
    let row = sqlx::query("select seq from pay_order where trans_id = $1 for update")
        .bind(&held.trans_id);
    assert_eq!(row.fetch_all(&mut *hand).await.unwrap().len(), 1);
    let path = format!("/v1/checkout/{}/transactions", held.id);
    let body = json!({ "method": "GCASH", "version": 1 });
    let waits = florin.call(Method::POST, &path, &held.token, Some(&body));
    let others = async {
        for _ in 0..3 {
            florin.pay(&world).await;
        }
    };
    let (told, ()) = tokio::join!(waits, others);
    let told = told.unwrap();
    assert_eq!((told.status, &told.body["ret_code"]), (503, &json!("BUSY")), "{}", told.body);
    hand.rollback().await.unwrap();
    let opened = florin.open(&held, "GCASH").await;
    world.wallet(opened["next_action"]["text"].as_str().unwrap(), "approve").await;
    florin.until_paid(&held).await;
    world.agrees(4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sqlite_file_that_somebody_writes_to_is_waited_for() {
    let world = World::new(Db::Sqlite).await;
    let florin = world.serve(&[]).await;
    let known = florin.pay(&world).await;
    let mut somebody = SqliteConnection::connect(&world.database).await.unwrap();
    somebody.execute("begin immediate").await.unwrap();
    is_honest(&world, &florin, &known).await;
    somebody.execute("rollback").await.unwrap();
    is_whole_again(&world, &florin, "let go").await;
    world.agrees(2).await;
}
