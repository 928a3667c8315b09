//! `florin reconcile`: after a restore the channels know more than we do. They are asked again.

use std::time::Duration;

use florin_server::store::{Store, operate};
use serde_json::json;

use super::{Answer, Where, progress};
use crate::say;

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin reconcile --hours 48           marks everything younger, and waits until it has been asked about
  florin reconcile --hours 48 --wait-seconds 0

Every payment of that time is asked about once more at its channel, whatever it ended as here; what the channel says goes the
usual way, so a payment that was made after the backup is accepted or given back, and a refund that we forgot is booked. A
running server does the asking. What is open here is asked about until it ends, with or without this command. What was *opened* after
the backup is unknown here: compare with the channel's settlement list.
JSON: {\"payments\", \"reversals\", \"left\", \"open\", \"going_back\"}; ends with 1 when the channel has not answered about
something that had ended (left), or money is still on its way back.")]
pub(crate) struct Reconcile {
    #[command(flatten)]
    at: Where,
    /// How far back.
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(i64).range(1..=8760))]
    hours: i64,
    /// For how long to wait for the answers.
    #[arg(long, default_value_t = 600)]
    wait_seconds: u64,
}

pub(super) async fn run(wanted: Reconcile) -> anyhow::Result<Answer> {
    let store = wanted.at.open().await?;
    let now = operate::clock(&store).await?;
    let since = now - wanted.hours * 3_600_000;
    let (payments, reversals) = operate::ask_again(&store, since, now).await?;
    say(&format!("{payments} payments and {reversals} reversals are asked about again"));
    let (left, open, going_back) = wait(&store, since, wanted.wait_seconds).await?;
    let json = json!({
        "payments": payments, "reversals": reversals, "left": left, "open": open, "going_back": going_back,
    });
    let is_done = left + going_back == 0;
    let told = match is_done {
        true if open == 0 => "the channel has answered about every one of them".to_owned(),
        true => format!(
            "the channel has answered about every one that had ended; {open} are open and are asked about until they end"
        ),
        false => format!(
            "{left} that had ended are not answered, {going_back} returns are not through; is a server running, and does \
             the channel answer?"
        ),
    };
    Ok(Answer { good: is_done || wanted.wait_seconds == 0, told, json })
}

/// A mark is taken away by the channel's answer alone, so what has none left has been answered.
async fn wait(store: &Store, since: i64, seconds: u64) -> anyhow::Result<(i64, i64, i64)> {
    let mut second = 0;
    loop {
        let still = operate::still_asked(&mut store.read().await?, since).await?;
        let left = still.0 + still.2;
        if left == 0 || second >= seconds {
            return Ok(still);
        }
        if second % 5 == 0 {
            progress(&format!("{left} to go"));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        second += 1;
    }
}
