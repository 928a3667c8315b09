//! What the database holds of the order, and the units of work on it: each is one transaction under the order's lock.
//!
//! What a unit decides is asked of the server's own `domain`; what it then writes is told here as `flow/settle.rs`, `flow/desk/`,
//! `flow/pay.rs` and `flow/ask.rs` have it, without the rows that no property looks at.

use florin_server::clock::Millis;
use florin_server::domain::order::{LateSuccess, Order, Step, may_decide};
use florin_server::domain::payment::{Payment, PaymentState, Role, Said, Source, Statement};
use florin_server::domain::reversal::{Reason, Reversal, ReversalState, correct};
use florin_server::domain::session::{Session, SessionState};

use crate::rows::{AMOUNT, Return, Row, money, session};
use crate::{Sabotage, Time};

/// The rows of the order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Book {
    pub(crate) session: SessionState,
    pub(crate) closing_to: Option<SessionState>,
    pub(crate) payments: Vec<Row>,
    pub(crate) returns: Vec<Return>,
    /// What a second commit is to write (only when reversals are taken out of the first).
    pub(crate) unwritten: Vec<Return>,
    /// Some payment's state has become less (I6).
    pub(crate) has_fallen: bool,
}

/// What a unit of work knows besides the rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    pub(crate) now: Time,
    pub(crate) sabotage: Sabotage,
    pub(crate) late_success: LateSuccess,
}

/// What was heard of a payment, as `flow/settle.rs` has it.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    Said(Statement),
    NotSent,
    NoAnswer,
    CancelAnswered(i64),
    CancelUnanswered(i64),
}

/// How long a cancel is somebody's own.
const CANCELLING: Millis = 30_000;

impl Book {
    pub(crate) fn new() -> Book {
        Book {
            session: SessionState::Open,
            closing_to: None,
            payments: Vec::new(),
            returns: Vec::new(),
            unwritten: Vec::new(),
            has_fallen: false,
        }
    }

    /// The payment as the server knows it.
    pub(crate) fn payment(&self, id: usize, unit: Unit) -> Payment {
        self.payments[id].payment(id, unit.now)
    }

    pub(crate) fn session(&self) -> Session {
        session(self.session, self.closing_to)
    }

    pub(crate) fn has_accepted(&self) -> bool {
        self.payments.iter().any(|row| row.role == Role::Accepted)
    }

    fn change(&mut self, id: usize, unit: Unit, change: impl FnOnce(&mut Payment)) {
        let before = self.payments[id];
        let mut payment = self.payment(id, unit);
        change(&mut payment);
        self.has_fallen |= payment.state < before.state;
        self.payments[id] = before.with(&payment, unit.now);
    }

    /// The shopper chooses a method: `flow::pay::intend`. Gives the new payment's number.
    pub(crate) fn intend(&mut self, method: u8, unit: Unit) -> Option<usize> {
        self.session().may_be_paid(unit.now.millis(), 1).ok()?;
        let again = self.payments.iter().any(|row| row.state.is_live() && row.method == method);
        if again || self.has_accepted() || self.payments.iter().any(|row| row.confirming) {
            return None;
        }
        self.stop_live(unit);
        self.payments.push(Row::new(method));
        Some(self.payments.len() - 1)
    }

    /// Somebody wants out: `flow::cancel::stop`.
    pub(crate) fn stop(&mut self, id: usize, unit: Unit) {
        self.change(id, unit, |payment| payment.stop(unit.now.millis()));
    }

    fn stop_live(&mut self, unit: Unit) {
        for id in 0..self.payments.len() {
            self.stop(id, unit);
        }
    }

    /// The time is up, or the merchant closes it: `Desk::close`.
    pub(crate) fn close(&mut self, end: SessionState, unit: Unit) {
        if self.session == SessionState::Open {
            (self.session, self.closing_to) = (SessionState::Closing, Some(end));
        }
        self.stop_live(unit);
        self.finish_session(unit);
    }

    fn finish_session(&mut self, unit: Unit) {
        let holds = (0..self.payments.len()).any(|id| self.payment(id, unit).holds_session());
        if self.session == SessionState::Closing && !holds {
            let end = self.closing_to.take();
            self.session = end.unwrap_or(SessionState::Cancelled);
        }
    }

    /// A cancel is marked as sent: `flow::ask::begin_cancel`. Its number, if it may go out.
    pub(crate) fn begin_cancel(&mut self, id: usize, unit: Unit) -> Option<i64> {
        let now = unit.now.millis();
        let mut is_ours = false;
        let is_second = self.payments[id].cancels_sent > 0;
        self.change(id, unit, |payment| is_ours = payment.count_cancel(now + CANCELLING, now));
        self.payments[id].is_repeated |= is_ours && is_second;
        is_ours.then(|| self.payments[id].cancels_sent)
    }

    /// The one place where what a channel says changes an outcome: `flow::settle`.
    pub(crate) fn settle(&mut self, id: usize, heard: Heard, unit: Unit) {
        let before = self.payment(id, unit);
        let is_answer = match &heard {
            Heard::Said(said) => said.source == Source::Query && may_decide(&before, said),
            _ => false,
        };
        let step = self.take_in(id, heard, unit);
        let row = &mut self.payments[id];
        let has_ended = matches!(row.state, PaymentState::Fail | PaymentState::Cancelled);
        let is_open = !before.state.is_final() && has_ended && row.heard_success;
        // What counts waits for the end of every cancel that may have been lost; the answer before that ends nothing (D1).
        let is_accepted = matches!(step, Step::Accept(..));
        row.is_leased |=
            is_accepted && row.is_repeated && unit.sabotage != Sabotage::ForgetLostCancels;
        let is_early = row.state == PaymentState::Success && row.is_leased;
        row.asked = match (step, row.state.is_final()) {
            _ if is_open => true,
            _ if is_early && (is_accepted || is_answer) => true,
            (Step::Ask | Step::Conflict, _) if !is_answer => true,
            (_, true) => row.asked && !is_answer,
            (_, false) => true,
        };
    }

    fn take_in(&mut self, id: usize, heard: Heard, unit: Unit) -> Step {
        let row = self.payments[id];
        match heard {
            Heard::Said(statement) => return self.said(id, &statement, unit),
            // Only within a call's own time is it sure that no other call has left.
            Heard::NotSent if unit.now == Time::Early && row.state == PaymentState::Intent => {
                self.end(id, PaymentState::Fail, unit);
            }
            Heard::NotSent
                if unit.now == Time::Early
                    && row.state == PaymentState::Cancelling
                    && row.cancels_sent == 0 =>
            {
                self.end(id, PaymentState::Cancelled, unit);
            }
            Heard::NotSent | Heard::NoAnswer => self.change(id, unit, |payment| {
                payment.state = payment.state.max(PaymentState::Unknown);
            }),
            Heard::CancelUnanswered(number) => {
                self.change(id, unit, |payment| payment.cancel_has_ended(number));
            }
            Heard::CancelAnswered(number) => self.change(id, unit, |payment| {
                payment.cancels_answered = payment.cancels_answered.max(number);
                payment.cancel_has_ended(number);
            }),
        }
        Step::Stay
    }

    fn said(&mut self, id: usize, statement: &Statement, unit: Unit) -> Step {
        let is_success = matches!(statement.evidence.said, Said::Paid { .. });
        let row = &mut self.payments[id];
        row.heard_success |= is_success;
        row.heard_denial |= matches!(statement.evidence.said, Said::Failed | Said::Cancelled);
        let was_denied = row.heard_denial && is_success && statement.source == Source::Notice;
        let step = self.standing(was_denied, unit).on_statement(
            &self.believing(id, is_success, unit),
            statement,
            unit.now.millis(),
        );
        self.carry_out(id, step.clone(), unit);
        step
    }

    /// The payment that the evidence is judged by. Without D1 nobody remembers that a cancel has gone out.
    fn believing(&self, id: usize, is_success: bool, unit: Unit) -> Payment {
        let payment = self.payment(id, unit);
        if unit.sabotage != Sabotage::BelieveAfterCancel || !is_success {
            return payment;
        }
        let state = match payment.state {
            PaymentState::Cancelling => PaymentState::Processing,
            other => other,
        };
        Payment { state, cancels_sent: 0, ..payment }
    }

    fn standing(&self, was_denied: bool, unit: Unit) -> Order {
        Order {
            amount: money(AMOUNT),
            is_paid: self.has_accepted(),
            session: self.session,
            has_newer_session: false,
            late_success: unit.late_success,
            was_denied,
        }
    }

    fn carry_out(&mut self, id: usize, step: Step, unit: Unit) {
        match step {
            Step::Stay | Step::Conflict | Step::Ask => {}
            Step::Wait(why) => self.change(id, unit, |payment| payment.reason = why),
            Step::Unconfirm => self.change(id, unit, |payment| payment.confirming = false),
            Step::Confirm => self.change(id, unit, |payment| {
                payment.state = payment.state.max(PaymentState::Processing);
                payment.confirming = true;
            }),
            Step::Become(PaymentState::Processing, _) => {
                self.change(id, unit, |payment| payment.state = PaymentState::Processing);
            }
            Step::Become(state, _) => self.end(id, state, unit),
            Step::Accept(got, _, returned) => {
                self.accept(id, got.minor(), unit);
                self.returned(id, returned, unit);
            }
            Step::GiveBack(got, _, returned, reason) => {
                self.give_back(id, (got.minor(), returned), reason, unit);
            }
            Step::AlreadyBack(got, _) => {
                self.secure(id, got.minor(), Role::Surplus, unit);
                self.external(id, got.minor());
                self.finish_session(unit);
            }
            Step::Returned(total) => self.returned(id, total, unit),
        }
    }

    fn end(&mut self, id: usize, state: PaymentState, unit: Unit) {
        self.change(id, unit, |payment| {
            payment.state = state;
            payment.confirming = false;
            payment.next_ask = None;
        });
        self.finish_session(unit);
    }

    fn secure(&mut self, id: usize, got: i64, role: Role, unit: Unit) {
        self.change(id, unit, |payment| {
            payment.state = PaymentState::Success;
            payment.role = role;
            payment.confirming = false;
            payment.got = Some(money(got));
            payment.next_ask = None;
        });
    }

    fn accept(&mut self, id: usize, got: i64, unit: Unit) {
        self.secure(id, got, Role::Accepted, unit);
        (self.session, self.closing_to) = (SessionState::Paid, None);
        self.stop_live(unit);
    }

    /// The way back begins in the commit that learned of the money.
    fn give_back(&mut self, id: usize, (got, returned): (i64, i64), reason: Reason, unit: Unit) {
        self.secure(id, got, Role::Surplus, unit);
        self.returned(id, returned, unit);
        if got > returned {
            let back = Return::new(id, got - returned, reason);
            match unit.sabotage {
                Sabotage::KeepTheSurplus => {}
                Sabotage::ReverseLater => self.unwritten.push(back),
                _ => self.returns.push(back),
            }
        }
        self.finish_session(unit);
    }

    /// So much has gone back in all (D2): `Desk::returned`.
    fn returned(&mut self, id: usize, total: i64, unit: Unit) {
        if total == 0 {
            return;
        }
        let got = self.payments[id].got.unwrap_or(AMOUNT);
        let all = self.returns_of(id, unit);
        let reversals: Vec<Reversal> = all.iter().map(|(_, reversal)| reversal.clone()).collect();
        let correction = correct(got, &reversals, total);
        for (reversal, rest) in correction.crowded {
            let Some((number, _)) = all.iter().find(|(_, one)| one.id == reversal) else {
                continue;
            };
            let number = *number;
            self.end_return(number, ReversalState::Fail);
            if rest > 0 {
                let fresh = Return::new(id, rest, self.returns[number].reason);
                self.returns.push(fresh);
            }
        }
        if correction.external > 0 {
            self.external(id, correction.external);
        }
    }

    /// Every way back of a payment, with its number, as the server knows it.
    pub(crate) fn returns_of(&self, id: usize, unit: Unit) -> Vec<(usize, Reversal)> {
        let payment = self.payment(id, unit);
        let own = self.returns.iter().enumerate().filter(|(_, back)| back.payment == id);
        own.map(|(number, back)| (number, back.reversal(number, &payment, unit.now))).collect()
    }

    fn external(&mut self, id: usize, amount: i64) {
        let done = ReversalState::Success;
        let back =
            Return { state: done, is_due: false, ..Return::new(id, amount, Reason::External) };
        self.returns.push(back);
    }

    /// Nothing more is sent under this number, and its payment is asked about once more.
    pub(crate) fn end_return(&mut self, number: usize, state: ReversalState) {
        let back = &mut self.returns[number];
        (back.state, back.is_due) = (state, false);
        self.payments[back.payment].asked = true;
    }
}
