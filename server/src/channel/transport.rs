//! The road to a channel: one call, with a deadline, a bulkhead and a circuit breaker.
//!
//! It knows no protocol. It tells *nothing was sent* from *sent, and no readable answer*, because only the first may be
//! tried again; whatever is in doubt counts as sent.

mod breaker;
#[cfg(test)]
mod tests;

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use metrics::{counter, gauge, histogram};
use reqwest::header::HeaderMap;
use reqwest::{Client, ClientBuilder, Response};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use url::{Host, Url};

use self::breaker::Breaker;
use super::{ChannelError, patience};
use crate::clock::Stopwatch;
use crate::metrics::{CHANNEL_BREAKER, CHANNEL_CALLS, CHANNEL_SECONDS};
use crate::point;

/// How long and how much a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the connection to be made.
    pub connect: Duration,
    /// For everything, from the first byte to the last, however much patience a call has.
    pub total: Duration,
    /// After this time without an answer the connections that were kept are not used again.
    pub doubt: Duration,
    /// How many calls may be under way at once.
    pub at_once: usize,
    /// How long a call waits for its turn.
    pub turn: Duration,
    /// The largest answer, in bytes.
    pub answer: usize,
    /// How many failures in a row stop all calls.
    pub failures: u32,
    /// For how long they stop.
    pub rest: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(3),
            total: patience::LONGEST,
            doubt: Duration::from_secs(3),
            at_once: 64,
            turn: Duration::from_millis(300),
            answer: 256 * 1024,
            failures: 10,
            rest: Duration::from_secs(2),
        }
    }
}

/// What is sent.
pub struct Call {
    /// What is asked, in one word: a figure's label.
    pub name: &'static str,
    /// By which of HTTP's methods.
    pub by: By,
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The exact bytes; of a `GET` none.
    pub body: Vec<u8>,
    /// How long the answer is waited for.
    pub patience: Duration,
}

/// HTTP's method of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

impl By {
    /// The word in the request's first line, which some channels have signed.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Get => "GET",
            By::Post => "POST",
        }
    }
}

/// Which HTTP statuses come with an answer in this channel's own words. Every other status is no answer.
pub type Readable = fn(u16) -> bool;

/// The words come with 200 and nothing else.
pub fn only_200(status: u16) -> bool {
    status == 200
}

/// What came back, with a status that the channel calls readable.
pub struct Reply {
    /// HTTP's status.
    pub status: u16,
    headers: HeaderMap,
    /// The exact bytes.
    pub body: Vec<u8>,
}

impl Reply {
    /// The header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The road to one channel. Shared by all its calls.
pub struct Transport {
    channel: &'static str,
    host: Url,
    client: Arc<RwLock<Client>>,
    renewed: Mutex<Instant>,
    room: Semaphore,
    breaker: Breaker,
    limits: Limits,
    readable: Readable,
}

impl Transport {
    /// The road of this channel to this host.
    pub fn new(
        channel: &'static str,
        host: &Url,
        limits: Limits,
        readable: Readable,
    ) -> anyhow::Result<Transport> {
        let client = client(host, limits).context("no HTTP client can be built")?;
        Ok(Transport {
            channel,
            host: host.clone(),
            client: Arc::new(RwLock::new(client)),
            renewed: Mutex::new(Instant::now()),
            room: Semaphore::new(limits.at_once),
            breaker: Breaker::new(limits.failures, limits.rest),
            limits,
            readable,
        })
    }

    /// Sends, and lets `read` make sense of the answer: one that it refuses is as bad as none.
    pub async fn call<T>(
        &self,
        call: Call,
        read: impl FnOnce(&Reply) -> Result<T, ChannelError>,
    ) -> Result<T, ChannelError> {
        let (name, watch) = (call.name, Stopwatch::start());
        point!("channel/{}/{name}/before", self.channel);
        let answer = self.ask(call, read).await;
        point!("channel/{}/{name}/after", self.channel);
        self.count(name, watch, &answer);
        answer
    }

    async fn ask<T>(
        &self,
        call: Call,
        read: impl FnOnce(&Reply) -> Result<T, ChannelError>,
    ) -> Result<T, ChannelError> {
        let admitted = self.breaker.admit()?;
        let _turn = self.turn().await?;
        let answer = self.send_and_doubt(call).await.and_then(|reply| read(&reply));
        self.breaker.learn(admitted, answer.is_ok());
        answer
    }

    fn count<T>(&self, call: &'static str, watch: Stopwatch, answer: &Result<T, ChannelError>) {
        let outcome = match answer {
            Ok(_) => "answered",
            Err(ChannelError::NotSent(_)) => "not_sent",
            Err(ChannelError::NoAnswer(_)) => "no_answer",
            Err(ChannelError::Refused { .. }) => "refused",
        };
        let labels = [("channel", self.channel), ("call", call)];
        histogram!(CHANNEL_SECONDS, &labels).record(watch.seconds());
        counter!(CHANNEL_CALLS, "channel" => self.channel, "call" => call, "outcome" => outcome)
            .increment(1);
        let open = if self.breaker.is_open() { 1.0 } else { 0.0 };
        gauge!(CHANNEL_BREAKER, "channel" => self.channel).set(open);
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, ChannelError> {
        match tokio::time::timeout(self.limits.turn, self.room.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(not_sent("too many calls are under way")),
        }
    }

    /// A call that hangs goes on hanging, but whoever comes after it gets a connection of its own: the other side may have
    /// forgotten the ones that we keep, and nobody said so.
    async fn send_and_doubt(&self, call: Call) -> Result<Reply, ChannelError> {
        let mut sending = pin!(self.send(call));
        tokio::select! {
            answer = &mut sending => return answer,
            () = tokio::time::sleep(self.limits.doubt) => self.renew(),
        }
        sending.await
    }

    /// Leaves the connections behind that were kept, once in a while at most.
    fn renew(&self) {
        let now = Instant::now();
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        if now < *renewed + self.limits.rest {
            return;
        }
        *renewed = now;
        let (host, limits, shared) = (self.host.clone(), self.limits, self.client.clone());
        // Certificates are read from the disk.
        tokio::task::spawn_blocking(move || match client(&host, limits) {
            Ok(fresh) => *shared.write().unwrap_or_else(PoisonError::into_inner) = fresh,
            Err(error) => tracing::warn!(%error, "no HTTP client can be built; the old one stays"),
        });
    }

    async fn send(&self, call: Call) -> Result<Reply, ChannelError> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner).clone();
        let patience = call.patience.min(self.limits.total);
        let request = match call.by {
            By::Get => client.get(call.url),
            By::Post => client.post(call.url).body(call.body),
        };
        let mut request = request.timeout(patience);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(told_apart)?;
        let status = response.status().as_u16();
        if !(self.readable)(status) {
            return Err(no_answer(format!("HTTP {status}")));
        }
        let body = self.whole_body(&mut response).await?;
        Ok(Reply { status, headers: std::mem::take(response.headers_mut()), body })
    }

    async fn whole_body(&self, response: &mut Response) -> Result<Vec<u8>, ChannelError> {
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| no_answer(in_words(&error)))?
        {
            if body.len() + chunk.len() > self.limits.answer {
                return Err(no_answer("the answer is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Nothing was sent.
pub(super) fn not_sent(why: impl Into<String>) -> ChannelError {
    ChannelError::NotSent(why.into())
}

/// It was sent, and nothing readable came back.
pub(super) fn no_answer(why: impl Into<String>) -> ChannelError {
    ChannelError::NoAnswer(why.into())
}

/// A channel's host. Real money goes over TLS only; pretend money may go to the sandbox on one's own network.
pub(super) fn right_host(channel: &str, text: &str, is_sandbox: bool) -> anyhow::Result<Url> {
    let host: Url =
        text.parse().with_context(|| format!("{channel}'s host {text} is not an address"))?;
    ensure!(
        host.path() == "/" && host.query().is_none(),
        "{channel}'s host {text} must have no path"
    );
    match host.scheme() {
        "https" => Ok(host),
        "http" if is_sandbox || is_loopback(&host) => Ok(host),
        _ => bail!("{channel}'s host {text} must begin with https://"),
    }
}

/// Whether the address is this very machine.
pub(super) fn is_loopback(host: &Url) -> bool {
    match host.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn client(host: &Url, limits: Limits) -> reqwest::Result<Client> {
    let client = Client::builder()
        .user_agent(concat!("florin/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        // Nobody sends anything twice behind our back.
        .retry(reqwest::retry::never())
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        // Shorter than a gateway keeps an idle connection, so that we seldom write into one that is closing.
        .pool_idle_timeout(Duration::from_secs(20));
    suited_to(host, client).build()
}

fn suited_to(host: &Url, client: ClientBuilder) -> ClientBuilder {
    // A machine's proxy leads outside, never back to the machine.
    let client = if is_loopback(host) { client.no_proxy() } else { client };
    // Without TLS no certificates are needed, and a bare machine may have none.
    if host.scheme() == "http" { client.tls_certs_only([]) } else { client }
}

fn told_apart(error: reqwest::Error) -> ChannelError {
    if error.is_connect() || error.is_builder() {
        not_sent(in_words(&error))
    } else {
        no_answer(in_words(&error))
    }
}

/// What happened, without the address: the log has it already.
fn in_words(error: &reqwest::Error) -> String {
    let what = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "time-out"
    } else {
        "the connection broke"
    };
    let cause =
        std::iter::successors(std::error::Error::source(error), |&inner| inner.source()).last();
    cause.map_or_else(|| what.to_owned(), |cause| format!("{what}: {cause}"))
}
