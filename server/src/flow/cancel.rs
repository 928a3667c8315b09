//! The shopper or the merchant wants out: cancels at the channel, then tells what really happened (A15, D1).

use std::time::Duration;

use florin_shared::shopper::StatusView;
use florin_shared::transaction::TransactionView;
use florin_shared::{Code, MerchantId, PaymentId, SessionId};

use super::ask::{ask, read};
use super::desk::{Context, Desk, Finished};
use super::query::{self, Key};
use super::{to_the_end, view};
use crate::app::App;
use crate::domain::payment::{Payment, Role};
use crate::store::Tx;
use crate::{Error, Result};

/// How long the shopper's request waits for the channel; the worker goes on afterwards.
const PATIENCE: Duration = Duration::from_secs(8);

/// How often somebody looks whether another's cancel has come to its end. It costs one row, and asks no channel.
const GLANCE: Duration = Duration::from_millis(200);

/// Cancels a payment of this session, and says how it stands then.
pub async fn cancel(app: &App, session: &SessionId, id: &PaymentId) -> Result<StatusView> {
    let payment = of_session(app, session, id).await?;
    if payment.state.is_final() {
        return view::status(app, session).await;
    }
    stop(app, &payment).await?;
    if view::entry(app, session).await?.may_ask(app.now()) {
        look(app, id).await;
    }
    view::status(app, session).await
}

/// The merchant wants it closed: the same, and an answer for the merchant. What has been paid is refunded instead (D1).
pub async fn for_merchant(app: &App, merchant: &MerchantId, key: &Key) -> Result<TransactionView> {
    let payment = query::payment_of(app, merchant, key).await?;
    if payment.role == Role::Accepted {
        return Err(Error::refused(
            Code::AlreadyPaid,
            "this transaction is paid and cannot be cancelled: give the money back with POST /v1/refunds",
        ));
    }
    if payment.confirming {
        return Err(Error::refused(
            Code::BeingConfirmed,
            "the shopper has paid and the bank has not confirmed yet: wait, then refund",
        ));
    }
    if !payment.state.is_final() {
        stop(app, &payment).await?;
        look(app, &payment.id).await;
    }
    query::transaction(app, merchant, key).await
}

/// Moves a live payment to be closed at the channel; the worker does it if nobody else does.
pub async fn stop(app: &App, payment: &Payment) -> Result<()> {
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let id = payment.id.clone();
    let finished: Finished = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let soon = desk.now() + 2_000;
            desk.change(tx, &id, |payment| payment.stop(soon)).await?;
            desk.finish(tx).await
        })
        .await?;
    finished.tell(app);
    Ok(())
}

/// "I have paid": asks the channel now.
pub async fn check(app: &App, session: &SessionId, id: &PaymentId) -> Result<StatusView> {
    of_session(app, session, id).await?;
    // Once a second at most, however many press.
    if view::entry(app, session).await?.may_ask(app.now()) {
        look(app, id).await;
    }
    view::status(app, session).await
}

/// Asks, for as long as a shopper will wait. The question itself goes on to its end.
async fn look(app: &App, id: &PaymentId) {
    match tokio::time::timeout(PATIENCE, ask_until_clear(app, id)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "asking on the shopper's behalf failed; the worker goes on")
        }
        Err(_) => tracing::debug!("the channel takes its time; the worker goes on"),
    }
}

/// Asks; where somebody else's cancel is on its way (the worker's, when our question took long), waits for its end and asks
/// again, so that whoever pressed hears what came of it.
async fn ask_until_clear(app: &App, id: &PaymentId) -> Result<()> {
    loop {
        let (flow, payment) = (app.clone(), id.clone());
        let asked = to_the_end(async move { ask(&flow, &payment).await }).await?;
        if !is_elsewhere(app, &asked) {
            return Ok(());
        }
        while is_elsewhere(app, &read(app, id).await?) {
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// Whether somebody's cancel is on its way.
fn is_elsewhere(app: &App, payment: &Payment) -> bool {
    !payment.state.is_final() && payment.cancel_until > app.now()
}

/// The payment, if it belongs to this session: unknown and foreign ids get the same answer.
async fn of_session(app: &App, session: &SessionId, id: &PaymentId) -> Result<Payment> {
    let payment = read(app, id).await?;
    if payment.session == *session { Ok(payment) } else { Err(Error::no_such("transaction")) }
}
