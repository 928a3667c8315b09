//! `pay`: opens a payment and tells what the payer has to do (`protocols/antom.md` 4).

use serde_json::{Value, json};

use super::calls::PAY;
use super::methods::{Kind, Method};
use super::verdict::Verdict;
use super::{in_store, numbers, reason, wire};
use crate::book::Unwritten;
use crate::channel::Name;
use crate::clock;
use crate::ledger::{IN_STORE, Key, Line, Opened, Payment, Status};
use crate::money::Money;
use crate::notices::{self, News, amount_told};
use crate::numbers::spaced;
use crate::world::{Desk, World};

const MINUTE: i64 = 60 * 1000;
const USUAL_LIFE: i64 = 14 * MINUTE;
const TRANSFER_LIFE: i64 = 48 * 60 * MINUTE;

pub(super) async fn pay(world: &World, body: &[u8]) -> Result<Value, Unwritten> {
    let ask = match wire::read::<wire::Pay>(body).and_then(Ask::check) {
        Ok(ask) => ask,
        Err(verdict) => return Ok(verdict.alone()),
    };
    let now = clock::now();
    let decided = world.decide(|desk| {
        if let Some(payment) = desk.ledger.payment(&ask.key()) {
            return (again(world, payment, &ask, now), None);
        }
        match ask.expires_ms(now) {
            Err(verdict) => (verdict.alone(), None),
            Ok(expires_ms) if ask.is_in_store() => charge(world, desk, &ask, now, expires_ms),
            Ok(expires_ms) => {
                let code = numbers::fresh_code(&desk.ledger, ask.method.kind());
                let opened = ask.open(code, now, expires_ms);
                desk.write(Line::Opened(Box::new(opened.clone())));
                (todo_for_payer(world, &opened), None)
            }
        }
    });
    let (answer, news) = decided.await?;
    if let Some((payment, news)) = news {
        notices::tell(world, &payment, news);
    }
    Ok(answer)
}

/// Charges a payment code. What the code means decides; the same request later hears the same.
fn charge(
    world: &World,
    desk: &mut Desk,
    ask: &Ask,
    now: i64,
    expires_ms: i64,
) -> (Value, Option<(Payment, News)>) {
    let code = ask.code();
    if let Err(verdict) = in_store::check(&desk.ledger, code) {
        return (verdict.alone(), None);
    }
    let opened = ask.open(code.to_owned(), now, expires_ms);
    desk.write(Line::Opened(Box::new(opened.clone())));
    let fresh = Payment::new(opened);
    let news = in_store::outcome(world, &fresh, now).map(|(line, news)| {
        if let Some(line) = line {
            desk.write(line);
        }
        news
    });
    let payment = desk.ledger.payment(&ask.key()).cloned().unwrap_or(fresh);
    let answer = stands(world, &payment, now);
    (answer, news.flatten().map(|news| (payment, news)))
}

/// The same request has the same answer; the same id with other parameters is refused.
fn again(world: &World, payment: &Payment, ask: &Ask, now: i64) -> Value {
    if payment.opened.fingerprint != ask.fingerprint() {
        let why = "this paymentRequestId was used with other parameters";
        return Verdict::refused("REPEAT_REQ_INCONSISTENT", why).alone();
    }
    stands(world, payment, now)
}

/// What `pay` says of a payment that stands like this.
fn stands(world: &World, payment: &Payment, now: i64) -> Value {
    match payment.status(now) {
        Status::Processing | Status::Pending => todo_for_payer(world, &payment.opened),
        Status::Paid => paid(world, payment),
        Status::Declined => Verdict::refused(reason(payment), "the payer was refused").alone(),
        Status::Expired => Verdict::refused("ORDER_IS_CLOSED", "its time has run out").alone(),
        Status::Cancelled => Verdict::refused("ORDER_IS_CANCELED", "it was cancelled").alone(),
    }
}

fn paid(world: &World, payment: &Payment) -> Value {
    let mut answer = head(world, &payment.opened, &Verdict::success());
    answer["paymentTime"] = payment.captured.map(|capture| clock::iso(capture.at_ms)).into();
    answer
}

fn todo_for_payer(world: &World, opened: &Opened) -> Value {
    let mut answer = head(world, opened, &Verdict::in_process());
    if opened.terminal == IN_STORE {
        // The wallet itself asks its payer for the password.
        return answer;
    }
    let page = format!("{}/wallet?code={}&from=page", world.public_url, opened.code);
    if opened.terminal != "WEB" {
        let app = format!("{}/wallet?code={}&from=app", world.public_url, opened.code);
        answer["schemeUrl"] = app.clone().into();
        answer["applinkUrl"] = app.into();
        answer["appIdentifier"] = "florin.sandbox.wallet".into();
    }
    answer["normalUrl"] = page.into();
    let kind = Method::find(&opened.method).map_or(Kind::Page, Method::kind);
    if kind != Kind::Page {
        answer["orderCodeForm"] = code_form(world, opened, kind);
    }
    answer
}

fn head(world: &World, opened: &Opened, verdict: &Verdict) -> Value {
    json!({
        "result": verdict.to_wire(),
        "paymentRequestId": opened.key.request,
        "paymentId": opened.payment_id,
        "paymentAmount": amount_told(world, opened, PAY).to_wire(),
        "paymentCreateTime": clock::iso(opened.at_ms),
    })
}

/// The picture stands first on purpose: a reader has to look for `TEXT`.
fn code_form(world: &World, opened: &Opened, kind: Kind) -> Value {
    let base = &world.public_url;
    let text = match kind {
        Kind::Passcode => spaced(&opened.code),
        Kind::Code | Kind::Page => format!("{base}/wallet?code={}", opened.code),
    };
    let code_type = if kind == Kind::Passcode { "BARCODE" } else { "QRCODE" };
    let entry = |value: String, display: &str| json!({ "codeValueType": code_type, "codeValue": value, "displayType": display });
    let picture = format!("{base}/wallet/code.svg?code={}", opened.code);
    let details = match kind {
        Kind::Passcode => vec![entry(text, "TEXT")],
        Kind::Code | Kind::Page => vec![entry(picture, "MIDDLEIMAGE"), entry(text, "TEXT")],
    };
    json!({
        "paymentMethodType": opened.method,
        "expireTime": clock::iso(opened.expires_ms),
        "codeDetails": details,
    })
}

/// A request whose form is right.
struct Ask {
    wire: wire::Pay,
    amount: Money,
    method: &'static Method,
}

impl Ask {
    fn check(wire: wire::Pay) -> Result<Ask, Verdict> {
        check_form(&wire)?;
        let amount = wire.payment_amount.check()?;
        wire.order.order_amount.check()?;
        let name = &wire.payment_method.payment_method_type;
        let Some(method) = Method::find(name) else {
            return Err(Verdict::illegal(format!("there is no paymentMethodType {name}")));
        };
        if !method.takes(&amount.currency) {
            let why = format!("{name} does not take {}", amount.currency);
            return Err(Verdict::refused("CURRENCY_NOT_SUPPORT", why));
        }
        let (least, most) = method.limits().unwrap_or((1, i64::MAX));
        if !(least..=most).contains(&amount.value) {
            let why = format!("{name} takes {least} to {most}");
            return Err(Verdict::refused("PAYMENT_AMOUNT_EXCEED_LIMIT", why));
        }
        Ok(Ask { wire, amount, method })
    }

    fn key(&self) -> Key {
        Key::new(Name::Antom, &self.wire.payment_request_id)
    }

    fn is_in_store(&self) -> bool {
        self.wire.product_code == in_store::PRODUCT
    }

    /// The payment code, or nothing on a page.
    fn code(&self) -> &str {
        self.wire.payment_method.payment_method_id.as_deref().unwrap_or_default()
    }

    /// When the code stops working.
    fn expires_ms(&self, now: i64) -> Result<i64, Verdict> {
        let Some(text) = &self.wire.payment_expiry_time else {
            let transfer = self.method.kind() == Kind::Passcode;
            return Ok(now + if transfer { TRANSFER_LIFE } else { USUAL_LIFE });
        };
        let wrong = || Verdict::illegal("paymentExpiryTime is not a time to come");
        clock::parse_iso(text).filter(|expires| *expires > now).ok_or_else(wrong)
    }

    /// The key parameters. Two requests with the same id must agree in them.
    fn fingerprint(&self) -> String {
        let wire = &self.wire;
        let settlement = wire.settlement_strategy.as_ref();
        let mut key = json!([
            wire.product_code,
            wire.order.reference_order_id,
            self.amount,
            wire.payment_method.payment_method_type,
            settlement.and_then(|strategy| strategy.settlement_currency.as_ref()),
            wire.payment_expiry_time,
            wire.payment_redirect_url,
            wire.payment_notify_url,
        ]);
        if let Some(list) = key.as_array_mut().filter(|_| self.is_in_store()) {
            list.push(self.code().into());
        }
        key.to_string()
    }

    fn open(&self, code: String, now: i64, expires_ms: i64) -> Opened {
        let wire = &self.wire;
        let terminal = wire.env.as_ref().map(|env| env.terminal_type.clone());
        let merchant = wire.order.merchant.as_ref();
        let payee = merchant.and_then(|merchant| merchant.merchant_name.clone());
        Opened {
            key: self.key(),
            payment_id: numbers::payment_id(now),
            code,
            fingerprint: self.fingerprint(),
            at_ms: now,
            expires_ms,
            amount: self.amount.clone(),
            method: wire.payment_method.payment_method_type.clone(),
            terminal: terminal.unwrap_or_else(|| IN_STORE.into()),
            payee: payee.unwrap_or_else(|| "a sandbox shop".into()),
            description: wire.order.order_description.clone(),
            reference: wire.order.reference_order_id.clone(),
            notify_url: wire.payment_notify_url.clone(),
            redirect_url: wire.payment_redirect_url.clone().unwrap_or_default(),
            attach: String::new(),
            payer: String::new(),
        }
    }
}

fn check_form(wire: &wire::Pay) -> Result<(), Verdict> {
    check_length("paymentRequestId", &wire.payment_request_id, 64)?;
    check_length("order.referenceOrderId", &wire.order.reference_order_id, 64)?;
    check_length("order.orderDescription", &wire.order.order_description, 256)?;
    if let Some(url) = &wire.payment_notify_url {
        check_length("paymentNotifyUrl", url, 2048)?;
    }
    match wire.product_code.as_str() {
        "CASHIER_PAYMENT" => check_page(wire),
        in_store::PRODUCT => in_store::check_form(wire),
        _ => {
            let why = "the sandbox knows productCode CASHIER_PAYMENT and IN_STORE_PAYMENT only";
            Err(Verdict::illegal(why))
        }
    }
}

fn check_page(wire: &wire::Pay) -> Result<(), Verdict> {
    let url = wire.payment_redirect_url.as_deref().unwrap_or_default();
    check_length("paymentRedirectUrl", url, 2048)?;
    wire.env.as_ref().map_or_else(|| Err(Verdict::illegal("env is needed")), check_terminal)
}

fn check_length(field: &str, text: &str, most: usize) -> Result<(), Verdict> {
    if text.is_empty() || text.chars().count() > most {
        return Err(Verdict::illegal(format!("{field} has 1 to {most} characters")));
    }
    Ok(())
}

fn check_terminal(env: &wire::Env) -> Result<(), Verdict> {
    match (env.terminal_type.as_str(), env.os_type.as_deref()) {
        ("WEB", _) | ("WAP" | "APP" | "MINI_APP", Some("IOS" | "ANDROID")) => Ok(()),
        ("WAP" | "APP" | "MINI_APP", _) => {
            Err(Verdict::illegal("env.osType is IOS or ANDROID where terminalType is not WEB"))
        }
        _ => Err(Verdict::illegal("env.terminalType is WEB, WAP, APP or MINI_APP")),
    }
}
