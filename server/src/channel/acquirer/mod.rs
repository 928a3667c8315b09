//! Whoever speaks Florin's own protocol for acquirers (`docs/acquirer-protocol.md`): a gateway in front of something that has no public
//! protocol, such as an operator of digital RMB, or of terminals at a counter.
//!
//! Each account is a channel of its own, named after its table in the settings: one gateway's silence stops nobody else. Here are
//! the calls. What is asked stands in `ask`, what is answered in `wire`, what that says in `evidence` and `refunds`, and who speaks is checked
//! in `sign`. It keeps no state: every call goes by our own number.

mod ask;
mod evidence;
mod notice;
mod refunds;
mod sign;
mod table;
#[cfg(test)]
mod tests;
mod wire;

use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use serde::Serialize;

use self::sign::{HEADERS, Head, Keys};
use self::wire::{Answer, Envelope};
use super::transport::{By, Call, Limits, Reply, Transport, no_answer, not_sent, right_host};
use super::{
    Acknowledgement, Asking, Channel, ChannelError, Forged, Notice, Notification, Opened, json,
    patience, probed,
};
use crate::clock::{Clock, Random};
use crate::config::AcquirerSettings;
use crate::domain::offer::Product;
use crate::domain::payment::{Evidence, Payment};
use crate::domain::reversal::{Reversal, ReversalSaid};
use crate::hex;

const PAY: &str = "/florin/v1/payments";
const QUERY: &str = "/florin/v1/payments/query";
const CLOSE: &str = "/florin/v1/payments/close";
const REFUND: &str = "/florin/v1/refunds";
const REFUND_QUERY: &str = "/florin/v1/refunds/query";

/// A merchant whose number begins so is a test's: no real money moves.
const PRETEND: &str = "SANDBOX_";

/// One account at a gateway.
pub struct Acquirer {
    name: &'static str,
    products: &'static [Product],
    host: String,
    merchant: String,
    keys: Keys,
    transport: Transport,
}

/// The settings of the embedded default: the account that the sandbox at `host` knows under this table. Its keys are public.
pub fn sandbox(name: &str, host: &str) -> AcquirerSettings {
    let merchant = format!("{PRETEND}{}", name.to_ascii_uppercase());
    AcquirerSettings {
        host: host.to_owned(),
        key_id: format!("{name}-merchant-1"),
        private_key: include_str!("../../../keys/acquirer_sandbox_merchant.pem").to_owned(),
        public_key_id: format!("{name}-gateway-1"),
        public_key: include_str!("../../../keys/acquirer_sandbox_gateway_public.pem").to_owned(),
        other_public_key_id: None,
        other_public_key: None,
        merchant,
    }
}

impl Acquirer {
    /// The account of this table. Refuses keys that are none, hosts that cannot be right, and keys that everybody knows where real
    /// money moves.
    pub fn new(name: &str, settings: &AcquirerSettings) -> anyhow::Result<Acquirer> {
        let (name, products) =
            table::sold(name).with_context(|| format!("no table is [{name}]"))?;
        let merchant = &settings.merchant;
        ensure!(
            (1..=64).contains(&merchant.len())
                && merchant.bytes().all(|byte| byte.is_ascii_graphic()),
            "merchant must be 1 to 64 letters, digits and signs"
        );
        let is_pretend = merchant.starts_with(PRETEND);
        let known = sandbox(name, "");
        ensure!(
            is_pretend
                || !(sign::is_same_key(&settings.private_key, &known.private_key)
                    || sign::is_same_key(&settings.public_key, &known.public_key)),
            "these are the sandbox's keys, which everybody knows"
        );
        let host = right_host("The gateway", &settings.host, is_pretend)?;
        Ok(Acquirer {
            name,
            products,
            host: host.origin().ascii_serialization(),
            merchant: merchant.clone(),
            keys: Keys::of(settings)?,
            transport: Transport::new(name, &host, Limits::default(), wire::is_said)?,
        })
    }

    /// Sends, and reads what the gateway has signed. Calls have the same names in every channel's figures.
    async fn call(
        &self,
        name: &'static str,
        path: &str,
        patience: Duration,
        asked: &(impl Serialize + Sync),
    ) -> Result<Answer, ChannelError> {
        let body = serde_json::to_vec(asked).map_err(|why| not_sent(why.to_string()))?;
        // Never used twice: an answer is to this very question. Its time is the machine's, which the gateway compares with its own.
        let id = hex(&Random::System.bytes::<16>());
        let head = Head { what: By::Post.as_str(), path, id: &id };
        let headers = self.keys.headers(&head, Clock::System.now(), &body);
        let url = format!("{}{path}", self.host);
        let sending = Call { name, by: By::Post, url, headers, body, patience };
        self.transport.call(sending, |reply| self.proven(path, &id, reply)).await
    }

    /// The answer, if the gateway signed it for this question: also a "no", for a forged one would end a payment that is paid.
    fn proven(&self, path: &str, id: &str, reply: &Reply) -> Result<Answer, ChannelError> {
        let status = reply.status.to_string();
        let head = Head { what: &status, path, id };
        let said = HEADERS.map(|name| reply.header(name));
        self.keys.verify(&head, said, &reply.body).map_err(no_answer)?;
        let said: Envelope =
            json::read(&reply.body).map_err(|_| no_answer("the answer cannot be read"))?;
        said.answer(reply.status == 200).ok_or_else(|| no_answer("the answer says nothing"))
    }

    async fn payment(&self, number: &str) -> Result<Answer, ChannelError> {
        let about = ask::of_payment(&self.merchant, number);
        self.call("query", QUERY, patience::QUERY, &about).await
    }
}

#[async_trait]
impl Channel for Acquirer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_live(&self) -> bool {
        !self.merchant.starts_with(PRETEND)
    }

    fn products(&self) -> &'static [Product] {
        self.products
    }

    async fn pay(&self, payment: &Payment, asking: &Asking) -> Result<Opened, ChannelError> {
        if payment.is_by_code() || asking.scanned.is_some() {
            return Err(not_sent("payment codes are not charged here"));
        }
        let order = ask::payment(&self.merchant, payment, asking);
        let answer = self.call("pay", PAY, patience::PAY, &order).await?;
        evidence::opened(&self.merchant, payment, answer)
    }

    async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        evidence::queried(&self.merchant, payment, self.payment(&payment.request_id).await?)
    }

    async fn cancel(&self, payment: &Payment) -> Result<(), ChannelError> {
        let about = ask::of_payment(&self.merchant, &payment.request_id);
        let patience = patience::of_try(payment.cancels_sent);
        evidence::closed(self.call("cancel", CLOSE, patience, &about).await?)
    }

    async fn refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
        notify_url: &str,
    ) -> Result<ReversalSaid, ChannelError> {
        let request = ask::refund(&self.merchant, payment, reversal, notify_url);
        let patience = patience::of_try(reversal.sends);
        let answer = self.call("refund", REFUND, patience, &request).await?;
        refunds::refunded(&self.merchant, payment, reversal, answer)
    }

    async fn query_refund(
        &self,
        payment: &Payment,
        reversal: &Reversal,
    ) -> Result<ReversalSaid, ChannelError> {
        let about = ask::of_refund(&self.merchant, payment, reversal);
        let answer = self.call("query_refund", REFUND_QUERY, patience::QUERY, &about).await?;
        refunds::queried(&self.merchant, payment, reversal, answer)
    }

    /// Its messages name the payment by our own number, so that is what is asked about.
    async fn request_of(&self, number: &str) -> Result<Option<String>, ChannelError> {
        evidence::is_known(&self.merchant, number, self.payment(number).await?)
    }

    fn read_notification(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        notice::read(&self.keys, &self.merchant, notification, Clock::System.now())
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: "application/json",
            body: r#"{"received":true}"#,
        }
    }

    async fn probe(&self, nobodys: &Payment) -> Result<String, String> {
        let look_at = "merchant, key_id, private_key, public_key_id and public_key";
        probed(&self.host, self.query(nobodys).await, look_at)
    }
}
