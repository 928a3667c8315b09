//! Money that came once more under the number of a payment: a code between banks can be paid as often as somebody has its
//! picture, and what came must not be lost. Each such credit is a payment of its own, which a question then judges like any
//! other: kept if the order is still unpaid and the amount is right, else given back.

use florin_shared::PaymentId;

use super::desk::{Context, Desk, Finished};
use crate::app::App;
use crate::clock::{Millis, Random};
use crate::domain::payment::{Payment, PaymentState, Role};
use crate::store::{Tx, payments};
use crate::{Error, Result};

/// How long the channel is asked about it, if its own statement does not show it yet.
const SHOWS_WITHIN: Millis = 60 * 60 * 1000;

/// The payment `request_id`, which is written down if this is the first that is heard of it. `first` is the one whose code
/// was paid again.
pub async fn again(app: &App, channel: &str, first: &str, request_id: &str) -> Result<Payment> {
    let (known, first) = {
        let mut reading = app.store.read().await?;
        let known = payments::by_request(&mut reading, channel, request_id).await?;
        (known, payments::by_request(&mut reading, channel, first).await?)
    };
    match (known, first) {
        (Some(known), _) => Ok(known),
        (None, Some(first)) => write_down(app, first, request_id.to_owned()).await,
        (None, None) => Err(Error::no_such("transaction")),
    }
}

async fn write_down(app: &App, first: Payment, request_id: String) -> Result<Payment> {
    let context = Context::of(app, &first.merchant, &first.trans_id).await?;
    let (payment, finished): (Payment, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let random = context.random.clone();
            let mut desk = Desk::open(tx, context).await?;
            let is_same =
                |one: &&Payment| one.channel == first.channel && one.request_id == request_id;
            let payment = match desk.payments.iter().find(is_same) {
                Some(known) => known.clone(),
                None => {
                    let payment = of(&first, request_id, &random, desk.now());
                    desk.add(tx, payment.clone()).await?;
                    payment
                }
            };
            Ok::<_, Error>((payment, desk.finish(tx).await?))
        })
        .await?;
    finished.tell(app);
    tracing::warn!(order_id = %payment.id, first = %payment.request_id, "a code was paid again");
    Ok(payment)
}

/// Nobody waits for it and nothing can stop it: from its first moment on only a question decides.
fn of(first: &Payment, request_id: String, random: &Random, now: Millis) -> Payment {
    Payment {
        id: PaymentId::of(random.dated(now)),
        request_id,
        cancellable: false,
        state: PaymentState::Cancelling,
        role: Role::None,
        confirming: false,
        reason: String::new(),
        got: None,
        paid: None,
        action: String::new(),
        final_after: first.final_after.max(now + SHOWS_WITHIN),
        cancels_sent: 0,
        cancels_answered: 0,
        cancel_until: 0,
        asks: 0,
        next_ask: Some(now),
        changed: now,
        // It was opened when its code was: a session that is over opens nothing.
        ..first.clone()
    }
}
