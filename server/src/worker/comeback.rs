//! A channel that does not answer is tried with one question every two seconds; when it answers again, what waits for it is
//! asked about sooner, spread so that no crowd comes back at once (G3).
//!
//! It only moves questions forward. They are asked by whoever claims them, with all the limits that hold for any question.

use florin_shared::{PaymentId, ReversalId};
use futures_util::stream::{self, StreamExt};
use tokio::sync::OwnedSemaphorePermit;

use super::place::Place;
use super::reconcile::move_forward;
use crate::channel::ChannelError;
use crate::channel::nobody::nobodys;
use crate::clock::Millis;
use crate::domain::pace;
use crate::flow::{reverse, sellers};
use crate::reach::{Return, Waiting};
use crate::store::{payments, reversals};
use crate::{App, Result};

/// How many are moved forward at a turn, and how many at once: what is due now must not wait behind them.
const MOVED: (usize, usize) = (128, 8);

/// Says whether there may be more to do.
pub(super) async fn run_once(app: &App) -> bool {
    for (channel, about) in app.reach.knocks(app.now()) {
        if let Err(error) = knock(app, channel, about).await {
            tracing::warn!(channel, ?error, "a silent channel could not be tried");
        }
    }
    for channel in app.reach.doubted(app.now()) {
        // It takes a question's place, as long as it hangs; where there is none, the next turn has one.
        match (app.slots.asks.clone().try_acquire_owned(), Place::at(app, channel)) {
            (Ok(slot), Some(place)) => _ = tokio::spawn(probe(app.clone(), channel, slot, place)),
            _ => app.reach.unprobed(channel),
        }
    }
    let mut more = false;
    for (channel, back) in app.reach.returns() {
        tracing::info!(channel, "the channel answers again");
        match make_up(app, channel, back).await {
            Ok(rest) => {
                more |= rest.is_some();
                rest.into_iter().for_each(|rest| app.reach.back(channel, rest));
            }
            Err(error) => tracing::warn!(channel, ?error, "what waits, waits at its own pace"),
        }
    }
    more
}

/// Asks a channel that has left several calls unanswered about a payment that nobody has made. So it is found out whether it is there
/// when no payment of ours is open, and no shopper is let to try.
async fn probe(app: App, channel: &'static str, _slot: OwnedSemaphorePermit, _place: Place) {
    let now = app.now();
    let id = PaymentId::of(app.random.dated(now));
    let known = sellers::named(&app, channel).await.ok().flatten();
    let question = known.and_then(|channel| Some((nobodys(channel.as_ref(), id, now)?, channel)));
    let Some((nobodys, asked)) = question else { return app.reach.unprobed(channel) };
    let answer = asked.query(&nobodys).await;
    let has_answered = matches!(answer, Ok(_) | Err(ChannelError::Refused { .. }));
    if app.reach.probed(channel, has_answered, app.now()) {
        app.wake.asks.notify_one();
    }
}

/// Lets one question be asked now.
async fn knock(app: &App, channel: &'static str, about: Option<Waiting>) -> Result<()> {
    let about = match about {
        Some(about) => Some(about),
        None => soonest(app, channel).await?,
    };
    match about {
        Some(about) => hasten(app, about, app.now()).await,
        None => app.reach.nothing_open(channel),
    }
    Ok(())
}

/// What is due soonest at this channel.
async fn soonest(app: &App, channel: &'static str) -> Result<Option<Waiting>> {
    let mut tx = app.store.read().await?;
    if let Some(open) = payments::waiting(&mut tx, channel, 0, 1).await?.pop() {
        return Ok(Some(Waiting::Payment(open.0)));
    }
    let back = reversals::waiting(&mut tx, channel, 0, 1).await?.pop();
    Ok(back.map(Waiting::Reversal))
}

/// Moves forward what waits, so many at a turn. Gives what is left to do.
async fn make_up(app: &App, channel: &'static str, mut back: Return) -> Result<Option<Return>> {
    let begun = app.now();
    let left = back.waiting.split_off(back.waiting.len().min(MOVED.0));
    let moves = back.waiting.into_iter().map(|about| (about, begun + drawn(app)));
    let moves: Vec<(Waiting, Millis)> = moves.collect();
    let has_room = moves.len() < MOVED.0;
    all(app, moves).await;
    if !left.is_empty() {
        return Ok(Some(Return { waiting: left, open: back.open }));
    }
    let Some(after) = back.open else { return Ok(None) };
    if !has_room {
        return Ok(Some(Return { waiting: left, open: Some(after) }));
    }
    let open = open(app, channel, after).await?;
    let further = open.iter().map(|(.., due)| *due).max().filter(|_| open.len() == MOVED.0);
    let moves = open.into_iter().map(|(about, is_unknown, due)| {
        (about, pace::on_return(is_unknown, due, begun, drawn(app)))
    });
    all(app, moves.collect()).await;
    Ok(further.map(|open| Return { waiting: left, open: Some(open) }))
}

/// What is open at this channel and due after that time: whether its result is unknown, and when it is due. Money that
/// goes back is looked through with the first of them.
async fn open(
    app: &App,
    channel: &'static str,
    after: Millis,
) -> Result<Vec<(Waiting, bool, Millis)>> {
    let most = i64::try_from(MOVED.0).unwrap_or(1);
    let mut tx = app.store.read().await?;
    let open = payments::waiting(&mut tx, channel, after, most).await?;
    let back = reversals::waiting(&mut tx, channel, after, most).await?;
    drop(tx);
    let moves = back.into_iter().map(|id| (Waiting::Reversal(id), app.now() + drawn(app)));
    all(app, moves.collect()).await;
    let each = open
        .into_iter()
        .map(|(id, state, due)| (Waiting::Payment(id), pace::is_unknown(state), due));
    Ok(each.collect())
}

fn drawn(app: &App) -> Millis {
    app.random.jitter(pace::SPREAD)
}

async fn all(app: &App, moves: Vec<(Waiting, Millis)>) {
    stream::iter(moves)
        .for_each_concurrent(MOVED.1, |(about, to)| async move { hasten(app, about, to).await })
        .await;
}

async fn hasten(app: &App, about: Waiting, to: Millis) {
    match about {
        Waiting::Payment(id) => _ = move_forward(app, &id, to).await,
        Waiting::Reversal(id) => hasten_return(app, &id, to).await,
    }
}

async fn hasten_return(app: &App, id: &ReversalId, to: Millis) {
    if let Err(error) = reverse::hasten(app, id, to).await {
        tracing::warn!(refund_id = %id, ?error, "a question could not be moved forward");
    }
}
