//! What SQLite's one writer writes with: a connection on the writer's own thread.
//!
//! The readers are `sqlx`'s, which runs each statement on a thread of its own. For the writer that would be two thread
//! changes a statement, a third of everything that a payment costs; `rusqlite` runs it where it stands. Both link the
//! same SQLite.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::FromSql;
pub(super) use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OpenFlags, Row, Rows};

use super::refused::Refused;

/// More than there are statements: each is prepared once.
const STATEMENTS: usize = 512;

/// The writer's connection.
pub struct Pen(Connection);

impl Pen {
    /// Opens a file that is there, in WAL mode already. A commit is on the disk when it returns.
    pub(super) fn open(path: &Path) -> rusqlite::Result<Pen> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch("pragma synchronous = full; pragma foreign_keys = on")?;
        Ok(Pen(connection))
    }

    /// Marks the beginning or the end of a unit, or of a group: no values, several statements.
    pub(super) fn mark(&mut self, text: &'static str) -> sqlx::Result<()> {
        text.split("; ").try_for_each(|one| self.execute(one, &[]).map(drop))
    }

    pub(super) fn execute(&mut self, text: &str, values: &[Value]) -> sqlx::Result<u64> {
        self.rows(text, values, |rows| {
            while rows.next()?.is_some() {}
            Ok(())
        })?;
        Ok(self.0.changes())
    }

    pub(super) fn one<T: Written>(
        &mut self,
        text: &str,
        values: &[Value],
    ) -> sqlx::Result<Option<T>> {
        self.rows(text, values, |rows| {
            let first = rows.next()?.map(T::read).transpose()?;
            // What changes something does so when its last row has been read.
            while rows.next()?.is_some() {}
            Ok(first)
        })
    }

    pub(super) fn all<T: Written>(&mut self, text: &str, values: &[Value]) -> sqlx::Result<Vec<T>> {
        self.rows(text, values, |rows| {
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(T::read(row)?);
            }
            Ok(all)
        })
    }

    fn rows<T>(
        &mut self,
        text: &str,
        values: &[Value],
        read: impl FnOnce(&mut Rows<'_>) -> rusqlite::Result<T>,
    ) -> sqlx::Result<T> {
        let run = || {
            let mut statement = self.0.prepare_cached(text)?;
            bind(&mut statement, values)?;
            read(&mut statement.raw_query())
        };
        run().map_err(told)
    }
}

/// SQLite counts `$1`, `$2`, … as names, in the order in which they first stand in the text.
fn bind(statement: &mut CachedStatement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for at in 1..=statement.parameter_count() {
        let name = statement.parameter_name(at).unwrap_or_default();
        let number = name.trim_start_matches('$').parse().ok();
        let value = number.and_then(|number: usize| values.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| rusqlite::Error::InvalidParameterName(name.to_owned()))?;
        statement.raw_bind_parameter(at, value)?;
    }
    Ok(())
}

/// A row that was written, read again.
pub trait Written: Sized {
    /// By name or by position.
    ///
    /// # Errors
    ///
    /// When a column is missing, or is of another type.
    fn read(row: &Row<'_>) -> rusqlite::Result<Self>;
}

macro_rules! written {
    ($(($($name:ident $at:tt),*))*) => {
        $(impl<$($name: FromSql),*> Written for ($($name,)*) {
            fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
                Ok(($(row.get($at)?,)*))
            }
        })*
    };
}
super::sql::tuples!(written);

/// The same trouble in the words of the rest of the store.
fn told(error: rusqlite::Error) -> sqlx::Error {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            let message = message.unwrap_or_else(|| "SQLite refused".to_owned());
            Refused::error(failure.extended_code.to_string(), message)
        }
        other => sqlx::Error::Decode(Box::new(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pen() -> Pen {
        let pen = Pen(Connection::open_in_memory().unwrap());
        pen.0.execute_batch("create table t (a text primary key, b integer) strict").unwrap();
        pen
    }

    fn text(value: &str) -> Value {
        Value::from(value.to_owned())
    }

    #[test]
    fn a_number_means_its_value_wherever_and_however_often_it_stands() {
        let mut pen = pen();
        let values = [Value::from(7), text("x")];
        pen.execute("insert into t (a, b) values ($2, $1)", &values).unwrap();
        let row: Option<(String, i64, String)> =
            pen.one("select $2, b + $1, a from t where a = $2", &values).unwrap();
        assert_eq!(row, Some(("x".into(), 14, "x".into())));
        let missing = pen.execute("insert into t (a, b) values ($1, $2)", &[text("y")]);
        assert!(missing.is_err());
    }

    #[test]
    fn a_change_that_gives_rows_back_is_done_whole_and_counted() {
        let mut pen = pen();
        for name in ["x", "y", "z"] {
            pen.execute("insert into t (a, b) values ($1, 1)", &[text(name)]).unwrap();
        }
        let first: Option<(String,)> = pen.one("update t set b = b + 1 returning a", &[]).unwrap();
        assert!(first.is_some());
        let all: Vec<(i64, Option<i64>)> = pen.all("select b, null from t", &[]).unwrap();
        assert_eq!(all, [(2, None); 3]);
        assert_eq!(pen.execute("update t set b = 0 where a > 'x' returning a", &[]).unwrap(), 2);
        let none =
            pen.execute("insert into t (a, b) values ('x', 1) on conflict (a) do nothing", &[]);
        assert_eq!(none.unwrap(), 0);
    }

    #[test]
    fn refusals_keep_their_extended_code() {
        const PRIMARY_KEY: &str = "1555";
        let mut pen = pen();
        pen.execute("insert into t (a, b) values ('x', 1)", &[]).unwrap();
        let error = pen.execute("insert into t (a, b) values ('x', 1)", &[]).unwrap_err();
        let refused = error.as_database_error().unwrap();
        assert_eq!(refused.code().as_deref(), Some(PRIMARY_KEY));
        assert!(refused.message().contains("UNIQUE"), "{refused}");
    }
}
