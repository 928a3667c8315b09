//! Sends money back, and goes on until it is back (A6, D5).

use std::sync::atomic::Ordering;

use florin_shared::{Code, PaymentId, ReversalId};

use super::ask::{channel_of, read};
use super::desk::{Context, Desk, Finished};
use crate::app::App;
use crate::channel::{Channel, ChannelError};
use crate::domain::pace;
use crate::domain::payment::Payment;
use crate::domain::reversal::{Reversal, ReversalSaid, ReversalState, Turn, on_reversal_said};
use crate::store::{Tx, ledger, reversals};
use crate::{Error, Result};

/// Tries one reversal, or asks what became of the last try.
pub async fn reverse(app: &App, id: &ReversalId) -> Result<()> {
    let reversal = get(app, id).await?;
    let payment = read(app, &reversal.payment).await?;
    let channel = channel_of(app, &payment)?;
    let (said, by_query) = talk(channel.as_ref(), &payment, &reversal).await;
    take_in(app, &payment, id, said, by_query).await
}

async fn get(app: &App, id: &ReversalId) -> Result<Reversal> {
    reversals::get(&mut app.store.read().await?, id).await?.ok_or_else(|| Error::no_such("refund"))
}

/// Sent and unknown ones are asked about first; the same number may be sent again when the channel does not know it.
async fn talk(
    channel: &dyn Channel,
    payment: &Payment,
    reversal: &Reversal,
) -> (Option<ReversalSaid>, bool) {
    match reversal.state {
        ReversalState::Intent if reversal.tries <= 1 => {
            (heard(channel.refund(payment, reversal).await), false)
        }
        _ => match heard(channel.query_refund(payment, reversal).await) {
            Some(ReversalSaid::NotFound) => (heard(channel.refund(payment, reversal).await), false),
            said => (said, true),
        },
    }
}

fn heard(answer: std::result::Result<ReversalSaid, ChannelError>) -> Option<ReversalSaid> {
    match answer {
        Ok(said) => Some(said),
        Err(ChannelError::Refused { code }) => Some(ReversalSaid::Failed(code)),
        Err(ChannelError::NotSent(_) | ChannelError::NoAnswer(_)) => None,
    }
}

/// Writes down what was heard; a notification about a refund comes through here too.
pub async fn take_in(
    app: &App,
    payment: &Payment,
    id: &ReversalId,
    said: Option<ReversalSaid>,
    by_query: bool,
) -> Result<()> {
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let (id, payment) = (id.clone(), payment.id.clone());
    let (turn, finished): (Turn, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let turn = judge(tx, &payment, &id, said, by_query).await?;
            carry_out(&mut desk, tx, &payment, &id, &turn).await?;
            Ok::<_, Error>((turn, desk.finish(tx).await?))
        })
        .await?;
    if let Turn::Manual(reason) = turn {
        app.counters.manual.fetch_add(1, Ordering::Relaxed);
        tracing::error!(reason, "money cannot go back by itself; a person must see to it");
    }
    finished.tell(app);
    Ok(())
}

async fn judge(
    tx: &mut Tx,
    payment: &PaymentId,
    id: &ReversalId,
    said: Option<ReversalSaid>,
    by_query: bool,
) -> Result<Turn> {
    let Some(said) = said else { return Ok(Turn::Wait(ReversalState::Unknown)) };
    let all = reversals::of_payment(tx, payment).await?;
    let spent = all.iter().filter(|reversal| reversal.state == ReversalState::Fail).count();
    let tries = all.iter().find(|reversal| reversal.id == *id).map_or(0, |reversal| reversal.tries);
    Ok(on_reversal_said(&said, by_query, tries, spent))
}

async fn carry_out(
    desk: &mut Desk,
    tx: &mut Tx,
    payment: &PaymentId,
    id: &ReversalId,
    turn: &Turn,
) -> Result<()> {
    let payment = desk.payment(payment)?.clone();
    let before = reversals::get(tx, id)
        .await?
        .ok_or_else(|| Error::refused(Code::NotFound, "there is no such refund"))?;
    if matches!(before.state, ReversalState::Success | ReversalState::Fail | ReversalState::Manual)
    {
        return Ok(());
    }
    let now = desk.now();
    let mut after = before.clone();
    match turn {
        Turn::Wait(state) => {
            after.state = *state;
            after.next_try = Some(now + pace::next_try(before.tries));
        }
        Turn::Done => (after.state, after.next_try) = (ReversalState::Success, None),
        Turn::Manual(_) => (after.state, after.next_try) = (ReversalState::Manual, None),
        Turn::Renew(_) => (after.state, after.next_try) = (ReversalState::Fail, None),
    }
    reversals::save(tx, &mut desk.order, &payment, &before, &after, now).await?;
    match turn {
        Turn::Done => Ok(ledger::returned(tx, &payment, &after).await?),
        Turn::Renew(_) => {
            let fresh = desk.new_reversal(&payment, before.amount, before.reason);
            let fresh = Reversal { next_try: Some(now + pace::next_try(before.tries)), ..fresh };
            reversals::add(tx, &mut desk.order, &payment, &fresh)
                .await
                .map(drop)
                .map_err(Error::from)
        }
        Turn::Wait(_) | Turn::Manual(_) => Ok(()),
    }
}
