//! A statement on its way to whichever database the transaction is on.

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Encode, FromRow, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction, Type};

use super::pen::{Pen, Value, Written};

/// A unit of work, or a connection for reading.
pub enum Tx {
    /// The one writer's connection, inside a savepoint.
    Sqlite(Box<Pen>),
    /// One of SQLite's readers.
    SqliteReader(PoolConnection<Sqlite>),
    /// A transaction at READ COMMITTED.
    Postgres(Transaction<'static, Postgres>),
    /// A connection outside any transaction.
    PostgresReader(PoolConnection<Postgres>),
}

/// What both databases can hold: text, `i64`, and each of them optional.
pub trait Plain<'q>:
    Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> + Send + 'q
{
    /// The same for SQLite's writer.
    fn value(&self) -> Value;
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl<'q> Plain<'q> for $type {
            fn value(&self) -> Value {
                Value::from(self.to_owned())
            }
        })*
    };
}
plain!(i64, String, Option<i64>, Option<String>);

impl<'q> Plain<'q> for &'q str {
    fn value(&self) -> Value {
        Value::from((*self).to_owned())
    }
}

impl<'q> Plain<'q> for &'q String {
    fn value(&self) -> Value {
        Value::from((*self).clone())
    }
}

impl<'q> Plain<'q> for Option<&'q str> {
    fn value(&self) -> Value {
        Value::from(self.map(str::to_owned))
    }
}

/// A row that can be read from either.
pub trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Written + Send + Unpin
{
}

impl<T> Row for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Written + Send + Unpin
{
}

/// A statement with its values.
pub enum Sql<'t, 'q> {
    /// For SQLite's writer.
    Pen(&'t mut Pen, &'static str, Vec<Value>),
    /// For one of SQLite's readers.
    Sqlite(&'t mut SqliteConnection, Query<'q, Sqlite, SqliteArguments>),
    /// For PostgreSQL.
    Postgres(&'t mut PgConnection, Query<'q, Postgres, PgArguments>),
}

impl Tx {
    /// One statement, written out whole. SQL made from strings does not compile.
    pub fn sql<'q>(&mut self, text: &'static str) -> Sql<'_, 'q> {
        match self {
            Tx::Sqlite(pen) => Sql::Pen(pen, text, Vec::new()),
            Tx::SqliteReader(connection) => Sql::Sqlite(connection, sqlx::query(text)),
            Tx::Postgres(transaction) => Sql::Postgres(transaction, sqlx::query(text)),
            Tx::PostgresReader(connection) => Sql::Postgres(connection, sqlx::query(text)),
        }
    }
}

impl<'q> Sql<'_, 'q> {
    /// Binds the next `$n`.
    pub fn bind(self, value: impl Plain<'q>) -> Self {
        match self {
            Sql::Pen(pen, text, mut values) => {
                values.push(value.value());
                Sql::Pen(pen, text, values)
            }
            Sql::Sqlite(connection, query) => Sql::Sqlite(connection, query.bind(value)),
            Sql::Postgres(connection, query) => Sql::Postgres(connection, query.bind(value)),
        }
    }

    /// Runs it, and says how many rows it touched.
    pub async fn execute(self) -> sqlx::Result<u64> {
        match self {
            Sql::Pen(pen, text, values) => pen.execute(text, &values),
            Sql::Sqlite(connection, query) => {
                query.execute(connection).await.map(|done| done.rows_affected())
            }
            Sql::Postgres(connection, query) => {
                query.execute(connection).await.map(|done| done.rows_affected())
            }
        }
    }

    /// The first row, if there is one.
    pub async fn one<T: Row>(self) -> sqlx::Result<Option<T>> {
        match self {
            Sql::Pen(pen, text, values) => pen.one(text, &values),
            Sql::Sqlite(connection, query) => {
                query.fetch_optional(connection).await?.as_ref().map(T::from_row).transpose()
            }
            Sql::Postgres(connection, query) => {
                query.fetch_optional(connection).await?.as_ref().map(T::from_row).transpose()
            }
        }
    }

    /// Every row.
    pub async fn all<T: Row>(self) -> sqlx::Result<Vec<T>> {
        match self {
            Sql::Pen(pen, text, values) => pen.all(text, &values),
            Sql::Sqlite(connection, query) => {
                query.fetch_all(connection).await?.iter().map(T::from_row).collect()
            }
            Sql::Postgres(connection, query) => {
                query.fetch_all(connection).await?.iter().map(T::from_row).collect()
            }
        }
    }
}

/// Names a row's columns once, and reads them from either database.
macro_rules! row {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        // The migration says what each column is.
        #[allow(missing_docs)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            for<'i> &'i str: sqlx::ColumnIndex<R>,
            $($type: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> sqlx::Result<Self> {
                Ok($name { $($field: row.try_get(stringify!($field))?,)* })
            }
        }

        impl $crate::store::pen::Written for $name {
            fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
                Ok($name { $($field: row.get(stringify!($field))?,)* })
            }
        }
    };
}
pub(super) use row;
