//! Values on their way to PostgreSQL, rows and refusals on their way back.

use bytes::BytesMut;
use rusqlite::types::Value;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::refused::Refused;

/// A value, and what it is when it is null.
#[derive(Debug)]
pub(crate) struct Param {
    value: Value,
    is_text: bool,
}

impl Param {
    pub(in crate::store) fn text(value: Value) -> Param {
        Param { value, is_text: true }
    }

    pub(in crate::store) fn number(value: Value) -> Param {
        Param { value, is_text: false }
    }

    pub(super) fn kind(&self) -> Type {
        if self.is_text { Type::TEXT } else { Type::INT8 }
    }
}

impl ToSql for Param {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match &self.value {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Real(_) | Value::Blob(_) => Err("neither text nor a whole number".into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TEXT || *kind == Type::INT8
    }

    to_sql_checked!();
}

/// A row that PostgreSQL has answered with, read.
pub trait Heard: Sized {
    /// By name or by position.
    ///
    /// # Errors
    ///
    /// When a column is missing, or is of another type.
    fn hear(row: &Row) -> Result<Self, tokio_postgres::Error>;
}

macro_rules! heard {
    ($(($($name:ident $at:tt),*))*) => {
        $(impl<$($name: for<'a> FromSql<'a>),*> Heard for ($($name,)*) {
            fn hear(row: &Row) -> Result<Self, tokio_postgres::Error> {
                Ok(($(row.try_get($at)?,)*))
            }
        })*
    };
}
crate::store::sql::tuples!(heard);

/// The same trouble in the words of the rest of the store.
pub(in crate::store) fn told(error: tokio_postgres::Error) -> sqlx::Error {
    if let Some(refused) = error.as_db_error() {
        return Refused::error(refused.code().code().to_owned(), refused.message().to_owned());
    }
    let is_lost = error.is_closed() || is_io(&error);
    let text = error.to_string();
    match is_lost {
        true => sqlx::Error::Io(std::io::Error::other(error)),
        false => sqlx::Error::Protocol(text),
    }
}

fn is_io(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<std::io::Error>() || error.source().is_some_and(is_io)
}
