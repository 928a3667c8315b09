//! Antom, the gateway to Alipay+ wallets and to bank transfers in Asia (`protocols/antom.md`).
//!
//! Here are the calls. What is asked stands in `ask`, what an answer says in `evidence` and `refunds`, who speaks is
//! checked in `sign`, and the tables are `codes` and `table`. It keeps no state: Antom's own payment id is asked for
//! on the one occasion that needs it, a refund.

mod action;
mod ask;
mod codes;
mod evidence;
mod notice;
mod refunds;
mod sign;
mod table;
#[cfg(test)]
mod tests;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use self::codes::Verdict;
use self::sign::{Keys, Signed};
use self::wire::{Answer, OfNumber};
use super::transport::{
    By, Call, Limits, Reply, Transport, no_answer, not_sent, only_200, right_host,
};
use super::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, probed,
};
use super::{json, patience};
use crate::clock::Clock;
use crate::config::AntomSettings;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment};
use crate::domain::reversal::{Reversal, ReversalSaid};

/// The Antom account.
pub struct Antom {
    host: String,
    api: &'static str,
    settlement: Option<String>,
    keys: Keys,
    transport: Transport,
}

/// The settings of the embedded default: the account that the sandbox at `host` knows. Its keys are public.
pub fn sandbox(host: &str) -> AntomSettings {
    AntomSettings {
        host: host.to_owned(),
        client_id: "SANDBOX_5X00000000000000".to_owned(),
        private_key: include_str!("../../../keys/antom_sandbox_merchant.pem").to_owned(),
        key_version: 1,
        public_key: include_str!("../../../keys/antom_sandbox_platform_public.pem").to_owned(),
        settlement_currency: None,
    }
}

impl Antom {
    /// The account of these settings. Refuses keys that are none and hosts that cannot be right.
    pub fn new(settings: &AntomSettings) -> anyhow::Result<Antom> {
        Antom::with_limits(settings, Limits::default())
    }

    /// The same, with other limits to its calls.
    pub fn with_limits(settings: &AntomSettings, limits: Limits) -> anyhow::Result<Antom> {
        let is_sandbox = settings.client_id.starts_with("SANDBOX_");
        let host = right_host("Antom", &settings.host, is_sandbox)?;
        Ok(Antom {
            host: host.origin().ascii_serialization(),
            api: if is_sandbox { "/ams/sandbox/api/v1/payments" } else { "/ams/api/v1/payments" },
            settlement: settings.settlement_currency.clone(),
            keys: Keys::of(settings)?,
            transport: Transport::new("antom", &host, limits, only_200)?,
        })
    }

    async fn call(
        &self,
        endpoint: &'static str,
        patience: Duration,
        request: &(impl Serialize + Sync),
    ) -> Result<Answer, ChannelError> {
        let path = format!("{}/{endpoint}", self.api);
        let body = serde_json::to_vec(request).map_err(|why| not_sent(why.to_string()))?;
        // The signature's time is the machine's: Antom compares it with its own.
        let time = Clock::System.now().to_string();
        let headers =
            self.keys.headers(&path, time, &body).map_err(|why| not_sent(why.to_string()))?;
        let url = format!("{}{path}", self.host);
        let call = Call { name: endpoint, by: By::Post, url, headers, body, patience };
        let answer = self.transport.call(call, |reply| self.proven(&path, reply)).await?;
        told_of_mistakes(endpoint, &answer);
        Ok(answer)
    }

    /// The answer, if Antom signed it for us.
    fn proven(&self, path: &str, reply: &Reply) -> Result<Answer, ChannelError> {
        let signed = Signed {
            path,
            client: reply.header("client-id"),
            time: reply.header("response-time"),
            signature: reply.header("signature"),
            body: &reply.body,
        };
        self.keys.verify(&signed).map_err(no_answer)?;
        json::read(&reply.body).map_err(|_| no_answer("the answer cannot be read"))
    }

    async fn inquire(&self, payment: &Payment) -> Result<Answer, ChannelError> {
        self.call("inquiryPayment", patience::QUERY, &ask::of_payment(payment)).await
    }
}

#[async_trait]
impl Channel for Antom {
    fn name(&self) -> &'static str {
        "antom"
    }

    fn is_live(&self) -> bool {
        !self.api.contains("sandbox")
    }

    fn products(&self) -> &'static [Product] {
        table::PRODUCTS
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        if !ask::is_whole(payment.amount) {
            return Ok(evidence::refused("AMOUNT"));
        }
        if payment.is_by_code() != asking.scanned.is_some() {
            return Err(not_sent("a payment code belongs to a payment by payment code"));
        }
        let request = ask::pay(payment, asking, self.settlement.as_deref());
        let answer = self.call("pay", patience::PAY, &request).await?;
        evidence::opened(payment, &answer)
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        evidence::queried(payment, &self.inquire(payment).await?)
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        let patience = patience::of_try(payment.cancels_sent);
        evidence::cancelled(&self.call("cancel", patience, &ask::of_payment(payment)).await?)
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        if !ask::is_whole(reversal.amount) {
            return Err(ChannelError::Refused { code: "AMOUNT".to_owned() });
        }
        let known = self.inquire(payment).await.map_err(|why| not_sent(why.to_string()))?;
        if refunds::is_back(payment, &known) {
            return Ok(ReversalSaid::Done);
        }
        let request = ask::refund(reversal, refunds::payment_id(payment, &known)?, notify_url);
        let patience = patience::of_try(reversal.sends);
        refunds::refunded(reversal, &self.call("refund", patience, &request).await?)
    }

    async fn query_refund(
        &self,
        _payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        let request = ask::of_refund(reversal);
        refunds::queried(reversal, &self.call("inquiryRefund", patience::QUERY, &request).await?)
    }

    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError> {
        let request = OfNumber { payment_id: number };
        let known = self.call("inquiryPayment", patience::QUERY, &request).await?;
        refunds::request_of(number, known)
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        notice::read(&self.keys, notification)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: "application/json;charset=UTF-8",
            body: r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#,
        }
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        probed(&self.host, self.query(nobodys).await, "client_id, the keys and key_version")
    }
}

/// A mistake of ours is everybody's: every payment fails by it until somebody mends it.
fn told_of_mistakes(endpoint: &str, answer: &Answer) {
    if codes::verdict(&answer.result) == Verdict::Misasked {
        tracing::error!(
            endpoint,
            code = answer.result.result_code,
            "Antom refuses what we ask: look at its settings"
        );
    }
}
