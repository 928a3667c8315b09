//! `alipay.trade.query` and `alipay.trade.close`: the truth about a trade, and its end (`protocols/alipay.md` 4).

use serde_json::Value;

use super::admit::Asked;
use super::calls::QUERYING;
use super::open::{OTHER_SCREEN, names};
use super::wire::{self, Verdict, Which};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::faults::{Fault, Moment};
use crate::ledger::{Key, Ledger, Line, Payment, Status};
use crate::notices::{self, News, amount_told};
use crate::world::{Desk, World};

pub(super) async fn query(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let now = world.clock.now();
    let which = match wire::read::<Which>(&asked.content) {
        Ok(which) => which,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let told = world.decide(|desk| match find(&desk.ledger, &which) {
        Ok(payment) => told(world, payment, now),
        Err(verdict) => verdict.alone(),
    });
    told.await
}

/// The trade, if there is one: of a code, only when its payer has paid.
pub(super) fn find<'a>(ledger: &'a Ledger, which: &Which) -> Result<&'a Payment, Verdict> {
    let payment = match (&which.trade_no, &which.out_trade_no) {
        (Some(number), _) => ledger.by_payment_id(Name::Alipay, number),
        (None, Some(number)) => ledger.payment(&Key::new(Name::Alipay, number)),
        (None, None) => return Err(Verdict::illegal("out_trade_no or trade_no is needed")),
    };
    payment.filter(|payment| exists(payment)).ok_or_else(Verdict::not_there)
}

fn exists(payment: &Payment) -> bool {
    payment.opened.terminal != OTHER_SCREEN || payment.captured.is_some()
}

fn told(world: &World, payment: &Payment, now: i64) -> Value {
    let amount = amount_told(world, &payment.opened, QUERYING);
    let mut answer = wire::success();
    for (name, value) in names(payment).as_object().into_iter().flatten() {
        answer[name] = value.clone();
    }
    answer["trade_status"] = status(payment, now).into();
    answer["total_amount"] = wire::yuan(amount.value).into();
    answer["trans_currency"] = amount.currency.into();
    answer["buyer_logon_id"] = "135******82".into();
    let paid = payment.captured.filter(|_| payment.status(now) != Status::Pending);
    let received = paid.map_or(0, |_| payment.amount().value);
    answer["receipt_amount"] = wire::yuan(received).into();
    answer["buyer_pay_amount"] = wire::yuan(received).into();
    if let Some(capture) = paid {
        answer["send_pay_date"] = wire::time(capture.at_ms).into();
    }
    answer
}

/// Closed is what nobody paid in time, what was closed, and what has gone back as a whole.
pub(super) fn status(payment: &Payment, now: i64) -> &'static str {
    match payment.status(now) {
        Status::Processing | Status::Pending => "WAIT_BUYER_PAY",
        Status::Paid if payment.refunded_by(now) >= payment.amount().value => "TRADE_CLOSED",
        Status::Paid => "TRADE_SUCCESS",
        Status::Declined | Status::Expired | Status::Cancelled => "TRADE_CLOSED",
    }
}

/// Closes what is not paid. Money that was taken stays where it is, and the merchant is told that there is some.
pub(super) async fn close(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let now = world.clock.now();
    let which = match wire::read::<Which>(&asked.content) {
        Ok(which) => which,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let (answer, paid) = world.decide(|desk| decide(world, desk, &which, now)).await?;
    if let Some(payment) = paid {
        notices::tell(world, &payment, News::Paid);
    }
    Ok(answer)
}

/// The answer, and the payment if its payer was faster.
fn decide(world: &World, desk: &mut Desk, which: &Which, now: i64) -> (Value, Option<Payment>) {
    let payment = match find(&desk.ledger, which) {
        Ok(payment) => payment.clone(),
        Err(verdict) => return (verdict.alone(), None),
    };
    let refused = |sub_code, why| (Verdict::refused(sub_code, why).alone(), None);
    match payment.status(now) {
        Status::Paid | Status::Pending => refused("ACQ.TRADE_STATUS_ERROR", "it is paid"),
        Status::Declined | Status::Expired | Status::Cancelled => {
            refused("ACQ.TRADE_HAS_CLOSE", "it is closed already")
        }
        Status::Processing => shut(world, desk, &payment, now),
    }
}

/// With `cancel_returns_money` the payer pays at that very moment, and this close gives nothing back.
fn shut(world: &World, desk: &mut Desk, payment: &Payment, now: i64) -> (Value, Option<Payment>) {
    let key = payment.opened.key.clone();
    if world.strikes(&Moment::of(Fault::CancelReturnsMoney, &key)).is_some() {
        desk.write(Line::Captured { key: key.clone(), at_ms: now, settles_ms: now });
        let paid = desk.ledger.payment(&key).cloned();
        return (Verdict::refused("ACQ.TRADE_STATUS_ERROR", "it is paid").alone(), paid);
    }
    desk.write(Line::Cancelled { key, at_ms: now, returned: 0 });
    let mut answer = wire::success();
    for (name, value) in names(payment).as_object().into_iter().flatten() {
        answer[name] = value.clone();
    }
    (answer, None)
}
