//! The commands, and what they have in common: one answer for people and one for programs, and exit codes that mean it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use florin_server::config;
use florin_server::store::Store;
use florin_server::telemetry;
use serde_json::{Value, json};

use crate::{say, serve};

mod backup;
mod check;
mod check_config;
mod credits;
mod doctor;
mod events;
mod keys;
mod listen;
mod merchants;
mod migrate;
mod own;
mod reconcile;
mod sessions;
mod teach;
mod trigger;

pub(crate) use teach::program;

/// Florin, an open checkout.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "EXIT CODES
  0  done, or nothing is wrong
  1  something was found: a broken invariant, a fault, a failing check
  2  the command line is wrong
  3  it could not be done; the message says why

With --json every command answers with one JSON object on standard output (`listen`: one a line), errors too:
{\"error\": \"…\"}. Progress and logs go to standard error. `florin COMMAND --help` has examples."
)]
pub(crate) struct Program {
    /// Answers as JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server; with no arguments also the sandbox and the demo shop.
    Serve(Box<serve::Serve>),
    /// Checks the ledger's invariants; ends with 1 if a row breaks one.
    Check(check::Check),
    /// Reads the settings and names every fault, with file, line and what to do.
    CheckConfig(check_config::CheckConfig),
    /// Tries everything that a running Florin needs, one thing after the other.
    Doctor(Box<doctor::Doctor>),
    /// Brings the database's schema up to date.
    Migrate(migrate::Migrate),
    /// Lists merchants, or makes one with its first key.
    Merchants(merchants::Merchants),
    /// Lists, makes and revokes the secret keys of a merchant or an organisation.
    Keys(keys::Keys),
    /// Lists sessions, or shows one with its payments, its log and its messages.
    Sessions(sessions::Sessions),
    /// Sends messages to merchants again.
    Events(events::Events),
    /// Lists what came into your own accounts, and takes a person's word about what names no payment.
    Credits(credits::Credits),
    /// Forwards what merchants are told to an address of yours, as it happens.
    Listen(listen::Listen),
    /// Makes something happen in the sandbox, so that there is a message to work with.
    Trigger(trigger::Trigger),
    /// Copies a SQLite database while it is in use.
    Backup(backup::Backup),
    /// Asks the channels again about everything that is young enough, as after a restored backup.
    Reconcile(reconcile::Reconcile),
}

/// Which database.
#[derive(Args)]
pub(super) struct Where {
    /// `sqlite:path` or `postgres://…`; `florin.db` in the data folder when absent.
    #[arg(
        long,
        alias = "database-url",
        value_name = "URL",
        env = "FLORIN_DATABASE_URL",
        hide_env_values = true
    )]
    database: Option<String>,
    /// Where Florin keeps its data.
    #[arg(long, value_name = "FOLDER", env = "FLORIN_DATA_DIR")]
    data_dir: Option<PathBuf>,
}

impl Where {
    fn url(&self) -> String {
        config::database(self.database.as_ref(), self.data_dir.as_ref())
    }

    /// To look only.
    async fn look(&self) -> anyhow::Result<Store> {
        let url = self.url();
        Store::connect_read_only(&url).await.map_err(|error| unopened(&url, error.as_ref()))
    }

    /// To change something, while a server may be running on it.
    async fn open(&self) -> anyhow::Result<Store> {
        let url = self.url();
        Store::open(&url).await.map_err(|error| unopened(&url, error.as_ref()))
    }
}

fn unopened(url: &str, error: &dyn std::error::Error) -> anyhow::Error {
    let file = url.strip_prefix("sqlite:").map(std::path::Path::new);
    if file.is_some_and(|file| !file.exists()) {
        return anyhow::anyhow!("{url} is not there yet: `florin migrate` makes it");
    }
    anyhow::anyhow!("{} cannot be opened: {error}", config::without_password(url))
}

/// What a command came to.
pub(super) struct Answer {
    /// Whether what was looked at is as it should be.
    good: bool,
    /// For a person; nothing when it has been said already.
    told: String,
    /// For a program.
    json: Value,
}

impl Answer {
    fn good(told: impl Into<String>, json: Value) -> Answer {
        Answer { good: true, told: told.into(), json }
    }
}

/// Runs a command and answers.
pub(crate) async fn run(program: Program) -> ExitCode {
    let json = program.json;
    match answer(program).await {
        Ok(answer) => {
            match answer.json {
                // What had to be said has been said, line by line.
                Value::Null => {}
                value if json => print(&value.to_string()),
                _ => print(&answer.told),
            }
            if answer.good { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => {
            if json {
                print_error(&format!("{error:#}"));
            } else {
                say(&format!("florin: {error:#}"));
            }
            ExitCode::from(3)
        }
    }
}

async fn answer(program: Program) -> anyhow::Result<Answer> {
    let json = program.json;
    telemetry::start(matches!(&program.command, Command::Serve(serve) if serve.settings.log_json));
    match program.command {
        Command::Serve(serve) => {
            serve::run(*serve).await.map(|()| Answer::good("", json!({ "stopped": true })))
        }
        Command::Check(check) => check::run(check).await,
        Command::CheckConfig(check) => check_config::run(check),
        Command::Doctor(doctor) => doctor::run(*doctor, json).await,
        Command::Migrate(migrate) => migrate::run(migrate).await,
        Command::Merchants(merchants) => merchants::run(merchants).await,
        Command::Keys(keys) => keys::run(keys).await,
        Command::Sessions(sessions) => sessions::run(sessions).await,
        Command::Events(events) => events::run(events).await,
        Command::Credits(credits) => credits::run(credits).await,
        Command::Listen(listen) => listen::run(listen, json).await,
        Command::Trigger(trigger) => trigger::run(trigger).await,
        Command::Backup(backup) => backup::run(backup).await,
        Command::Reconcile(reconcile) => reconcile::run(reconcile).await,
    }
}

/// Prints the answer.
#[allow(clippy::print_stdout)]
fn print(text: &str) {
    if !text.is_empty() {
        println!("{text}");
    }
}

/// Prints an error for programs.
fn print_error(what: &str) {
    print(&json!({ "error": what }).to_string());
}

/// Says how far something long is: to a person who watches, and to nobody else.
fn progress(text: &str) {
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        say(&format!("… {text}"));
    }
}

/// Rows under each other, each column as wide as its widest cell.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Program as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn columns_stand_under_each_other() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(table(&[row(["a", "b"]), row(["long", ""])]), "a     b\nlong");
    }
}
