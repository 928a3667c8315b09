//! Delivers notifications, and tries again until the exact acknowledgement comes.
//!
//! Antom tries eight times in a day: at once, then after 2 min, 10 min, 10 min, 1 h, 2 h, 6 h and
//! 15 h. Nobody waits a day for a test, so the sandbox's pauses are [`PAUSES_MS`].
//! What is still on its way when the sandbox ends is not sent again: the merchant has to ask.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::antom::signature::{CLIENT_ID, Content, Keys};
use crate::clock;

/// The pauses between the eight tries.
const PAUSES_MS: [u64; 7] = [2_000, 5_000, 15_000, 60_000, 120_000, 300_000, 600_000];
const PATIENCE: Duration = Duration::from_secs(10);
/// How many notifications may be under way at the same moment.
const LANES: usize = 256;

/// One notification, ready to go.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) url: String,
    pub(crate) body: String,
    /// How long it waits before the first try.
    pub(crate) wait_ms: u64,
    /// Signed wrongly, on purpose.
    pub(crate) forged: bool,
}

#[derive(Clone)]
pub(crate) struct Postman {
    client: reqwest::Client,
    keys: Keys,
    lanes: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Postman {
    pub(crate) fn new(keys: Keys, stop: CancellationToken) -> anyhow::Result<Postman> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(LANES)
            .build()
            .context("making the client for notifications")?;
        Ok(Postman { client, keys, lanes: Arc::new(Semaphore::new(LANES)), stop })
    }

    /// Sends the notices one after the other; one that is not acknowledged does not hold up the
    /// next, but is tried again by itself.
    pub(crate) fn send(&self, notices: Vec<Notice>) {
        let postman = self.clone();
        self.spawn(async move {
            for notice in notices {
                tokio::time::sleep(Duration::from_millis(notice.wait_ms)).await;
                if !postman.is_acknowledged(&notice).await {
                    postman.try_again(notice);
                }
            }
        });
    }

    fn try_again(&self, notice: Notice) {
        let postman = self.clone();
        self.spawn(async move {
            for pause in PAUSES_MS {
                tokio::time::sleep(Duration::from_millis(pause)).await;
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
            Ok(answer) => answer == acknowledgement(),
            Err(error) => {
                tracing::debug!(%error, url = notice.url, "a notification was not taken");
                false
            }
        }
    }

    async fn try_once(&self, notice: &Notice) -> anyhow::Result<Value> {
        let url: Url = notice.url.parse()?;
        let time = clock::iso(clock::now());
        let signature = self.signature(notice, url.path(), &time);
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json; charset=UTF-8")
            .header("client-id", CLIENT_ID)
            .header("request-time", time)
            .header("signature", signature);
        let answer = request.body(notice.body.clone()).send().await?;
        anyhow::ensure!(answer.status() == 200, "answered {}", answer.status());
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    fn signature(&self, notice: &Notice, path: &str, time: &str) -> String {
        let mut body = notice.body.clone();
        if notice.forged {
            body.push(' ');
        }
        let content = Content { path, client: CLIENT_ID, time, body: body.as_bytes() };
        self.keys.sign(&content, ", ")
    }
}

fn acknowledgement() -> Value {
    json!({
        "result": {
            "resultCode": "SUCCESS",
            "resultStatus": "S",
            "resultMessage": "success",
        }
    })
}
