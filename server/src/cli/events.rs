//! `florin events resend`: a merchant says that it has not heard.

use anyhow::bail;
use florin_server::store::{Tx, operate, outbox, sessions};
use serde_json::json;

use super::sessions::meant;
use super::{Answer, Where};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin events resend CS…                  every message of the session's order, in its order
  florin events resend GW… --undelivered    only what nobody has taken, as after an endpoint was mended

Messages keep their ids, so a merchant that has one already takes it as a repetition. A running server sends them within
a second. JSON: {\"trans_id\", \"queued\": number}; ends with 1 when there was nothing to queue.")]
pub(crate) struct Events {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Queues an order's messages again.
    Resend {
        /// `CS…`, or the `GW…` of one of its transactions.
        id: String,
        #[command(flatten)]
        at: Where,
        /// Only those that nobody has taken.
        #[arg(long)]
        undelivered: bool,
    },
}

pub(super) async fn run(events: Events) -> anyhow::Result<Answer> {
    let Act::Resend { id, at, undelivered } = events.act;
    let store = at.open().await?;
    let session = meant(&mut store.read().await?, &id).await?;
    let Some(session) = sessions::get(&mut store.read().await?, &session).await? else {
        bail!("there is no session {session}");
    };
    let (merchant, trans_id) = (session.merchant.to_string(), session.trans_id.clone());
    let now = operate::clock(&store).await?;
    let queued = store
        .write(async move |tx: &mut Tx| {
            outbox::replay_order(tx, (&merchant, &trans_id), undelivered, now).await
        })
        .await?;
    let told = match queued {
        0 => "there is nothing to send: no message, or it is on its way right now".to_owned(),
        _ => format!("{queued} messages of {} are queued", session.trans_id),
    };
    let json = json!({ "trans_id": session.trans_id, "queued": queued });
    Ok(Answer { good: queued > 0, told, json })
}
