//! Orders: native, JSAPI, H5 and app (`protocols/wechatpay-v3.md` 4).

use serde_json::json;

use super::ask::Ask;
use super::calls::Trade;
use super::refusal::{Refusal, well};
use super::{codepay, numbers};
use crate::book::Unwritten;
use crate::faults::{Fault, Moment};
use crate::gate::Said;
use crate::ledger::{Line, Opened, Payment, Status};
use crate::world::{Desk, World};

pub(super) async fn order(world: &World, trade: Trade, body: &[u8]) -> Result<Said, Unwritten> {
    let ask = match Ask::read(trade, body) {
        Ok(ask) => ask,
        Err(refusal) => return Ok(refusal.said()),
    };
    if world.strikes(&Moment::of(Fault::PayRefused, &ask.key())).is_some() {
        return Ok(Refusal::forbidden("NO_AUTH", "this account may not sell it").said());
    }
    if trade == Trade::Code {
        return codepay::charge(world, &ask).await;
    }
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(desk, &ask, now)).await?;
    Ok(match decided {
        Ok(opened) => todo_for_payer(world, trade, &opened),
        Err(refusal) => refusal.said(),
    })
}

/// The same order with the same parameters has the same code again.
fn decide(desk: &mut Desk, ask: &Ask, now: i64) -> Result<Opened, Refusal> {
    if let Some(payment) = desk.ledger.payment(&ask.key()) {
        check_again(payment, ask, now)?;
        return Ok(payment.opened.clone());
    }
    let expires_ms = ask.expires_ms(now)?;
    let opened = ask.open(numbers::fresh_code(ask.trade, now), now, expires_ms);
    desk.write(Line::Opened(Box::new(opened.clone())));
    Ok(opened)
}

fn check_again(payment: &Payment, ask: &Ask, now: i64) -> Result<(), Refusal> {
    if payment.opened.fingerprint != ask.fingerprint {
        let why = "this out_trade_no was used with other parameters";
        return Err(Refusal::forbidden("OUT_TRADE_NO_USED", why));
    }
    match payment.status(now) {
        Status::Processing => Ok(()),
        Status::Pending | Status::Paid => Err(Refusal::against_rules("this order is paid")),
        Status::Declined | Status::Expired | Status::Cancelled => {
            Err(Refusal::bad("ORDER_CLOSED", "this order is closed"))
        }
    }
}

fn todo_for_payer(world: &World, trade: Trade, opened: &Opened) -> Said {
    let code = &opened.code;
    well(&match trade {
        Trade::Native => json!({ "code_url": code }),
        Trade::Jsapi | Trade::App => json!({ "prepay_id": numbers::prepay_id(code) }),
        Trade::H5 | Trade::Code => {
            json!({ "h5_url": format!("{}/wallet?code={code}&from=page", world.public_url) })
        }
    })
}
