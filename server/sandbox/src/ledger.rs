//! What the outside world knows about every payment. It changes only by lines, and the lines are
//! the book: reading them again gives the same ledger.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::channel::Name;
use crate::money::Money;

/// The terminal of a payment that has no page: a code that was shown at the counter.
pub(crate) const IN_STORE: &str = "IN_STORE";
/// Why a payment failed, in the words of the first books: the payer said no.
pub(crate) const BY_PAYER: &str = "USER_PAYMENT_VERIFICATION_FAILED";
/// The balance was too low.
pub(crate) const TOO_LOW: &str = "USER_BALANCE_NOT_ENOUGH";

/// Which payment: every channel's merchant gives numbers of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Key {
    #[serde(default)]
    pub(crate) channel: Name,
    pub(crate) request: String,
}

impl Key {
    pub(crate) fn new(channel: Name, request: impl Into<String>) -> Key {
        Key { channel, request: request.into() }
    }
}

/// One thing that happened, as it stands in the book.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Line {
    /// A request id reached `pay`, whatever became of it.
    Arrived {
        #[serde(flatten)]
        key: Key,
        at_ms: i64,
    },
    /// `pay` opened a payment.
    Opened(Box<Opened>),
    /// The payer's money was taken. It counts as confirmed from `settles_ms` on.
    Captured {
        #[serde(flatten)]
        key: Key,
        at_ms: i64,
        settles_ms: i64,
    },
    /// The payer, or the wallet, said no.
    Declined {
        #[serde(flatten)]
        key: Key,
        at_ms: i64,
        reason: String,
    },
    /// The payment was cancelled, and `returned` given back with it.
    Cancelled {
        #[serde(flatten)]
        key: Key,
        at_ms: i64,
        returned: i64,
    },
    /// The merchant gave money back.
    Refunded(Refund),
    /// A terminal took the order up, or let it go.
    Held {
        #[serde(flatten)]
        key: Key,
        at_ms: i64,
        terminal: Option<String>,
    },
    /// Closed before it came in: what comes later under this number opens nothing.
    Barred {
        #[serde(flatten)]
        key: Key,
        at_ms: i64,
    },
}

/// A payment as `pay` made it. None of this changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    #[serde(flatten)]
    pub(crate) key: Key,
    pub(crate) payment_id: String,
    pub(crate) code: String,
    /// The parameters that a repeated request must have in common with the first.
    pub(crate) fingerprint: String,
    pub(crate) at_ms: i64,
    pub(crate) expires_ms: i64,
    pub(crate) amount: Money,
    pub(crate) method: String,
    pub(crate) terminal: String,
    pub(crate) payee: String,
    pub(crate) description: String,
    pub(crate) reference: String,
    pub(crate) notify_url: Option<String>,
    pub(crate) redirect_url: String,
    /// What the merchant attached, for the channel to repeat.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) attach: String,
    /// Who is to pay, as the channel calls them, where the merchant said so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) payer: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    #[serde(flatten)]
    pub(crate) key: Key,
    pub(crate) refund_request: String,
    pub(crate) refund_id: String,
    pub(crate) value: i64,
    pub(crate) at_ms: i64,
    /// Until then the refund is on its way.
    pub(crate) settles_ms: i64,
    /// Then it turns out that no money goes back.
    #[serde(default)]
    pub(crate) fails: bool,
}

impl Refund {
    /// The book's word for how far the refund is.
    pub(crate) fn word(&self, now: i64) -> &'static str {
        match now < self.settles_ms {
            true => "PROCESSING",
            false if self.fails => "FAIL",
            false => "SUCCESS",
        }
    }
}

/// Where a payment stands, in the words the rules are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Processing,
    /// The payer has paid and the bank has not confirmed.
    Pending,
    Paid,
    Declined,
    Expired,
    Cancelled,
}

impl Status {
    /// The book's word, which does not tell a refusal from a time-out.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Processing => "PROCESSING",
            Status::Pending => "PENDING",
            Status::Paid => "SUCCESS",
            Status::Declined | Status::Expired => "FAIL",
            Status::Cancelled => "CANCELLED",
        }
    }
}

#[derive(Clone, Debug)]
enum Stage {
    Open,
    Captured,
    Declined,
    Cancelled,
}

/// A payment and everything that has happened to it.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) opened: Opened,
    stage: Stage,
    pub(crate) captured: Option<Capture>,
    pub(crate) declined_for: Option<String>,
    pub(crate) cancelled_ms: Option<i64>,
    pub(crate) returned_by_cancel: i64,
    pub(crate) refunds: Vec<Refund>,
    /// Which terminal has taken it up.
    pub(crate) at_terminal: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Capture {
    pub(crate) at_ms: i64,
    settles_ms: i64,
}

impl Payment {
    pub(crate) fn new(opened: Opened) -> Payment {
        Payment {
            opened,
            stage: Stage::Open,
            captured: None,
            declined_for: None,
            cancelled_ms: None,
            returned_by_cancel: 0,
            refunds: Vec::new(),
            at_terminal: None,
        }
    }

    pub(crate) fn status(&self, now: i64) -> Status {
        match (&self.stage, self.captured) {
            (Stage::Captured, Some(capture)) if now < capture.settles_ms => Status::Pending,
            (Stage::Captured, _) => Status::Paid,
            (Stage::Declined, _) => Status::Declined,
            (Stage::Cancelled, _) => Status::Cancelled,
            (Stage::Open, _) if now >= self.opened.expires_ms => Status::Expired,
            (Stage::Open, _) => Status::Processing,
        }
    }

    pub(crate) fn amount(&self) -> &Money {
        &self.opened.amount
    }

    pub(crate) fn captured_value(&self) -> i64 {
        self.captured.map_or(0, |_| self.opened.amount.value)
    }

    /// What has really gone back by then.
    pub(crate) fn refunded_by(&self, now: i64) -> i64 {
        let done = self.refunds.iter().filter(|refund| refund.word(now) == "SUCCESS");
        done.map(|refund| refund.value).sum()
    }

    pub(crate) fn refunded_value(&self) -> i64 {
        self.refunds.iter().filter(|refund| !refund.fails).map(|refund| refund.value).sum()
    }
}

/// When a request id reached `pay`.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) key: Key,
    pub(crate) at_ms: Vec<i64>,
}

/// Everything, with the ways in which it can be asked for.
#[derive(Default)]
pub(crate) struct Ledger {
    arrivals: Vec<Arrival>,
    arrival_of: HashMap<Key, usize>,
    payments: HashMap<Key, Payment>,
    by_payment_id: HashMap<Key, Key>,
    by_code: HashMap<String, Key>,
    by_refund: HashMap<Key, Key>,
    barred: HashSet<Key>,
}

impl Ledger {
    pub(crate) fn apply(&mut self, line: Line) {
        match line {
            Line::Arrived { key, at_ms } => self.arrived(key, at_ms),
            Line::Opened(opened) => self.opened(*opened),
            Line::Captured { key, at_ms, settles_ms } => self.change(&key, |payment| {
                payment.stage = Stage::Captured;
                payment.captured = Some(Capture { at_ms, settles_ms });
            }),
            Line::Declined { key, reason, .. } => self.change(&key, |payment| {
                payment.stage = Stage::Declined;
                payment.declined_for = Some(reason);
            }),
            Line::Cancelled { key, at_ms, returned } => self.change(&key, |payment| {
                payment.stage = Stage::Cancelled;
                payment.cancelled_ms = Some(at_ms);
                payment.returned_by_cancel += returned;
            }),
            Line::Refunded(refund) => self.refunded(refund),
            Line::Held { key, terminal, .. } => {
                self.change(&key, |payment| payment.at_terminal = terminal);
            }
            Line::Barred { key, .. } => {
                self.barred.insert(key);
            }
        }
    }

    pub(crate) fn payment(&self, key: &Key) -> Option<&Payment> {
        self.payments.get(key)
    }

    /// Whether this number was closed before anything came in under it.
    pub(crate) fn is_barred(&self, key: &Key) -> bool {
        self.barred.contains(key)
    }

    /// The payment to which this channel gave this id.
    pub(crate) fn by_payment_id(&self, channel: Name, id: &str) -> Option<&Payment> {
        self.payment(self.by_payment_id.get(&Key::new(channel, id))?)
    }

    /// The payment with this code, at whichever channel.
    pub(crate) fn by_code(&self, code: &str) -> Option<&Payment> {
        self.payment(self.by_code.get(code)?)
    }

    /// The channel's refund with this request number or with this id.
    pub(crate) fn refund(&self, channel: Name, number_or_id: &str) -> Option<(&Payment, &Refund)> {
        let payment = self.payment(self.by_refund.get(&Key::new(channel, number_or_id))?)?;
        let is_asked = |refund: &&Refund| {
            refund.refund_request == number_or_id || refund.refund_id == number_or_id
        };
        Some((payment, payment.refunds.iter().find(is_asked)?))
    }

    /// Every request that ever arrived, in order, with its payment if it became one.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Arrival, Option<&Payment>)> {
        self.arrivals.iter().map(|arrival| (arrival, self.payment(&arrival.key)))
    }

    fn arrived(&mut self, key: Key, at_ms: i64) {
        let next = self.arrivals.len();
        let index = *self.arrival_of.entry(key.clone()).or_insert(next);
        if index == next {
            self.arrivals.push(Arrival { key, at_ms: Vec::new() });
        }
        self.arrivals[index].at_ms.push(at_ms);
    }

    fn opened(&mut self, opened: Opened) {
        let key = opened.key.clone();
        self.by_payment_id.insert(Key::new(key.channel, &opened.payment_id), key.clone());
        self.by_code.insert(opened.code.clone(), key.clone());
        self.payments.insert(key, Payment::new(opened));
    }

    fn refunded(&mut self, refund: Refund) {
        let key = refund.key.clone();
        for number in [&refund.refund_request, &refund.refund_id] {
            self.by_refund.insert(Key::new(key.channel, number), key.clone());
        }
        self.change(&key, |payment| payment.refunds.push(refund));
    }

    fn change(&mut self, key: &Key, change: impl FnOnce(&mut Payment)) {
        if let Some(payment) = self.payments.get_mut(key) {
            change(payment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_an_old_book_belongs_to_the_only_channel_there_was() {
        let old = r#"{"what":"captured","request":"p1","at_ms":1,"settles_ms":2}"#;
        let Line::Captured { key, .. } = serde_json::from_str(old).unwrap() else { panic!() };
        assert_eq!(key, Key::new(Name::Antom, "p1"));
        let line = Line::Captured { key, at_ms: 1, settles_ms: 2 };
        let written = serde_json::to_value(&line).unwrap();
        assert_eq!(written["channel"], "antom");
        assert_eq!(written["request"], "p1");
    }
}
