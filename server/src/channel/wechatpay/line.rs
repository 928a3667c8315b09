//! What speaks with WeChat Pay: each request is signed, and each answer proved before it is read (`protocols/wechatpay-v3.md` 2 and 3).

use std::sync::Arc;
use std::time::Duration;

use super::fetch::{Cause, Fetching};
use super::seal::Seal;
use super::sign::{HEADERS, Keys, Signed};
use super::wire::Answer;
use crate::channel::transport::{By, Call, Reply, Transport, no_answer, not_sent};
use crate::channel::{ChannelError, json};
use crate::clock::{Clock, Random};
use crate::hex;

/// The way to WeChat Pay, with everything by which one side knows the other.
pub(super) struct Line {
    pub(super) host: String,
    pub(super) keys: Keys,
    pub(super) seal: Seal,
    /// The machine's: WeChat Pay compares the times of signatures with its own clock, and so do we.
    pub(super) clock: Clock,
    pub(super) transport: Transport,
    pub(super) fetching: Fetching,
}

/// An answer as it came in.
pub(super) struct Said {
    pub(super) status: u16,
    headers: [Option<String>; 5],
    pub(super) body: Vec<u8>,
}

impl Said {
    pub(super) fn of(reply: &Reply) -> Said {
        let headers = HEADERS.map(|name| reply.header(name).map(str::to_owned));
        Said { status: reply.status, headers, body: reply.body.clone() }
    }

    pub(super) fn signed(&self) -> Signed<'_> {
        Signed::of(&self.headers, &self.body)
    }

    /// WeChat Pay signs whatever it answers to a request that was signed well; to one that was not, it answers 401 and we are told by
    /// that alone.
    pub(super) fn to_us(&self) -> Result<(), ChannelError> {
        match self.status == 401 && self.signed().signature.is_none() {
            true => Err(no_answer("HTTP 401: our signature or our clock is wrong")),
            false => Ok(()),
        }
    }
}

impl Line {
    /// What WeChat Pay answers. One that is signed by a certificate that is not held is proved when the list was fetched.
    pub(super) async fn answer(
        self: &Arc<Self>,
        name: &'static str,
        by: By,
        target: &str,
        patience: Duration,
        body: String,
    ) -> Result<Answer, ChannelError> {
        self.ready().await.map_err(not_sent)?;
        let heard = self.call(name, by, target, patience, body, |reply| self.hear(reply)).await?;
        match heard {
            Ok(answer) => Ok(answer),
            Err(said) => {
                // Whatever comes of it, the answer is proved or it is none.
                _ = self.fetch_once(Cause::Answer).await;
                self.proven(&said)
            }
        }
    }

    /// Sends, and lets `read` make sense of the answer.
    pub(super) async fn call<T>(
        &self,
        name: &'static str,
        by: By,
        target: &str,
        patience: Duration,
        body: String,
        read: impl FnOnce(&Reply) -> Result<T, ChannelError>,
    ) -> Result<T, ChannelError> {
        let nonce = hex(&Random::System.bytes::<16>()).to_uppercase();
        let headers = self
            .keys
            .headers(by, target, (self.clock.now(), &nonce), &body)
            .map_err(|why| not_sent(why.to_string()))?;
        let url = format!("{}{target}", self.host);
        let call = Call { name, by, url, headers, body: body.into_bytes(), patience };
        self.transport.call(call, read).await
    }

    /// The answer, or what cannot be proved yet.
    fn hear(&self, reply: &Reply) -> Result<Result<Answer, Box<Said>>, ChannelError> {
        let said = Said::of(reply);
        match self.keys.lacks(&said.signed(), self.clock.now()) {
            true => Ok(Err(Box::new(said))),
            false => self.proven(&said).map(Ok),
        }
    }

    /// The answer, if WeChat Pay signed it: also a "no", for a forged one would end a payment that is paid.
    fn proven(&self, said: &Said) -> Result<Answer, ChannelError> {
        said.to_us()?;
        self.keys.verify(&said.signed(), self.clock.now()).map_err(no_answer)?;
        let answer = match said.body.is_empty() {
            true => Answer::default(),
            false => json::read(&said.body).map_err(|_| no_answer("the answer cannot be read"))?,
        };
        Ok(Answer { status: said.status, ..answer })
    }
}
