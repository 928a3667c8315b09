//! Orders of the cashier: made, asked about, closed (`protocols/lakala.md` 3).

use serde_json::{Value, json};

use super::calls::QUERY;
use super::wire::{self, Create, Verdict, Which};
use super::{CHANNEL_ID, MERCHANT, TERMINAL};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::faults::{Fault, Moment};
use crate::ledger::{Key, Ledger, Line, Opened, Payment, Refund, Status};
use crate::money::Money;
use crate::notices::{self, News, amount_told};
use crate::numbers::random_digits;
use crate::world::{Desk, World};

/// Stands in `attach` of an order that may be tried again when an attempt has failed.
pub(super) const REPEATS: &str = "repeats";
/// Stands there for one that may not be refunded.
const KEPT: &str = "kept";

pub(super) async fn create(world: &World, data: &Value) -> Result<Value, Unwritten> {
    let now = world.clock.now();
    let read = wire::read::<Create>(data).and_then(|ask| check(ask, now));
    let (ask, expires_ms) = match read {
        Ok(read) => read,
        Err(verdict) => return Ok(verdict.answer(now)),
    };
    let key = Key::new(Name::Lakala, &ask.out_order_no);
    if world.strikes(&Moment::of(Fault::PayRefused, &key)).is_some() {
        return Ok(Verdict::new("SANDBOX_REFUSED", "商户未开通该业务").answer(now));
    }
    let decided = world.decide(|desk| decide(desk, &ask, data, expires_ms, now)).await?;
    Ok(match decided {
        Ok(opened) => wire::counter(now, made(world, &opened)),
        Err(verdict) => verdict.answer(now),
    })
}

fn check(ask: Create, now: i64) -> Result<(Create, i64), Verdict> {
    wire::check_merchant(&ask.merchant_no)?;
    wire::check_number("out_order_no", &ask.out_order_no)?;
    if ask.total_amount < 1 {
        return Err(Verdict::illegal("total_amount is a whole number of fen above 0"));
    }
    if ask.order_info.is_empty() || ask.order_info.chars().count() > 64 {
        return Err(Verdict::illegal("order_info has 1 to 64 characters"));
    }
    let expires = wire::parse_time(&ask.order_efficient_time).filter(|expires| *expires > now);
    let expires = expires
        .ok_or_else(|| Verdict::illegal("order_efficient_time is yyyyMMddHHmmss, and not over"))?;
    Ok((ask, expires))
}

/// The same order again is the same order; whether Lakala does so too, nobody has written down.
fn decide(
    desk: &mut Desk,
    ask: &Create,
    data: &Value,
    expires_ms: i64,
    now: i64,
) -> Result<Opened, Verdict> {
    let key = Key::new(Name::Lakala, &ask.out_order_no);
    let fingerprint = data.to_string();
    if let Some(payment) = desk.ledger.payment(&key) {
        let is_same = payment.opened.fingerprint == fingerprint;
        let twice = || Verdict::new("SANDBOX_TWICE", "商户订单号重复");
        return match payment.status(now) {
            Status::Processing if is_same => Ok(payment.opened.clone()),
            _ => Err(twice()),
        };
    }
    let attach = match (ask.support_repeat_pay, ask.support_refund) {
        (_, Some(0)) => KEPT,
        (Some(1), _) => REPEATS,
        _ => "",
    };
    let opened = Opened {
        key,
        payment_id: format!("{}{}", clock::day(now), log_no()),
        code: format!("{}11012001101{}", clock::stamp(now), random_digits(12)),
        fingerprint,
        at_ms: now,
        expires_ms,
        amount: Money { currency: "CNY".into(), value: ask.total_amount },
        method: "COUNTER".into(),
        terminal: "WEB".into(),
        payee: ask.order_info.clone(),
        description: ask.order_info.clone(),
        reference: ask.out_order_no.clone(),
        notify_url: ask.notify_url.clone(),
        redirect_url: ask.callback_url.clone().unwrap_or_default(),
        attach: attach.into(),
        payer: String::new(),
    };
    desk.write(Line::Opened(Box::new(opened.clone())));
    Ok(opened)
}

/// Of a trade, without its day.
pub(super) fn log_no() -> String {
    format!("66{}", random_digits(12))
}

fn made(world: &World, opened: &Opened) -> Value {
    let url =
        format!("{}/b/pay?merchantNo={MERCHANT}&merchantOrderNo={}", world.public_url, opened.code);
    let mut data = head(opened);
    data["total_amount"] = opened.amount.value.to_string().into();
    data["counter_url"] = url.into();
    data
}

/// What every answer and every notification says of an order.
pub(super) fn head(opened: &Opened) -> Value {
    json!({
        "merchant_no": MERCHANT,
        "channel_id": CHANNEL_ID,
        "out_order_no": opened.key.request,
        "pay_order_no": opened.code,
        "order_create_time": wire::time(opened.at_ms),
        "order_efficient_time": wire::time(opened.expires_ms),
    })
}

pub(super) async fn query(world: &World, data: &Value) -> Result<Value, Unwritten> {
    let now = world.clock.now();
    let which = match wire::read::<Which>(data) {
        Ok(which) => which,
        Err(verdict) => return Ok(verdict.answer(now)),
    };
    let told = world.decide(|desk| match find(&desk.ledger, &which) {
        Ok(payment) => wire::counter(now, told(world, payment, now)),
        Err(verdict) => verdict.answer(now),
    });
    told.await
}

fn find<'a>(ledger: &'a Ledger, which: &Which) -> Result<&'a Payment, Verdict> {
    let payment = match (&which.out_order_no, &which.pay_order_no) {
        (Some(number), _) => {
            wire::check_merchant(which.merchant_no.as_deref().unwrap_or_default())?;
            ledger.payment(&Key::new(Name::Lakala, number))
        }
        (None, Some(number)) => ledger.by_code(number),
        (None, None) => return Err(Verdict::illegal("out_order_no or pay_order_no is needed")),
    };
    let ours = payment.filter(|payment| payment.opened.key.channel == Name::Lakala);
    ours.ok_or_else(Verdict::no_order)
}

fn told(world: &World, payment: &Payment, now: i64) -> Value {
    let amount = amount_told(world, &payment.opened, QUERY);
    let mut data = head(&payment.opened);
    data["term_no"] = TERMINAL.into();
    data["order_info"] = payment.opened.description.clone().into();
    data["order_status"] = status(payment, now).into();
    data["total_amount"] = amount.value.into();
    let paid = payment
        .captured
        .map(|_| paid(payment, &amount, payment.status(now) != Status::Pending, now));
    let back = payment.refunds.iter().map(|refund| returned(refund, now));
    data["order_trade_info_list"] = paid.into_iter().chain(back).collect::<Vec<_>>().into();
    data
}

/// A digit, which does not tell how much has gone back.
fn status(payment: &Payment, now: i64) -> &'static str {
    match payment.status(now) {
        Status::Processing => "0",
        Status::Pending => "1",
        Status::Paid if payment.refunded_by(now) > 0 => "6",
        Status::Paid => "2",
        Status::Declined => "3",
        Status::Expired => "4",
        Status::Cancelled => "7",
    }
}

/// The trade that took the money.
pub(super) fn paid(payment: &Payment, amount: &Money, is_done: bool, now: i64) -> Value {
    let at_ms = payment.captured.map_or(now, |capture| capture.at_ms);
    json!({
        "trade_no": payment.opened.payment_id,
        "log_no": payment.opened.payment_id[8..],
        "trade_type": "PAY",
        "trade_status": if is_done { "S" } else { "DEAL" },
        "trade_amount": amount.value,
        "payer_amount": amount.value,
        "busi_type": "SCPAY",
        "pay_mode": "ALIPAY",
        "trade_time": wire::time(at_ms),
    })
}

fn returned(refund: &Refund, now: i64) -> Value {
    let status = match refund.word(now) {
        "SUCCESS" => "S",
        "FAIL" => "F",
        _ => "DEAL",
    };
    json!({
        "trade_no": refund.refund_id,
        "log_no": refund.refund_id[8..],
        "trade_type": "REFUND",
        "trade_status": status,
        "trade_amount": refund.value,
        "payer_amount": refund.value,
        "trade_time": wire::time(refund.at_ms),
    })
}

/// Closes what is not paid. Money that was taken stays where it is, and the merchant is told that there is some.
pub(super) async fn close(world: &World, data: &Value) -> Result<Value, Unwritten> {
    let now = world.clock.now();
    let which = match wire::read::<Which>(data) {
        Ok(which) => which,
        Err(verdict) => return Ok(verdict.answer(now)),
    };
    let (answer, paid) = world.decide(|desk| shut(world, desk, &which, now)).await?;
    if let Some(payment) = paid {
        notices::tell(world, &payment, News::Paid);
    }
    Ok(answer)
}

/// The answer, and the payment if its payer was faster: with `cancel_returns_money` at this very moment.
fn shut(world: &World, desk: &mut Desk, which: &Which, now: i64) -> (Value, Option<Payment>) {
    let payment = match find(&desk.ledger, which) {
        Ok(payment) => payment.clone(),
        Err(verdict) => return (verdict.answer(now), None),
    };
    let over = |why| Verdict::new("SANDBOX_STATE", why).answer(now);
    let key = payment.opened.key.clone();
    match payment.status(now) {
        Status::Paid | Status::Pending => (over("订单已支付，不能关闭"), None),
        Status::Declined | Status::Expired | Status::Cancelled => (over("订单已结束"), None),
        Status::Processing
            if world.strikes(&Moment::of(Fault::CancelReturnsMoney, &key)).is_some() =>
        {
            desk.write(Line::Captured { key: key.clone(), at_ms: now, settles_ms: now });
            (over("订单已支付，不能关闭"), desk.ledger.payment(&key).cloned())
        }
        Status::Processing => {
            desk.write(Line::Cancelled { key, at_ms: now, returned: 0 });
            let mut data = head(&payment.opened);
            data["order_status"] = "7".into();
            (wire::counter(now, data), None)
        }
    }
}

/// Whether money of this order may go back at all.
pub(super) fn is_refundable(payment: &Payment, now: i64) -> bool {
    payment.status(now) == Status::Paid && payment.opened.attach != KEPT
}
