//! Alipay in mainland China, by its open platform's gateway (`protocols/alipay.md`).
//!
//! Here are the calls. What is asked stands in `ask`, what an answer says in `evidence` and `refunds`, how an answer is proved
//! in `envelope` and `sign`, and the tables are `codes` and `table`. It keeps no state: every call goes by our own number.
//!
//! A payment is closed by `alipay.trade.close` and not by `alipay.trade.cancel`: the latter gives money back that was paid a
//! moment before, and the former says that it was paid (D1). Only what the merchant has scanned is cancelled: its payer stands at
//! the counter, and may confirm until it is ended for good.

mod ask;
mod codes;
mod envelope;
mod evidence;
mod jsapi;
mod mini;
mod notice;
mod refunds;
mod sign;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod wire;

use std::time::Duration;

use anyhow::ensure;
use async_trait::async_trait;
use florin_shared::Method;
use florin_shared::shopper::NextAction;
use serde::Serialize;
use url::Url;

use self::ask::Request;
use self::codes::Verdict;
use self::mini::MiniProgram;
use self::sign::Keys;
use self::wire::{Answer, OfNumber};
use super::transport::{By, Call, Limits, Reply, Transport, not_sent, only_200, right_host};
use super::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, probed,
};
use super::{action, patience};
use crate::clock::Clock;
use crate::config::AlipaySettings;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment, Said};
use crate::domain::reversal::{Reversal, ReversalSaid};
use crate::domain::scanned::Scanned;

/// The application that the sandbox knows. Its keys are public, so real money must never come near it.
const SANDBOX_APP: &str = "2021000000000001";

/// Alipay's own sandbox.
const THEIR_SANDBOX: &str = "https://openapi-sandbox.dl.alipaydev.com";

/// The Alipay account.
pub struct Alipay {
    gateway: String,
    is_live: bool,
    account: Account,
    products: Vec<Product>,
    /// Where a payer's browser learns who they are.
    login: Url,
    /// The mini-program, if there is one.
    mini: Option<MiniProgram>,
    keys: Keys,
    transport: Transport,
}

/// To whom messages must be addressed.
struct Account {
    app_id: String,
    seller_id: String,
}

/// The settings of the embedded default: the account that the sandbox at `host` knows.
pub fn sandbox(host: &str) -> AlipaySettings {
    AlipaySettings {
        host: host.to_owned(),
        app_id: SANDBOX_APP.to_owned(),
        seller_id: "2088000000000002".to_owned(),
        private_key: include_str!("../../../keys/alipay_sandbox_merchant.pem").to_owned(),
        public_key: include_str!("../../../keys/alipay_sandbox_platform_public.pem").to_owned(),
        products: Some(format!("{} {} {}", table::USUAL, table::INSIDE, table::IN_APP)),
        mini_program_app_id: Some("2021000000000002".to_owned()),
        mini_program_public_key: None,
    }
}

impl Alipay {
    /// The account of these settings. Refuses keys that are none and hosts that cannot be right.
    pub fn new(settings: &AlipaySettings) -> anyhow::Result<Alipay> {
        Alipay::with_limits(settings, Limits::default())
    }

    /// The same, with other limits to its calls.
    pub fn with_limits(settings: &AlipaySettings, limits: Limits) -> anyhow::Result<Alipay> {
        let is_sandbox = settings.app_id == SANDBOX_APP;
        let host = right_host("Alipay", &settings.host, is_sandbox)?;
        // Everybody has the keys of that application.
        ensure!(!is_sandbox || host.scheme() == "http", "Alipay's app_id is the sandbox's");
        let origin = host.origin().ascii_serialization();
        let mini = MiniProgram::of(settings)?;
        let signed = settings.products.as_deref().unwrap_or(table::USUAL);
        Ok(Alipay {
            gateway: format!("{origin}/gateway.do"),
            is_live: host.scheme() == "https" && origin != THEIR_SANDBOX,
            account: account(settings)?,
            products: table::products(signed, mini.is_some())?,
            mini,
            login: jsapi::pages(&origin, is_sandbox)?,
            keys: Keys::of(settings)?,
            transport: Transport::new("alipay", &host, limits, only_200)?,
        })
    }

    /// Sends, and reads what Alipay has signed.
    async fn call(&self, call: Asked<'_>) -> Result<Answer, ChannelError> {
        let request = self.request(&call, "", "");
        self.send(&call, request.form(&self.keys)).await
    }

    async fn send(
        &self,
        call: &Asked<'_>,
        form: anyhow::Result<String>,
    ) -> Result<Answer, ChannelError> {
        self.send_to(&self.keys, call, form).await
    }

    /// In the name of the application that these keys are for.
    async fn send_to(
        &self,
        keys: &Keys,
        call: &Asked<'_>,
        form: anyhow::Result<String>,
    ) -> Result<Answer, ChannelError> {
        let body = form.map_err(|why| not_sent(why.to_string()))?.into_bytes();
        let content_type = "application/x-www-form-urlencoded;charset=utf-8";
        let sending = Call {
            name: call.name,
            by: By::Post,
            url: self.gateway.clone(),
            headers: vec![("content-type", content_type.to_owned())],
            body,
            patience: call.patience,
        };
        let read = |reply: &Reply| envelope::read(keys, call.method, &reply.body);
        let answer = self.transport.call(sending, read).await?;
        told_of_mistakes(call.method, &answer);
        Ok(answer)
    }

    fn request<'a>(
        &'a self,
        call: &'a Asked<'_>,
        notify_url: &'a str,
        return_url: &'a str,
    ) -> Request<'a> {
        Request {
            app_id: &self.account.app_id,
            method: call.method,
            // The request's time is the machine's: Alipay compares it with its own.
            at: Clock::System.now(),
            notify_url,
            return_url,
            content: &call.content,
            code: "",
        }
    }

    async fn inquire(&self, about: &(impl Serialize + Sync)) -> Result<Answer, ChannelError> {
        self.call(asked("query", "alipay.trade.query", patience::QUERY, about)?).await
    }

    /// A code for the shopper's other screen.
    async fn precreate(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        let content = ask::code(payment, asking);
        let call = asked("pay", "alipay.trade.precreate", patience::PAY, &content)?;
        let form = self.request(&call, &asking.notify_url, "").form(&self.keys);
        evidence::precreated(payment, &self.send(&call, form).await?)
    }

    /// A code of the payer's own wallet.
    async fn charge(
        &self,
        payment: &Payment,
        asking: &Asking,
        scanned: &Scanned,
    ) -> Result<Opened, ChannelError> {
        if scanned.wallet() != Some(Method::Alipay) {
            return Ok(evidence::refused(codes::CODE_INVALID));
        }
        let content = ask::charge(payment, asking, scanned);
        let call = asked("pay", "alipay.trade.pay", patience::PAY, &content)?;
        let form = self.request(&call, &asking.notify_url, "").form(&self.keys);
        evidence::charged(payment, &self.send(&call, form).await?)
    }

    /// A page of Alipay's on the shopper's own screen.
    async fn page(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        let method = match payment.product.as_str() {
            table::PAGE => "alipay.trade.page.pay",
            _ => "alipay.trade.wap.pay",
        };
        let content = ask::page(payment, asking);
        let call = asked("pay", method, patience::PAY, &content)?;
        let request = self.request(&call, &asking.notify_url, &asking.return_url);
        let link = request.link(&self.gateway, &self.keys);
        self.handed(payment, action::redirect(link.map_err(|why| not_sent(why.to_string()))?)).await
    }

    /// The text that the merchant's own app hands to Alipay's SDK.
    async fn in_app(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        let content = ask::in_app(payment, asking);
        let call = asked("pay", "alipay.trade.app.pay", patience::PAY, &content)?;
        let order = self.request(&call, &asking.notify_url, "").order(&self.keys);
        let text = order.map_err(|why| not_sent(why.to_string()))?;
        self.handed(payment, action::in_app(text)).await
    }

    /// Naming an address asks nobody, and who follows it meets Alipay's own page: so Alipay is asked first, and a shopper is not
    /// sent away to read that our keys are wrong, or to pay what is paid. Whatever comes of the question, nothing has been
    /// opened by it.
    async fn handed(&self, payment: &Payment, action: NextAction) -> Result<Opened, ChannelError> {
        let unopened = |why: ChannelError| not_sent(why.to_string());
        let known = self.inquire(&ask::of_payment(payment)).await.map_err(unopened)?;
        if codes::verdict(&known) == Verdict::Misasked {
            return Ok(evidence::refused(codes::CONFIGURATION));
        }
        let evidence = evidence::queried(payment, &known).map_err(unopened)?;
        match evidence.said {
            Said::NotFound | Said::Pending => {
                Ok(Opened { evidence: evidence::saying(Said::Pending), action: Some(action) })
            }
            Said::Confirming | Said::Failed | Said::Cancelled | Said::Paid { .. } => {
                Ok(Opened { evidence, action: None })
            }
        }
    }
}

#[async_trait]
impl Channel for Alipay {
    fn name(&self) -> &'static str {
        "alipay"
    }

    fn is_live(&self) -> bool {
        self.is_live
    }

    fn products(&self) -> &[Product] {
        &self.products
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        if payment.is_by_code() != asking.scanned.is_some() {
            return Err(not_sent("a payment code belongs to a payment by payment code"));
        }
        if let Some(scanned) = &asking.scanned {
            return self.charge(payment, asking, scanned).await;
        }
        match payment.product.as_str() {
            table::WAP | table::PAGE => self.page(payment, asking).await,
            table::INSIDE => self.inside(payment, asking).await,
            table::IN_APP => self.in_app(payment, asking).await,
            table::IN_MINI_PROGRAM => self.in_mini_program(payment, asking).await,
            _ => self.precreate(payment, asking).await,
        }
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        evidence::queried(payment, &self.inquire(&ask::of_payment(payment)).await?)
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        let patience = patience::of_try(payment.cancels_sent);
        let about = ask::of_payment(payment);
        if payment.is_by_code() {
            let call = asked("cancel", "alipay.trade.cancel", patience, &about)?;
            return evidence::cancelled(&self.call(call).await?);
        }
        let call = asked("cancel", "alipay.trade.close", patience, &about)?;
        evidence::closed(&self.call(call).await?)
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        _notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        let patience = patience::of_try(reversal.sends);
        let content = ask::refund(payment, reversal);
        let call = asked("refund", "alipay.trade.refund", patience, &content)?;
        refunds::refunded(payment, &self.call(call).await?)
    }

    async fn query_refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        let (method, content) =
            ("alipay.trade.fastpay.refund.query", ask::of_refund(payment, reversal));
        let call = asked("query_refund", method, patience::QUERY, &content)?;
        refunds::queried(payment, reversal, &self.call(call).await?)
    }

    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError> {
        refunds::request_of(number, self.inquire(&OfNumber { trade_no: number }).await?)
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        notice::read(&self.keys, &self.account, notification)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, content_type: "text/plain;charset=UTF-8", body: "success" }
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        probed(&self.gateway, self.query(nobodys).await, "app_id and the keys")
    }
}

/// A method of Alipay's with what is asked of it.
struct Asked<'a> {
    name: &'static str,
    method: &'a str,
    patience: Duration,
    content: String,
}

fn asked<'a>(
    name: &'static str,
    method: &'a str,
    patience: Duration,
    content: &impl Serialize,
) -> Result<Asked<'a>, ChannelError> {
    let content = serde_json::to_string(content).map_err(|why| not_sent(why.to_string()))?;
    Ok(Asked { name, method, patience, content })
}

fn account(settings: &AlipaySettings) -> anyhow::Result<Account> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    ensure!(digits(&settings.app_id), "Alipay's app_id must be digits");
    ensure!(digits(&settings.seller_id), "Alipay's seller_id must be digits, such as 2088…");
    Ok(Account { app_id: settings.app_id.clone(), seller_id: settings.seller_id.clone() })
}

/// A mistake of ours is everybody's: every payment fails by it until somebody mends it.
fn told_of_mistakes(method: &str, answer: &Answer) {
    if codes::verdict(answer) == Verdict::Misasked && !codes::is_about_a_login(answer) {
        tracing::error!(
            method,
            code = answer.word(),
            "Alipay refuses what we ask: look at its settings"
        );
    }
}
