//! What may be said to a shopper who comes back, decided from what the merchant API answers.
//!
//! Coming back proves nothing: the address can be typed, kept and opened again. So the page asks, and says no more
//! than it was told. "You have not been charged" needs an answer that says so.

use crate::merchant_api::{ApiError, Session, SessionStatus, Transaction, TransactionStatus};

/// What the page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// The order is paid. Details are missing when the second question had no answer.
    Paid { with: Option<Payment> },
    /// Somebody is still deciding; the page asks again.
    Confirming,
    /// Not paid, and it still can be.
    Open { tried: Tried },
    /// Not paid, and it no longer can be.
    Over { tried: Tried },
    /// There is no such session.
    NoSuchOrder,
    /// The API does not answer: nothing may be said but that.
    NoAnswer,
}

/// The payment that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) order_id: String,
    pub(crate) method: String,
    pub(crate) at: Option<String>,
    /// Smallest units that went back since.
    pub(crate) returned: Option<String>,
}

/// What is known of attempts that did not pay the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    /// There was none, or the channel has said that it took nothing.
    NothingTaken,
    /// Money came that the order could not keep; it is on its way back.
    GoingBack,
    /// Not known.
    Unknown,
}

type Answer<T> = Result<T, ApiError>;

impl Truth {
    pub(crate) fn of(session: &Answer<Session>, transaction: Answer<Option<Transaction>>) -> Truth {
        match session {
            Ok(session) => Truth::of_status(session.status, transaction),
            Err(ApiError::Refused { status: 400 | 404, .. }) => Truth::NoSuchOrder,
            Err(ApiError::Refused { .. } | ApiError::NoAnswer | ApiError::Unreadable) => {
                Truth::NoAnswer
            }
        }
    }

    fn of_status(status: SessionStatus, transaction: Answer<Option<Transaction>>) -> Truth {
        match status {
            SessionStatus::Success => Truth::Paid { with: payment(transaction) },
            SessionStatus::Processing => open(&transaction),
            SessionStatus::Cancelled | SessionStatus::Expired => {
                Truth::Over { tried: tried(&transaction) }
            }
            SessionStatus::Unknown => Truth::Confirming,
        }
    }

    /// Whether asking again may give another answer.
    pub(crate) fn may_change(&self) -> bool {
        matches!(self, Truth::Confirming | Truth::NoAnswer)
    }
}

fn payment(transaction: Answer<Option<Transaction>>) -> Option<Payment> {
    let transaction = transaction.ok()?.filter(|transaction| transaction.accepted)?;
    Some(Payment {
        order_id: transaction.order_id,
        method: transaction.payment_method,
        at: transaction.pay_finish_time,
        returned: Some(transaction.refunded_amount).filter(|amount| is_some_money(amount)),
    })
}

/// An open session is "confirming" only while an attempt may still be paid; a SUCCESS here is one that the session
/// has not taken in yet.
fn open(transaction: &Answer<Option<Transaction>>) -> Truth {
    use TransactionStatus::{Authorized, Cancelled, Fail, Processing, Success, Unknown};
    match transaction {
        Ok(None) => Truth::Open { tried: Tried::NothingTaken },
        Ok(Some(attempt)) => match attempt.status {
            Fail | Cancelled => Truth::Open { tried: tried(transaction) },
            Processing | Authorized | Success | Unknown => Truth::Confirming,
        },
        Err(_) => Truth::Confirming,
    }
}

fn tried(transaction: &Answer<Option<Transaction>>) -> Tried {
    use TransactionStatus::{Authorized, Cancelled, Fail, Processing, Success, Unknown};
    match transaction {
        Ok(None) => Tried::NothingTaken,
        Ok(Some(attempt)) if is_some_money(&attempt.refunded_amount) => Tried::GoingBack,
        Ok(Some(attempt)) => match attempt.status {
            Fail | Cancelled => Tried::NothingTaken,
            Success | Authorized => Tried::GoingBack,
            Processing | Unknown => Tried::Unknown,
        },
        Err(_) => Tried::Unknown,
    }
}

fn is_some_money(amount: &str) -> bool {
    amount.bytes().any(|digit| digit != b'0')
}
