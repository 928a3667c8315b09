//! The one place where what a channel says changes a payment's outcome.
//!
//! A reply, a notification, an answer to our question and the answer to a cancel all come through here. The order is
//! locked before anything is read, and everything that follows is one commit.

use std::sync::atomic::Ordering;

use florin_shared::PaymentId;
use florin_shared::shopper::NextAction;

use super::ask::CALLING;
use super::bank::picked_for;
use super::claim::{claimed, judge};
use super::desk::{Context, Desk, Finished};
use crate::app::App;
use crate::clock::Millis;
use crate::domain::credit::{Credit, Shown};
use crate::domain::order::{Step, may_decide};
use crate::domain::pace::{self, Interest};
use crate::domain::payment::{Payment, PaymentState, Said, Source, Statement};
use crate::metrics::SETTLED;
use crate::status::RETURNED;
use crate::store::{Tx, evidence};
use crate::{Error, Result};

/// What we heard of a payment.
#[derive(Clone, Debug)]
pub enum Heard {
    /// A verified statement; from the reply to `pay` also what the shopper must do.
    Said(Statement, Option<Box<NextAction>>),
    /// The same of a call that was repeated: what the shopper has been shown meanwhile stays.
    SaidAgain(Statement, Option<Box<NextAction>>),
    /// A bank's answer to our question: everything that came in under the payment's reference.
    CameIn(Vec<Shown>),
    /// A bank's message about a credit that this payment has claimed.
    Told(Credit),
    /// The first call never left us: nothing was taken, nothing can be.
    NotSent,
    /// A call without a readable answer: the payment may exist.
    NoAnswer,
    /// The cancel with this number has been answered; a query may decide now (D1).
    CancelAnswered(i64),
    /// The call of the cancel with this number has ended without an answer: it may be repeated.
    CancelUnanswered(i64),
}

/// Takes in what was heard, and gives the payment as it is afterwards.
pub async fn settle(app: &App, payment: &Payment, heard: Heard) -> Result<Payment> {
    let context = Context::of(app, &payment.merchant, &payment.trans_id).await?;
    let id = payment.id.clone();
    let began_with = (payment.state, payment.next_ask);
    let interest = app.board.interest(&payment.session, app.now());
    let (payment, step, finished): (Payment, Step, Finished) = app
        .store
        .write(async move |tx: &mut Tx| {
            let mut desk = Desk::open(tx, context).await?;
            let before = desk.payment(&id)?.clone();
            let (heard, credit) = claimed(tx, &before, heard, desk.now()).await?;
            let was_final = before.state.is_final();
            // A question about something final that was put after this one began is not answered by it.
            let is_newer = was_final
                && before.next_ask.is_some()
                && (before.state, before.next_ask) != began_with;
            let answer = if is_newer { Answer::No } else { answer(&before, &heard) };
            let step = take_in(&mut desk, tx, &id, heard).await?;
            let now = desk.now();
            // "It was paid" that has decided nothing stays a question until a query that began after it has answered.
            let ended = desk.payment(&id)?.state;
            let is_open = !was_final
                && matches!(ended, PaymentState::Fail | PaymentState::Cancelled)
                && evidence::has_success(tx, &id).await?;
            let payment = desk
                .change(tx, &id, |payment| {
                    watch_for_lost_cancel(payment, &step, now);
                    let next = next_ask(payment, &step, answer, interest, now);
                    payment.next_ask = if is_open { Some(now) } else { next };
                })
                .await?;
            judge(tx, &payment, credit.as_deref(), now).await?;
            Ok::<_, Error>((payment, step, desk.finish(tx).await?))
        })
        .await?;
    metrics::counter!(SETTLED, "outcome" => outcome(&step)).increment(1);
    if step == Step::Conflict {
        app.counters.conflicts.fetch_add(1, Ordering::Relaxed);
        tracing::error!(order_id = %payment.id, state = payment.state.as_str(), "the channel contradicts itself or us");
    }
    finished.tell(app);
    Ok(payment)
}

fn outcome(step: &Step) -> &'static str {
    match step {
        Step::Stay => "stay",
        Step::Conflict => "conflict",
        Step::Confirm => "confirming",
        Step::Unconfirm => "not_confirmed",
        Step::Wait(_) => "waits",
        Step::Become(state, _) => state.as_str(),
        Step::Accept(..) => "accepted",
        Step::GiveBack(..) => "given_back",
        Step::AlreadyBack(..) => "already_back",
        Step::Returned(_) => "returned",
        Step::Ask => "ask",
    }
}

/// What was heard, to a question that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It answers for good: a query that may decide.
    Final,
    /// A query that began before a cancel was answered: the cancel is repeated first, and by whoever may.
    TooEarly,
    /// None.
    No,
}

fn answer(payment: &Payment, heard: &Heard) -> Answer {
    match heard {
        Heard::Said(statement, _) if statement.source != Source::Query => Answer::No,
        Heard::Said(statement, _) if may_decide(payment, statement) => Answer::Final,
        Heard::Said(..) if payment.awaits_cancel() => Answer::TooEarly,
        Heard::Said(..)
        | Heard::SaidAgain(..)
        | Heard::CameIn(_)
        | Heard::Told(_)
        | Heard::NotSent
        | Heard::NoAnswer
        | Heard::CancelAnswered(_)
        | Heard::CancelUnanswered(_) => Answer::No,
    }
}

/// A cancel that nobody answered was repeated, and what counts now was found after the last one's answer: an earlier one may
/// still be on its way and give the money back (D1). Every answer before its time is too early. At the counter one is enough: there
/// a cancel gives back what was paid meanwhile, and a query may be slower to tell (`protocols/alipay.md` 4).
fn watch_for_lost_cancel(payment: &mut Payment, step: &Step, now: Millis) {
    let may_go_back = payment.cancels_sent > if payment.is_by_code() { 0 } else { 1 };
    if matches!(step, Step::Accept(..)) && may_go_back {
        payment.cancel_until = now + pace::LOST_CANCEL;
    }
}

/// What is open is asked about again, sooner while somebody looks; a question about something final stays open until a
/// query has answered it. What must be asked at once is, but not again and again while somebody else's cancel is awaited.
fn next_ask(
    payment: &Payment,
    step: &Step,
    answer: Answer,
    interest: Interest,
    now: Millis,
) -> Option<Millis> {
    match (step, payment.state.is_final()) {
        (Step::Ask | Step::Conflict, _) if answer == Answer::No => Some(now),
        (_, true) if answer == Answer::Final => {
            let is_early = payment.state == PaymentState::Success && payment.cancel_until > now;
            is_early.then_some(payment.cancel_until)
        }
        (_, true) => payment.next_ask,
        (_, false) => Some(pace::next_ask(payment, interest, now)),
    }
}

async fn take_in(desk: &mut Desk, tx: &mut Tx, id: &PaymentId, heard: Heard) -> Result<Step> {
    let payment = desk.payment(id)?.clone();
    match heard {
        // The same request has gone out again since: only a question can tell what became of the two.
        Heard::Said(statement, _) if is_late_no(&payment, &statement) => {
            evidence::keep(tx, &payment, &statement, desk.now()).await?;
            not_known(desk, tx, id).await?;
            Ok(Step::Ask)
        }
        Heard::Said(statement, action) => said(desk, tx, &payment, statement, action).await,
        Heard::SaidAgain(statement, action) => {
            let action = action.filter(|_| payment.action.is_empty());
            said(desk, tx, &payment, statement, action).await
        }
        Heard::CameIn(_) | Heard::Told(_) => {
            Err(Error::Internal("whose credit it is was not found out".into()))
        }
        // Later than this somebody may have opened it again under the same number, and that call may have left.
        Heard::NotSent if desk.now() - payment.created >= CALLING => not_known(desk, tx, id).await,
        Heard::NotSent if payment.state == PaymentState::Intent => {
            desk.end(tx, id, PaymentState::Fail, "CHANNEL_UNAVAILABLE".into()).await?;
            Ok(Step::Stay)
        }
        // Stopped before it left: there is nothing at the channel to be stopped.
        Heard::NotSent
            if payment.state == PaymentState::Cancelling && payment.cancels_sent == 0 =>
        {
            desk.end(tx, id, PaymentState::Cancelled, String::new()).await?;
            Ok(Step::Stay)
        }
        Heard::NotSent | Heard::NoAnswer => not_known(desk, tx, id).await,
        Heard::CancelUnanswered(number) => {
            desk.change(tx, id, |payment| payment.cancel_has_ended(number)).await?;
            Ok(Step::Stay)
        }
        Heard::CancelAnswered(number) => {
            desk.change(tx, id, |payment| {
                payment.cancels_answered = payment.cancels_answered.max(number);
                payment.cancel_has_ended(number);
            })
            .await?;
            Ok(Step::Stay)
        }
    }
}

/// A "no" to the call that opens a payment, after somebody has asked about it or opened it again.
fn is_late_no(payment: &Payment, statement: &Statement) -> bool {
    statement.source == Source::Reply
        && statement.evidence.said == Said::Failed
        && payment.state.is_live()
        && payment.state > PaymentState::Sent
}

/// Evidence, and what it makes of the payment, in the same commit.
async fn said(
    desk: &mut Desk,
    tx: &mut Tx,
    payment: &Payment,
    statement: Statement,
    action: Option<Box<NextAction>>,
) -> Result<Step> {
    let id = &payment.id;
    if let Some(action) = action {
        show(desk, tx, payment, &action).await?;
    }
    let payment = desk.payment(id)?.clone();
    let was_denied = is_success_notice(&statement) && evidence::has_denial(tx, id).await?;
    let standing = desk.standing(&payment, was_denied)?;
    let mut step = standing.on_statement(&payment, &statement, desk.now());
    // What contradicts us has been logged, alarmed and asked about: said again, it is nothing new.
    if step == Step::Conflict && evidence::is_known(tx, &payment, &statement).await? {
        step = Step::Stay;
    }
    evidence::keep(tx, &payment, &statement, desk.now()).await?;
    carry_out(desk, tx, &payment, &statement, step.clone()).await?;
    Ok(step)
}

/// Only these can be contradicted by what was said before; nobody else pays for the look.
fn is_success_notice(statement: &Statement) -> bool {
    statement.source == Source::Notice && matches!(statement.evidence.said, Said::Paid { .. })
}

/// Absence of evidence never overwrites any.
async fn not_known(desk: &mut Desk, tx: &mut Tx, id: &PaymentId) -> Result<Step> {
    desk.change(tx, id, |payment| payment.state = payment.state.max(PaymentState::Unknown)).await?;
    Ok(Step::Stay)
}

/// Keeps what the shopper must do, so that a reload finds it again.
async fn show(desk: &mut Desk, tx: &mut Tx, payment: &Payment, action: &NextAction) -> Result<()> {
    // What was picked on the page that was shown stays.
    if picked_for(payment).is_some() {
        return Ok(());
    }
    let text = serde_json::to_string(action).map_err(|error| Error::Internal(error.to_string()))?;
    desk.change(tx, &payment.id, |payment| payment.action = text).await?;
    Ok(())
}

async fn carry_out(
    desk: &mut Desk,
    tx: &mut Tx,
    payment: &Payment,
    statement: &Statement,
    step: Step,
) -> Result<()> {
    let id = &payment.id;
    match step {
        Step::Stay => Ok(()),
        Step::Conflict => desk.note_conflict(tx, id, statement.evidence.said).await,
        Step::Unconfirm => {
            desk.change(tx, id, |payment| payment.confirming = false).await.map(drop)
        }
        Step::Confirm => desk
            .change(tx, id, |payment| {
                payment.state = payment.state.max(PaymentState::Processing);
                payment.confirming = true;
            })
            .await
            .map(drop),
        Step::Wait(why) => desk.change(tx, id, |payment| payment.reason = why).await.map(drop),
        Step::Become(PaymentState::Processing, why) => desk
            .change(tx, id, |payment| {
                payment.state = PaymentState::Processing;
                payment.reason = why;
            })
            .await
            .map(drop),
        Step::Become(PaymentState::Cancelled, reason) => {
            let was_paid = payment.cancels_sent > 0 && evidence::has_success(tx, id).await?;
            let reason = if was_paid { RETURNED.to_owned() } else { reason };
            desk.end(tx, id, PaymentState::Cancelled, reason).await
        }
        Step::Become(state, reason) => desk.end(tx, id, state, reason).await,
        Step::Accept(got, at, returned) => {
            desk.accept(tx, id, got, at).await?;
            desk.returned(tx, id, returned).await
        }
        Step::GiveBack(got, at, returned, reason) => {
            desk.give_back(tx, id, (got, returned), at, reason).await
        }
        Step::AlreadyBack(got, at) => desk.already_back(tx, id, got, at).await,
        Step::Returned(total) => desk.returned(tx, id, total).await,
        Step::Ask => {
            // Paid after our cancel was answered: the channel gives it back, and the shopper is told (D1).
            let paid = matches!(statement.evidence.said, Said::Paid { .. });
            if paid && payment.state == PaymentState::Cancelled && payment.cancels_sent > 0 {
                desk.change(tx, id, |payment| payment.reason = RETURNED.to_owned()).await?;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::tests::{hkd, payment};

    #[test]
    fn what_counts_is_asked_about_once_more_when_no_lost_cancel_can_give_it_back_any_longer() {
        for (cancels, answer, expected) in [
            (0, Answer::No, None),
            (1, Answer::Final, None),
            (2, Answer::Final, Some(7 + pace::LOST_CANCEL)),
            (9, Answer::Final, Some(7 + pace::LOST_CANCEL)),
        ] {
            let mut payment = Payment {
                cancels_sent: cancels,
                cancels_answered: cancels,
                ..payment(PaymentState::Success)
            };
            let accept = Step::Accept(hkd(800), None, 0);
            watch_for_lost_cancel(&mut payment, &accept, 7);
            let next =
                |step: &Step, now| next_ask(&payment, step, answer, Interest::Unwatched, now);
            assert_eq!(next(&accept, 7), expected, "{cancels} cancels");
            let later =
                |now| next_ask(&payment, &Step::Stay, Answer::Final, Interest::Unwatched, now);
            assert_eq!(later(6 + pace::LOST_CANCEL), expected, "{cancels}: asked too early");
            assert_eq!(later(7 + pace::LOST_CANCEL), None, "{cancels}: the answer ends it");
        }
    }
}
