//! `florin credits import`: what came into an account, from files of its bank's. The lines are written down; a running server takes them
//! in, in their order.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use florin_server::channel::statement::{self, Line, Statement, What, is_same_account};
use florin_server::config::Settings;
use florin_server::store::Store;

use super::account::Own;
use super::keep::{Entry, keep_all, wait};
use super::report::{Outcome, Row, answer};
use super::{Answer, By, preview};
use crate::cli::unopened;

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin credits import statement.xml --dry-run              what would come of it; nothing is written
  florin credits import monday.xml tuesday.xml
  florin credits import statement.xml --channel vietqr --account 0011001234560 --json

Give it the settings of the server (FLORIN_CONFIG, FLORIN_DATABASE_URL). A file is a camt.053 (ISO 20022) of any version, in UTF-8, of at
most 64 MiB. It is the bank's last word. A credit is known by the bank's own number (AcctSvcrRef), so a file may be imported twice, and
files and messages may overlap: what is known changes nothing. Lines are taken in in their order by a running server.
JSON: {\"matched\", \"named\", \"unmatched\", \"known\", \"waiting\", \"skipped\", \"refused\", \"dry_run\", \"lines\": [{\"file\", \"line\", \"credit\",
\"outcome\", \"why\"}]}; ends with 1 when something was refused, or waits because no server runs.")]
pub(super) struct Import {
    #[command(flatten)]
    settings: Settings,
    /// The files, in the order of their days.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Whose account, such as `transfer.eur`, or `transfer.eur-CA…` for a merchant's own; the one of the settings that the files are of when absent.
    #[arg(long)]
    channel: Option<String>,
    /// The account as the files have it; for `transfer.…` that of the settings, which it may not differ from.
    #[arg(long)]
    account: Option<String>,
    /// Says what would come of each line, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// For how long to wait until a server has taken the lines in.
    #[arg(long, default_value_t = 60)]
    wait_seconds: u64,
    #[command(flatten)]
    by: By,
}

/// A year of a busy account is a few megabytes.
const LARGEST: u64 = 64 * 1024 * 1024;

struct Read {
    name: String,
    statements: Vec<Statement>,
}

pub(super) async fn run(wanted: Import) -> anyhow::Result<Answer> {
    // Every file is read before anything of one is written.
    let files = wanted.files.iter().map(|file| read(file)).collect::<anyhow::Result<Vec<_>>>()?;
    let of =
        |file: &Read| file.statements.iter().map(|one| one.account.clone()).collect::<Vec<_>>();
    let mut accounts: Vec<String> = files.iter().flat_map(of).collect();
    accounts.dedup();
    let in_files: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let said = (wanted.channel.as_deref(), wanted.account.as_deref());
    let own = Own::of(&wanted.settings, said, &in_files).await?;
    let mut entries = Vec::new();
    for file in &files {
        entries.extend(of_account(file, &own)?);
    }
    let url = wanted.settings.database();
    let failed = |error: anyhow::Error| unopened(&url, error.as_ref());
    if wanted.dry_run {
        let store = Store::connect_read_only(&url).await.map_err(failed)?;
        preview::look(&store, &own, &mut entries).await?;
    } else {
        let store = Store::open(&url).await.map_err(failed)?;
        keep_all(&store, &own, &wanted.by.name(), &mut entries).await?;
        wait(&store, &own, wanted.wait_seconds, &mut entries).await?;
    }
    let rows: Vec<Row> = entries.into_iter().map(|entry| entry.row).collect();
    Ok(answer(&rows, wanted.dry_run))
}

fn read(file: &Path) -> anyhow::Result<Read> {
    let name = file.display().to_string();
    let unread = || format!("{name} cannot be read");
    let size = std::fs::metadata(file).with_context(unread)?.len();
    ensure!(size <= LARGEST, "{name} is larger than 64 MiB: import it in parts");
    let bytes = std::fs::read(file).with_context(unread)?;
    let text = String::from_utf8(bytes)
        .ok()
        .with_context(|| format!("{name} is not in UTF-8: convert it, such as with iconv"))?;
    let statements = statement::read(&text)
        .with_context(|| format!("{name} is no camt.053 that can be read"))?;
    Ok(Read { name, statements })
}

/// Everything in a file, the lines of other accounts as what they are.
fn of_account(file: &Read, own: &Own) -> anyhow::Result<Vec<Entry>> {
    let Read { name, statements } = file;
    let others = || statements.iter().filter(|one| !is_same_account(&one.account, &own.number));
    let names: Vec<&str> = others().map(|one| one.account.as_str()).collect();
    ensure!(
        names.len() < statements.len(),
        "{name} has no statement of {}, the account of [{}]{}{}",
        own.number,
        own.channel.name(),
        if names.is_empty() { "" } else { ", only of: " },
        names.join(", ")
    );
    let lines = statement::of_account(statements, &own.number, &own.currency);
    let passed_over = others().map(|one| Line {
        line: one.line,
        name: String::new(),
        what: What::Skipped(format!("a statement of another account, {}", one.account)),
    });
    let mut entries: Vec<Entry> =
        lines.into_iter().chain(passed_over).map(|line| entry(name, line)).collect();
    entries.sort_by_key(|entry| entry.row.line);
    Ok(entries)
}

fn entry(file: &str, Line { line, name, what }: Line) -> Entry {
    let row = |name: String, outcome, why| Row { file: file.to_owned(), line, name, outcome, why };
    match what {
        What::Credit(credit) => Entry {
            row: row(credit.id.clone(), Outcome::Waiting, String::new()),
            credit: Some(credit),
        },
        What::Skipped(why) => Entry { row: row(name, Outcome::Skipped, why), credit: None },
        What::Refused(why) => Entry { row: row(name, Outcome::Refused, why), credit: None },
    }
}
