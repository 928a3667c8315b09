//! Sends money back, and goes on until it is back, or a person must see to it (A6, D5).
//!
//! The order of calls: the payment is asked about before anything of a reversal is sent (somebody may have given it back
//! already), the reversal is marked as sent before it is, and what was sent without an answer is asked about before
//! anything else.

use std::sync::atomic::Ordering;

use florin_shared::{Code, Money, ReversalId};

use super::ask::{self, channel_of, note, read};
use super::desk::{Context, Desk, Finished};
use crate::app::App;
use crate::channel::{Channel, ChannelError};
use crate::clock::Millis;
use crate::domain::pace;
use crate::domain::payment::{Payment, Said};
use crate::domain::reversal::{
    Reason, Reversal, ReversalSaid, ReversalState, Turn, on_reversal_said,
};
use crate::reach::Waiting;
use crate::store::{Tx, payments, reversals};
use crate::{Error, Result};

/// Asked, sent, asked whether a refusal was meant; what is not clear then waits for the next turn.
const MOST_STEPS: usize = 4;

/// Tries one reversal, or asks what became of the last try; gives it as it is then.
pub async fn reverse(app: &App, id: &ReversalId) -> Result<Reversal> {
    let reversal = get(app, id).await?;
    let payment = read(app, &reversal.payment).await?;
    let channel = channel_of(app, &payment).await?;
    if reversal.is_unsent() {
        match ask::look(app, channel.as_ref(), &payment).await? {
            Some(Said::Paid { .. } | Said::Cancelled) => {}
            Some(Said::NotFound | Said::Pending | Said::Confirming | Said::Failed) => {
                return not_there(app, &payment, reversal).await;
            }
            None => {
                app.reach.silent(channel.name(), Waiting::Reversal(id.clone()), app.now());
                return put_off(app, reversal).await;
            }
        }
    }
    for _ in 0..MOST_STEPS {
        let (answer, by_query) = match begin(app, &payment, id).await? {
            Go::Nowhere(now_is) => return Ok(now_is),
            Go::Send(sending) => {
                (channel.refund(&payment, &sending, &notify_url(app, &payment)).await, false)
            }
            Go::Ask(asking) => (channel.query_refund(&payment, &asking).await, true),
        };
        note(app, channel.as_ref(), Waiting::Reversal(id.clone()), &answer);
        let said = (heard(answer), by_query);
        let goes_on = write_down(app, &payment, id, said, Holder::Us).await?;
        if !goes_on {
            break;
        }
    }
    get(app, id).await
}

/// Who goes on with a reversal that is due again at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// We do, in a moment; nobody else takes it up meanwhile.
    Us,
    /// Whoever is free.
    Anyone,
}

/// How long what we hold stays ours, should we end before we let go.
const HOLD: Millis = 60_000;

fn notify_url(app: &App, payment: &Payment) -> String {
    format!("{}/notify/{}", app.public_url, payment.channel)
}

/// The reversal as it is now.
pub async fn get(app: &App, id: &ReversalId) -> Result<Reversal> {
    reversals::get(&mut app.store.read().await?, id).await?.ok_or_else(|| Error::no_such("refund"))
}

/// The channel does not know of the money that is to go back: nothing is sent, and a lasting denial ends it.
async fn not_there(app: &App, payment: &Payment, reversal: Reversal) -> Result<Reversal> {
    if reversal.tries < LONG_SILENCE {
        return put_off(app, reversal).await;
    }
    let said = Some(ReversalSaid::Never("NOT_PAID".to_owned()));
    write_down(app, payment, &reversal.id, (said, true), Holder::Anyone).await?;
    get(app, &reversal.id).await
}

async fn put_off(app: &App, reversal: Reversal) -> Result<Reversal> {
    let at = app.now() + pace::next_try(reversal.tries);
    let id = reversal.id.clone();
    app.store
        .write(async move |tx: &mut Tx| reversals::put_off(tx, &id, at).await.map_err(Error::from))
        .await?;
    Ok(reversal)
}

/// What may be done next.
enum Go {
    /// It is over.
    Nowhere(Reversal),
    /// It is marked as sent.
    Send(Reversal),
    /// Nobody knows what became of it.
    Ask(Reversal),
}

async fn begin(app: &App, payment: &Payment, id: &ReversalId) -> Result<Go> {
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let id = id.clone();
    app.store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let (reversal, payment) = desk.reversal(tx, &id).await?;
            let go = match reversal.state {
                ReversalState::Intent => {
                    Go::Send(desk.send_reversal(tx, &payment, &reversal).await?)
                }
                ReversalState::Sent | ReversalState::Unknown => Go::Ask(reversal),
                ReversalState::Success
                | ReversalState::Fail
                | ReversalState::Manual
                | ReversalState::Kept => Go::Nowhere(reversal),
            };
            // Nobody need be told that it is on its way.
            desk.finish(tx).await?;
            Ok::<_, Error>(go)
        })
        .await
}

/// What a call brought; nothing, if nobody can tell.
fn heard(answer: std::result::Result<ReversalSaid, ChannelError>) -> Option<ReversalSaid> {
    match answer {
        Ok(said) => Some(said),
        Err(ChannelError::Refused { code }) => Some(ReversalSaid::Failed(code)),
        Err(ChannelError::NotSent(_) | ChannelError::NoAnswer(_)) => None,
    }
}

/// Writes down what was heard of a reversal. Whether it is to go on at once.
async fn write_down(
    app: &App,
    payment: &Payment,
    id: &ReversalId,
    (said, by_query): (Option<ReversalSaid>, bool),
    holder: Holder,
) -> Result<bool> {
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let id = id.clone();
    let (turn, reversal, finished): (Turn, Reversal, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let (before, payment) = desk.reversal(tx, &id).await?;
            let spent = spent(&reversals::of_payment(tx, &payment.id).await?);
            let now = desk.now();
            let turn = match said {
                Some(said) => on_reversal_said(&before, &said, by_query, spent, now),
                None => silence(&before, now),
            };
            let after =
                desk.turn_reversal(tx, &payment, &before, &held(&turn, holder, now)).await?;
            Ok::<_, Error>((turn, after, desk.finish(tx).await?))
        })
        .await?;
    alarm(app, &reversal, &turn);
    finished.tell(app);
    Ok(due(&turn).is_some_and(|at| at <= app.now()))
}

fn due(turn: &Turn) -> Option<Millis> {
    match turn {
        Turn::Wait(_, at) | Turn::Refused(_, _, at) => Some(*at),
        Turn::Stay
        | Turn::Done
        | Turn::Fail(_)
        | Turn::Manual(_)
        | Turn::Renew(_)
        | Turn::Contradicted => None,
    }
}

/// What is due at once stays with whoever has it in hand.
fn held(turn: &Turn, holder: Holder, now: Millis) -> Turn {
    let hold = |at: Millis| if holder == Holder::Us && at <= now { now + HOLD } else { at };
    match turn.clone() {
        Turn::Wait(state, at) => Turn::Wait(state, hold(at)),
        Turn::Refused(refusal, why, at) => Turn::Refused(refusal, why, hold(at)),
        other => other,
    }
}

/// Numbers that have been used without effect for what may not be kept.
fn spent(all: &[Reversal]) -> usize {
    all.iter()
        .filter(|other| other.reason != Reason::Merchant && other.state == ReversalState::Fail)
        .count()
}

/// No answer is never taken for "no".
fn silence(reversal: &Reversal, now: Millis) -> Turn {
    if reversal.state.is_over() {
        return Turn::Stay;
    }
    Turn::Wait(ReversalState::Unknown, now + pace::next_try(reversal.tries))
}

/// After so many tries that brought nothing somebody should look.
const LONG_SILENCE: i64 = 12;

fn alarm(app: &App, reversal: &Reversal, turn: &Turn) {
    match turn {
        Turn::Manual(reason) => {
            app.counters.manual.fetch_add(1, Ordering::Relaxed);
            tracing::error!(refund_id = %reversal.id, order_id = %reversal.payment, reason,
                "money cannot go back by itself; a person must see to it");
        }
        Turn::Contradicted => {
            app.counters.conflicts.fetch_add(1, Ordering::Relaxed);
            tracing::error!(refund_id = %reversal.id, "the channel has returned what it said it would not");
        }
        Turn::Wait(ReversalState::Unknown, _)
            if reversal.tries > 0 && reversal.tries % LONG_SILENCE == 0 =>
        {
            tracing::error!(refund_id = %reversal.id, tries = reversal.tries,
                "the channel does not say what became of a refund; it is asked again and again");
        }
        Turn::Stay
        | Turn::Wait(..)
        | Turn::Refused(..)
        | Turn::Done
        | Turn::Fail(_)
        | Turn::Renew(_) => {}
    }
}

/// Asks what became of one that a person is to see to, and writes it down. Nothing, if nobody answered.
pub(super) async fn ask_first(
    app: &App,
    payment: &Payment,
    reversal: &Reversal,
) -> Result<Option<Reversal>> {
    let Ok(channel) = channel_of(app, payment).await else { return Ok(None) };
    let said = match channel.query_refund(payment, reversal).await {
        // It has no such question: there is nobody who could know better.
        Err(ChannelError::Refused { .. }) => Some(ReversalSaid::NotFound),
        answer => heard(answer),
    };
    if said.is_none() || ask::look(app, channel.as_ref(), payment).await?.is_none() {
        return Ok(None);
    }
    write_down(app, payment, &reversal.id, (said, true), Holder::Anyone).await?;
    get(app, &reversal.id).await.map(Some)
}

/// A notice about a refund: believed when it says that the whole is back, else a reason to ask.
pub async fn on_notice(
    app: &App,
    channel: &dyn Channel,
    reversal: &Reversal,
    said: ReversalSaid,
    amount: Option<Money>,
) -> Result<()> {
    let payment = read(app, &reversal.payment).await?;
    if payment.channel != channel.name() {
        return Err(Error::no_such("transaction"));
    }
    let is_whole = amount.is_none_or(|amount| amount == reversal.amount);
    if said == ReversalSaid::Done && is_whole {
        let heard = (Some(said), false);
        return write_down(app, &payment, &reversal.id, heard, Holder::Anyone).await.map(drop);
    }
    if !is_whole {
        app.counters.conflicts.fetch_add(1, Ordering::Relaxed);
        tracing::error!(refund_id = %reversal.id, ?amount, "a notice speaks of another amount");
    }
    // Whoever says "no", or "not all of it", is asked at once.
    hasten(app, &reversal.id, app.now()).await
}

/// A notice about a refund that nobody here made, such as one of the channel's own portal. What it says is not believed;
/// its payment is marked to be asked about, and what has gone back in all is in that answer (D2).
///
/// # Errors
/// 404 when the payment is not ours, 503 when the channel cannot be asked whose it is: then it sends the notice again.
pub async fn on_foreign_notice(
    app: &App,
    channel: &dyn Channel,
    number: Option<&str>,
) -> Result<()> {
    let unknown = || Error::no_such("transaction");
    let unasked = |_| Error::refused(Code::ChannelUnavailable, "the channel does not answer");
    let request = channel.request_of(number.ok_or_else(unknown)?).await.map_err(unasked)?;
    let found = payments::by_request(
        &mut app.store.read().await?,
        channel.name(),
        &request.ok_or_else(unknown)?,
    )
    .await?;
    let payment = found.ok_or_else(unknown)?;
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let finished: Finished = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            desk.ask_again(tx, &payment.id).await?;
            desk.finish(tx).await
        })
        .await?;
    finished.tell(app);
    app.wake.asks.notify_one();
    Ok(())
}

/// Tries it, or asks what became of it, at that time at the latest.
pub async fn hasten(app: &App, id: &ReversalId, to: Millis) -> Result<()> {
    let id = id.clone();
    app.store
        .write(async move |tx: &mut Tx| reversals::hasten(tx, &id, to).await.map_err(Error::from))
        .await?;
    app.wake.reversals.notify_one();
    Ok(())
}
