//! A database's refusal, in the one form that the rest of the store reads.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use sqlx::error::{DatabaseError, ErrorKind};

/// What a database has said no to.
#[derive(Debug)]
pub(super) struct Refused {
    /// PostgreSQL's five characters, or SQLite's extended number.
    pub(super) code: String,
    /// In the database's words.
    pub(super) message: String,
}

impl Refused {
    pub(super) fn error(code: String, message: String) -> sqlx::Error {
        sqlx::Error::Database(Box::new(Refused { code, message }))
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.message, self.code)
    }
}

impl StdError for Refused {}

impl DatabaseError for Refused {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.as_str().into())
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }
}
