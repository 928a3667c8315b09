//! A shopper's browser goes on to a page of the channel's that only a form opens, and comes back from there.
//!
//! The way there is a payment's next action, a page of ours that holds the form. Nothing is written down here: the form says what the payment
//! says, under its number, so opening the page again is the same transaction once more. Whoever comes back has shown nothing, whatever the
//! browser brings along; the channel is asked.

use std::time::Duration;

use florin_shared::SessionId;
use florin_shared::shopper::CheckoutView;

use super::ask::{channel_of, read};
use super::pay::asking;
use super::{cancel, login, to_the_end, view};
use crate::app::App;
use crate::channel::Form;
use crate::domain::payment::Payment;
use crate::domain::scene::Scene;
use crate::{Error, Result};

/// Who goes there, and by what.
#[derive(Debug)]
pub struct Onward {
    /// Their checkout.
    pub view: CheckoutView,
    /// The method by which they pay.
    pub payment: Payment,
    /// What their browser sends; none when the payment has ended, is confirmed by a bank, or is out of time.
    pub form: Option<Form>,
}

/// Somebody opens the page with the form.
///
/// # Errors
/// Not found, when the way did not begin here, or leads through no form.
pub async fn onward(app: &App, state: &str, scene: Scene) -> Result<Onward> {
    let payment = payment_of(app, state).await?;
    let channel = channel_of(app, &payment).await?;
    let form = channel.form(&payment, &asking(app, &payment, None).await?);
    let form = form.map_err(|why| Error::Internal(format!("no form: {why}")))?;
    let form = form.ok_or_else(|| Error::no_such("transaction"))?;
    view::paged(app, &payment.session).await?;
    let view = view::view(app, &payment.session, scene).await?;
    let form = Some(form).filter(|_| may_go_on(app, &payment));
    Ok(Onward { view, payment, form })
}

/// Whoever goes there later would be charged for what is over, and be given it back.
fn may_go_on(app: &App, payment: &Payment) -> bool {
    payment.state.is_live() && !payment.confirming && app.now() < payment.expires
}

/// As long as somebody who comes back waits for the channel's answer, before the checkout goes on asking.
const PATIENCE: Duration = Duration::from_secs(2);

/// Somebody comes back, or is brought back: asks how it stands. The question goes on to its end.
///
/// # Errors
/// Not found, when the way did not begin here.
pub async fn back(app: &App, state: &str) -> Result<SessionId> {
    let payment = payment_of(app, state).await?;
    let (flow, session, id) = (app.clone(), payment.session.clone(), payment.id);
    let asked = to_the_end(async move { cancel::check(&flow, &session, &id).await });
    if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, asked).await {
        tracing::warn!(%error, "asking for who came back failed; the worker goes on");
    }
    Ok(payment.session)
}

async fn payment_of(app: &App, state: &str) -> Result<Payment> {
    let id = login::payment_of(app, state).ok_or_else(|| Error::no_such("transaction"))?;
    read(app, &id).await
}
