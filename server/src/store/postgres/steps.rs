//! The schema's steps, taken over a connection like any other: with its TLS. The plan is `sqlx`'s (`store/migrate.rs`), and so are the table
//! that it keeps and the lock under which it works, so that programs of either kind may start at once.

use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::{Address, told};
use crate::clock::Stopwatch;

/// A connection that takes steps.
pub(in crate::store) struct Steps {
    client: Client,
    _carrying: JoinHandle<()>,
}

impl Steps {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, or is not believed.
    pub(in crate::store) async fn connect(address: &Address) -> sqlx::Result<Steps> {
        let (client, carrying) = address.connect().await?;
        Ok(Steps { client, _carrying: carrying })
    }

    async fn say(&self, text: &str) -> Result<(), MigrateError> {
        self.client.batch_execute(text).await.map_err(|error| told(error).into())
    }

    async fn lock_number(&self) -> Result<i64, MigrateError> {
        let row = self.client.query_one("select current_database()::text", &[]).await;
        let name: String =
            row.and_then(|row| row.try_get(0)).map_err(told).map_err(MigrateError::from)?;
        Ok(0x3d32_ad9e * i64::from(crc32(name.as_bytes())))
    }

    async fn take(&self, step: &Migration) -> Result<(), MigrateError> {
        let failed = |error| MigrateError::ExecuteMigration(told(error), step.version);
        self.client.batch_execute(step.sql.as_str()).await.map_err(failed)?;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&step.version, &&*step.description, &&*step.checksum];
        let note = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values ($1, $2, true, $3, -1)";
        self.client.execute(note, &values).await.map(|_| ()).map_err(failed)
    }
}

/// Our steps have one table, under `sqlx`'s usual name for it, in the schema where everything else is.
impl Migrate for Steps {
    fn create_schema_if_not_exists<'e>(
        &'e mut self,
        _name: &'e str,
    ) -> BoxFuture<'e, Result<(), MigrateError>> {
        Box::pin(async { Ok(()) })
    }

    fn ensure_migrations_table<'e>(
        &'e mut self,
        _table: &'e str,
    ) -> BoxFuture<'e, Result<(), MigrateError>> {
        Box::pin(self.say(
            "create table if not exists _sqlx_migrations (version bigint primary key, description text not null,
               installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null,
               execution_time bigint not null)",
        ))
    }

    fn dirty_version<'e>(
        &'e mut self,
        _table: &'e str,
    ) -> BoxFuture<'e, Result<Option<i64>, MigrateError>> {
        Box::pin(async {
            let text = "select min(version) from _sqlx_migrations where not success";
            let row = self.client.query_one(text, &[]).await;
            row.and_then(|row| row.try_get(0)).map_err(|error| told(error).into())
        })
    }

    fn list_applied_migrations<'e>(
        &'e mut self,
        _table: &'e str,
    ) -> BoxFuture<'e, Result<Vec<AppliedMigration>, MigrateError>> {
        Box::pin(async {
            let text = "select version, checksum from _sqlx_migrations order by version";
            let rows = self.client.query(text, &[]).await.map_err(told)?;
            let read = |row: tokio_postgres::Row| {
                let checksum: Vec<u8> = row.try_get(1)?;
                Ok(AppliedMigration { version: row.try_get(0)?, checksum: checksum.into() })
            };
            rows.into_iter().map(read).collect::<Result<_, _>>().map_err(|error| told(error).into())
        })
    }

    fn lock(&mut self) -> BoxFuture<'_, Result<(), MigrateError>> {
        Box::pin(async {
            let number = self.lock_number().await?;
            self.say(&format!("select pg_advisory_lock({number})")).await
        })
    }

    fn unlock(&mut self) -> BoxFuture<'_, Result<(), MigrateError>> {
        Box::pin(async {
            let number = self.lock_number().await?;
            self.say(&format!("select pg_advisory_unlock({number})")).await
        })
    }

    fn apply<'e>(
        &'e mut self,
        _table: &'e str,
        step: &'e Migration,
    ) -> BoxFuture<'e, Result<Duration, MigrateError>> {
        Box::pin(async move {
            let watch = Stopwatch::start();
            // The step and the note of it are one commit. A step that fails takes the connection with it.
            self.say("begin").await?;
            self.take(step).await?;
            self.say("commit").await?;
            Ok(watch.time())
        })
    }

    fn revert<'e>(
        &'e mut self,
        _table: &'e str,
        step: &'e Migration,
    ) -> BoxFuture<'e, Result<Duration, MigrateError>> {
        // No step of ours has a way back.
        Box::pin(async { Err(MigrateError::VersionNotPresent(step.version)) })
    }
}

/// The checksum of zip files, of which `sqlx` makes its lock's number.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn the_lock_is_the_one_that_older_programs_take() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
