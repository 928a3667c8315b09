//! A bank that keeps an account in each of six countries, whose codes its app scans, and one that is transferred to by hand. What came
//! in is told and asked about in Florin's own protocol (`docs/bank-credits.md`).
//!
//! Nobody opens a payment here. The first that the bank hears of one is its code, when a customer scans it.

mod code;
mod signature;
mod slip;
mod statement;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use serde_json::{Value, json};
use url::Url;

use self::signature::Secret;
use crate::channel::{Channel, Headers, Name, Refused, Signed, Told};
use crate::clock;
use crate::connection::Cord;
use crate::faults::{Call, Fault, Kind};
use crate::gate::{self, Heard};
use crate::ledger::{Key, Opened, Payment, Refund};
use crate::money::Money;
use crate::numbers::random_digits;
use crate::world::World;

static CALLS: [Call; 2] = [
    Call::with_amount("statement", Kind::Query),
    Call::with_amount("notification", Kind::Notification),
];

/// A transfer has no end at a bank: whoever has the picture can pay it.
const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// The bank, with the secret that it shares with its one customer.
#[derive(Clone)]
pub(crate) struct Bank {
    secret: Secret,
    /// Where each account's credits are to be told, as its owner last said.
    tell: Arc<Mutex<HashMap<String, String>>>,
}

impl Bank {
    pub(crate) fn load() -> anyhow::Result<Bank> {
        Ok(Bank { secret: Secret::load()?, tell: Arc::default() })
    }

    fn told_at(&self, account: &str) -> Option<String> {
        self.tell.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned()
    }

    fn tell_at(&self, account: &str, url: &str) {
        let mut tell = self.tell.lock().unwrap_or_else(PoisonError::into_inner);
        tell.insert(account.to_owned(), url.to_owned());
    }
}

impl Channel for Bank {
    fn name(&self) -> Name {
        Name::Bank
    }

    fn calls(&self) -> &'static [Call] {
        &CALLS
    }

    fn own_faults(&self) -> &'static [Fault] {
        &[Fault::PaidAgain]
    }

    fn routes(&self) -> Router<Arc<World>> {
        Router::new().route("/v1/statement", post(receive)).layer(Extension(self.clone()))
    }

    fn read_code(&self, text: &str) -> Option<String> {
        let is_ours = code::read(text).is_some() || slip::read(text).is_some();
        is_ours.then(|| text.to_owned())
    }

    fn opens(&self, text: &str, number: usize, now: i64) -> Option<Opened> {
        let booked = scanned(text).or_else(|| filled_in(text))?;
        let request = numbered(&booked.under, number);
        Some(Opened {
            key: Key::new(Name::Bank, request),
            payment_id: format!("FT{}{}", clock::day(now), random_digits(10)),
            code: text.to_owned(),
            fingerprint: String::new(),
            at_ms: now,
            expires_ms: now + YEAR_MS,
            amount: booked.amount,
            method: booked.title.to_owned(),
            terminal: String::new(),
            payee: booked.payee,
            description: String::new(),
            reference: booked.written,
            notify_url: self.told_at(booked.account),
            redirect_url: String::new(),
            attach: String::new(),
            payer: String::new(),
        })
    }

    fn payment_code(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn title(&self, payment: &Payment) -> &'static str {
        code::titled(&payment.opened.method).map_or(slip::TITLE, |scheme| scheme.title)
    }

    /// Whoever does not send a transfer may send it later.
    fn refused_by_payer(&self, _: &Payment) -> Refused {
        Refused::StaysOpen
    }

    fn notice(&self, payment: &Payment, amount: &Money, told: Told, _: i64) -> Option<String> {
        let account =
            code::titled(&payment.opened.method).map_or(slip::ACCOUNT, |scheme| scheme.account);
        let mut data = credit(payment, amount)?;
        data["account"] = account.into();
        let message = json!({
            "type": "credit.received",
            "timestamp": data["at"],
            "data": data,
        });
        (told == Told::Paid).then(|| message.to_string())
    }

    /// Nothing goes back here by itself.
    fn refund_notice(&self, _: &Payment, _: &Refund, _: i64) -> Option<String> {
        None
    }

    fn notice_headers(&self, _: &Url, body: &str, signed: Signed, now: i64) -> Headers {
        self.secret.headers(&signature::message_id(body), body, signed, now)
    }

    fn is_acknowledged(&self, status: StatusCode, _: &[u8]) -> bool {
        status.is_success()
    }

    fn pauses_ms(&self) -> &'static [u64] {
        &[2_000, 5_000, 15_000, 60_000, 120_000, 300_000, 600_000]
    }
}

/// A transfer as it will be booked.
struct Booked {
    account: &'static str,
    title: &'static str,
    under: String,
    /// What the payer wrote.
    written: String,
    amount: Money,
    payee: String,
}

fn scanned(text: &str) -> Option<Booked> {
    let read = code::read(text)?;
    let (under, written) = (read.reference.clone(), read.reference);
    let (account, title) = (read.scheme.account, read.scheme.title);
    Some(Booked { account, title, under, written, amount: read.amount, payee: read.payee })
}

fn filled_in(text: &str) -> Option<Booked> {
    let slip = slip::read(text)?;
    let (account, title, under) = (slip::ACCOUNT, slip::TITLE, slip.booked_under());
    Some(Booked {
        account,
        title,
        under,
        written: slip.message,
        amount: slip.amount,
        payee: slip.payee,
    })
}

/// The number of a payment in the book: the reference, and for money that came once more also the how manieth.
fn numbered(reference: &str, number: usize) -> String {
    if number > 1 { format!("{reference}.{number}") } else { reference.to_owned() }
}

/// The how manieth credit under its reference this is.
fn number(payment: &Payment) -> usize {
    let number = payment.opened.key.request.split_once('.').map(|(_, number)| number);
    number.and_then(|number| number.parse().ok()).unwrap_or(1)
}

/// A credit, as it is told and as it stands in the statement.
fn credit(payment: &Payment, amount: &Money) -> Option<Value> {
    let captured = payment.captured?;
    Some(json!({
        "id": payment.opened.payment_id,
        "number": number(payment),
        "reference": payment.opened.reference,
        "amount": amount.value.to_string(),
        "currency": amount.currency,
        "at": clock::iso(captured.at_ms),
        "payer_bank": "SANDBOX",
    }))
}

async fn receive(
    State(world): State<Arc<World>>,
    Extension(bank): Extension<Bank>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let heard = Heard { uri, method, headers, body };
    gate::receive(cord, async move { statement::hear(&world, &bank, &heard).await }).await
}
