//! Which migrations a database has, and which it lacks.

use sqlx::SqliteConnection;
use sqlx::migrate::{Migrate, MigrateError, MigrationType, Migrator};
use sqlx::{ConnectOptions, Connection};

use super::{Store, Tx, migrations, postgres, sqlite_options};
use crate::point;

/// One step of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number; they are applied in rising order.
    pub version: i64,
    /// Its name.
    pub name: String,
}

/// Every step this program knows, oldest first.
pub fn known() -> Vec<Step> {
    steps(&migrations())
}

fn steps(migrator: &Migrator) -> Vec<Step> {
    let up = migrator.iter().filter(|step| step.migration_type != MigrationType::ReversibleDown);
    up.map(|step| Step { version: step.version, name: step.description.to_string() }).collect()
}

/// The steps that the database lacks. A database without any table lacks all of them.
pub async fn pending(store: &Store) -> Result<Vec<Step>, super::StoreError> {
    let mut tx = store.read().await?;
    let applied = applied(&mut tx).await?;
    Ok(known().into_iter().filter(|step| !applied.contains(&step.version)).collect())
}

async fn applied(tx: &mut Tx) -> Result<Vec<i64>, super::StoreError> {
    let table = match tx {
        Tx::Sqlite(_) | Tx::SqliteReader(_) => {
            "select count(*) from sqlite_master where name = '_sqlx_migrations'"
        }
        Tx::Postgres(_) | Tx::PostgresReader(_) => {
            "select count(*) from pg_tables where schemaname = current_schema() and tablename = '_sqlx_migrations'"
        }
    };
    let there: Option<(i64,)> = tx.sql(table).one().await?;
    if there != Some((1,)) {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64,)> = tx
        .sql("select version from _sqlx_migrations where success = true order by version")
        .all()
        .await?;
    Ok(rows.into_iter().map(|(version,)| version).collect())
}

/// Brings a database up to date, telling of each step before it is taken. A step is one commit: what was done stays,
/// and calling this again goes on from there.
pub async fn apply(url: &str, tell: &mut dyn FnMut(&Step)) -> anyhow::Result<usize> {
    if url.starts_with("postgres") {
        let address = postgres::Address::of(&postgres::connect_options(url, &[])?)?;
        let mut steps = postgres::Steps::connect(&address).await.map_err(postgres::plainly)?;
        return Ok(run(&mut steps, tell).await?);
    }
    let mut connection: SqliteConnection = sqlite_options(url)?.connect().await?;
    let done = run(&mut connection, tell).await;
    connection.close().await?;
    Ok(done?)
}

async fn run<C: Migrate>(
    connection: &mut C,
    tell: &mut dyn FnMut(&Step),
) -> Result<usize, MigrateError> {
    const TABLE: &str = "_sqlx_migrations";
    connection.lock().await?;
    connection.ensure_migrations_table(TABLE).await?;
    let applied = connection.list_applied_migrations(TABLE).await?;
    let mut done = 0;
    for migration in migrations().iter() {
        if applied.iter().any(|one| one.version == migration.version) {
            continue;
        }
        let name = migration.description.to_string();
        tell(&Step { version: migration.version, name });
        point!("migration/{}/before", migration.version);
        connection.apply(TABLE, migration).await?;
        point!("migration/{}/after", migration.version);
        done += 1;
    }
    connection.unlock().await?;
    Ok(done)
}

impl Store {
    /// Opens a database that is up to date, to read and to write; changes nothing of its schema.
    pub async fn open(url: &str) -> anyhow::Result<Store> {
        let store = Store::connect_read_only(url).await?;
        let missing = pending(&store).await?;
        let there = super::operate::has_tables(&store).await?;
        anyhow::ensure!(
            there,
            "this database is empty: `florin migrate` or `florin serve` makes it"
        );
        anyhow::ensure!(
            missing.is_empty(),
            "the database lacks {} migrations: run `florin migrate`",
            missing.len()
        );
        store.close().await;
        Store::connect(url).await
    }
}
