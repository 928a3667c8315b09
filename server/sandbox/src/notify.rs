//! Delivers notifications, and tries again until the channel's acknowledgement comes.
//!
//! The channels try for a day. Nobody waits a day for a test, so each has shorter pauses here.
//! What is still on its way when the sandbox ends is not sent again: the merchant has to ask.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use reqwest::redirect::Policy;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::acknowledged::Acknowledged;
use crate::channel::{Channels, Name, Signed};
use crate::clock::{Clock, Stopwatch};

const PATIENCE: Duration = Duration::from_secs(10);
/// How many notifications may be under way at the same moment.
const LANES: usize = 256;

/// One notification, ready to go.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) channel: Name,
    pub(crate) url: String,
    pub(crate) body: String,
    /// How long it waits before the first try.
    pub(crate) wait_ms: u64,
    pub(crate) signed: Signed,
}

#[derive(Clone)]
pub(crate) struct Postman {
    pub(crate) acknowledged: Acknowledged,
    client: reqwest::Client,
    channels: Channels,
    clock: Clock,
    lanes: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Postman {
    pub(crate) fn new(
        channels: Channels,
        clock: Clock,
        stop: CancellationToken,
    ) -> anyhow::Result<Postman> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(LANES)
            .build()
            .context("making the client for notifications")?;
        let (acknowledged, lanes) = (Acknowledged::default(), Arc::new(Semaphore::new(LANES)));
        Ok(Postman { acknowledged, client, channels, clock, lanes, stop })
    }

    /// Sends the notices one after the other; one that is not acknowledged does not hold up the
    /// next, but is tried again by itself. A probe is sent once.
    pub(crate) fn send(&self, notices: Vec<Notice>) {
        let postman = self.clone();
        self.spawn(async move {
            for notice in notices {
                tokio::time::sleep(Duration::from_millis(notice.wait_ms)).await;
                if !postman.is_acknowledged(&notice).await && notice.signed != Signed::AsProbe {
                    postman.try_again(notice);
                }
            }
        });
    }

    fn try_again(&self, notice: Notice) {
        let postman = self.clone();
        self.spawn(async move {
            for pause in postman.channels.of(notice.channel).pauses_ms() {
                tokio::time::sleep(Duration::from_millis(*pause)).await;
                if postman.is_acknowledged(&notice).await {
                    return;
                }
            }
            tracing::warn!(url = notice.url, "a notification was never acknowledged");
        });
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        tokio::spawn(async move { stop.run_until_cancelled(work).await });
    }

    async fn is_acknowledged(&self, notice: &Notice) -> bool {
        let Ok(_lane) = self.lanes.acquire().await else { return false };
        match self.try_once(notice).await {
            Ok(is_acknowledged) => is_acknowledged,
            Err(error) => {
                tracing::debug!(%error, url = notice.url, "a notification was not taken");
                false
            }
        }
    }

    async fn try_once(&self, notice: &Notice) -> anyhow::Result<bool> {
        let url: Url = notice.url.parse()?;
        let channel = self.channels.of(notice.channel);
        let headers = channel.notice_headers(&url, &notice.body, notice.signed, self.clock.now());
        let request = headers
            .into_iter()
            .fold(self.client.post(url), |request, (name, value)| request.header(name, value));
        let request = request.body(channel.notice_body(&notice.body, notice.signed));
        let watch = Stopwatch::start();
        let answer = request.send().await?;
        let status = answer.status();
        let is_acknowledged = channel.is_acknowledged(status, &answer.bytes().await?);
        if is_acknowledged {
            self.acknowledged.add(watch.time());
        }
        Ok(is_acknowledged)
    }
}
