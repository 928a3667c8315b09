//! An order on the desk: everything about it, read under its lock, and every way to change it.
//!
//! What is changed here is written in the same unit of work: state, log, outbox, reversal and books are one commit
//! (rule R9). When the unit is done, `finish` gives the snapshots that polls are answered from.

use std::sync::Arc;

use florin_shared::{MerchantId, Money, PaymentId, ReversalId, SessionId};

use super::tell::{News, tell};
use crate::app::App;
use crate::clock::{Millis, Random, rfc3339};
use crate::domain::order::Order;
use crate::domain::payment::{Payment, PaymentState, Role};
use crate::domain::reversal::{Reason, Reversal, ReversalState};
use crate::domain::session::{Session, SessionState};
use crate::status::{Snapshot, status_of};
use crate::store::merchants::Merchant;
use crate::store::orders::{self, Event, Locked};
use crate::store::{StoreError, Tx};
use crate::store::{ledger, payments, reversals, sessions};
use crate::{Error, Result};

/// What a unit of work needs besides the database; owned, so that the unit can run on the writer's thread.
#[derive(Clone)]
pub struct Context {
    /// Who sells.
    pub merchant: Arc<Merchant>,
    /// The merchant's own number of the order.
    pub trans_id: String,
    /// Now.
    pub now: Millis,
    /// For ids.
    pub random: Random,
}

impl Context {
    /// For the order of this merchant and number.
    pub async fn of(app: &App, merchant: &MerchantId, trans_id: &str) -> Result<Context> {
        Ok(Context {
            merchant: app.merchant(merchant).await?,
            trans_id: trans_id.to_owned(),
            now: app.now(),
            random: app.random.clone(),
        })
    }
}

/// An order on the desk.
pub struct Desk {
    /// The lock, and the log.
    pub order: Locked,
    /// Every session of the order, oldest first.
    pub sessions: Vec<Session>,
    /// Every payment of the order, oldest first.
    pub payments: Vec<Payment>,
    context: Context,
}

/// What a finished unit leaves to be done outside: polls to be updated, workers to be woken.
#[derive(Default)]
pub struct Finished {
    snapshots: Vec<Snapshot>,
}

impl Finished {
    /// Tells polls and workers. Call it after the commit, never before.
    pub fn tell(self, app: &App) {
        for snapshot in self.snapshots {
            app.board.update(snapshot);
        }
        app.wake.asks.notify_one();
        app.wake.reversals.notify_one();
        app.wake.outbox.notify_one();
    }
}

impl Desk {
    /// Locks the order and reads everything about it; the lock comes first (rules R1, R2).
    pub async fn open(tx: &mut Tx, context: Context) -> Result<Desk> {
        let locked = orders::lock(tx, &context.merchant.id, &context.trans_id).await?;
        let order = locked.ok_or_else(|| Error::no_such("order"))?;
        Desk::with(tx, order, context).await
    }

    /// The same for an order that is locked already.
    pub async fn with(tx: &mut Tx, order: Locked, context: Context) -> Result<Desk> {
        let sessions = sessions::of_order(tx, &order).await?;
        let payments =
            payments::of_order(tx, context.merchant.id.as_str(), &context.trans_id).await?;
        Ok(Desk { order, sessions, payments, context })
    }

    /// Now.
    pub fn now(&self) -> Millis {
        self.context.now
    }

    /// A payment of the order.
    pub fn payment(&self, id: &PaymentId) -> Result<&Payment> {
        self.payments
            .iter()
            .find(|payment| payment.id == *id)
            .ok_or_else(|| Error::no_such("transaction"))
    }

    /// A session of the order.
    pub fn session(&self, id: &SessionId) -> Result<&Session> {
        self.sessions
            .iter()
            .find(|session| session.id == *id)
            .ok_or_else(|| Error::no_such("session"))
    }

    /// What the domain must know to judge evidence about `payment`.
    pub fn standing(&self, payment: &Payment, was_denied: bool) -> Result<Order> {
        let session = self.session(&payment.session)?;
        Ok(Order {
            amount: self.order.amount,
            is_paid: self.payments.iter().any(|payment| payment.role == Role::Accepted),
            session: session.state,
            has_newer_session: self.sessions.iter().any(|other| {
                other.id != session.id
                    && other.state == SessionState::Open
                    && other.amount == payment.amount
            }),
            late_success: self.context.merchant.late_success,
            was_denied,
        })
    }

    /// Writes a new payment down.
    pub async fn add(&mut self, tx: &mut Tx, payment: Payment) -> Result<()> {
        payments::add(tx, &mut self.order, &payment).await?;
        self.payments.push(payment);
        Ok(())
    }

    /// Changes a payment and writes it back.
    pub async fn change(
        &mut self,
        tx: &mut Tx,
        id: &PaymentId,
        change: impl FnOnce(&mut Payment),
    ) -> Result<Payment> {
        let now = self.now();
        let Some(payment) = self.payments.iter_mut().find(|payment| payment.id == *id) else {
            return Err(Error::no_such("transaction"));
        };
        let before = payment.clone();
        change(payment);
        if *payment != before {
            payment.changed = now;
            payments::save(tx, &mut self.order, &before, payment).await?;
        }
        Ok(payment.clone())
    }

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
        self.finish_sessions(tx).await?;
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
        self.finish_sessions(tx).await?;
        self.tell_merchant(tx, &payment, "PAYMENT.REVERSED").await
    }

    /// So much has gone back in all; what nobody here asked for is recorded (D2).
    pub async fn returned(&mut self, tx: &mut Tx, id: &PaymentId, total: i64) -> Result<()> {
        let payment = self.payment(id)?.clone();
        let known: i64 = reversals::of_payment(tx, id)
            .await?
            .iter()
            .filter(|reversal| reversal.state != ReversalState::Fail)
            .map(|reversal| reversal.amount.minor())
            .sum();
        match Money::new(total - known, payment.amount.currency()) {
            Ok(more) if more.minor() > 0 => {
                tracing::error!(order_id = %id, ?more, "money went back that nobody here gave back");
                self.external(tx, &payment, more).await?;
                self.tell_merchant(tx, &payment, "REFUND.SUCCESS").await
            }
            Ok(_) | Err(_) => Ok(()),
        }
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
                if !reason.is_empty() {
                    payment.reason = reason;
                }
            })
            .await?;
        let quietly = self.ends_quietly(&payment)?;
        self.finish_sessions(tx).await?;
        match state {
            PaymentState::Fail => self.tell_merchant(tx, &payment, "PAYMENT.FAILURE").await,
            PaymentState::Cancelled if !quietly => {
                self.tell_merchant(tx, &payment, "PAYMENT.CANCELED").await
            }
            _ => Ok(()),
        }
    }

    /// Nobody is told of a code that ran out unpaid, nor of a session that did (P17).
    fn ends_quietly(&self, payment: &Payment) -> Result<bool> {
        let session = self.session(&payment.session)?;
        let expiring = matches!(session.state, SessionState::Expired)
            || session.closing_to == Some(SessionState::Expired);
        Ok(expiring || payment.reason == crate::domain::order::RUN_OUT)
    }

    /// Moves every live payment to be closed at the channel (D7). An accepted one is never live, so never touched (D1).
    pub async fn stop_live(&mut self, tx: &mut Tx) -> Result<()> {
        let now = self.now();
        let live: Vec<PaymentId> = self
            .payments
            .iter()
            .filter(|payment| may_stop(payment))
            .map(|payment| payment.id.clone())
            .collect();
        for id in live {
            self.change(tx, &id, |payment| stop(payment, now)).await?;
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
            .filter(|payment| payment.session == *id && may_stop(payment))
            .map(|payment| payment.id.clone())
            .collect();
        for payment in open {
            self.change(tx, &payment, |payment| stop(payment, now)).await?;
        }
        self.finish_sessions(tx).await
    }

    /// The snapshots of every session of the order, for after the commit.
    pub fn finish(self) -> Finished {
        let snapshot = |session: &Session| {
            let own = self.payments.iter().filter(|payment| payment.session == session.id);
            Snapshot::of(session, (self.order.seq, self.order.version), own)
        };
        Finished { snapshots: self.sessions.iter().map(snapshot).collect() }
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

    async fn external(&mut self, tx: &mut Tx, payment: &Payment, amount: Money) -> Result<()> {
        let reversal = Reversal {
            state: ReversalState::Success,
            next_try: None,
            ..self.new_reversal(payment, amount, Reason::External)
        };
        reversals::add(tx, &mut self.order, payment, &reversal).await?;
        Ok(ledger::returned(tx, payment, &reversal).await?)
    }

    /// A reversal that is to be sent at once.
    pub fn new_reversal(&self, payment: &Payment, amount: Money, reason: Reason) -> Reversal {
        let id = ReversalId::of(self.context.random.dated(self.now()));
        Reversal {
            request_id: id.to_string(),
            id,
            payment: payment.id.clone(),
            merchant: payment.merchant.clone(),
            trans_id: payment.trans_id.clone(),
            reason,
            amount,
            state: ReversalState::Intent,
            tries: 0,
            next_try: Some(self.now()),
            created: self.now(),
        }
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

    /// Logs a result and writes its message beside it.
    async fn tell_merchant(
        &mut self,
        tx: &mut Tx,
        payment: &Payment,
        kind: &'static str,
    ) -> Result<()> {
        let session = self.session(&payment.session)?.clone();
        let event = Event {
            session: &session.id,
            payment: Some(&payment.id),
            kind: "RESULT",
            from: "",
            to: kind,
            at: self.now(),
        };
        let seq = self.order.log(tx, event).await?;
        let body = self.body(payment, &session, kind, seq)?;
        let news = News { session: &session, payment: &payment.id, kind, seq, body };
        tell(tx, &self.order, news, &self.context.random, self.now()).await
    }

    fn body(&self, payment: &Payment, session: &Session, kind: &str, seq: i64) -> Result<String> {
        use florin_shared::webhook::{Webhook, WebhookData};

        let (code, sentence) = super::query::outcome(payment);
        let session_status = serde_json::to_value(status_of(session.state)).map_err(unwritable)?;
        let webhook = Webhook {
            kind: kind.to_owned(),
            timestamp: rfc3339(self.now()),
            data: WebhookData {
                merchant_id: payment.merchant.to_string(),
                trans_id: payment.trans_id.clone(),
                session_id: session.id.to_string(),
                order_id: payment.id.to_string(),
                status: super::query::status(payment).to_owned(),
                session_status: session_status.as_str().unwrap_or_default().to_owned(),
                error_code: code,
                error_description: sentence,
                amount: payment.amount.minor().to_string(),
                currency: payment.amount.currency().to_string(),
                pay_finish_time: payment.paid.map(rfc3339),
                seq: seq.unsigned_abs(),
                livemode: self.context.merchant.livemode,
            },
        };
        serde_json::to_string(&webhook).map_err(unwritable)
    }
}

/// What the bank is confirming is never stopped: the shopper has paid (D11).
fn may_stop(payment: &Payment) -> bool {
    payment.state.is_live() && !payment.confirming
}

fn stop(payment: &mut Payment, now: Millis) {
    payment.state = PaymentState::Cancelling;
    payment.next_ask = Some(now);
    payment.asks = 0;
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Store(StoreError::Unreadable(error.to_string(), "a message"))
}
