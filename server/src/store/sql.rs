//! A statement on its way to whichever database the transaction is on.

use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Encode, FromRow, Sqlite, SqliteConnection, Type};

use super::StoreError;
use super::pen::{Pen, Value, Written};
use super::postgres::{Heard, Lent, Param, Request, Wire};

/// A unit of work, or a connection for reading.
pub enum Tx {
    /// The one writer's connection, inside a savepoint.
    Sqlite(Box<Pen>),
    /// One of SQLite's readers.
    SqliteReader(PoolConnection<Sqlite>),
    /// A transaction at READ COMMITTED.
    Postgres(Lent),
    /// A connection outside any transaction.
    PostgresReader(Lent),
}

/// What both databases can hold: text, `i64`, and each of them optional.
pub trait Plain<'q>: Encode<'q, Sqlite> + Type<Sqlite> + Send + 'q {
    /// Whether it is text, also when it is not there.
    const IS_TEXT: bool;

    /// The same for SQLite's writer and for PostgreSQL.
    fn value(&self) -> Value;
}

macro_rules! plain {
    ($($type:ty, $is_text:literal;)*) => {
        $(impl<'q> Plain<'q> for $type {
            const IS_TEXT: bool = $is_text;

            fn value(&self) -> Value {
                Value::from(self.to_owned())
            }
        })*
    };
}
plain!(i64, false; String, true; Option<i64>, false; Option<String>, true;);

impl<'q> Plain<'q> for &'q str {
    const IS_TEXT: bool = true;

    fn value(&self) -> Value {
        Value::from((*self).to_owned())
    }
}

impl<'q> Plain<'q> for &'q String {
    const IS_TEXT: bool = true;

    fn value(&self) -> Value {
        Value::from((*self).clone())
    }
}

impl<'q> Plain<'q> for Option<&'q str> {
    const IS_TEXT: bool = true;

    fn value(&self) -> Value {
        Value::from(self.map(str::to_owned))
    }
}

/// A row that can be read from either.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + Written + Heard + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + Written + Heard + Send + Unpin {}

/// Rows of up to twelve columns, read by position.
macro_rules! tuples {
    ($make:ident) => {
        $make! {
            (A 0)
            (A 0, B 1)
            (A 0, B 1, C 2)
            (A 0, B 1, C 2, D 3)
            (A 0, B 1, C 2, D 3, E 4)
            (A 0, B 1, C 2, D 3, E 4, F 5)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
            (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
        }
    };
}
pub(super) use tuples;

/// A statement with its values.
pub enum Sql<'t, 'q> {
    /// For SQLite's writer.
    Pen(&'t mut Pen, &'static str, Vec<Value>),
    /// For one of SQLite's readers.
    Sqlite(&'t mut SqliteConnection, Query<'q, Sqlite, SqliteArguments>),
    /// For PostgreSQL.
    Postgres(&'t mut Wire, Request),
}

impl Tx {
    /// One statement, written out whole. SQL made from strings does not compile.
    pub fn sql<'q>(&mut self, text: &'static str) -> Sql<'_, 'q> {
        match self {
            Tx::Sqlite(pen) => Sql::Pen(pen, text, Vec::new()),
            Tx::SqliteReader(connection) => Sql::Sqlite(connection, sqlx::query(text)),
            Tx::Postgres(lent) | Tx::PostgresReader(lent) => {
                Sql::Postgres(lent, Request::new(text))
            }
        }
    }

    /// Three questions with the same values, asked on one way and answered one after another. The first may change
    /// something; the others see it.
    pub async fn three<A: Row, B: Row, C: Row>(
        &mut self,
        [one, two, three]: [&'static str; 3],
        values: &[&str],
    ) -> Result<(Vec<A>, Vec<B>, Vec<C>), StoreError> {
        if let Tx::Postgres(lent) | Tx::PostgresReader(lent) = self {
            let requests = [one, two, three].map(|text| {
                let mut request = Request::new(text);
                values.iter().for_each(|value| request.bind(Param::text(value.value())));
                request
            });
            let [one, two, three] = lent.ask_all(requests).await?;
            return Ok((heard(one.rows)?, heard(two.rows)?, heard(three.rows)?));
        }
        let one = self.sql(one).bind_all(values).all().await?;
        let two = self.sql(two).bind_all(values).all().await?;
        Ok((one, two, self.sql(three).bind_all(values).all().await?))
    }
}

impl<'q> Sql<'_, 'q> {
    /// Binds the next `$n`.
    pub fn bind<P: Plain<'q>>(self, value: P) -> Self {
        match self {
            Sql::Pen(pen, text, mut values) => {
                values.push(value.value());
                Sql::Pen(pen, text, values)
            }
            Sql::Sqlite(connection, query) => Sql::Sqlite(connection, query.bind(value)),
            Sql::Postgres(wire, mut request) => {
                let make = if P::IS_TEXT { Param::text } else { Param::number };
                request.bind(make(value.value()));
                Sql::Postgres(wire, request)
            }
        }
    }

    fn bind_all(self, values: &[&str]) -> Self {
        values.iter().fold(self, |sql, value| sql.bind((*value).to_owned()))
    }

    /// Runs it, and says how many rows it touched.
    pub async fn execute(self) -> Result<u64, StoreError> {
        match self {
            Sql::Pen(pen, text, values) => Ok(pen.execute(text, &values)?),
            Sql::Sqlite(connection, query) => Ok(query.execute(connection).await?.rows_affected()),
            Sql::Postgres(wire, request) => wire.ask(request).await.map(|answer| answer.touched),
        }
    }

    /// Asks past what waits ([`Sql::later`]): the answer must be the same before and after that.
    pub fn aside(self) -> Self {
        match self {
            Sql::Postgres(wire, request) => Sql::Postgres(wire, request.aside()),
            other => other,
        }
    }

    /// Runs it, and wants no answer: on PostgreSQL it travels with what is asked next, at the latest with the commit, and
    /// as one statement with others that wait. If it fails, so does that, and the unit with it.
    pub async fn later(self) -> Result<(), StoreError> {
        match self {
            Sql::Postgres(wire, request) => wire.later(request).await,
            other => other.execute().await.map(drop),
        }
    }

    /// The same for a change of one row, which must be there as it was read: `row` is `what`.
    pub async fn later_one(self, row: &str, what: &'static str) -> Result<(), StoreError> {
        match self {
            Sql::Postgres(wire, request) => wire.later(request.only(row.to_owned(), what)).await,
            other => match other.execute().await? {
                1 => Ok(()),
                _ => Err(StoreError::Unreadable(row.to_owned(), what)),
            },
        }
    }

    /// The first row, if there is one.
    pub async fn one<T: Row>(self) -> Result<Option<T>, StoreError> {
        match self {
            Sql::Pen(pen, text, values) => Ok(pen.one(text, &values)?),
            Sql::Sqlite(connection, query) => {
                Ok(query.fetch_optional(connection).await?.as_ref().map(T::from_row).transpose()?)
            }
            Sql::Postgres(wire, request) => {
                Ok(wire.ask(request).await?.rows.first().map(hear).transpose()?)
            }
        }
    }

    /// Every row.
    pub async fn all<T: Row>(self) -> Result<Vec<T>, StoreError> {
        match self {
            Sql::Pen(pen, text, values) => Ok(pen.all(text, &values)?),
            Sql::Sqlite(connection, query) => {
                let rows = query.fetch_all(connection).await?;
                Ok(rows.iter().map(T::from_row).collect::<sqlx::Result<_>>()?)
            }
            Sql::Postgres(wire, request) => heard(wire.ask(request).await?.rows),
        }
    }
}

fn hear<T: Heard>(row: &tokio_postgres::Row) -> sqlx::Result<T> {
    T::hear(row).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

fn heard<T: Heard>(rows: Vec<tokio_postgres::Row>) -> Result<Vec<T>, StoreError> {
    Ok(rows.iter().map(hear).collect::<sqlx::Result<_>>()?)
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

        impl $crate::store::postgres::Heard for $name {
            fn hear(row: &tokio_postgres::Row) -> Result<Self, tokio_postgres::Error> {
                Ok($name { $($field: row.try_get(stringify!($field))?,)* })
            }
        }
    };
}
pub(super) use row;
