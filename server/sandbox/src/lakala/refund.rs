//! `relation/refund` and `idmrefundquery` (`protocols/lakala.md` 5).

use serde_json::{Value, json};

use super::order;
use super::wire::{self, Verdict, WhichRefund};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::faults::{Fault, Moment};
use crate::ledger::{Line, Payment, Refund};
use crate::world::{Desk, World};

/// A refund that takes its time says so by this code, now and when it is asked for again.
fn under_way() -> Verdict {
    Verdict::new("BBS11112", "退款处理中")
}

pub(super) async fn refund(world: &World, data: &Value) -> Result<Value, Unwritten> {
    let now = world.clock.now();
    let read = wire::read::<wire::Refund>(data).and_then(|ask| {
        let fen = ask.checked()?;
        Ok((ask, fen))
    });
    let (ask, fen) = match read {
        Ok(read) => read,
        Err(verdict) => return Ok(verdict.answer(now)),
    };
    let decided = world.decide(|desk| decide(world, desk, &ask, fen, now)).await?;
    Ok(match decided {
        Err(verdict) => verdict.answer(now),
        Ok((_, refund)) if refund.word(now) != "SUCCESS" => under_way().answer(now),
        Ok((payment, refund)) => wire::labs(now, object(&payment, &refund)),
    })
}

/// The same number with the same data is the same refund.
fn decide(
    world: &World,
    desk: &mut Desk,
    ask: &wire::Refund,
    fen: i64,
    now: i64,
) -> Result<(Payment, Refund), Verdict> {
    let payment = desk.ledger.by_payment_id(Name::Lakala, &ask.origin_trade_no);
    let no_trade = || Verdict::new("SANDBOX_NO_TRADE", "原交易不存在");
    let payment = payment.filter(|payment| payment.captured.is_some()).cloned();
    let payment = payment.ok_or_else(no_trade)?;
    if let Some((of, refund)) = desk.ledger.refund(Name::Lakala, &ask.out_trade_no) {
        let is_same = of.opened.key == payment.opened.key && refund.value == fen;
        let twice = || Verdict::new("SANDBOX_TWICE", "商户请求流水号重复");
        return is_same.then(|| (payment, refund.clone())).ok_or_else(twice);
    }
    if !order::is_refundable(&payment, now) {
        return Err(Verdict::new("SANDBOX_STATE", "该订单不可退款"));
    }
    if payment.refunded_value() + fen > payment.captured_value() {
        return Err(Verdict::new("SANDBOX_AMOUNT", "退款金额超过可退金额"));
    }
    if world.strikes(&Moment::of(Fault::RefundRefused, &payment.opened.key)).is_some() {
        return Err(Verdict::new("SANDBOX_REFUSED", "超过退款期限"));
    }
    let refund = made(world, &payment, ask, fen, now);
    desk.write(Line::Refunded(refund.clone()));
    Ok((payment, refund))
}

fn made(world: &World, payment: &Payment, ask: &wire::Refund, fen: i64, now: i64) -> Refund {
    let strikes = |fault| world.strikes(&Moment::of(fault, &payment.opened.key));
    let fails = strikes(Fault::RefundFails);
    let slow = fails.clone().or_else(|| strikes(Fault::RefundPending));
    Refund {
        key: payment.opened.key.clone(),
        refund_request: ask.out_trade_no.clone(),
        refund_id: format!("{}{}", clock::day(now), order::log_no()),
        value: fen,
        at_ms: now,
        settles_ms: now + slow.map_or(0, |hit| hit.ms as i64),
        fails: fails.is_some(),
    }
}

pub(super) async fn query(world: &World, data: &Value) -> Result<Value, Unwritten> {
    let now = world.clock.now();
    let read = wire::read::<WhichRefund>(data).and_then(|ask| {
        ask.checked()?;
        Ok(ask)
    });
    let ask = match read {
        Ok(ask) => ask,
        Err(verdict) => return Ok(verdict.answer(now)),
    };
    let number = ask.out_refund_order_no;
    let told = world.decide(|desk| {
        let found = desk.ledger.refund(Name::Lakala, &number);
        // By the merchant's own number only; the channel's id is no answer here.
        match found.filter(|(_, refund)| refund.refund_request == number) {
            None => Verdict::new("SANDBOX_NO_REFUND", "退款订单不存在").answer(now),
            Some((payment, refund)) => {
                let mut data = object(payment, refund);
                data["trade_state"] = state(refund, now).into();
                wire::labs(now, data)
            }
        }
    });
    told.await
}

fn state(refund: &Refund, now: i64) -> &'static str {
    match refund.word(now) {
        "PROCESSING" => "DEAL",
        word => word,
    }
}

fn object(payment: &Payment, refund: &Refund) -> Value {
    let back = refund.value.to_string();
    json!({
        "out_trade_no": refund.refund_request,
        "out_refund_order_no": refund.refund_request,
        "trade_no": refund.refund_id,
        "log_no": refund.refund_id[8..],
        "account_type": "ALIPAY",
        "total_amount": back,
        "refund_amount": back,
        "payer_amount": back,
        "trade_time": wire::time(refund.at_ms),
        "origin_trade_no": payment.opened.payment_id,
        "origin_out_trade_no": payment.opened.key.request,
    })
}
