//! What the outside world knows about every payment. It changes only by lines, and the lines are
//! the book: reading them again gives the same ledger.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// One thing that happened, as it stands in the book.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Line {
    /// A request id reached `pay`, whatever became of it.
    Arrived { request: String, at_ms: i64 },
    /// `pay` opened a payment.
    Opened(Box<Opened>),
    /// The payer's money was taken. It counts as confirmed from `settles_ms` on.
    Captured { request: String, at_ms: i64, settles_ms: i64 },
    /// The payer, or the wallet, said no.
    Declined { request: String, at_ms: i64, reason: String },
    /// The payment was cancelled, and `returned` given back with it.
    Cancelled { request: String, at_ms: i64, returned: i64 },
    /// The merchant gave money back.
    Refunded(Refund),
}

/// A payment as `pay` made it. None of this changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) request: String,
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
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) request: String,
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
    /// Antom's word for how far the refund is.
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
    /// Antom's word, which does not tell a refusal from a time-out.
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

    /// Why it failed, in Antom's codes.
    pub(crate) fn reason(&self) -> &str {
        self.declined_for.as_deref().unwrap_or("ORDER_IS_CLOSED")
    }

    /// Antom's `paymentResultCode` for a payment that stands like this.
    pub(crate) fn result_code(&self, status: Status) -> &str {
        match status {
            Status::Processing | Status::Pending => "PAYMENT_IN_PROCESS",
            Status::Paid => "SUCCESS",
            Status::Declined | Status::Expired => self.reason(),
            Status::Cancelled => "ORDER_IS_CANCELED",
        }
    }

    pub(crate) fn amount(&self) -> &Money {
        &self.opened.amount
    }

    pub(crate) fn captured_value(&self) -> i64 {
        self.captured.map_or(0, |_| self.opened.amount.value)
    }

    pub(crate) fn refunded_value(&self) -> i64 {
        self.refunds.iter().filter(|refund| !refund.fails).map(|refund| refund.value).sum()
    }
}

/// When a request id reached `pay`.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) request: String,
    pub(crate) at_ms: Vec<i64>,
}

/// Everything, with the ways in which it can be asked for.
#[derive(Default)]
pub(crate) struct Ledger {
    arrivals: Vec<Arrival>,
    arrival_of: HashMap<String, usize>,
    payments: HashMap<String, Payment>,
    by_payment_id: HashMap<String, String>,
    by_code: HashMap<String, String>,
    by_refund: HashMap<String, String>,
}

impl Ledger {
    pub(crate) fn apply(&mut self, line: Line) {
        match line {
            Line::Arrived { request, at_ms } => self.arrived(request, at_ms),
            Line::Opened(opened) => self.opened(*opened),
            Line::Captured { request, at_ms, settles_ms } => self.change(&request, |payment| {
                payment.stage = Stage::Captured;
                payment.captured = Some(Capture { at_ms, settles_ms });
            }),
            Line::Declined { request, reason, .. } => self.change(&request, |payment| {
                payment.stage = Stage::Declined;
                payment.declined_for = Some(reason);
            }),
            Line::Cancelled { request, at_ms, returned } => self.change(&request, |payment| {
                payment.stage = Stage::Cancelled;
                payment.cancelled_ms = Some(at_ms);
                payment.returned_by_cancel += returned;
            }),
            Line::Refunded(refund) => self.refunded(refund),
        }
    }

    pub(crate) fn payment(&self, request: &str) -> Option<&Payment> {
        self.payments.get(request)
    }

    pub(crate) fn by_payment_id(&self, payment_id: &str) -> Option<&Payment> {
        self.payment(self.by_payment_id.get(payment_id)?)
    }

    pub(crate) fn by_code(&self, code: &str) -> Option<&Payment> {
        self.payment(self.by_code.get(code)?)
    }

    /// The refund with this request number or with this id.
    pub(crate) fn refund(&self, number_or_id: &str) -> Option<(&Payment, &Refund)> {
        let payment = self.payment(self.by_refund.get(number_or_id)?)?;
        let is_asked = |refund: &&Refund| {
            refund.refund_request == number_or_id || refund.refund_id == number_or_id
        };
        Some((payment, payment.refunds.iter().find(is_asked)?))
    }

    /// Every request id that ever arrived, in order, with its payment if it became one.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Arrival, Option<&Payment>)> {
        self.arrivals.iter().map(|arrival| (arrival, self.payment(&arrival.request)))
    }

    fn arrived(&mut self, request: String, at_ms: i64) {
        let next = self.arrivals.len();
        let index = *self.arrival_of.entry(request.clone()).or_insert(next);
        if index == next {
            self.arrivals.push(Arrival { request, at_ms: Vec::new() });
        }
        self.arrivals[index].at_ms.push(at_ms);
    }

    fn opened(&mut self, opened: Opened) {
        let request = opened.request.clone();
        self.by_payment_id.insert(opened.payment_id.clone(), request.clone());
        self.by_code.insert(opened.code.clone(), request.clone());
        self.payments.insert(request, Payment::new(opened));
    }

    fn refunded(&mut self, refund: Refund) {
        for key in [&refund.refund_request, &refund.refund_id] {
            self.by_refund.insert(key.clone(), refund.request.clone());
        }
        let request = refund.request.clone();
        self.change(&request, |payment| payment.refunds.push(refund));
    }

    fn change(&mut self, request: &str, change: impl FnOnce(&mut Payment)) {
        if let Some(payment) = self.payments.get_mut(request) {
            change(payment);
        }
    }
}
