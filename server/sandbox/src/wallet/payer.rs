//! What the payer may do with a code.

use serde::Deserialize;

use crate::book::Unwritten;
use crate::channel::Refused;
use crate::faults::{self, Fault, Moment};
use crate::ledger::{BY_PAYER, Line, Payment, Status, TOO_LOW};
use crate::notices::{self, News};
use crate::world::{Desk, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Approve,
    Decline,
}

impl Action {
    pub(crate) fn read(word: &str) -> Option<Action> {
        match word {
            "approve" => Some(Action::Approve),
            "decline" => Some(Action::Decline),
            _ => None,
        }
    }
}

/// Why nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoSuchCode,
    AlreadyPaid,
    Declined,
    Expired,
    Cancelled,
    AtTerminal,
}

impl Refusal {
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Refusal::NoSuchCode => "No payment has this code.",
            Refusal::AlreadyPaid => "This code has been paid already.",
            Refusal::Declined => "This payment was declined. Nothing was taken.",
            Refusal::Expired => "This code has run out. Nothing was taken.",
            Refusal::Cancelled => "The shop has cancelled this payment.",
            Refusal::AtTerminal => "A terminal has this order.",
        }
    }
}

/// Approves or declines. The money is in the book before this returns, and the merchant is told.
pub(super) async fn act(
    world: &World,
    code: &str,
    action: Action,
) -> Result<Result<Payment, Refusal>, Unwritten> {
    act_at(world, code, action, None).await
}

/// The same at a terminal. What one has taken up, nobody else can pay.
pub(crate) async fn act_at(
    world: &World,
    code: &str,
    action: Action,
    terminal: Option<&str>,
) -> Result<Result<Payment, Refusal>, Unwritten> {
    let now = world.clock.now();
    let decided = world.decide(|desk| {
        let held = desk.ledger.by_code(code).and_then(|known| known.at_terminal.as_deref());
        match held.is_some() && held != terminal {
            true => Err(Refusal::AtTerminal),
            false => decide(world, desk, code, action, now),
        }
    });
    let decided = decided.await?;
    Ok(decided.map(|(payment, news)| {
        notices::tell(world, &payment, news);
        payment
    }))
}

/// Whether the wallet lets the payer approve: always while the payment is open, and afterwards
/// only if a fault says so. Looking does not use the fault up.
pub(super) fn may_pay(world: &World, payment: &Payment, now: i64) -> bool {
    let late = Moment::of(Fault::PaidAfterCancel, &payment.opened.key);
    match payment.status(now) {
        Status::Processing => true,
        Status::Paid | Status::Pending => {
            world.faults().would_strike(&Moment::of(Fault::PaidAgain, &payment.opened.key))
        }
        Status::Declined | Status::Expired | Status::Cancelled => {
            payment.captured.is_none() && world.faults().would_strike(&late)
        }
    }
}

/// The payment of this code. One that nobody opened begins when its code is scanned; one that was paid begins anew if it is
/// to be paid `again` and a fault lets it.
pub(super) fn known(
    world: &World,
    desk: &mut Desk,
    code: &str,
    now: i64,
    again: bool,
) -> Option<Payment> {
    let known = desk.ledger.by_code(code).cloned();
    let number = match &known {
        None => 1,
        Some(paid) if again && paid.captured.is_some() => {
            let key = &paid.opened.key;
            if world.strikes(&Moment::of(Fault::PaidAgain, key)).is_none() {
                return known;
            }
            let number = key.request.split_once('.').map(|(_, number)| number.parse());
            number.and_then(Result::ok).unwrap_or(1_usize) + 1
        }
        Some(_) => return known,
    };
    let opened = world.channels.all().find_map(|channel| channel.opens(code, number, now));
    let Some(opened) = opened else { return known };
    let key = opened.key.clone();
    desk.write(Line::Arrived { key: key.clone(), at_ms: now });
    desk.write(Line::Opened(Box::new(opened)));
    desk.ledger.payment(&key).cloned()
}

fn decide(
    world: &World,
    desk: &mut Desk,
    code: &str,
    action: Action,
    now: i64,
) -> Result<(Payment, News), Refusal> {
    let payment = known(world, desk, code, now, action == Action::Approve);
    let payment = payment.ok_or(Refusal::NoSuchCode)?;
    check_open(world, &payment, action, now)?;
    let key = payment.opened.key.clone();
    let (line, news) = outcome(world, &payment, action, now);
    if let Some(line) = line {
        desk.write(line);
    }
    let payment = desk.ledger.payment(&key).cloned().unwrap_or(payment);
    Ok((payment, news))
}

fn check_open(world: &World, payment: &Payment, action: Action, now: i64) -> Result<(), Refusal> {
    let closed = match payment.status(now) {
        Status::Processing => return Ok(()),
        Status::Paid | Status::Pending => return Err(Refusal::AlreadyPaid),
        Status::Declined => Refusal::Declined,
        Status::Expired => Refusal::Expired,
        Status::Cancelled => Refusal::Cancelled,
    };
    let late = Moment::of(Fault::PaidAfterCancel, &payment.opened.key);
    let may = action == Action::Approve && payment.captured.is_none();
    match may && world.strikes(&late).is_some() {
        true => Ok(()),
        false => Err(closed),
    }
}

/// What becomes of a payment that its payer approves.
pub(crate) fn approved(world: &World, payment: &Payment, now: i64) -> (Option<Line>, News) {
    outcome(world, payment, Action::Approve, now)
}

fn outcome(world: &World, payment: &Payment, action: Action, now: i64) -> (Option<Line>, News) {
    let key = payment.opened.key.clone();
    let magic = faults::magic(payment.amount().value);
    let strikes = |fault| world.strikes(&Moment::of(fault, &key));
    let refused = |reason: &str| match world.channels.of(key.channel).refused_by_payer(payment) {
        Refused::StaysOpen => (None, News::NotYet),
        Refused::Fails => {
            let line = Line::Declined { key: key.clone(), at_ms: now, reason: reason.into() };
            (Some(line), News::Failed)
        }
    };
    if action == Action::Decline {
        return refused(BY_PAYER);
    }
    if strikes(Fault::Decline).is_some() || magic == Some(Fault::Decline) {
        return refused(TOO_LOW);
    }
    let magic_wait = (magic == Some(Fault::Pending)).then_some(faults::USUAL_MS);
    let captured = |wait: u64| {
        let settles_ms = now + wait as i64;
        Some(Line::Captured { key: key.clone(), at_ms: now, settles_ms })
    };
    match strikes(Fault::Pending).map(|hit| hit.ms).or(magic_wait) {
        Some(wait) => (captured(wait), News::PaidAfter(wait)),
        None => (captured(0), News::Paid),
    }
}
