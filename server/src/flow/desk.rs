//! An order on the desk: everything about it, read under its lock, and every way to change it.
//!
//! What is changed here is written in the same unit of work: state, log, outbox, reversal and books are one commit
//! (rule R9). What becomes of payments and sessions stands in `changes`, money that goes back in `returns`, what the
//! merchant is told in `messages`. Changed payments are written once, by `finish`, which also gives the snapshots that
//! polls are answered from.

use std::sync::Arc;

use florin_shared::{MerchantId, Money, PaymentId, SessionId};

use crate::app::App;
use crate::clock::{Millis, Random};
use crate::domain::order::Order;
use crate::domain::payment::{Payment, Role};
use crate::domain::session::{Session, SessionState};
use crate::status::Snapshot;
use crate::store::merchants::Merchant;
use crate::store::orders::{self, Locked, SpokeOf, Whole};
use crate::store::{Tx, payments, sessions};
use crate::{Error, Result};

mod changes;
mod messages;
mod returns;

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
    /// The same as the database has them.
    stored: Vec<Payment>,
    context: Context,
}

/// What a finished unit leaves to be done outside: polls to be updated, workers to be woken.
pub struct Finished {
    snapshots: Vec<Snapshot>,
    spoke_of: SpokeOf,
    next_ask: Option<Millis>,
}

/// A worker looks by itself this often: nobody need be woken for what is due later.
const SOON: Millis = 500;

impl Finished {
    /// Tells polls and workers. Call it after the commit, never before.
    pub fn tell(self, app: &App) {
        for snapshot in self.snapshots {
            app.board.update(snapshot);
        }
        if self.next_ask.is_some_and(|at| at < app.now() + SOON) {
            app.wake.asks.notify_one();
        }
        if self.spoke_of.reversals {
            app.wake.reversals.notify_one();
        }
        if self.spoke_of.results {
            app.wake.outbox.notify_one();
        }
    }
}

impl Desk {
    /// Locks the order and reads everything about it; the lock comes first (rules R1, R2).
    pub async fn open(tx: &mut Tx, context: Context) -> Result<Desk> {
        let whole = orders::whole(tx, &context.merchant.id, &context.trans_id).await?;
        let Whole { order, sessions, payments } = whole.ok_or_else(|| Error::no_such("order"))?;
        Ok(Desk { order, sessions, stored: payments.clone(), payments, context })
    }

    /// Makes the order if it is new, with this amount; then the same.
    pub async fn open_new(tx: &mut Tx, context: Context, amount: Money) -> Result<Desk> {
        orders::open(tx, &context.merchant.id, &context.trans_id, amount).await?;
        Desk::open(tx, context).await
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

    /// Writes a new session down, and its amount as the order's.
    pub async fn add_session(&mut self, tx: &mut Tx, session: Session) -> Result<()> {
        self.order.reprice(tx, session.amount).await?;
        sessions::add(tx, &mut self.order, &session).await?;
        self.sessions.push(session);
        Ok(())
    }

    /// Writes a new payment down.
    pub async fn add(&mut self, tx: &mut Tx, payment: Payment) -> Result<()> {
        // The one that was live before must have stopped: at most one may live.
        self.save(tx).await?;
        payments::add(tx, &mut self.order, &payment).await?;
        self.stored.push(payment.clone());
        self.payments.push(payment);
        Ok(())
    }

    /// Changes a payment; a change of state gets its line in the log at once, the row is written by `finish`.
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
            payments::log(tx, &mut self.order, &before, payment).await?;
        }
        Ok(payment.clone())
    }

    async fn save(&mut self, tx: &mut Tx) -> Result<()> {
        for (before, after) in self.stored.iter_mut().zip(&self.payments) {
            if before != after {
                payments::save(tx, before, after).await?;
                before.clone_from(after);
            }
        }
        Ok(())
    }

    /// Writes what has changed. What it gives is for after the commit: the snapshots of every session of the order.
    pub async fn finish(mut self, tx: &mut Tx) -> Result<Finished> {
        self.save(tx).await?;
        self.order.keep_number(tx).await?;
        Ok(self.finished())
    }

    fn finished(self) -> Finished {
        let snapshot = |session: &Session| {
            let own = self.payments.iter().filter(|payment| payment.session == session.id);
            Snapshot::of(session, (self.order.seq, self.order.version), own)
        };
        Finished {
            snapshots: self.sessions.iter().map(snapshot).collect(),
            spoke_of: self.order.spoke_of,
            next_ask: self.payments.iter().filter_map(|payment| payment.next_ask).min(),
        }
    }
}
