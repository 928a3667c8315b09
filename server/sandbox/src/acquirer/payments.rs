//! Payments: opened, asked about, closed.

use serde_json::{Value, json};

use super::wire::{self, Order, Verdict, done};
use super::{CALLS, merchant};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock::{day, iso};
use crate::faults::{Fault, Moment};
use crate::gate::Said;
use crate::ledger::{Key, Line, Opened, Payment, Status};
use crate::money::Money;
use crate::notices::{self, News, amount_told};
use crate::numbers::random_digits;
use crate::world::{Desk, World};

pub(super) type Answered = Result<Result<Said, Verdict>, Unwritten>;

/// The same number with the same words is the same payment, however it stands by now.
pub(super) async fn open(world: &World, key: &Key, asked: &Value) -> Answered {
    let now = world.clock.now();
    let read = wire::read::<Order>(asked).and_then(|order| {
        let (value, expires_ms) = order.checked(now)?;
        Ok((order, value, expires_ms))
    });
    let (order, value, expires_ms) = match read {
        Ok(read) => read,
        Err(verdict) => return Ok(Err(verdict)),
    };
    if !sold_by(key.channel).contains(&order.method.as_str()) {
        return Ok(Err(Verdict::refused("NO_SUCH_METHOD", "the merchant has no such contract")));
    }
    if world.strikes(&Moment::of(Fault::PayRefused, key)).is_some() {
        return Ok(Err(Verdict::refused("REFUSED", "the merchant may not do this")));
    }
    let opened = opened(key, &order, (value, expires_ms), asked.to_string(), now);
    let decided = world.decide(|desk| decide(world, desk, opened, now)).await?;
    Ok(decided.map(|object| done("payment", object)))
}

fn sold_by(name: Name) -> &'static [&'static str] {
    if name == Name::Ecny { &["ECNY"] } else { &["POS_ORDER", FOR_HANDHELDS] }
}

/// What only a terminal that can be carried takes up.
pub(super) const FOR_HANDHELDS: &str = "MOBILE_POS";

fn decide(world: &World, desk: &mut Desk, opened: Opened, now: i64) -> Result<Value, Verdict> {
    let key = opened.key.clone();
    if desk.ledger.is_barred(&key) {
        return Ok(barred(&key));
    }
    match desk.ledger.payment(&key) {
        Some(known) if known.opened.fingerprint != opened.fingerprint => {
            return Err(Verdict::conflict("NUMBER_USED", "this number is another payment's"));
        }
        Some(_) => {}
        None => desk.write(Line::Opened(Box::new(opened))),
    }
    let payment = desk.ledger.payment(&key).ok_or_else(|| Verdict::absent("NO_SUCH_PAYMENT"))?;
    Ok(object(Some(world), payment, payment.amount(), now))
}

fn opened(
    key: &Key,
    order: &Order,
    (value, expires_ms): (i64, i64),
    fingerprint: String,
    now: i64,
) -> Opened {
    let code = match key.channel {
        Name::Ecny => format!("ec{}", random_digits(16)),
        _ => random_digits(12),
    };
    Opened {
        key: key.clone(),
        payment_id: format!("{}{}", day(now), random_digits(12)),
        code,
        fingerprint,
        at_ms: now,
        expires_ms,
        amount: Money { currency: order.currency.clone(), value },
        method: order.method.clone(),
        terminal: "WEB".into(),
        payee: order.subject.clone(),
        description: order.subject.clone(),
        reference: order.number.clone(),
        notify_url: Some(order.notify_url.clone()),
        redirect_url: order.return_url.clone(),
        attach: String::new(),
        payer: String::new(),
    }
}

pub(super) async fn query(world: &World, key: &Key) -> Answered {
    let now = world.clock.now();
    let told = world.decide(|desk| match desk.ledger.payment(key) {
        Some(payment) => {
            let amount = amount_told(world, &payment.opened, &CALLS[1]);
            Ok(object(Some(world), payment, &amount, now))
        }
        None if desk.ledger.is_barred(key) => Ok(barred(key)),
        None => Err(Verdict::absent("NO_SUCH_PAYMENT")),
    });
    Ok(told.await?.map(|object| done("payment", object)))
}

/// Closes what is not paid, also what has not come in yet. Money that was taken stays where it is.
pub(super) async fn close(world: &World, key: &Key) -> Answered {
    let now = world.clock.now();
    let (answer, paid) = world.decide(|desk| shut(world, desk, key, now)).await?;
    if let Some(payment) = paid {
        notices::tell(world, &payment, News::Paid);
    }
    Ok(answer.map(|object| done("payment", object)))
}

/// The answer, and the payment if its payer was faster: with `cancel_returns_money` at this very moment.
fn shut(
    world: &World,
    desk: &mut Desk,
    key: &Key,
    now: i64,
) -> (Result<Value, Verdict>, Option<Payment>) {
    let paid = || Verdict::conflict("PAID", "it was paid");
    let Some(payment) = desk.ledger.payment(key).cloned() else {
        desk.write(Line::Barred { key: key.clone(), at_ms: now });
        return (Ok(barred(key)), None);
    };
    match payment.status(now) {
        Status::Paid | Status::Pending => return (Err(paid()), None),
        Status::Processing
            if world.strikes(&Moment::of(Fault::CancelReturnsMoney, key)).is_some() =>
        {
            desk.write(Line::Captured { key: key.clone(), at_ms: now, settles_ms: now });
            return (Err(paid()), desk.ledger.payment(key).cloned());
        }
        Status::Processing => {
            desk.write(Line::Cancelled { key: key.clone(), at_ms: now, returned: 0 });
        }
        Status::Declined | Status::Expired | Status::Cancelled => {}
    }
    let payment = desk.ledger.payment(key).cloned().unwrap_or(payment);
    (Ok(object(None, &payment, payment.amount(), now)), None)
}

/// A payment as every answer and every message has it; with its code while it can be paid, where the world is at hand.
pub(super) fn object(world: Option<&World>, payment: &Payment, amount: &Money, now: i64) -> Value {
    let opened = &payment.opened;
    let mut object = json!({
        "merchant": merchant(opened.key.channel),
        "number": opened.key.request,
        "method": opened.method,
        "amount": amount.value.to_string(),
        "currency": amount.currency,
        "state": state(payment, now),
        "expires_at": iso(opened.expires_ms),
        "returned": payment.refunded_by(now).to_string(),
    });
    if let Some(captured) = payment.captured {
        object["paid_at"] = iso(captured.at_ms).into();
    }
    if payment.status(now) == Status::Declined {
        object["reason"] = "DECLINED".into();
    }
    if let Some(terminal) = &payment.at_terminal {
        object["terminal"] = terminal.clone().into();
    }
    if let Some(world) = world.filter(|_| payment.status(now) == Status::Processing) {
        show(world, opened, &mut object);
    }
    object
}

/// What the payer scans or opens, or takes to a terminal.
fn show(world: &World, opened: &Opened, object: &mut Value) {
    if opened.key.channel != Name::Ecny {
        object["code"] = opened.code.clone().into();
        return;
    }
    let page = format!("{}/wallet?code={}", world.public_url, opened.code);
    object["link"] = format!("{page}&from=app").into();
    object["code"] = page.into();
}

pub(super) fn state(payment: &Payment, now: i64) -> &'static str {
    match payment.status(now) {
        Status::Processing if payment.at_terminal.is_some() => "AT_TERMINAL",
        Status::Processing => "PENDING",
        Status::Pending => "CONFIRMING",
        Status::Paid => "PAID",
        Status::Declined => "FAILED",
        Status::Expired | Status::Cancelled => "CLOSED",
    }
}

/// One that was closed before it came in.
fn barred(key: &Key) -> Value {
    json!({ "merchant": merchant(key.channel), "number": key.request, "state": "CLOSED" })
}
