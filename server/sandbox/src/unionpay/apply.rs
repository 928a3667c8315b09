//! Codes that the payer scans (`01`/`07`), and the numbers that UnionPay's SDK takes in a merchant's app (`01`/`01`).

use super::admit::Asked;
use super::{speak, wire};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::gate::Said;
use crate::ledger::{Key, Ledger, Line, Opened, Payment, Status};
use crate::money::Money;
use crate::numbers::{random, random_digits};
use crate::world::{Desk, World};

/// Of a code whose end nobody said.
const USUAL_LIFE: i64 = 2 * 60 * 60 * 1000;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A code and a sentence.
pub(super) type Refusal = (&'static str, &'static str);

pub(super) async fn apply(world: &World, asked: &Asked) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(desk, asked, "QR", now)).await?;
    Ok(match decided {
        Err((code, why)) => speak::refused(&asked.fields, code, why),
        Ok(code) => {
            let code = format!("{}/wallet?code={code}", world.public_url);
            speak::well(&asked.fields, &[("qrCode", code)])
        }
    })
}

/// How a transaction in an app is kept.
pub(super) const APP: &str = "APP";

/// The SDK hands its `tn` to whatever pays on the phone: here it is the wallet's own name for the payment.
pub(super) async fn in_app(world: &World, asked: &Asked) -> Result<Said, Unwritten> {
    let now = world.clock.now();
    let decided = world.decide(|desk| decide(desk, asked, APP, now)).await?;
    Ok(match decided {
        Err((code, why)) => speak::refused(&asked.fields, code, why),
        Ok(code) => speak::well(&asked.fields, &[("tn", code)]),
    })
}

/// The same application has the same code again; the same number for anything else is a duplicate. `terminal` is how it is to be
/// paid.
pub(super) fn decide(
    desk: &mut Desk,
    asked: &Asked,
    terminal: &str,
    now: i64,
) -> Result<String, Refusal> {
    if let Some(payment) = desk.ledger.payment(&key(asked)) {
        let is_same = payment.opened.fingerprint == asked.fingerprint();
        let is_open = payment.status(now) == Status::Processing;
        return match is_same && is_open {
            true => Ok(payment.opened.code.clone()),
            false => Err(USED),
        };
    }
    let expires_ms = match asked.get("payTimeout") {
        "" => now + USUAL_LIFE,
        text => wire::time(text).filter(|at| *at > now).ok_or(("13", "payTimeout has passed"))?,
    };
    let code = fresh_code(&desk.ledger);
    let opened = opened(asked, code.clone(), terminal, (now, expires_ms))?;
    desk.write(Line::Opened(Box::new(opened)));
    Ok(code)
}

pub(super) const USED: Refusal = ("12", "this orderId was used before");

pub(super) fn key(asked: &Asked) -> Key {
    Key::new(Name::Unionpay, asked.get("orderId"))
}

/// A transaction of these fields. `attach` keeps its time, by which and by its number it is known.
pub(super) fn opened(
    asked: &Asked,
    code: String,
    terminal: &str,
    (now, expires_ms): (i64, i64),
) -> Result<Opened, Refusal> {
    let amount: Money = wire::money(asked.get("txnAmt"), asked.get("currencyCode"))
        .ok_or(("13", "txnAmt is fen, currencyCode is 156"))?;
    let notify_url = asked.get("backUrl").to_owned();
    if !notify_url.starts_with("http") {
        return Err(("13", "backUrl is an address"));
    }
    Ok(Opened {
        key: key(asked),
        payment_id: format!("{}{}", clock::stamp(now), random_digits(7)),
        code,
        fingerprint: asked.fingerprint(),
        at_ms: now,
        expires_ms,
        amount,
        method: "UNIONPAY".into(),
        terminal: terminal.into(),
        payee: "Northwind Tea".into(),
        description: "Northwind Tea".into(),
        reference: asked.get("orderId").into(),
        notify_url: Some(notify_url),
        redirect_url: asked.get("frontUrl").into(),
        attach: asked.get("txnTime").into(),
        // The payer's bank, where the merchant's page has asked for it.
        payer: asked.get("issInsCode").into(),
    })
}

/// `traceNo`, `traceTime` and what else tells of a payment that was made; `settleAmt` is what the payer's bank pays.
pub(super) fn traces(payment: &Payment, at_ms: i64) -> [(&'static str, String); 6] {
    let day = clock::shown(at_ms, "%m%d");
    let digits = &payment.opened.payment_id;
    [
        ("queryId", digits.clone()),
        ("traceNo", digits[digits.len() - 6..].to_owned()),
        ("traceTime", clock::shown(at_ms, "%m%d%H%M%S")),
        ("settleAmt", payment.amount().value.to_string()),
        ("settleCurrencyCode", "156".into()),
        ("settleDate", day),
    ]
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
