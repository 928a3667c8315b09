//! UnionPay in mainland China, by the ACP gateway (`protocols/unionpay-qr.md` 1 to 5).
//!
//! Here are the calls. What is asked stands in `ask`, what an answer says in `evidence` and `refunds`, how words become fields
//! and are proved in `fields`, `sign` and `certificate`, and the tables are `codes` and `table`. It keeps no state: UnionPay
//! knows a transaction by its number and its time, and the time is read from our number (`text`).
//!
//! Nobody can call back a code that was applied for, so nothing is cancelled here: what was left is watched until its time is
//! over, and money that comes late goes back (D6). The undo of the same day (`31`) is not used: a refund does the same on any day.

mod ask;
mod banks;
mod certificate;
mod codes;
mod evidence;
mod fields;
mod notice;
mod refunds;
mod sign;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

use anyhow::ensure;
use async_trait::async_trait;
use florin_shared::Method;
use url::Url;

use self::certificate::{Trust, Whose};
use self::codes::Verdict;
use self::fields::Fields;
use self::sign::Keys;
use super::transport::{
    By, Call, Limits, Reply, Transport, no_answer, not_sent, only_200, right_host,
};
use super::{
    Acknowledgement, Asking, Bank, Channel, ChannelError, Forged, Form, Notice, Notification,
    Opened, patience, probed, rsa,
};
use crate::clock::Clock;
use crate::config::UnionpaySettings;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment};
use crate::domain::reversal::{Reversal, ReversalSaid};

/// Where real money moves, and UnionPay's own test environment (`protocols/unionpay-qr.md` 1).
const HOSTS: [&str; 2] = ["https://gateway.95516.com", "https://gateway.test.95516.com"];

/// The merchant of the sandbox: UnionPay's own examples show this number.
const SANDBOX: &str = "777290058110048";

/// Server to server, and the query, which has a path of its own.
const BACK: &str = "/gateway/api/backTransReq.do";
const QUERY: &str = "/gateway/api/queryTrans.do";

/// Server to server, for what a merchant's app hands to UnionPay's SDK.
const APP: &str = "/gateway/api/appTransReq.do";

/// Where the shopper's browser goes with a form.
const FRONT: &str = "/gateway/api/frontTransReq.do";

/// Why nothing is cancelled.
const NO_WAY_BACK: &str = "NO_CLOSE";

/// The UnionPay account.
pub struct Unionpay {
    host: String,
    is_live: bool,
    account: Account,
    keys: Keys,
    transport: Transport,
    products: Vec<Product>,
}

/// Whose transactions they are.
struct Account {
    mer_id: String,
    cert_id: String,
    term_id: Option<String>,
}

/// The settings of the embedded default: the account that the sandbox at `host` knows. Its keys are public.
pub fn sandbox(host: &str) -> UnionpaySettings {
    UnionpaySettings {
        host: host.to_owned(),
        mer_id: SANDBOX.to_owned(),
        cert_id: "68759663125".to_owned(),
        private_key: include_str!("../../../keys/unionpay_sandbox_merchant.pem").to_owned(),
        root_certificate: include_str!("../../../keys/unionpay_sandbox_root.pem").to_owned(),
        middle_certificate: include_str!("../../../keys/unionpay_sandbox_middle.pem").to_owned(),
        term_id: Some("49000002".to_owned()),
        products: Some(table::EVERYTHING.to_owned()),
    }
}

impl Unionpay {
    /// The account of these settings. Refuses keys and certificates that are none, hosts that cannot be right, and what
    /// everybody knows where real money moves.
    pub fn new(settings: &UnionpaySettings) -> anyhow::Result<Unionpay> {
        Unionpay::with_limits(settings, Limits::default())
    }

    /// The same, with other limits to its calls.
    pub fn with_limits(settings: &UnionpaySettings, limits: Limits) -> anyhow::Result<Unionpay> {
        let host = host(settings)?;
        let is_live = host.origin().ascii_serialization() == HOSTS[0];
        // UnionPay's test environment signs by certificates that name somebody else.
        let whose = if is_live { Whose::UnionPays } else { Whose::Anybodys };
        let trust = Trust::of(&settings.root_certificate, &settings.middle_certificate, whose)?;
        let account = account(settings)?;
        let signed = settings.products.as_deref().unwrap_or(table::USUAL);
        Ok(Unionpay {
            host: host.origin().ascii_serialization(),
            is_live,
            products: table::products(signed, account.term_id.is_some())?,
            account,
            keys: Keys::of(&settings.private_key, trust)?,
            transport: Transport::new("unionpay", &host, limits, only_200)?,
        })
    }

    /// Sends, and reads what UnionPay has signed. Calls have the same names in every channel's figures.
    async fn call(
        &self,
        name: &'static str,
        path: &str,
        patience: Duration,
        request: Fields,
    ) -> Result<Fields, ChannelError> {
        let signed = self.keys.sign(request).map_err(|why| not_sent(why.to_string()))?;
        let content_type = "application/x-www-form-urlencoded;charset=UTF-8";
        let call = Call {
            name,
            by: By::Post,
            url: format!("{}{path}", self.host),
            headers: vec![("content-type", content_type.to_owned())],
            body: signed.form().into_bytes(),
            patience,
        };
        let answer = self.transport.call(call, |reply| self.proven(reply)).await?;
        told_of_mistakes(name, &answer);
        Ok(answer)
    }

    /// The answer, if UnionPay signed it and means us. What is not signed proves nothing, also where it says that we asked
    /// wrongly; its code is told to people.
    fn proven(&self, reply: &Reply) -> Result<Fields, ChannelError> {
        let answer = Fields::of_answer(&reply.body).map_err(no_answer)?;
        self.keys
            .verify(&answer, Clock::System.now())
            .map_err(|why| no_answer(format!("{why}; it says {}", codes::shown(&answer))))?;
        match answer.get("merId") == self.account.mer_id {
            true => Ok(answer),
            false => Err(no_answer("to another merchant")),
        }
    }

    /// What UnionPay knows of the transaction with this number.
    async fn known(&self, number: &str) -> Result<Fields, ChannelError> {
        let request = ask::known(&self.account, number)?;
        self.call("query", QUERY, patience::QUERY, request).await
    }

    /// The number by which a refund names the payment: UnionPay's own, which only its query tells. Nothing is sent back
    /// without it.
    async fn number_of(&self, payment: &Payment) -> Result<String, ChannelError> {
        let unsent = |why: ChannelError| not_sent(format!("its number is not known: {why}"));
        let known = self.known(&payment.request_id).await.map_err(unsent)?;
        evidence::number(payment, &known).map_err(unsent)
    }
}

#[async_trait]
impl Channel for Unionpay {
    fn name(&self) -> &'static str {
        "unionpay"
    }

    fn is_live(&self) -> bool {
        self.is_live
    }

    fn products(&self) -> &[Product] {
        &self.products
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        if payment.amount.currency().code() != "CNY" {
            return Ok(evidence::refused("CURRENCY"));
        }
        if payment.is_by_code() != asking.scanned.is_some() {
            return Err(not_sent("a payment code belongs to a payment by payment code"));
        }
        if table::is_page(&payment.product) {
            return evidence::sent_on(asking.login.onward());
        }
        if table::is_in_app(&payment.product) {
            let request = ask::in_app(&self.account, payment, asking)?;
            let answer = self.call("pay", APP, patience::PAY, request).await?;
            return evidence::handed(payment, &answer);
        }
        let Some(scanned) = &asking.scanned else {
            let request = ask::code(&self.account, payment, asking)?;
            let answer = self.call("pay", BACK, patience::PAY, request).await?;
            return evidence::applied(payment, &answer);
        };
        if !scanned.may_be_of(Method::Unionpay) {
            return Ok(evidence::refused("CODE_INVALID"));
        }
        let request = ask::charge(&self.account, payment, asking, scanned)?;
        evidence::charged(payment, &self.call("pay", BACK, patience::PAY, request).await?)
    }

    /// UnionPay hears of a payment on its page when the browser comes there, and not before.
    fn opens_alone(&self, payment: &Payment) -> bool {
        table::is_page(&payment.product)
    }

    fn form(
        &self,
        payment: &Payment,
        asking: &Asking,
        bank: Option<&Bank>,
    ) -> Result<Option<Form>, ChannelError> {
        let Some(onward) = asking.login.onward().filter(|_| table::is_page(&payment.product))
        else {
            return Ok(None);
        };
        let front_url = format!("{onward}/back");
        let request = ask::page(&self.account, payment, asking, &front_url, bank)?;
        let signed = self.keys.sign(request).map_err(|why| not_sent(why.to_string()))?;
        Ok(Some(Form { action: format!("{}{FRONT}", self.host), fields: signed.each() }))
    }

    fn banks(&self, payment: &Payment) -> &'static [Bank] {
        if table::names_banks(&payment.product) { &banks::BANKS } else { &[] }
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        evidence::queried(payment, &self.known(&payment.request_id).await?)
    }

    /// There is no such call.
    async fn cancel(&self, _payment: &Payment) -> Result<(), ChannelError> {
        Err(ChannelError::Refused { code: NO_WAY_BACK.to_owned() })
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        let number = self.number_of(payment).await?;
        let patience = patience::of_try(reversal.sends);
        let request = ask::refund(&self.account, payment, reversal, &number, notify_url)?;
        refunds::refunded(reversal, &self.call("refund", BACK, patience, request).await?)
    }

    async fn query_refund(
        &self,
        _payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        let request = ask::known(&self.account, &reversal.request_id)?;
        let answer = self.call("query_refund", QUERY, patience::QUERY, request).await?;
        refunds::queried(reversal, &answer)
    }

    /// Nothing is found there by its own number, and no message is sent about what was done in its portal.
    async fn request_of(&self, _number: &str) -> Result<Option<String>, ChannelError> {
        Ok(None)
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        notice::read(&self.keys, &self.account, notification, Clock::System.now())
    }

    /// Only the status decides; the word is the convention.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, content_type: "text/plain;charset=UTF-8", body: "ok" }
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        let look_at = "mer_id, cert_id, private_key and the two certificates";
        probed(&self.host, self.query(nobodys).await, look_at)
    }
}

/// Real money moves at UnionPay's own host and nowhere else, and never by what everybody knows (D14).
fn host(settings: &UnionpaySettings) -> anyhow::Result<Url> {
    let host = right_host("UnionPay", &settings.host, settings.mer_id == SANDBOX)?;
    let origin = host.origin().ascii_serialization();
    let is_test = settings.mer_id.starts_with("777");
    if !HOSTS.contains(&origin.as_str()) {
        ensure!(settings.mer_id == SANDBOX, "UnionPay's host must be {} or {}", HOSTS[0], HOSTS[1]);
        return Ok(host);
    }
    ensure!(
        is_test == (origin == HOSTS[1]),
        "merchants whose mer_id begins with 777 are for {}, and no others",
        HOSTS[1]
    );
    let known = sandbox("");
    ensure!(
        !rsa::is_same_key(&settings.private_key, &known.private_key)
            && !rsa::is_same_key(&settings.root_certificate, &known.root_certificate)
            && !rsa::is_same_key(&settings.middle_certificate, &known.middle_certificate),
        "these are the sandbox's keys, which everybody knows"
    );
    Ok(host)
}

fn account(settings: &UnionpaySettings) -> anyhow::Result<Account> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    ensure!(
        settings.mer_id.len() == 15 && plain(&settings.mer_id),
        "UnionPay's mer_id has 15 letters and digits"
    );
    ensure!(digits(&settings.cert_id), "UnionPay's cert_id is the certificate's serial in decimal");
    let is_terminal = |id: &String| id.len() == 8 && plain(id);
    ensure!(
        settings.term_id.as_ref().is_none_or(is_terminal),
        "UnionPay's term_id has 8 letters and digits"
    );
    Ok(Account {
        mer_id: settings.mer_id.clone(),
        cert_id: settings.cert_id.clone(),
        term_id: settings.term_id.clone(),
    })
}

/// A mistake of ours is everybody's: every payment fails by it until somebody mends it.
fn told_of_mistakes(call: &str, answer: &Fields) {
    if codes::verdict(answer.get("respCode")) == Verdict::Misasked {
        tracing::error!(
            call,
            code = codes::shown(answer),
            "UnionPay refuses what we ask: look at its settings"
        );
    }
}
