//! `florin credits`: money that came into the merchant's own accounts, and what a person says of what names no payment.

use anyhow::{Context, ensure};
use florin_server::clock::rfc3339;
use florin_server::store::credits::Kept;
use florin_server::store::{Store, Tx, credits, operate};
use serde_json::{Value, json};

use super::{Answer, Where, table};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin credits list                          what waits for a person
  florin credits list --all                    everything that came in, newest first
  florin credits foreign transfer.eur FT2632200002 --note \"rent, sent on\"

CHANNEL and CREDIT stand in the list. What names no transaction (STRAY) goes back by hand; so does what names one that does not
count by it (NAMED) and that the bank, which is asked about it, has not confirmed after an hour. Say that it is foreign first, and send
the money when this has said yes: from then on it pays nothing.
JSON: {\"credits\": [{\"channel\", \"credit\", \"state\", \"reference\", \"amount\", \"currency\", \"booked\", \"returned\", \"payer\",
\"number\", \"note\"}]}, or that of one credit; \"number\" is what the payment is called at its channel.")]
pub(crate) struct Credits {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Lists credits.
    List {
        #[command(flatten)]
        at: Where,
        /// Also those that need nobody.
        #[arg(long)]
        all: bool,
    },
    /// Says that a credit is no payment of ours.
    Foreign {
        #[command(flatten)]
        which: Which,
        /// What it is, and what was done about it.
        #[arg(long)]
        note: String,
    },
}

/// One credit.
#[derive(clap::Args)]
struct Which {
    #[command(flatten)]
    at: Where,
    /// Whose account, such as `transfer.eur`.
    channel: String,
    /// The bank's number of it.
    credit: String,
}

pub(super) async fn run(credits: Credits) -> anyhow::Result<Answer> {
    match credits.act {
        Act::List { at, all } => list(&at.look().await?, all).await,
        Act::Foreign { which, note } => foreign(&which.at.open().await?, which, note).await,
    }
}

/// More than a person reads.
const MOST: i64 = 1_000;

async fn list(store: &Store, all: bool) -> anyhow::Result<Answer> {
    let mut reading = store.read().await?;
    let found = match all {
        true => credits::list(&mut reading, "", MOST).await?,
        false => credits::waiting(&mut reading, MOST).await?,
    };
    let head = ["CHANNEL", "CREDIT", "STATE", "AMOUNT", "BOOKED", "REFERENCE", "PAYMENT", "NOTE"];
    let rows = std::iter::once(head.map(str::to_owned).to_vec()).chain(found.iter().map(row));
    let told = match found.is_empty() {
        true => "no credit waits for a person".to_owned(),
        false => table(&rows.collect::<Vec<_>>()),
    };
    Ok(Answer::good(told, json!({ "credits": found.iter().map(view).collect::<Vec<_>>() })))
}

fn row(kept: &Kept) -> Vec<String> {
    let credit = &kept.credit;
    let texts = [
        kept.channel.clone(),
        credit.id.clone(),
        kept.state.as_str().to_owned(),
        format!("{:?}", credit.amount),
        rfc3339(credit.at),
        credit.reference.clone(),
        kept.request_id.clone(),
        kept.note.clone(),
    ];
    // What somebody wrote in a transfer must not draw on the terminal.
    texts.map(|text| text.chars().filter(|char| !char.is_control()).collect()).to_vec()
}

fn view(kept: &Kept) -> Value {
    let credit = &kept.credit;
    json!({
        "channel": kept.channel, "credit": credit.id, "state": kept.state.as_str(), "reference": credit.reference,
        "amount": credit.amount.minor().to_string(), "currency": credit.amount.currency().to_string(),
        "booked": rfc3339(credit.at), "returned": credit.returned.to_string(), "payer": credit.payer,
        "number": kept.request_id, "note": kept.note,
    })
}

async fn found(store: &Store, which: &Which) -> anyhow::Result<Kept> {
    let kept = credits::get(&mut store.read().await?, &which.channel, &which.credit).await?;
    kept.with_context(|| format!("{} has no credit {}", which.channel, which.credit))
}

async fn foreign(store: &Store, which: Which, note: String) -> anyhow::Result<Answer> {
    let before = found(store, &which).await?;
    let now = operate::clock(store).await?;
    let (channel, credit) = (which.channel.clone(), which.credit.clone());
    let said = store
        .write(async move |tx: &mut Tx| credits::foreign(tx, (&channel, &credit), &note, now).await)
        .await?;
    ensure!(said, "this credit is {}, and does not wait for a person", before.state.as_str());
    Ok(Answer::good("it is no payment of ours", view(&found(store, &which).await?)))
}
