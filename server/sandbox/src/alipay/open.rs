//! Trades begin: a code for another screen, or a page on the payer's own (`protocols/alipay.md` 4).

use serde_json::{Value, json};

use super::admit::Asked;
use super::wire::{self, Verdict};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::ledger::{Key, Ledger, Line, Opened, Payment, Status};
use crate::money::Money;
use crate::numbers::{random, random_digits};
use crate::world::{Desk, World};

/// Of a code that was never given a time.
const USUAL_LIFE: i64 = 2 * 60 * 60 * 1000;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Where the payer meets the code.
const OTHER_SCREEN: &str = "WEB";
pub(super) const OWN_SCREEN: &str = "WAP";

/// `alipay.trade.precreate`: only a code.
pub(super) async fn precreate(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let opened = open(world, asked, "FACE_TO_FACE_PAYMENT", OTHER_SCREEN).await?;
    Ok(opened.map_or_else(|verdict| verdict.alone(), |payment| code(world, &payment)))
}

fn code(world: &World, payment: &Payment) -> Value {
    let mut answer = wire::success();
    answer["out_trade_no"] = payment.opened.key.request.clone().into();
    answer["qr_code"] = format!("{}/wallet?code={}", world.public_url, payment.opened.code).into();
    answer
}

/// `alipay.trade.wap.pay`: the code that the wallet's page asks about. A link may be followed again.
pub(super) async fn wap(
    world: &World,
    asked: &Asked,
) -> Result<Result<String, Verdict>, Unwritten> {
    let opened = open(world, asked, "QUICK_WAP_WAY", OWN_SCREEN).await?;
    Ok(opened.map(|payment| payment.opened.code))
}

async fn open(
    world: &World,
    asked: &Asked,
    product: &str,
    terminal: &str,
) -> Result<Result<Payment, Verdict>, Unwritten> {
    let order = match read(asked, product) {
        Ok(order) => order,
        Err(verdict) => return Ok(Err(verdict)),
    };
    let now = world.clock.now();
    world.decide(|desk| decide(desk, asked, &order, terminal, now)).await
}

struct Order {
    wire: wire::Open,
    amount: Money,
    expires_ms: Option<i64>,
}

fn read(asked: &Asked, product: &str) -> Result<Order, Verdict> {
    let wire: wire::Open = wire::read(&asked.content)?;
    let number = &wire.out_trade_no;
    let is_number = number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if number.is_empty() || number.len() > 64 || !is_number {
        return Err(Verdict::illegal("out_trade_no has 1 to 64 letters, digits and underscores"));
    }
    if wire.product_code != product {
        return Err(Verdict::illegal(format!("product_code is {product}")));
    }
    let subject = &wire.subject;
    let is_plain = !subject.contains(['/', '=', '&']);
    if subject.is_empty() || subject.chars().count() > 256 || !is_plain {
        return Err(Verdict::illegal("subject has 1 to 256 characters without / = &"));
    }
    let amount = wire::money(&wire.total_amount)?;
    let expires_ms = match &wire.time_expire {
        None => None,
        Some(text) => Some(
            wire::parse_time(text)
                .ok_or_else(|| Verdict::illegal("time_expire is yyyy-MM-dd HH:mm:ss"))?,
        ),
    };
    Ok(Order { wire, amount, expires_ms })
}

fn decide(
    desk: &mut Desk,
    asked: &Asked,
    order: &Order,
    terminal: &str,
    now: i64,
) -> Result<Payment, Verdict> {
    let key = Key::new(Name::Alipay, &order.wire.out_trade_no);
    if let Some(payment) = desk.ledger.payment(&key) {
        return again(payment, &asked.content, now).map(|()| payment.clone());
    }
    let expires_ms = order.expires_ms.unwrap_or(now + USUAL_LIFE).min(now + life(terminal));
    if expires_ms <= now {
        return Err(Verdict::illegal("time_expire has passed"));
    }
    let opened = Opened {
        key,
        payment_id: format!("{}22001400{}", clock::day(now), random_digits(12)),
        code: fresh_code(&desk.ledger),
        fingerprint: asked.content.clone(),
        at_ms: now,
        expires_ms,
        amount: order.amount.clone(),
        method: "ALIPAY".into(),
        terminal: terminal.into(),
        payee: order.wire.subject.clone(),
        description: order.wire.subject.clone(),
        reference: order.wire.out_trade_no.clone(),
        notify_url: asked.notify_url.clone(),
        redirect_url: asked.return_url.clone(),
        attach: String::new(),
        payer: String::new(),
    };
    if terminal == OWN_SCREEN {
        desk.write(Line::Arrived { key: opened.key.clone(), at_ms: now });
    }
    desk.write(Line::Opened(Box::new(opened.clone())));
    Ok(Payment::new(opened))
}

/// A code lives two hours at the most, a trade fifteen days.
fn life(terminal: &str) -> i64 {
    if terminal == OWN_SCREEN { 15 * 24 * 60 * 60 * 1000 } else { USUAL_LIFE }
}

/// The same request has the same code; the same number with other data is refused, and so is one that has ended.
fn again(payment: &Payment, content: &str, now: i64) -> Result<(), Verdict> {
    if payment.opened.fingerprint != content {
        let why = "this out_trade_no was used with other data";
        return Err(Verdict::refused("ACQ.CONTEXT_INCONSISTENT", why));
    }
    match payment.status(now) {
        Status::Processing => Ok(()),
        Status::Paid | Status::Pending => {
            Err(Verdict::refused("ACQ.TRADE_HAS_SUCCESS", "it is paid"))
        }
        Status::Declined | Status::Expired | Status::Cancelled => {
            Err(Verdict::refused("ACQ.TRADE_HAS_CLOSE", "it is closed"))
        }
    }
}

/// A code nobody has.
fn fresh_code(ledger: &Ledger) -> String {
    loop {
        let code = random(BASE32, 12);
        if ledger.by_code(&code).is_none() {
            return code;
        }
    }
}

/// What the query and the notices say of every trade.
pub(super) fn names(payment: &Payment) -> Value {
    json!({
        "out_trade_no": payment.opened.key.request,
        "trade_no": payment.opened.payment_id,
    })
}
