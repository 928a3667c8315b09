//! Money going back, by the merchant's own number of each time.

use serde_json::{Value, json};

use super::merchant;
use super::payments::Answered;
use super::wire::{self, Verdict, done};
use crate::clock::day;
use crate::faults::{Fault, Moment};
use crate::ledger::{Key, Line, Payment, Refund, Status};
use crate::notices;
use crate::numbers::random_digits;
use crate::world::{Desk, World};

pub(super) async fn refund(world: &World, key: &Key, asked: &Value) -> Answered {
    let now = world.clock.now();
    let read = wire::read::<wire::Refund>(asked).and_then(|ask| {
        let value = ask.checked()?;
        Ok((ask, value))
    });
    let (ask, value) = match read {
        Ok(read) => read,
        Err(verdict) => return Ok(Err(verdict)),
    };
    let decided = world.decide(|desk| decide(world, desk, key, (&ask, value), now)).await?;
    Ok(decided.map(|(payment, refund, is_new)| {
        if is_new {
            notices::tell_refund(world, &payment, &refund, &ask.notify_url);
        }
        done("refund", object(&payment, &refund, now))
    }))
}

/// The same number with the same amount is the same refund.
fn decide(
    world: &World,
    desk: &mut Desk,
    key: &Key,
    (ask, value): (&wire::Refund, i64),
    now: i64,
) -> Result<(Payment, Refund, bool), Verdict> {
    let payment = desk.ledger.payment(key).cloned();
    let payment = payment.ok_or_else(|| Verdict::absent("NO_SUCH_PAYMENT"))?;
    if let Some((of, refund)) = desk.ledger.refund(key.channel, &ask.refund) {
        let is_same = of.opened.key == *key && refund.value == value;
        let twice = || Verdict::conflict("NUMBER_USED", "this number is another refund's");
        return is_same.then(|| (payment, refund.clone(), false)).ok_or_else(twice);
    }
    if payment.status(now) != Status::Paid {
        return Err(Verdict::refused("NOT_PAID", "there is nothing to give back"));
    }
    let is_too_much = payment.refunded_value() + value > payment.captured_value();
    if is_too_much || ask.currency != payment.amount().currency {
        return Err(Verdict::refused("TOO_MUCH", "more than is left of it"));
    }
    if world.strikes(&Moment::of(Fault::RefundRefused, key)).is_some() {
        return Err(Verdict::refused("REFUSED", "this refund is refused"));
    }
    let refund = made(world, key, ask, value, now);
    desk.write(Line::Refunded(refund.clone()));
    Ok((payment, refund, true))
}

fn made(world: &World, key: &Key, ask: &wire::Refund, value: i64, now: i64) -> Refund {
    let strikes = |fault| world.strikes(&Moment::of(fault, key));
    let fails = strikes(Fault::RefundFails);
    let slow = fails.clone().or_else(|| strikes(Fault::RefundPending));
    Refund {
        key: key.clone(),
        refund_request: ask.refund.clone(),
        refund_id: format!("{}{}", day(now), random_digits(12)),
        value,
        at_ms: now,
        settles_ms: now + slow.map_or(0, |hit| hit.ms as i64),
        fails: fails.is_some(),
    }
}

pub(super) async fn query(world: &World, key: &Key, asked: &Value) -> Answered {
    let now = world.clock.now();
    let number = asked["refund"].as_str().unwrap_or_default().to_owned();
    let told = world.decide(|desk| {
        let found = desk.ledger.refund(key.channel, &number);
        // By the merchant's own number only, and of this payment.
        let found = found.filter(|(payment, refund)| {
            payment.opened.key == *key && refund.refund_request == number
        });
        found.map(|(payment, refund)| object(payment, refund, now))
    });
    let told = told.await?.ok_or_else(|| Verdict::absent("NO_SUCH_REFUND"));
    Ok(told.map(|object| done("refund", object)))
}

pub(super) fn object(payment: &Payment, refund: &Refund, now: i64) -> Value {
    let state = match refund.word(now) {
        "PROCESSING" => "PENDING",
        "FAIL" => "FAILED",
        _ => "DONE",
    };
    json!({
        "merchant": merchant(payment.opened.key.channel),
        "number": payment.opened.key.request,
        "refund": refund.refund_request,
        "amount": refund.value.to_string(),
        "currency": payment.amount().currency,
        "state": state,
    })
}
