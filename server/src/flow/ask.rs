//! Asks the channel what became of a payment, cancels it when that is due, and asks again.
//!
//! The order of calls is ruling D1's: a query first (it may have been paid), then the cancel, then the query that
//! decides. A call without an answer leaves everything as it was; the worker comes back, and sooner when the channel does.

use std::sync::Arc;

use florin_shared::PaymentId;

use super::cancel::stop;
use super::claim;
use super::credits::MOST_REFERENCES;
use super::desk::{Context, Desk};
use super::pay::{asking, shows_nothing};
use super::sellers;
use super::settle::{Heard, settle};
use crate::app::App;
use crate::channel::{Channel, ChannelError};
use crate::clock::Millis;
use crate::domain::credit::{Credit, Shown, place};
use crate::domain::payment::{Evidence, Payment, PaymentState, Said, Source, Statement};
use crate::domain::scanned::Scanned;
use crate::domain::session::SessionState;
use crate::reach::Waiting;
use crate::store::{Tx, payments, sessions};
use crate::{Error, Result};

/// How long a call to open a payment is waited for before the channel is asked about it by our own number, while the call
/// may still be under way; from then on the same request may go out again. No connection takes so long to be refused
/// (`channel/transport.rs`), also where something is fetched first (`channel/wechatpay/fetch.rs`, `WAIT`), so that "nothing was
/// sent" comes sooner or is not believed.
pub(super) const CALLING: Millis = 6_000;

/// How long after a lost call a channel may still not know of the payment (R4).
pub(super) const VISIBLE_AFTER: Millis = 3_000;

/// Finds out what became of a payment, and gives it as it is then. At most one cancel is sent: a query, a cancel, and the
/// query that decides; what is not clear then waits for the next turn. Four calls at most, so that a worker's lease covers
/// them.
pub async fn ask(app: &App, id: &PaymentId) -> Result<Payment> {
    ask_with(app, id, None).await
}

/// The same for somebody who still holds the payment code, and can therefore send a payment by code once more.
pub(super) async fn ask_with(
    app: &App,
    id: &PaymentId,
    scanned: Option<&Scanned>,
) -> Result<Payment> {
    let mut payment = read(app, id).await?;
    let mut has_cancelled = false;
    loop {
        let channel = channel_of(app, &payment).await?;
        // Also before a lost cancel is repeated, although what it says decides nothing then: a channel that does not answer
        // a question is not sent anything that moves money.
        let Some(said) = query(app, channel.as_ref(), &mut payment).await? else {
            return Ok(payment);
        };
        match next(app, &payment, said) {
            Next::Wait => return Ok(payment),
            Next::Reopen if payment.is_by_code() != scanned.is_some() => return Ok(payment),
            Next::Reopen => return reopen(app, channel.as_ref(), &payment, scanned).await,
            Next::Cancel if has_cancelled => return Ok(payment),
            Next::Cancel if cancel(app, channel.as_ref(), &mut payment).await? => {
                has_cancelled = true;
            }
            Next::Cancel => return Ok(payment),
        }
    }
}

/// Asks about a payment once, for somebody who must know before going on. Nothing when nobody answered.
pub(super) async fn look(
    app: &App,
    channel: &dyn Channel,
    payment: &Payment,
) -> Result<Option<Said>> {
    query(app, channel, &mut payment.clone()).await
}

/// Leaves word whether the channel answers, so that whatever waits for it is asked about when it does again.
pub(super) fn note<T>(
    app: &App,
    channel: &dyn Channel,
    about: Waiting,
    answer: &std::result::Result<T, ChannelError>,
) {
    match answer {
        Ok(_) | Err(ChannelError::Refused { .. }) => {
            if app.reach.answered(channel.name(), &about, app.now()) {
                app.wake.asks.notify_one();
            }
        }
        Err(ChannelError::NotSent(_) | ChannelError::NoAnswer(_)) => {
            app.reach.silent(channel.name(), about, app.now());
        }
    }
}

enum Next {
    Wait,
    /// It should have a code and has none: the same request again, under the same number.
    Reopen,
    Cancel,
}

fn next(app: &App, payment: &Payment, said: Said) -> Next {
    let now = app.now();
    let is_over = now >= payment.expires && !payment.confirming;
    match payment.state {
        // An answer that began before the last cancel's does not count, so a lost cancel is repeated, then asked about.
        _ if payment.awaits_cancel() => Next::Cancel,
        PaymentState::Cancelling if payment.cancellable => Next::Cancel,
        _ if payment.confirming || payment.state.is_final() => Next::Wait,
        PaymentState::Cancelling => Next::Wait,
        _ if is_over && payment.cancellable => Next::Cancel,
        _ if is_over => Next::Wait,
        PaymentState::Intent
        | PaymentState::Sent
        | PaymentState::Unknown
        | PaymentState::Processing => {
            if may_reopen(payment, said, now) {
                Next::Reopen
            } else {
                Next::Wait
            }
        }
        PaymentState::Fail | PaymentState::Cancelled | PaymentState::Success => Next::Wait,
    }
}

/// A payment without a code whose first call has ended: the channel has it, or can no longer come to have it.
fn may_reopen(payment: &Payment, said: Said, now: Millis) -> bool {
    let age = now - payment.created;
    if said == Said::Pending && payment.is_by_code() {
        // It waits for the payer's password.
        return false;
    }
    match (said, payment.state) {
        (Said::Pending, PaymentState::Unknown | PaymentState::Processing) => {
            payment.action.is_empty()
        }
        (Said::NotFound, PaymentState::Unknown) => age >= VISIBLE_AFTER,
        (Said::Pending | Said::NotFound, _) => payment.action.is_empty() && age >= CALLING,
        (Said::Confirming | Said::Failed | Said::Cancelled | Said::Paid { .. }, _) => false,
    }
}

/// The payment as it is now.
pub async fn read(app: &App, id: &PaymentId) -> Result<Payment> {
    payments::get(&mut app.store.read().await?, id)
        .await?
        .ok_or_else(|| Error::no_such("transaction"))
}

/// Who carries it out: whoever has from its first moment.
pub async fn channel_of(app: &App, payment: &Payment) -> Result<Arc<dyn Channel>> {
    let found = sellers::named(app, &payment.channel).await?;
    found.ok_or_else(|| Error::Internal(format!("no channel is called {}", payment.channel)))
}

async fn query(app: &App, channel: &dyn Channel, payment: &mut Payment) -> Result<Option<Said>> {
    // What it comes after is fixed before it is sent.
    let (after_cancel, after_confirming) = (payment.settled_cancel(), payment.confirming);
    if let Some(answer) = channel.came_in(payment).await {
        note(app, channel, Waiting::Payment(payment.id.clone()), &answer);
        return came_in(app, channel, payment, answer).await;
    }
    let answer = channel.query(payment).await;
    note(app, channel, Waiting::Payment(payment.id.clone()), &answer);
    let heard = match answer {
        Ok(evidence) => {
            let said = evidence.said;
            let source = Source::Query;
            let statement = Statement { evidence, source, after_cancel, after_confirming };
            *payment = settle(app, payment, Heard::Said(statement, None)).await?;
            return Ok(Some(said));
        }
        Err(error) => error,
    };
    nothing_heard(app, payment, &heard).await
}

async fn nothing_heard(
    app: &App,
    payment: &mut Payment,
    error: &ChannelError,
) -> Result<Option<Said>> {
    tracing::debug!(order_id = %payment.id, %error, "a query brought nothing");
    *payment = settle(app, payment, Heard::NoAnswer).await?;
    Ok(None)
}

/// The same where money comes by transfers: the answer is everything that came in under the payment's reference.
async fn came_in(
    app: &App,
    channel: &dyn Channel,
    payment: &mut Payment,
    answer: std::result::Result<Vec<Credit>, ChannelError>,
) -> Result<Option<Said>> {
    let credits = match answer {
        Ok(credits) => credits,
        Err(error) => return nothing_heard(app, payment, &error).await,
    };
    let (reference, _) = place(&payment.request_id);
    let shown = credits.iter().cloned().map(|credit| {
        let mut others = channel.references_in(&credit.reference);
        others.retain(|other| other != reference);
        others.truncate(MOST_REFERENCES);
        Shown { credit, others }
    });
    *payment = settle(app, payment, Heard::CameIn(shown.collect())).await?;
    claim::shown_of(app, payment, &credits).await.map(Some)
}

/// Longer than a call to a channel may take.
const CANCELLING: Millis = 30_000;

/// Marks a cancel as sent, before it is, and gives its number: from here on only a query sent after its answer decides.
/// Nothing when it must not be sent: it has been paid meanwhile (D1), or somebody else's cancel is on its way, which
/// could take effect after an answer that we would believe.
async fn begin_cancel(app: &App, payment: &mut Payment) -> Result<Option<i64>> {
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let id = payment.id.clone();
    let (now_is, number, finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let now = desk.now();
            let mut is_ours = false;
            let now_is = desk
                .change(tx, &id, |payment| is_ours = payment.count_cancel(now + CANCELLING, now))
                .await?;
            let number = is_ours.then_some(now_is.cancels_sent);
            Ok::<_, Error>((now_is, number, desk.finish(tx).await?))
        })
        .await?;
    finished.tell(app);
    *payment = now_is;
    Ok(number)
}

/// Sends a cancel. `false` when nobody answered, or when it was not ours to send.
async fn cancel(app: &App, channel: &dyn Channel, payment: &mut Payment) -> Result<bool> {
    let Some(number) = begin_cancel(app, payment).await? else { return Ok(false) };
    let answer = channel.cancel(payment).await;
    note(app, channel, Waiting::Payment(payment.id.clone()), &answer);
    match answer {
        Ok(()) | Err(ChannelError::Refused { .. }) => {
            *payment = settle(app, payment, Heard::CancelAnswered(number)).await?;
            Ok(true)
        }
        Err(error @ (ChannelError::NotSent(_) | ChannelError::NoAnswer(_))) => {
            tracing::debug!(order_id = %payment.id, %error, "a cancel brought nothing");
            *payment = settle(app, payment, Heard::CancelUnanswered(number)).await?;
            Ok(false)
        }
    }
}

/// The answer to the first call was lost, or it never arrived: the same request once more (R4).
async fn reopen(
    app: &App,
    channel: &dyn Channel,
    payment: &Payment,
    scanned: Option<&Scanned>,
) -> Result<Payment> {
    let session = sessions::get(&mut app.store.read().await?, &payment.session).await?;
    if session.is_none_or(|session| session.state != SessionState::Open) {
        return Ok(payment.clone());
    }
    // From here on a "no" to the first call, which may still be under way, is not the last word.
    let payment = &settle(app, payment, Heard::NoAnswer).await?;
    if !payment.state.is_live() {
        return Ok(payment.clone());
    }
    let asking = asking(app, payment, scanned).await?;
    let answer = channel.pay(payment, &asking).await;
    if !channel.opens_alone(payment) {
        note(app, channel, Waiting::Payment(payment.id.clone()), &answer);
    }
    match answer {
        Ok(opened) if opened.evidence.said != Said::Failed => {
            let statement = Statement {
                evidence: opened.evidence,
                source: Source::Reply,
                after_cancel: None,
                after_confirming: false,
            };
            let payment =
                settle(app, payment, Heard::SaidAgain(statement, opened.action.map(Box::new)))
                    .await?;
            // As at the first time (`pay::open`): what is there, and cannot be shown, is of no use however often it is asked for.
            if shows_nothing(&payment) {
                tracing::warn!(order_id = %payment.id, "the channel has a payment, and gives no code for it");
                stop(app, &payment).await?;
            }
            Ok(payment)
        }
        // "No" to a repetition says nothing about the first time: the next query decides.
        Ok(_) | Err(_) => settle(app, payment, Heard::NoAnswer).await,
    }
}

/// Evidence made of a refusal to open: it is the channel's word, and final.
pub fn refused(code: String) -> Statement {
    Statement {
        evidence: Evidence { said: Said::Failed, reason: code },
        source: Source::Reply,
        after_cancel: None,
        after_confirming: false,
    }
}
