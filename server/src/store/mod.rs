//! SQL. One text for both databases; a unit of work is one closure and one commit.
//!
//! SQLite has one writer thread that commits many units at once (`store/writer.rs`); PostgreSQL locks rows. The
//! first statement of every unit that touches an order is its lock (`store/orders.rs`).

use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqlSafeStr};

pub mod accounts;
pub mod backup;
pub mod checks;
pub mod codes;
pub mod credits;
pub mod deliveries;
pub mod endpoints;
pub mod evidence;
pub mod figures;
pub mod idempotency;
pub mod keys;
pub mod ledger;
pub mod merchants;
pub mod migrate;
pub mod notify_secrets;
pub mod operate;
pub mod orders;
pub mod organisations;
pub mod outbox;
pub mod payments;
mod pen;
pub mod pictures;
mod postgres;
mod refused;
pub mod retention;
pub mod reversals;
pub mod sessions;
mod sql;
pub mod statements;
mod waits;
mod writer;

use pen::Pen;
pub use sql::{Row, Sql, Tx};
use writer::Writer;

use crate::point;

/// Why a unit of work came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The unit never began: the database was busy or gone. Trying again is safe.
    #[error("the database is busy")]
    NotBegun(#[source] sqlx::Error),
    /// The commit's outcome is unknown. Read it back, never repeat it blindly (rule R13).
    #[error("the commit was not confirmed")]
    Unconfirmed(#[source] sqlx::Error),
    /// A statement failed; everything was rolled back.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    /// The unit panicked; everything was rolled back.
    #[error("a unit of work panicked")]
    Panicked,
    /// A row holds something that this program does not write.
    #[error("the database holds {0:?} as {1}")]
    Unreadable(String, &'static str),
}

impl StoreError {
    /// Whether the database is to blame and not the statement: a full disk, a lost connection, a restart. The same may
    /// be sent again later (G8).
    pub fn will_pass(&self) -> bool {
        match self {
            StoreError::NotBegun(_) | StoreError::Unconfirmed(_) => true,
            StoreError::Sql(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| is_trouble(&code))
            }
            StoreError::Sql(error) => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            ),
            StoreError::Panicked | StoreError::Unreadable(..) => false,
        }
    }

    /// Whether the unit and another one stood in each other's way, and PostgreSQL undid this one whole (its class 40).
    pub fn gave_way(&self) -> bool {
        let StoreError::Sql(sqlx::Error::Database(error)) = self else { return false };
        error.code().is_some_and(|code| code.len() == 5 && code.starts_with("40"))
    }
}

/// PostgreSQL's classes of five characters, or SQLite's numbers, whose last byte is the kind.
fn is_trouble(code: &str) -> bool {
    const CLASSES: [&str; 5] = ["08", "40", "53", "57", "58"];
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    // BUSY, LOCKED, READONLY (the file was opened so), IOERR, FULL.
    const KINDS: [u32; 5] = [5, 6, 8, 10, 13];
    if code.len() == 5 {
        return code == LOCK_NOT_AVAILABLE || CLASSES.iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| KINDS.contains(&(code & 255)))
}

/// The database.
#[derive(Clone)]
pub struct Store(Pool);

#[derive(Clone)]
enum Pool {
    Sqlite { writer: Writer, readers: SqlitePool },
    Postgres(postgres::Pool),
}

/// SQLite before 3.51.3 can corrupt a database in WAL mode (`reliability/` 1.3).
const OLDEST_SQLITE: i64 = 3_051_003;

impl Store {
    /// Opens `sqlite:path` or `postgres://…` and brings its schema up to date.
    pub async fn connect(url: &str) -> anyhow::Result<Store> {
        let store = if url.starts_with("postgres") {
            Store(Pool::Postgres(migrated(url).await?))
        } else {
            Store(sqlite(url).await?)
        };
        Ok(store)
    }

    /// The same database, for looking only: nothing is migrated and nothing can be written.
    pub async fn connect_read_only(url: &str) -> anyhow::Result<Store> {
        if url.starts_with("postgres") {
            let only = [("default_transaction_read_only", "on")];
            let address = postgres::Address::of(&postgres::connect_options(url, &only)?)?;
            let pool = postgres::Pool::connect(address, 2).await.map_err(postgres::plainly)?;
            return Ok(Store(Pool::Postgres(pool)));
        }
        let options = sqlite_options(url)?.create_if_missing(false).read_only(true);
        let readers = SqlitePoolOptions::new().max_connections(2).connect_with(options).await?;
        Ok(Store(Pool::Sqlite { writer: Writer::none(), readers }))
    }

    /// Runs a unit of work in one commit. It must not wait for anything but the database: others wait behind it.
    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.0 {
            Pool::Sqlite { writer, .. } => writer.write(unit).await,
            Pool::Postgres(pool) => {
                let mut lent = pool.lend().await.map_err(StoreError::NotBegun)?;
                lent.begin();
                let mut tx = Tx::Postgres(lent);
                let outcome = unit(&mut tx).await;
                let Tx::Postgres(lent) = tx else { unreachable!("a unit keeps its transaction") };
                point!("commit/{}/before", crate::point::unit::<F>());
                let value = lent.end(outcome).await?;
                point!("commit/{}/after", crate::point::unit::<F>());
                Ok(value)
            }
        }
    }

    /// A connection for reading, outside any transaction.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        match &self.0 {
            Pool::Sqlite { readers, .. } => {
                readers.acquire().await.map(Tx::SqliteReader).map_err(StoreError::NotBegun)
            }
            Pool::Postgres(pool) => {
                pool.lend().await.map(Tx::PostgresReader).map_err(StoreError::NotBegun)
            }
        }
    }

    /// Whether several processes may share this database.
    pub fn is_shared(&self) -> bool {
        matches!(self.0, Pool::Postgres(_))
    }

    /// How many units wait for the writer; for PostgreSQL, connections that are in use.
    pub fn queue(&self) -> usize {
        match &self.0 {
            Pool::Sqlite { writer, .. } => writer.waiting(),
            Pool::Postgres(pool) => pool.lent(),
        }
    }

    /// How long units have waited for their turn since this was asked last, in the mean.
    pub fn waited(&self) -> Duration {
        match &self.0 {
            Pool::Sqlite { writer, .. } => writer.waits(),
            Pool::Postgres(pool) => pool.waits(),
        }
        .take()
    }

    /// How many statements PostgreSQL has been sent so far, and how many times somebody waited for answers: what a payment
    /// costs there. Nothing for SQLite.
    pub fn said(&self) -> Option<(u64, u64)> {
        let Pool::Postgres(pool) = &self.0 else { return None };
        let said = pool.said();
        Some((said.statements.load(Ordering::Relaxed), said.ways.load(Ordering::Relaxed)))
    }

    /// Closes every connection, after what was begun has been committed.
    pub async fn close(&self) {
        match &self.0 {
            Pool::Sqlite { writer, readers } => {
                writer.close().await;
                readers.close().await;
            }
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

/// How many units and questions may be under way on PostgreSQL at once.
const CONNECTIONS: u32 = 24;

async fn migrated(url: &str) -> anyhow::Result<postgres::Pool> {
    // Nobody waits for ever, least of all for one order's lock.
    let limits = [
        ("lock_timeout", "5s"),
        ("statement_timeout", "15s"),
        ("idle_in_transaction_session_timeout", "15s"),
    ];
    let options = postgres::connect_options(url, &limits)?;
    let address = postgres::Address::of(&options)?;
    let mut steps = postgres::Steps::connect(&address).await.map_err(postgres::plainly)?;
    migrations().run_direct(None, &mut steps, false).await?;
    drop(steps);
    Ok(postgres::Pool::connect(address, CONNECTIONS).await?)
}

async fn sqlite(url: &str) -> anyhow::Result<Pool> {
    let options = sqlite_options(url)?;
    // The file remembers it, so that readers need not say it; a copy that is only looked at keeps its own.
    let mut writer = options.clone().journal_mode(SqliteJournalMode::Wal).connect().await?;
    migrations().run_direct(None, &mut writer, false).await?;
    refuse_old(&mut writer).await?;
    writer.close().await?;
    let pen = Pen::open(options.get_filename())?;
    let readers = SqlitePoolOptions::new()
        .max_connections(8)
        .test_before_acquire(false)
        .connect_with(options.read_only(true))
        .await?;
    Ok(Pool::Sqlite { writer: Writer::start(pen)?, readers })
}

fn sqlite_options(url: &str) -> anyhow::Result<SqliteConnectOptions> {
    Ok(SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .log_statements(tracing::log::LevelFilter::Trace))
}

async fn refuse_old(writer: &mut sqlx::SqliteConnection) -> anyhow::Result<()> {
    let (version,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(writer).await?;
    let number = version
        .split('.')
        .try_fold(0, |sum, part| part.parse::<i64>().map(|part| sum * 1000 + part))?;
    anyhow::ensure!(
        number >= OLDEST_SQLITE,
        "SQLite {version} can lose data in WAL mode; 3.51.3 or newer is needed"
    );
    Ok(())
}

/// Every step of the schema: number, name, text. What has landed is never edited.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "init", include_str!("../../migrations/0001_init.sql")),
    (2, "refunds", include_str!("../../migrations/0002_refunds.sql")),
    (3, "webhooks", include_str!("../../migrations/0003_webhooks.sql")),
    (4, "merchants", include_str!("../../migrations/0004_merchants.sql")),
    (5, "ops", include_str!("../../migrations/0005_ops.sql")),
    (6, "rotation", include_str!("../../migrations/0006_rotation.sql")),
    (7, "lean", include_str!("../../migrations/0007_lean.sql")),
    (8, "looks", include_str!("../../migrations/0008_looks.sql")),
    (9, "channels", include_str!("../../migrations/0009_channels.sql")),
    (10, "notify_secrets", include_str!("../../migrations/0010_notify_secrets.sql")),
    (11, "endpoint_health", include_str!("../../migrations/0011_endpoint_health.sql")),
    (12, "cancel_url", include_str!("../../migrations/0012_cancel_url.sql")),
    (14, "credits", include_str!("../../migrations/0014_credits.sql")),
    (16, "channel_accounts", include_str!("../../migrations/0016_channel_accounts.sql")),
    (17, "claims", include_str!("../../migrations/0017_claims.sql")),
    (18, "statements", include_str!("../../migrations/0018_statements.sql")),
];

fn migrations() -> Migrator {
    let step = |&(version, name, text): &(i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations(MIGRATIONS.iter().map(step).collect());
    // Steps take away nothing that an older program needs, so one may run on a schema that is newer than itself: an upgrade goes replica by
    // replica, and back again.
    migrator.set_ignore_missing(true);
    migrator
}

#[cfg(test)]
mod tests {
    use super::is_trouble;

    #[test]
    fn trouble_of_the_database_is_told_from_mistakes_of_ours() {
        for code in ["53100", "57P01", "08006", "40P01", "55P03", "57014", "13", "778", "5", "1034"]
        {
            assert!(is_trouble(code), "{code}");
        }
        for code in ["23505", "42601", "22P02", "2067", "1555", "787", "1", ""] {
            assert!(!is_trouble(code), "{code}");
        }
    }
}
