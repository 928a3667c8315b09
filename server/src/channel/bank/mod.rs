//! The bank that keeps an account of the merchant's own, and what it says came in (`docs/bank-credits.md`): its signed messages, and
//! its statement when it is asked. Whoever is paid by transfers has one: codes between banks, transfers by hand.

pub(super) mod credits;
pub(super) mod sign;

use std::sync::OnceLock;

use anyhow::ensure;
use aws_lc_rs::rand;

use self::credits::{Question, Statement};
use self::sign::{Secret, Signed};
use super::transport::{
    By, Call, Limits, Reply, Transport, no_answer, not_sent, only_200, right_host,
};
use super::{Acknowledgement, ChannelError, Forged, Notice, Notification, json, patience};
use crate::clock::Clock;
use crate::domain::credit::{self, Credit};
use crate::domain::payment::{Evidence, Payment};
use crate::hex;

/// A bank's messages are a few hundred bytes.
const LARGEST: usize = 64 * 1024;

/// The reason of what a bank cannot do: call a transfer back, or send one back by itself.
pub(super) const NO_WAY_BACK: &str = "BANK_TRANSFER";

/// How the bank's accounts of the sandbox are named, and what signs there; it is public.
pub(super) const SANDBOX: &str = "SANDBOX_";
pub(super) const SANDBOX_SECRET: &str = "whsec_Zmxvcmluc2FuZGJveGJhbmtzZWNyZXQwMDAx";

/// How the bank knows a message as kept.
pub(super) const KEPT: Acknowledgement =
    Acknowledgement { status: 200, content_type: "application/json", body: r#"{"received":true}"# };

/// An account at a bank.
pub(super) struct Bank {
    client_id: String,
    secret: Secret,
    host: String,
    transport: Transport,
    /// Where the bank's messages go: told to the bank with every question.
    notify_url: OnceLock<String>,
}

impl Bank {
    /// The account that the bank at `host` calls `client_id`; `channel` is whose account it is here.
    pub(super) fn of(
        channel: &'static str,
        host: &str,
        client_id: &str,
        secret: &str,
    ) -> anyhow::Result<Bank> {
        ensure!(!client_id.is_empty(), "client_id is missing");
        let host = right_host("The bank", host, client_id.starts_with(SANDBOX))?;
        Ok(Bank {
            client_id: client_id.to_owned(),
            secret: Secret::of(secret)?,
            host: host.origin().ascii_serialization(),
            transport: Transport::new(channel, &host, Limits::default(), only_200)?,
            notify_url: OnceLock::new(),
        })
    }

    /// Whether real money moves.
    pub(super) fn is_live(&self) -> bool {
        !self.client_id.starts_with(SANDBOX)
    }

    /// Where it is asked.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn listens_at(&self, notify_url: &str) {
        _ = self.notify_url.set(notify_url.to_owned());
    }

    /// What the bank's statement says of a payment by its number alone, for whoever wants to know whether the bank answers.
    pub(super) async fn query(&self, payment: &Payment) -> Result<Evidence, ChannelError> {
        let credits = self.came_in(payment).await?;
        Ok(credits::by_number(payment, &credits))
    }

    /// Everything that the bank's statement has under a payment's reference.
    pub(super) async fn came_in(&self, payment: &Payment) -> Result<Vec<Credit>, ChannelError> {
        let question = Question {
            account: &self.client_id,
            reference: credit::place(&payment.request_id).0,
            notify_url: self.notify_url.get().map(String::as_str),
        };
        let statement = self.call("statement", &question).await?;
        credits::under(&self.client_id, payment, statement)
    }

    async fn call(
        &self,
        name: &'static str,
        question: &Question<'_>,
    ) -> Result<Statement, ChannelError> {
        let body = serde_json::to_vec(question).map_err(|why| not_sent(why.to_string()))?;
        // Never used twice: an answer is to this very question.
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| not_sent("no randomness"))?;
        let id = format!("ask_{}", hex(&random));
        let headers = self.secret.headers(&id, Clock::System.now(), &body);
        let url = format!("{}/v1/{name}", self.host);
        let call = Call { name, by: By::Post, url, headers, body, patience: patience::QUERY };
        self.transport.call(call, |reply| self.proven(&id, reply)).await
    }

    /// The answer, if the bank signed it for this question.
    fn proven(&self, id: &str, reply: &Reply) -> Result<Statement, ChannelError> {
        let said = Signed {
            id: reply.header("webhook-id"),
            time: reply.header("webhook-timestamp"),
            signature: reply.header("webhook-signature"),
            body: &reply.body,
        };
        self.secret.verify(&said).map_err(no_answer)?;
        if said.id != Some(id) {
            return Err(no_answer("the answer to another question"));
        }
        json::read(&reply.body).map_err(|_| no_answer("the answer cannot be read"))
    }

    /// The credit that a message tells of, once it has proved who speaks.
    pub(super) fn read(&self, notification: &Notification<'_>) -> Result<Notice, Forged> {
        if notification.body.len() > LARGEST {
            return Err(Forged("it is too large"));
        }
        let header = |name| (notification.header)(name);
        let (id, time, signature) =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        let said = Signed {
            id: id.as_deref(),
            time: time.as_deref(),
            signature: signature.as_deref(),
            body: notification.body,
        };
        self.secret.verify(&said).map_err(Forged)?;
        if !sign::is_fresh(said.time, notification.now) {
            return Err(Forged("its time is not now"));
        }
        let message = json::read(notification.body).map_err(|_| Forged("it cannot be read"))?;
        credits::told(&self.client_id, message).map(Notice::Credit)
    }
}
