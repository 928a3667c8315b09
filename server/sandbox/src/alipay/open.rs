//! Trades begin: a code for another screen, or a page on the payer's own (`protocols/alipay.md` 4). What is common to every
//! beginning stands here too.

use serde_json::{Value, json};

use super::admit::Asked;
use super::login::SOMEBODY;
use super::wire::{self, Verdict};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::faults::{Fault, Moment};
use crate::ledger::{Key, Ledger, Line, Opened, Payment, Status};
use crate::money::Money;
use crate::numbers::{random, random_digits};
use crate::world::{Desk, World};

/// Of a code that was never given a time.
const USUAL_LIFE: i64 = 2 * 60 * 60 * 1000;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// The product of codes, whoever shows them.
pub(super) const FACE_TO_FACE: &str = "FACE_TO_FACE_PAYMENT";
/// Where the payer meets the code.
pub(super) const OTHER_SCREEN: &str = "WEB";
const OWN_SCREEN: &str = "WAP";
const INSIDE: &str = "JSAPI";

/// `alipay.trade.precreate`: only a code.
pub(super) async fn precreate(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let opened = open(world, asked, FACE_TO_FACE, OTHER_SCREEN).await?;
    Ok(opened.map_or_else(|verdict| verdict.alone(), |payment| code(world, &payment)))
}

fn code(world: &World, payment: &Payment) -> Value {
    let mut answer = wire::success();
    answer["out_trade_no"] = payment.opened.key.request.clone().into();
    answer["qr_code"] = format!("{}/wallet?code={}", world.public_url, payment.opened.code).into();
    answer
}

/// `alipay.trade.wap.pay` and `alipay.trade.page.pay`: the code that the wallet's page asks about. A link may be followed again.
pub(super) async fn page(
    world: &World,
    asked: &Asked,
    product: &str,
) -> Result<Result<String, Verdict>, Unwritten> {
    let opened = open(world, asked, product, OWN_SCREEN).await?;
    Ok(opened.map(|payment| payment.opened.code))
}

/// `alipay.trade.create`: a trade for one buyer, whom the bridge asks by the trade's own number.
pub(super) async fn create(world: &World, asked: &Asked) -> Result<Value, Unwritten> {
    let made = match create_for(asked) {
        Ok(()) => open(world, asked, "JSAPI_PAY", INSIDE).await?,
        Err(verdict) => Err(verdict),
    };
    Ok(made.map_or_else(
        |verdict| verdict.alone(),
        |payment| {
            let mut answer = wire::success();
            for (name, value) in names(&payment).as_object().into_iter().flatten() {
                answer[name] = value.clone();
            }
            answer
        },
    ))
}

/// Whether it names a buyer who is known here, and the application in which they are.
fn create_for(asked: &Asked) -> Result<(), Verdict> {
    let whose: wire::Whose = wire::read(&asked.content)?;
    let is_ours = |app_id: &str| [super::APP_ID, super::MINI_APP_ID].contains(&app_id);
    if !whose.op_app_id.as_deref().is_some_and(is_ours) {
        return Err(Verdict::illegal("op_app_id is the merchant's application or mini-program"));
    }
    match whose.buyer_id.as_deref() {
        Some(SOMEBODY) => Ok(()),
        Some(_) | None => Err(Verdict::illegal("buyer_id is nobody's")),
    }
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
    if world.strikes(&Moment::of(Fault::PayRefused, &order.key())).is_some() {
        return Ok(Err(Verdict::refused("ACQ.ACCESS_FORBIDDEN", "this account may not sell it")));
    }
    let now = world.clock.now();
    world.decide(|desk| decide(desk, asked, &order, terminal, now)).await
}

/// What every beginning asks for.
pub(super) struct Order {
    pub(super) wire: wire::Open,
    amount: Money,
    end: Option<End>,
}

/// When a trade ends: at that time, or so long after it begins.
enum End {
    At(i64),
    After(i64),
}

impl Order {
    pub(super) fn key(&self) -> Key {
        Key::new(Name::Alipay, &self.wire.out_trade_no)
    }
}

pub(super) fn read(asked: &Asked, product: &str) -> Result<Order, Verdict> {
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
    let end = end(&wire)?;
    Ok(Order { wire, amount, end })
}

fn end(wire: &wire::Open) -> Result<Option<End>, Verdict> {
    if let Some(text) = &wire.time_expire {
        let wrong = || Verdict::illegal("time_expire is yyyy-MM-dd HH:mm:ss");
        return wire::parse_time(text).map(|at| Some(End::At(at))).ok_or_else(wrong);
    }
    let Some(text) = &wire.timeout_express else { return Ok(None) };
    let wrong = || Verdict::illegal("timeout_express is 1m to 15d");
    wire::parse_span(text).map(|span| Some(End::After(span))).ok_or_else(wrong)
}

fn decide(
    desk: &mut Desk,
    asked: &Asked,
    order: &Order,
    terminal: &str,
    now: i64,
) -> Result<Payment, Verdict> {
    if let Some(payment) = desk.ledger.payment(&order.key()) {
        return again(payment, &asked.content, now).map(|()| payment.clone());
    }
    let code = (terminal != INSIDE).then(|| fresh_code(&desk.ledger));
    if terminal == OWN_SCREEN {
        desk.write(Line::Arrived { key: order.key(), at_ms: now });
    }
    begin(desk, asked, order, (terminal, code), now)
}

/// A trade that was not there, with its code; without one, the payer's wallet asks for it by its number.
pub(super) fn begin(
    desk: &mut Desk,
    asked: &Asked,
    order: &Order,
    (terminal, code): (&str, Option<String>),
    now: i64,
) -> Result<Payment, Verdict> {
    let wished = match order.end {
        None => now + USUAL_LIFE,
        Some(End::At(at)) => at,
        Some(End::After(span)) => now + span,
    };
    let expires_ms = wished.min(now + life(terminal));
    if expires_ms <= now {
        return Err(Verdict::illegal("time_expire has passed"));
    }
    let payment_id = format!("{}22001400{}", clock::day(now), random_digits(12));
    let opened = Opened {
        key: order.key(),
        code: code.unwrap_or_else(|| payment_id.clone()),
        payment_id,
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
    desk.write(Line::Opened(Box::new(opened.clone())));
    Ok(Payment::new(opened))
}

/// A code lives two hours at the most, a trade fifteen days.
fn life(terminal: &str) -> i64 {
    if terminal == OTHER_SCREEN { USUAL_LIFE } else { 15 * 24 * 60 * 60 * 1000 }
}

/// The same request has the same code; the same number with other data is refused, and so is one that has ended.
pub(super) fn again(payment: &Payment, content: &str, now: i64) -> Result<(), Verdict> {
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
