//! Money that came once more under the number of a payment: a code between banks can be paid as often as somebody has its
//! picture, and what came must not be lost. Each such credit is a payment of its own, which a question then judges like any
//! other: kept if the order is still unpaid and the amount is right, else given back.

use florin_shared::PaymentId;

use super::desk::{Context, Desk, Finished};
use crate::app::App;
use crate::clock::Millis;
use crate::domain::payment::Payment;
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
                    let (id, now) = (PaymentId::of(random.dated(desk.now())), desk.now());
                    let payment = first.once_more(id, request_id, now + SHOWS_WITHIN, now);
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
