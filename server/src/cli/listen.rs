//! `florin listen`: what merchants are told, forwarded to a program under development.
//!
//! It follows the outbox and posts each message as it is, signed with the merchant's own secret (during a rotation with the one before too). It changes nothing: the
//! server delivers to the real address as always, and a message that could not be forwarded is not kept for later.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Context;
use florin_server::clock::{Clock, Millis, Stopwatch};
use florin_server::courier;
use florin_server::store::operate::Outgoing;
use florin_server::store::{Store, merchants, operate};
use florin_shared::MerchantId;
use serde_json::{Value, json};

use super::{Answer, Where, print};
use crate::say;

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin listen --forward-to http://127.0.0.1:4242/webhook
  florin listen --forward-to http://127.0.0.1:4242/webhook --merchant 18356675194960 --json
  florin trigger payment.success            in another terminal: something to hear

Needs the server's database, read only, so it runs where the server runs. It forwards what merchants are told: an order
without notify_url and without an endpoint has no messages. Ends with Ctrl-C. JSON, one line a message:
{\"type\", \"trans_id\", \"message_id\", \"status\", \"error\", \"ms\"}")]
pub(crate) struct Listen {
    /// Where to.
    #[arg(long, value_name = "URL")]
    forward_to: url::Url,
    /// Only what this merchant is told.
    #[arg(long, value_name = "ID", default_value = "")]
    merchant: String,
    /// Ends after so many messages.
    #[arg(long, value_name = "COUNT")]
    most: Option<usize>,
    #[command(flatten)]
    at: Where,
}

const EVERY: Duration = Duration::from_millis(200);

/// Messages are found by the time at which their unit began, which may have been committed a little later.
const OVERLAP: Millis = 10_000;

pub(super) async fn run(listen: Listen, json: bool) -> anyhow::Result<Answer> {
    let store = listen.at.look().await?;
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?;
    secrets(&store, &listen.merchant).await?;
    let (mut since, mut seen, mut count) = (Clock::System.now(), HashSet::new(), 0);
    let begun = since;
    while listen.most.is_none_or(|most| count < most) {
        let now = Clock::System.now();
        let told = operate::told_since(&mut store.read().await?, &listen.merchant, since).await?;
        for message in told {
            if seen.insert(message.message_id.clone()) {
                let line = forward(&store, &http, &listen.forward_to, &message).await?;
                print(&if json { line.to_string() } else { in_words(&line) });
                count += 1;
            }
        }
        since = begun.max(now - OVERLAP);
        tokio::time::sleep(EVERY).await;
    }
    Ok(Answer::good("", Value::Null))
}

/// In test mode the secret is shown, so that the program under development can verify.
async fn secrets(store: &Store, only: &str) -> anyhow::Result<()> {
    let mut tx = store.read().await?;
    for merchant in operate::merchants(&mut tx).await? {
        let (id, name, livemode) = (merchant.merchant_id, merchant.name, merchant.livemode);
        let merchant: MerchantId = id.parse().context("a merchant's id")?;
        let found = merchants::get(&mut tx, &merchant).await?;
        if let Some(found) = found.filter(|_| livemode == 0 && (only.is_empty() || only == id)) {
            say(&format!("{name} ({id}) signs with {}", found.webhook_secret));
        }
    }
    Ok(())
}

async fn forward(
    store: &Store,
    http: &reqwest::Client,
    to: &url::Url,
    message: &Outgoing,
) -> anyhow::Result<Value> {
    let merchant: MerchantId = message.merchant_id.parse().context("a merchant's id")?;
    let merchant = merchants::get(&mut store.read().await?, &merchant).await?;
    let now = Clock::System.now();
    let (secrets, timestamp) = (merchant.context("its merchant is gone")?.secrets(now), now / 1000);
    let signature = courier::sign::header(&secrets, &message.message_id, timestamp, &message.body)
        .context("the merchant's webhook secret is not whsec_ and base64")?;
    let watch = Stopwatch::start();
    let answer = http
        .post(to.clone())
        .header("content-type", "application/json")
        .header("webhook-id", &message.message_id)
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", signature)
        .body(message.body.clone())
        .send()
        .await;
    let (status, error) = match answer {
        Ok(answer) => (Some(answer.status().as_u16()), None),
        Err(error) => (None, Some(error.without_url().to_string())),
    };
    let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
    Ok(json!({
        "type": body["type"], "trans_id": message.trans_id, "message_id": message.message_id,
        "status": status, "error": error, "ms": Duration::from_secs_f64(watch.seconds()).as_millis(),
    }))
}

fn in_words(line: &Value) -> String {
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let outcome = match line["status"].as_u64() {
        Some(status) => format!("{status} after {} ms", line["ms"]),
        None => text("error"),
    };
    format!("{}  {}  {outcome}", text("type"), text("trans_id"))
}
