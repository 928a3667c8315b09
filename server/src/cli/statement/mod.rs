//! `florin statement import`: what came into an account, from a file of its bank's. The lines are written down; a running server takes
//! them in, in the order of the file.

mod camt;
#[cfg(test)]
mod tests;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use florin_server::channel::{Channel, accounts};
use florin_server::config::{File, Settings};
use florin_server::domain::credit::{Credit, CreditSource, CreditState};
use florin_server::store::{Store, Tx, credits, operate};
use serde_json::json;

use self::camt::Found;
use super::{Answer, progress, unopened};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin statement import statement.xml --channel transfer.eur
  florin statement import statement.xml --channel vietqr --account 0011001234560 --json

Give it the settings of the server. The file is a camt.053 (ISO 20022) of any version. A credit that is known already, from a message
or another file, changes nothing, so a file may be imported twice and files may overlap. A running server takes the lines in.
JSON: {\"lines\", \"matched\", \"known\", \"unmatched\", \"waiting\", \"refused\": [{\"credit\", \"why\"}], \"passed_over\"}; ends with 1 when
something was refused, or waits because no server runs.")]
pub(crate) struct Statements {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Takes in the credits of a file.
    Import(Box<Import>),
}

#[derive(clap::Args)]
struct Import {
    #[command(flatten)]
    settings: Settings,
    /// The file.
    file: PathBuf,
    /// Whose account, such as `transfer.eur`.
    #[arg(long)]
    channel: String,
    /// The account as the file has it; for `transfer.…` that of the settings when absent.
    #[arg(long)]
    account: Option<String>,
    /// For how long to wait until a server has taken the lines in.
    #[arg(long, default_value_t = 60)]
    wait_seconds: u64,
}

/// A year of a busy account is a few megabytes.
const LARGEST: u64 = 64 * 1024 * 1024;

pub(super) async fn run(statements: Statements) -> anyhow::Result<Answer> {
    let Act::Import(wanted) = statements.act;
    let found = read(&wanted)?;
    let url = wanted.settings.database();
    let store = Store::open(&url).await.map_err(|error| unopened(&url, error.as_ref()))?;
    let mut told =
        Told { refused: found.refused, passed_over: found.passed_over, ..Told::default() };
    for some in found.credits.chunks(AT_ONCE) {
        keep(&store, &wanted.channel, some, &mut told).await?;
    }
    wait(&store, &wanted.channel, wanted.wait_seconds, &mut told).await?;
    Ok(told.answer())
}

fn read(wanted: &Import) -> anyhow::Result<Found> {
    let settings = wanted.settings.file()?;
    let mut accounts = accounts::own(&settings);
    if accounts.is_empty() {
        accounts = accounts::of_sandbox(&wanted.settings.sandbox());
    }
    let account = accounts.into_iter().find(|account| account.section == wanted.channel);
    let Some(account) = account else { bail!("there is no account [{}]", wanted.channel) };
    let channel = account.channel?;
    // Whoever is paid by transfers opens payments alone, and knows them by what the payer wrote.
    ensure!(channel.opens_alone(), "[{}] is told of its payments by its channel", wanted.channel);
    let size = std::fs::metadata(&wanted.file).map(|about| about.len());
    let name = wanted.file.display();
    let size = size.with_context(|| format!("{name} cannot be read"))?;
    ensure!(size <= LARGEST, "{name} is larger than 64 MiB");
    let text =
        std::fs::read_to_string(&wanted.file).with_context(|| format!("{name} cannot be read"))?;
    let number = number(wanted, &settings)?;
    let found = camt::read(&text, &number, currency(channel.as_ref())?)?;
    ensure!(
        found.statements > 0,
        "{name} has no statement of {number}, only of: {}",
        found.others.join(", ")
    );
    Ok(found)
}

fn currency(channel: &dyn Channel) -> anyhow::Result<&str> {
    channel.products().first().map(|product| product.currency).context("it sells nothing")
}

fn number(wanted: &Import, settings: &File) -> anyhow::Result<String> {
    let of_settings = || {
        let currency = wanted.channel.strip_prefix("transfer.")?;
        settings.transfer.get(currency).map(|account| account.account.clone())
    };
    let number = wanted.account.clone().or_else(of_settings);
    number.context("say the account's number as the file has it: --account")
}

/// How many lines are written in one commit: a running server waits behind it.
const AT_ONCE: usize = 200;

/// What became of the lines.
#[derive(Default)]
struct Told {
    new: Vec<String>,
    known: usize,
    refused: Vec<(String, String)>,
    passed_over: usize,
    matched: usize,
    unmatched: usize,
    waiting: usize,
}

async fn keep(
    store: &Store,
    channel: &str,
    some: &[Credit],
    told: &mut Told,
) -> anyhow::Result<()> {
    let now = operate::clock(store).await?;
    let (name, lines) = (channel.to_owned(), some.to_vec());
    let kept = store
        .write(async move |tx: &mut Tx| {
            let mut kept = Vec::new();
            for line in &lines {
                let is_new = credits::keep(tx, &name, line, CreditSource::Statement, now).await?;
                kept.push((is_new, credits::get(tx, &name, &line.id).await?));
            }
            Ok::<_, florin_server::store::StoreError>(kept)
        })
        .await?;
    for (line, (is_new, kept)) in some.iter().zip(kept) {
        let is_same = kept.is_some_and(|kept| kept.credit.amount == line.amount);
        match (is_new, is_same) {
            (true, _) => told.new.push(line.id.clone()),
            (false, true) => told.known += 1,
            (false, false) => {
                let why = "it was told before with another amount".to_owned();
                told.refused.push((line.id.clone(), why));
            }
        }
    }
    Ok(())
}

/// Until a server has taken every new line in.
async fn wait(store: &Store, channel: &str, seconds: u64, told: &mut Told) -> anyhow::Result<()> {
    for tenth in 0..=seconds * 10 {
        (told.matched, told.unmatched, told.waiting) = (0, 0, 0);
        let mut reading = store.read().await?;
        for id in &told.new {
            let state = credits::get(&mut reading, channel, id).await?.map(|kept| kept.state);
            match state {
                Some(CreditState::Matched) => told.matched += 1,
                Some(CreditState::Stray | CreditState::Foreign) => told.unmatched += 1,
                Some(CreditState::New) | None => told.waiting += 1,
            }
        }
        drop(reading);
        if told.waiting == 0 {
            break;
        }
        if tenth % 50 == 0 {
            progress(&format!("{} to be taken in", told.waiting));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

impl Told {
    fn answer(self) -> Answer {
        let lines = self.new.len() + self.known + self.refused.len();
        let mut told = format!(
            "{lines} credits: {} matched, {} known, {} unmatched, {} refused",
            self.matched,
            self.known,
            self.unmatched,
            self.refused.len()
        );
        if self.unmatched > 0 {
            told += "\nwhat is unmatched waits for a person: florin credits list";
        }
        if self.waiting > 0 {
            told += &format!(
                "\n{} are written down and not taken in yet: is a server running?",
                self.waiting
            );
        }
        for (credit, why) in &self.refused {
            told += &format!("\nrefused: {credit}: {why}");
        }
        let refused: Vec<_> = self
            .refused
            .iter()
            .map(|(credit, why)| json!({ "credit": credit, "why": why }))
            .collect();
        let json = json!({
            "lines": lines, "matched": self.matched, "known": self.known, "unmatched": self.unmatched,
            "waiting": self.waiting, "refused": refused, "passed_over": self.passed_over,
        });
        Answer { good: self.refused.is_empty() && self.waiting == 0, told, json }
    }
}
