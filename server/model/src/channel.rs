//! What the channel holds: the truth that the server must find out. It shares nothing with the server's book.

use florin_server::domain::payment::Said;
use florin_server::domain::reversal::ReversalSaid;

use crate::rows::{AMOUNT, money};

/// What became of one payment there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Held {
    /// It has never heard of it.
    Nothing,
    /// It waits for the payer.
    Open,
    /// The money is there.
    Paid,
    /// Its time was up, unpaid.
    RanOut,
    /// Cancelled, unpaid.
    Closed,
    /// Cancelled when it was paid: the cancel has given the money back (D1).
    PaidBack,
}

/// One payment at the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AtChannel {
    pub(crate) held: Held,
    /// The payer's first try was declined, and the channel has said so in a message.
    pub(crate) was_declined: bool,
    /// Another amount came than was asked for.
    pub(crate) is_wrong: bool,
    /// The refund that has given it back.
    pub(crate) returned_by: Option<usize>,
}

impl AtChannel {
    pub(crate) const NEW: AtChannel =
        AtChannel { held: Held::Nothing, was_declined: false, is_wrong: false, returned_by: None };

    pub(crate) fn captured(self) -> i64 {
        match self.held {
            Held::Paid | Held::PaidBack => AMOUNT - i64::from(self.is_wrong),
            Held::Nothing | Held::Open | Held::RanOut | Held::Closed => 0,
        }
    }

    /// What it still has of the payer's money.
    pub(crate) fn keeps(self) -> i64 {
        if self.held == Held::Paid && self.returned_by.is_none() { self.captured() } else { 0 }
    }

    pub(crate) fn open(&mut self) {
        if self.held == Held::Nothing {
            self.held = Held::Open;
        }
    }

    pub(crate) fn cancel(&mut self) {
        self.held = match self.held {
            Held::Open => Held::Closed,
            Held::Paid if self.returned_by.is_none() => Held::PaidBack,
            other => other,
        };
    }

    /// The same number again is the same refund.
    pub(crate) fn refund(&mut self, number: usize) -> ReversalSaid {
        if self.keeps() > 0 {
            self.returned_by = Some(number);
        }
        match self.returned_by {
            Some(by) if by == number => ReversalSaid::Done,
            _ => ReversalSaid::Failed(String::new()),
        }
    }

    pub(crate) fn what_of_refund(self, number: usize) -> ReversalSaid {
        if self.returned_by == Some(number) { ReversalSaid::Done } else { ReversalSaid::NotFound }
    }

    /// The answer to a question.
    pub(crate) fn said(self) -> Said {
        match self.held {
            Held::Nothing => Said::NotFound,
            Held::Open => Said::Pending,
            Held::RanOut => Said::Failed,
            Held::Closed | Held::PaidBack => Said::Cancelled,
            Held::Paid => self.paid(if self.returned_by.is_some() { self.captured() } else { 0 }),
        }
    }

    /// What an answer is made of, and nothing else: two that say the same are one.
    pub(crate) fn answer(self) -> AtChannel {
        AtChannel { was_declined: false, returned_by: self.returned_by.map(|_| 0), ..self }
    }

    fn paid(self, returned: i64) -> Said {
        Said::Paid { amount: money(self.captured()), at: None, returned }
    }

    /// What messages may be on their way, however late: everything that has once been so.
    pub(crate) fn messages(self) -> impl Iterator<Item = Said> {
        let paid = (self.captured() > 0).then(|| self.paid(0));
        let failed = (self.was_declined || self.held == Held::RanOut).then_some(Said::Failed);
        let is_closed = matches!(self.held, Held::Closed | Held::PaidBack);
        paid.into_iter().chain(failed).chain(is_closed.then_some(Said::Cancelled))
    }
}
