//! `florin reconcile`: after a restore the channels know more than we do. They are asked again.

use std::time::Duration;

use florin_server::clock::Clock;
use florin_server::store::{Store, Tx, operate};
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
running server does the asking. What was *opened* after the backup is unknown here: compare with the channel's settlement list.
JSON: {\"payments\", \"reversals\", \"left\"}; ends with 1 when something has not been answered in time.")]
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
    let now = Clock::System.now();
    let since = now - wanted.hours * 3_600_000;
    let (payments, reversals) =
        store.write(async move |tx: &mut Tx| operate::ask_again(tx, since, now).await).await?;
    say(&format!("{payments} payments and {reversals} reversals are asked about again"));
    let left = wait(&store, now, wanted.wait_seconds).await?;
    let told = match left {
        0 => "every one of them has been asked about".to_owned(),
        _ => format!("{left} still wait; is a server running, and does the channel answer?"),
    };
    let json = json!({ "payments": payments, "reversals": reversals, "left": left });
    Ok(Answer { good: left == 0 || wanted.wait_seconds == 0, told, json })
}

/// What was marked has its time at `now`; whoever has asked moves it on.
async fn wait(store: &Store, now: i64, seconds: u64) -> anyhow::Result<i64> {
    for second in 0..=seconds {
        let left = operate::still_asked(&mut store.read().await?, now).await?;
        if left == 0 || second == seconds {
            return Ok(left);
        }
        if second % 5 == 0 {
            progress(&format!("{left} to go"));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(0)
}
