//! Errors, told apart by who can act.

use florin_shared::{Code, Malformed, MoneyError};

use crate::store::StoreError;

/// What a flow or a handler may come to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can mend it: a stable code, one clear sentence, the path of the field.
    #[error("{1}")]
    Refused(Code, String, Option<String>),
    /// Ours.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Ours.
    #[error("{0}")]
    Internal(String),
}

/// What a flow or a handler answers.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A refusal that is about no field.
    pub fn refused(code: Code, sentence: impl Into<String>) -> Error {
        Error::Refused(code, sentence.into(), None)
    }

    /// A refusal of a field.
    pub fn field(code: Code, path: impl Into<String>, sentence: impl Into<String>) -> Error {
        Error::Refused(code, sentence.into(), Some(path.into()))
    }

    /// Unknown and foreign ids get this same answer.
    pub fn no_such(what: &'static str) -> Error {
        Error::refused(Code::NotFound, format!("there is no such {what}"))
    }

    /// The code on the wire.
    pub fn code(&self) -> Code {
        match self {
            Error::Refused(code, ..) => *code,
            Error::Store(error) if error.will_pass() => Code::Busy,
            Error::Store(_) | Error::Internal(_) => Code::Internal,
        }
    }
}

impl Error {
    /// What a caller is told of an error that is ours: what it may do next, and nothing of the inside.
    pub fn told(&self) -> &'static str {
        match self {
            Error::Store(StoreError::Unconfirmed(_)) => {
                "it is not known whether this was done; ask for it, or send the same again"
            }
            _ if self.code() == Code::Busy => "busy; nothing was done, try again",
            _ => "internal error",
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        Error::Store(StoreError::Sql(error))
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Error {
        Error::field(Code::InvalidField, malformed.0, malformed.to_string())
    }
}

impl From<MoneyError> for Error {
    fn from(error: MoneyError) -> Error {
        let path = if error == MoneyError::UnknownCurrency { "currency" } else { "amount" };
        Error::field(Code::InvalidAmount, path, error.to_string())
    }
}
