//! A shopper's browser goes on to a page of the channel's that only a form opens, and comes back from there.
//!
//! The way there is a payment's next action, a page of ours that holds the form. Nothing is written down here: the form says what the payment
//! says, under its number, so opening the page again is the same transaction once more. Where banks have pages of their own, the shopper
//! picks one there first (`bank.rs`). Whoever comes back has shown nothing, whatever the browser brings along; the channel is asked.

use std::time::Duration;

use florin_shared::SessionId;
use florin_shared::shopper::CheckoutView;

use super::ask::{channel_of, read};
use super::pay::asking;
use super::{bank, cancel, login, to_the_end, view};
use crate::app::App;
use crate::channel::{Bank, Form};
use crate::clock::Millis;
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
    /// What they do there.
    pub step: Step,
}

/// What somebody does on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Picks one of these banks.
    Pick(&'static [Bank]),
    /// Goes on by this form.
    Go {
        /// What their browser sends.
        form: Form,
        /// The bank that they have picked, if it has a page of its own.
        bank: Option<&'static Bank>,
        /// Whether they can pick another one.
        may_pick: bool,
    },
    /// Nothing: the payment has ended, is confirmed by a bank, or is out of time.
    Nothing,
}

/// Somebody opens the page with the form, or, if they want to pick `again`, that with the banks.
///
/// # Errors
/// Not found, when the way did not begin here, or leads through no form.
pub async fn onward(app: &App, state: &str, scene: Scene, again: bool) -> Result<Onward> {
    let payment = payment_of(app, state).await?;
    let channel = channel_of(app, &payment).await?;
    let banks = channel.banks(&payment);
    let picked = bank::picked_for(&payment).filter(|_| !again);
    let bank = banks.iter().find(|bank| Some(bank.code) == picked.as_deref());
    let form = channel.form(&payment, &asking(app, &payment, None).await?, bank);
    let form = form.map_err(|why| Error::Internal(format!("no form: {why}")))?;
    let form = form.ok_or_else(|| Error::no_such("transaction"))?;
    view::paged(app, &payment.session).await?;
    let view = view::view(app, &payment.session, scene).await?;
    let is_picked = bank.is_some() || picked.as_deref() == Some(bank::ANOTHER);
    let step = match banks {
        _ if !may_go_on(&payment, app.now()) => Step::Nothing,
        banks if banks.is_empty() || is_picked => {
            Step::Go { form, bank, may_pick: !banks.is_empty() }
        }
        banks => Step::Pick(banks),
    };
    Ok(Onward { view, payment, step })
}

/// Whoever goes there later would be charged for what is over, and be given it back.
pub(super) fn may_go_on(payment: &Payment, now: Millis) -> bool {
    payment.state.is_live() && !payment.confirming && now < payment.expires
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

/// Whose page has this name.
pub(super) async fn payment_of(app: &App, state: &str) -> Result<Payment> {
    let id = login::payment_of(app, state).ok_or_else(|| Error::no_such("transaction"))?;
    read(app, &id).await
}
