//! The transaction, as a query and a notification tell it (`protocols/wechatpay-v3.md` 4).

use serde_json::{Value, json};

use super::account::{APPID, MCHID, MINI_APPID, MOBILE_APPID, SOMEBODY};
use super::ask::IN_MINI_PROGRAM;
use super::calls::{QUERY, Trade};
use super::refusal::{Refusal, well};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::gate::Said;
use crate::ledger::{Key, Ledger, Opened, Payment, Status};
use crate::money::Money;
use crate::notices::amount_told;
use crate::world::World;

/// By which of its numbers an order is asked for.
pub(super) enum By<'a> {
    OutTradeNo(&'a str),
    TransactionId(&'a str),
}

impl By<'_> {
    /// A transaction has its id only when it is paid.
    pub(super) fn find<'l>(&self, ledger: &'l Ledger) -> Option<&'l Payment> {
        match self {
            By::OutTradeNo(number) => ledger.payment(&Key::new(Name::Wechatpay, *number)),
            By::TransactionId(id) => ledger
                .by_payment_id(Name::Wechatpay, id)
                .filter(|payment| payment.captured.is_some()),
        }
    }
}

pub(super) async fn query(world: &World, by: By<'_>) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let found = world.decide(|desk| by.find(&desk.ledger).cloned()).await?;
    let Some(payment) = found else {
        return Ok(Refusal::missing("ORDER_NOT_EXIST", "there is no such order").said());
    };
    let amount = amount_told(world, &payment.opened, QUERY);
    Ok(well(&object(&payment, &amount, now)))
}

/// `trade_state`.
pub(super) fn state(payment: &Payment, now: i64) -> &'static str {
    let is_code = is_code(payment);
    match payment.status(now) {
        Status::Processing if is_code => "USERPAYING",
        Status::Processing => "NOTPAY",
        Status::Pending => "USERPAYING",
        Status::Paid if payment.refunds.is_empty() => "SUCCESS",
        Status::Paid => "REFUND",
        Status::Declined => "PAYERROR",
        Status::Expired if is_code => "PAYERROR",
        Status::Cancelled if is_code => "REVOKED",
        Status::Expired | Status::Cancelled => "CLOSED",
    }
}

pub(super) fn is_code(payment: &Payment) -> bool {
    payment.opened.method == Trade::Code.word()
}

pub(super) fn object(payment: &Payment, amount: &Money, now: i64) -> Value {
    object_in(payment, amount, state(payment, now), now)
}

/// The transaction in a state that may not be its own. `now` stands for the time of a payment that was not made.
pub(super) fn object_in(payment: &Payment, amount: &Money, state: &str, now: i64) -> Value {
    let opened = &payment.opened;
    let mut object = json!({
        "appid": appid(opened),
        "mchid": MCHID,
        "out_trade_no": opened.key.request,
        "trade_type": opened.method,
        "trade_state": state,
        "trade_state_desc": sentence(state),
        "attach": opened.attach,
        "amount": { "total": amount.value, "currency": amount.currency },
    });
    if matches!(state, "SUCCESS" | "REFUND" | "REVOKED") {
        let paid_ms = payment.captured.map_or(now, |capture| capture.at_ms);
        let payer = if opened.payer.is_empty() { SOMEBODY } else { &opened.payer };
        object["transaction_id"] = opened.payment_id.clone().into();
        object["bank_type"] = "OTHERS".into();
        object["success_time"] = clock::iso(paid_ms).into();
        object["payer"] = json!({ "openid": payer });
        object["amount"]["payer_total"] = amount.value.into();
        object["amount"]["payer_currency"] = amount.currency.clone().into();
    }
    object
}

/// Whose order it is.
fn appid(opened: &Opened) -> &'static str {
    match opened.terminal.as_str() {
        IN_MINI_PROGRAM => MINI_APPID,
        _ if opened.method == Trade::App.word() => MOBILE_APPID,
        _ => APPID,
    }
}

fn sentence(state: &str) -> &'static str {
    match state {
        "SUCCESS" => "支付成功",
        "REFUND" => "转入退款",
        "NOTPAY" => "订单未支付",
        "USERPAYING" => "用户支付中",
        "CLOSED" => "订单已关闭",
        "REVOKED" => "订单已撤销",
        _ => "支付失败",
    }
}
