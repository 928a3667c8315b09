//! What becomes of payments and sessions: accepted, given back, ended, closed.

use florin_shared::{Money, PaymentId, SessionId};

use super::Desk;
use crate::clock::Millis;
use crate::domain::payment::{AT_TERMINAL, Payment, PaymentState, RUN_OUT, Role, Said};
use crate::domain::reversal::Reason;
use crate::domain::session::SessionState;
use crate::store::orders::Event;
use crate::store::{Tx, ledger, reversals, sessions};
use crate::{Error, Result};

impl Desk {
    /// The payment counts: the session is paid, its siblings are closed, the merchant is told.
    pub async fn accept(
        &mut self,
        tx: &mut Tx,
        id: &PaymentId,
        got: Money,
        paid: Option<Millis>,
    ) -> Result<()> {
        let payment = self.secure(tx, id, got, paid, Role::Accepted).await?;
        self.turn(tx, &payment.session, SessionState::Paid).await?;
        self.stop_live(tx).await?;
        self.close_others(tx, &payment.session).await?;
        self.tell_merchant(tx, &payment, "PAYMENT.SUCCESS").await
    }

    /// The money was taken and may not be kept: its way back begins in this commit.
    pub async fn give_back(
        &mut self,
        tx: &mut Tx,
        id: &PaymentId,
        (got, returned): (Money, i64),
        paid: Option<Millis>,
        reason: Reason,
    ) -> Result<()> {
        let payment = self.secure(tx, id, got, paid, Role::Surplus).await?;
        self.returned(tx, id, returned).await?;
        let rest = got.less(Money::new(returned, got.currency())?)?;
        if rest.minor() > 0 {
            let reversal = self.new_reversal(&payment, rest, reason);
            reversals::add(tx, &mut self.order, &payment, &reversal).await?;
        }
        self.go_on(tx, &payment.session).await?;
        self.tell_merchant(tx, &payment, "PAYMENT.REVERSED").await
    }

    /// The money was taken and somebody else has given it back: it never counts (D2).
    pub async fn already_back(
        &mut self,
        tx: &mut Tx,
        id: &PaymentId,
        got: Money,
        paid: Option<Millis>,
    ) -> Result<()> {
        let payment = self.secure(tx, id, got, paid, Role::Surplus).await?;
        self.external(tx, &payment, got).await?;
        self.go_on(tx, &payment.session).await?;
        self.tell_merchant(tx, &payment, "PAYMENT.REVERSED").await
    }

    /// A payment ends without money.
    pub async fn end(
        &mut self,
        tx: &mut Tx,
        id: &PaymentId,
        state: PaymentState,
        reason: String,
    ) -> Result<()> {
        let payment = self
            .change(tx, id, |payment| {
                payment.state = state;
                payment.confirming = false;
                payment.next_ask = None;
                // Where it waited is no reason why it ended.
                if !reason.is_empty() || payment.reason == AT_TERMINAL {
                    payment.reason = reason;
                }
            })
            .await?;
        let quietly = self.ends_quietly(&payment)?;
        self.go_on(tx, &payment.session).await?;
        match state {
            PaymentState::Fail => self.tell_merchant(tx, &payment, "PAYMENT.FAILURE").await,
            PaymentState::Cancelled if !quietly => {
                self.tell_merchant(tx, &payment, "PAYMENT.CANCELED").await
            }
            _ => Ok(()),
        }
    }

    /// Nobody is told of a code that ran out unpaid, nor of a session that did (P17). Whoever scanned a payment code waits
    /// for what became of it.
    fn ends_quietly(&self, payment: &Payment) -> Result<bool> {
        let session = self.session(&payment.session)?;
        if !session.has_page() {
            return Ok(false);
        }
        let expiring = matches!(session.state, SessionState::Expired)
            || session.closing_to == Some(SessionState::Expired);
        Ok(expiring || payment.reason == RUN_OUT)
    }

    /// The channel contradicts us or itself: a line in the log, for whoever looks at it later (D3).
    pub async fn note_conflict(&mut self, tx: &mut Tx, id: &PaymentId, said: Said) -> Result<()> {
        let (payment, at) = (self.payment(id)?.clone(), self.now());
        let event = Event {
            session: &payment.session,
            payment: Some(&payment.id),
            kind: "CONFLICT",
            from: payment.state.as_str(),
            to: said.as_str(),
            at,
        };
        self.order.log(tx, event).await?;
        Ok(())
    }

    /// Moves every live payment to be closed at the channel (D7). An accepted one is never live, so never touched (D1).
    pub async fn stop_live(&mut self, tx: &mut Tx) -> Result<()> {
        let now = self.now();
        let live: Vec<PaymentId> = self
            .payments
            .iter()
            .filter(|payment| payment.may_stop())
            .map(|payment| payment.id.clone())
            .collect();
        for id in live {
            self.change(tx, &id, |payment| payment.stop(now)).await?;
        }
        Ok(())
    }

    /// Sends a session on its way to `end`; it gets there when none of its payments can take money unnoticed (I8).
    pub async fn close(&mut self, tx: &mut Tx, id: &SessionId, end: SessionState) -> Result<()> {
        let now = self.now();
        if self.session(id)?.state == SessionState::Open {
            self.turn_to(tx, id, SessionState::Closing, Some(end)).await?;
        }
        let open: Vec<PaymentId> = self
            .payments
            .iter()
            .filter(|payment| payment.session == *id && payment.may_stop())
            .map(|payment| payment.id.clone())
            .collect();
        for payment in open {
            self.change(tx, &payment, |payment| payment.stop(now)).await?;
        }
        self.finish_sessions(tx).await
    }

    async fn secure(
        &mut self,
        tx: &mut Tx,
        id: &PaymentId,
        got: Money,
        paid: Option<Millis>,
        role: Role,
    ) -> Result<Payment> {
        let now = self.now();
        let payment = self
            .change(tx, id, |payment| {
                payment.state = PaymentState::Success;
                payment.role = role;
                payment.confirming = false;
                payment.got = Some(got);
                payment.paid = Some(paid.unwrap_or(now));
                payment.next_ask = None;
                payment.reason = String::new();
            })
            .await?;
        ledger::taken(tx, &payment, got).await?;
        Ok(payment)
    }

    /// A newer session of the same order, when an earlier one turns out to be paid (D8).
    async fn close_others(&mut self, tx: &mut Tx, paid: &SessionId) -> Result<()> {
        let others: Vec<SessionId> = self
            .sessions
            .iter()
            .filter(|session| session.id != *paid && session.state == SessionState::Open)
            .map(|session| session.id.clone())
            .collect();
        for id in others {
            self.close(tx, &id, SessionState::Cancelled).await?;
        }
        self.finish_sessions(tx).await
    }

    /// A payment of this session has ended without counting: whatever waited for it goes on. Without a page nobody could pay
    /// the session again, so it ends as well.
    async fn go_on(&mut self, tx: &mut Tx, id: &SessionId) -> Result<()> {
        if self.session(id)?.has_page() {
            self.finish_sessions(tx).await
        } else {
            self.close(tx, id, SessionState::Cancelled).await
        }
    }

    async fn finish_sessions(&mut self, tx: &mut Tx) -> Result<()> {
        let ready: Vec<(SessionId, SessionState)> = self
            .sessions
            .iter()
            .filter(|session| session.state == SessionState::Closing)
            .filter(|session| {
                !self.payments.iter().any(|p| p.session == session.id && p.holds_session())
            })
            .map(|session| {
                (session.id.clone(), session.closing_to.unwrap_or(SessionState::Cancelled))
            })
            .collect();
        for (id, end) in ready {
            self.turn(tx, &id, end).await?;
        }
        Ok(())
    }

    async fn turn(&mut self, tx: &mut Tx, id: &SessionId, state: SessionState) -> Result<()> {
        self.turn_to(tx, id, state, None).await
    }

    async fn turn_to(
        &mut self,
        tx: &mut Tx,
        id: &SessionId,
        state: SessionState,
        closing_to: Option<SessionState>,
    ) -> Result<()> {
        let now = self.now();
        let Some(session) = self.sessions.iter_mut().find(|session| session.id == *id) else {
            return Err(Error::no_such("session"));
        };
        Ok(sessions::turn(tx, &mut self.order, session, state, closing_to, now).await?)
    }
}
