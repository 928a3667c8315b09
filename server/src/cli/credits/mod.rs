//! `florin credits`: money that came into the merchant's own accounts: what a file of the bank's says of it, and a person of what names no
//! payment.

mod account;
mod assign;
mod import;
mod keep;
mod preview;
mod report;

use anyhow::{Context, ensure};
use florin_server::clock::{Millis, rfc3339};
use florin_server::store::credits::Kept;
use florin_server::store::statements::{self, Word};
use florin_server::store::{Store, StoreError, Tx, credits, operate};
use serde_json::{Value, json};

use super::{Answer, Where, table};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin credits list                          what waits for a person
  florin credits list --all                    everything that came in, newest first
  florin credits show transfer.eur FT2632200001
  florin credits import statement.xml --dry-run
  florin credits import monday.xml tuesday.xml
  florin credits import statement.xml --channel transfer.eur-CA…
  florin credits assign transfer.eur FT2632200001 --to GW… --note \"told by phone\"
  florin credits foreign transfer.eur FT2632200002 --note \"rent, sent on\"

CHANNEL and CREDIT stand in the list. What names no transaction (STRAY) is assigned to one, or goes back by hand; so does what names one that does not
count by it (NAMED) and that the bank, which is asked about it, has not confirmed after an hour. Say that it is foreign first, and send
the money when this has said yes: from then on it pays nothing.
JSON: {\"credits\": [{\"channel\", \"credit\", \"state\", \"reference\", \"amount\", \"currency\", \"booked\", \"returned\", \"payer\",
\"number\", \"note\", \"source\"}]}, or that of one credit, with \"words\": [{\"kind\", \"who\", \"note\", \"at\"}]; \"number\" is what the payment
is called at its channel, \"source\" who has the last word: CONNECTOR, STATEMENT or PERSON.")]
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
    /// Shows a credit, and who has said what of it when.
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Takes in what came into an account from files of its bank's.
    Import(Box<import::Import>),
    /// Says which transaction a stray credit was meant for.
    Assign(assign::Assign),
    /// Says that a credit is no payment of ours.
    Foreign {
        #[command(flatten)]
        which: Which,
        /// What it is, and what was done about it.
        #[arg(long)]
        note: String,
        #[command(flatten)]
        by: By,
    },
}

/// Who says it.
#[derive(clap::Args)]
struct By {
    /// Who says it: it is kept for ever.
    #[arg(long, value_name = "NAME", env = "USER", hide_env_values = true)]
    by: Option<String>,
}

impl By {
    fn word(self, note: String, at: Millis) -> Word {
        Word { who: self.name(), note, at }
    }

    /// Somebody's name, whatever the environment says.
    fn name(&self) -> String {
        let said = self.by.as_deref().map(str::trim).filter(|name| !name.is_empty());
        said.unwrap_or("unknown").to_owned()
    }
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
        Act::Show { which } => show(&which.at.look().await?, &which).await,
        Act::Import(wanted) => import::run(*wanted).await,
        Act::Assign(wanted) => assign::run(wanted).await,
        Act::Foreign { which, note, by } => foreign(&which.at.open().await?, which, note, by).await,
    }
}

const HEAD: [&str; 8] =
    ["CHANNEL", "CREDIT", "STATE", "AMOUNT", "BOOKED", "REFERENCE", "PAYMENT", "NOTE"];

/// More than a person reads.
const MOST: i64 = 1_000;

async fn list(store: &Store, all: bool) -> anyhow::Result<Answer> {
    let mut reading = store.read().await?;
    let found = match all {
        true => credits::list(&mut reading, "", MOST).await?,
        false => credits::waiting(&mut reading, MOST).await?,
    };
    let rows = std::iter::once(HEAD.map(str::to_owned).to_vec()).chain(found.iter().map(row));
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
    texts.map(plain).to_vec()
}

fn view(kept: &Kept) -> Value {
    let credit = &kept.credit;
    json!({
        "channel": kept.channel, "credit": credit.id, "state": kept.state.as_str(), "reference": credit.reference,
        "amount": credit.amount.minor().to_string(), "currency": credit.amount.currency().to_string(),
        "booked": rfc3339(credit.at), "returned": credit.returned.to_string(), "payer": credit.payer,
        "number": kept.request_id, "note": kept.note, "source": kept.source.as_str(),
    })
}

async fn show(store: &Store, which: &Which) -> anyhow::Result<Answer> {
    let kept = found(store, which).await?;
    let id = (which.channel.as_str(), which.credit.as_str());
    let words = statements::words(&mut store.read().await?, id).await?;
    let mut seen = view(&kept);
    let said = |word: &statements::WordRow| json!({ "kind": word.kind, "who": word.who, "note": word.note, "at": rfc3339(word.at_ms) });
    seen["words"] = words.iter().map(said).collect();
    let lines = words.iter().map(|word| {
        [rfc3339(word.at_ms), word.kind.clone(), word.who.clone(), word.note.clone()]
            .map(plain)
            .to_vec()
    });
    let told =
        [table(&[HEAD.map(str::to_owned).to_vec(), row(&kept)]), table(&lines.collect::<Vec<_>>())];
    Ok(Answer::good(told.join("\n").trim_end(), seen))
}

/// What somebody wrote in a transfer must not draw on the terminal.
fn plain(text: String) -> String {
    text.chars().filter(|char| !char.is_control()).collect()
}

async fn found(store: &Store, which: &Which) -> anyhow::Result<Kept> {
    let kept = credits::get(&mut store.read().await?, &which.channel, &which.credit).await?;
    kept.with_context(|| format!("{} has no credit {}", which.channel, which.credit))
}

async fn foreign(store: &Store, which: Which, note: String, by: By) -> anyhow::Result<Answer> {
    let before = found(store, &which).await?;
    let word = by.word(note, operate::clock(store).await?);
    let (channel, credit) = (which.channel.clone(), which.credit.clone());
    let said = store
        .write(async move |tx: &mut Tx| {
            let id = (channel.as_str(), credit.as_str());
            let said = credits::foreign(tx, id, &word.note, word.at).await?;
            if said {
                statements::say(tx, id, "FOREIGN", &word).await?;
            }
            Ok::<_, StoreError>(said)
        })
        .await?;
    ensure!(said, "this credit is {}, and does not wait for a person", before.state.as_str());
    Ok(Answer::good("it is no payment of ours", view(&found(store, &which).await?)))
}
