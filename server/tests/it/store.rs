//! One story told to both databases, and what the one writer promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use florin_server::clock::Clock;
use florin_server::domain::payment::{Payment, PaymentState};
use florin_server::domain::reversal::{Outcome, Refusal, Reversal};
use florin_server::store::sessions::{self, Place};
use florin_server::store::{Store, StoreError, Tx, operate, payments, reversals};
use florin_server::{Error, Result, worker};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, PgConnection, SqlSafeStr, SqliteConnection};

use crate::support::{TestApp, on_both, postgres};

async fn count(store: &Store) -> i64 {
    let row: Option<(i64,)> = store
        .read()
        .await
        .unwrap()
        .sql("select count(*) from setting where name like 'k%'")
        .one()
        .await
        .unwrap();
    row.unwrap().0
}

async fn add(tx: &mut Tx, name: String) -> std::result::Result<(), StoreError> {
    tx.sql("insert into setting (name, value) values ($1, 'x')").bind(name).execute().await?;
    Ok(())
}

on_both! {
    async fn a_failing_unit_is_rolled_back_and_its_neighbours_stay(app: TestApp) {
        let store = &app.app.store;
        let units = (0..40).map(|number| {
            store.write(async move |tx: &mut Tx| {
                add(tx, format!("k{number}")).await?;
                if number % 2 == 0 { Err(Error::Internal("on purpose".into())) } else { Ok(()) }
            })
        });
        let outcomes: Vec<Result<()>> = futures_util::future::join_all(units).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 20);
        assert_eq!(count(store).await, 20);
    }

    async fn a_row_that_is_there_already_fails_one_unit_only(app: TestApp) {
        let store = &app.app.store;
        let units = (0..10).map(|_| store.write(async move |tx: &mut Tx| add(tx, "k".into()).await.map_err(Error::from)));
        let outcomes: Vec<Result<()>> = futures_util::future::join_all(units).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(count(store).await, 1);
    }

    async fn what_was_to_be_done_later_is_done_or_fails_its_unit(app: TestApp) {
        let store = &app.app.store;
        let later = async |tx: &mut Tx, name: &str| {
            tx.sql("insert into setting (name, value) values ($1, 'x')").bind(name.to_owned()).later().await
        };
        let both: std::result::Result<(), StoreError> = store.write(async move |tx: &mut Tx| {
            later(tx, "k1").await?;
            later(tx, "k2").await
        }).await;
        both.unwrap();
        let twice: std::result::Result<(), StoreError> = store.write(async move |tx: &mut Tx| {
            later(tx, "k3").await?;
            later(tx, "k1").await
        }).await;
        assert!(matches!(twice, Err(StoreError::Sql(sqlx::Error::Database(_)))), "{twice:?}");
        let none: std::result::Result<(), StoreError> = store.write(async move |tx: &mut Tx| {
            later(tx, "k4").await?;
            tx.sql("update setting set value = 'y' where name = 'k5'").later_one("k5", "a setting").await
        }).await;
        assert!(matches!(none, Err(StoreError::Unreadable(..))), "{none:?}");
        assert_eq!(count(store).await, 2);
    }

    async fn a_payment_moves_only_from_the_state_in_which_it_was_read(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let id = crate::support::order_id(&app.pay(&session, "GCASH").await).parse().unwrap();
        let store = &app.app.store;
        let stored = payments::get(&mut store.read().await.unwrap(), &id).await.unwrap().unwrap();
        assert_eq!(stored.state, PaymentState::Processing);
        for state in PaymentState::ALL.iter().filter(|state| **state != stored.state) {
            let before = Payment { state: *state, ..stored.clone() };
            let after = Payment { state: PaymentState::Fail, ..stored.clone() };
            let late = store.write(async move |tx: &mut Tx| payments::save(tx, &before, &after).await).await;
            assert!(matches!(late, Err(StoreError::Unreadable(..))), "{state:?}: {late:?}");
        }
        let now = payments::get(&mut store.read().await.unwrap(), &id).await.unwrap().unwrap();
        assert_eq!(now.state, PaymentState::Processing);
    }

    async fn only_one_of_many_racers_is_accepted(app: TestApp) {
        let session = app.session("PHP", "25000").await;
        let pays = (0..16).map(|number| app.pay(&session, if number % 2 == 0 { "GCASH" } else { "MAYA" }));
        futures_util::future::join_all(pays).await;
        let mut tx = app.app.store.read().await.unwrap();
        let live: Option<(i64,)> = tx
            .sql("select count(*) from payment where state in ('INTENT', 'SENT', 'UNKNOWN', 'PROCESSING')")
            .one()
            .await
            .unwrap();
        assert_eq!(live, Some((1,)));
    }
}

/// Rule R10: a machine whose clock is 40 minutes ahead closes nobody's session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_whose_clock_is_wrong_goes_by_the_databases() {
    crate::support::tell(crate::support::Db::Postgres, async |app| {
        app.session("PHP", "25000").await;
        let (store, ahead) = (&app.app.store, Arc::new(AtomicI64::new(40 * 60_000)));
        let machine = Clock::Shifted(ahead.clone());
        let due = async |now| {
            let mut tx = store.read().await.unwrap();
            sessions::due(&mut tx, now, &Place::default(), 10).await.unwrap().len()
        };
        assert_eq!(due(machine.now()).await, 1, "by its own clock it would close it");
        let clock = worker::clock::of(store, machine.clone()).await.unwrap();
        assert_eq!(due(clock.now()).await, 0);
        let apart = async || (clock.now() - operate::clock(store).await.unwrap()).abs();
        assert!(apart().await < 1_000, "{}", apart().await);
        // The machine is set right, by a jump; until that is measured, time stands.
        let before = clock.now();
        ahead.store(0, Ordering::Relaxed);
        assert!(clock.now() >= before);
        let Clock::Followed(followed) = &clock else {
            panic!("a shared store's clock is followed")
        };
        worker::clock::look(store, followed).await;
        assert!(apart().await < 1_000, "{}", apart().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_of_one_process_goes_by_its_machine() {
    crate::support::tell(crate::support::Db::Sqlite, async |app| {
        let clock = worker::clock::of(&app.app.store, Clock::System).await.unwrap();
        assert!(matches!(clock, Clock::System));
    })
    .await;
    crate::support::tell(crate::support::Db::Postgres, async |app| {
        let clock = worker::clock::of(&app.app.store, Clock::System).await.unwrap();
        let Clock::Followed(followed) = clock else { panic!("a shared store's clock is followed") };
        let machine = followed.machine();
        assert!(
            matches!(machine, Clock::Steady),
            "a step of the machine would move what it measures"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_in_a_unit_ends_that_unit_only() {
    crate::support::tell(crate::support::Db::Sqlite, async |app| {
        let store = &app.app.store;
        let number = 7;
        let panicked: Result<()> = store
            .write(async move |tx: &mut Tx| {
                add(tx, "k1".into()).await?;
                assert_eq!(number, 8, "on purpose");
                Ok(())
            })
            .await;
        assert!(matches!(panicked, Err(Error::Store(StoreError::Panicked))));
        store
            .write(async move |tx: &mut Tx| add(tx, "k2".into()).await.map_err(Error::from))
            .await
            .unwrap();
        assert_eq!(count(store).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_postgres_has_ended_are_lent_to_nobody() {
    const END_ALL: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()";
    crate::support::tell(crate::support::Db::Postgres, async |app| {
        let many = || futures_util::future::join_all((0..12).map(|_| app.session("PHP", "25000")));
        many().await;
        let mut other = PgConnection::connect(&app.database).await.unwrap();
        let (ended,): (i64,) = sqlx::query_as(END_ALL).fetch_one(&mut other).await.unwrap();
        assert!(ended >= 2, "{ended}");
        other.close().await.unwrap();
        // Until the connections have heard of it: a moment, by their own account.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        many().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_that_hides_a_failure_is_not_taken_for_committed() {
    crate::support::tell(crate::support::Db::Postgres, async |app| {
        let store = &app.app.store;
        let hidden: std::result::Result<(), StoreError> = store
            .write(async move |tx: &mut Tx| {
                add(tx, "k1".into()).await?;
                let _hidden = add(tx, "k1".into()).await;
                Ok(())
            })
            .await;
        assert!(hidden.is_err());
        assert_eq!(count(store).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_postgres_tell_the_same() {
    crate::support::tell(crate::support::Db::Postgres, async |app| {
        let (_second, base) = app.another().await;
        let session = app.session("PHP", "25000").await;
        let there = format!("{base}/v1/checkout/{}/status", session.id);
        let http = reqwest::Client::new();
        let ask = async || -> serde_json::Value {
            let text = http
                .get(&there)
                .bearer_auth(&session.token)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            serde_json::from_str(&text).unwrap()
        };
        assert_eq!(ask().await["data"]["status"], "PROCESSING");
        let opened = app.pay(&session, "GCASH").await;
        app.wallet(&crate::support::code(&opened), "approve").await.is_paid();
        app.until("the other process says so too", async || {
            ask().await["data"]["status"] == "SUCCESS"
        })
        .await;
    })
    .await;
}

/// A database of the first version, with one reversal that was tried twice and one that was not.
const OLDER: &str = "
    insert into pay_order values ('1', 't', 800, 'HKD', 0, 0);
    insert into session values ('CS00000000000000000000000000000000', '1', 't', 'OPEN', '', 800, 'HKD', 'HOSTED', '', '',
      '', '', '[]', '', '', 1, 0, 1);
    insert into payment values ('GW00000000000000000000000000', 'CS00000000000000000000000000000000', '1', 't', 'GCASH',
      'antom', 'GCASH', 'GW00000000000000000000000000', 'WEB', 1, 800, 'HKD', 'SUCCESS', 'SURPLUS', 0, '', 800, 'HKD', 0,
      '', 0, 0, 0, 0, 0, 0, null, 0, 0, 0);
    insert into reversal values ('RF00000000000000000000000000', 'GW00000000000000000000000000', '1', 't', 'SURPLUS',
      'RF00000000000000000000000000', 500, 'HKD', 'INTENT', 2, 0, 0, 0);
    insert into reversal values ('RF00000000000000000000000001', 'GW00000000000000000000000000', '1', 't', 'EXTERNAL',
      'RF00000000000000000000000001', 300, 'HKD', 'SUCCESS', 0, null, 1, 1);";

fn first_version() -> Migrator {
    let text = include_str!("../../migrations/0001_init.sql").into_sql_str();
    let first = Migration::new(1, "init".into(), MigrationType::Simple, text, false);
    Migrator::with_migrations(vec![first])
}

/// What was tried may have been sent, and is asked about; what was never tried may go out at once.
async fn is_brought_up_to_date(url: &str) {
    let store = Store::connect(url).await.unwrap();
    let payment = "GW00000000000000000000000000".parse().unwrap();
    let found: Vec<Reversal> =
        reversals::of_payment(&mut store.read().await.unwrap(), &payment).await.unwrap();
    assert_eq!(found.iter().map(|reversal| reversal.sends).collect::<Vec<_>>(), [2, 0]);
    assert!(found.iter().all(|reversal| !reversal.is_unsent()));
    assert!(found.iter().all(|reversal| reversal.refusal == Refusal::None));
    assert!(found.iter().all(|reversal| reversal.outcome == Outcome::None));
    store.close().await;
}

#[tokio::test]
async fn an_older_sqlite_is_brought_up_to_date() {
    let folder = std::env::temp_dir().join(format!("florin-older-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let url = format!("sqlite:{}?mode=rwc", folder.join("florin.db").display());
    let mut older = SqliteConnection::connect(&url).await.unwrap();
    first_version().run_direct(None, &mut older, false).await.unwrap();
    sqlx::raw_sql(OLDER).execute(&mut older).await.unwrap();
    older.close().await.unwrap();
    is_brought_up_to_date(&url).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn an_older_postgres_is_brought_up_to_date() {
    let url = postgres::fresh_database().await;
    let mut older = PgConnection::connect(&url).await.unwrap();
    first_version().run_direct(None, &mut older, false).await.unwrap();
    sqlx::raw_sql(OLDER).execute(&mut older).await.unwrap();
    older.close().await.unwrap();
    is_brought_up_to_date(&url).await;
}
