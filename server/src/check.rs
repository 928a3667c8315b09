//! `florin check`: the ledger's invariants, on a database that may be in use.

use florin_server::clock::Clock;
use florin_server::config::Settings;
use florin_server::store::{Store, checks};

/// The command's arguments.
#[derive(clap::Args)]
pub(crate) struct Check {
    #[command(flatten)]
    settings: Settings,
    /// The database, if it is not the usual one.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Also what must hold when everything has come to rest: nothing hangs, every surplus is back.
    #[arg(long)]
    at_rest: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// `false` when a row breaks an invariant.
#[allow(clippy::print_stdout)]
pub(crate) async fn run(check: Check) -> anyhow::Result<bool> {
    let url = check.database.unwrap_or_else(|| crate::database(&check.settings));
    let store = Store::connect_read_only(&url).await?;
    let when = if check.at_rest { checks::When::AtRest } else { checks::When::Always };
    let found = checks::run(&mut store.read().await?, when, Clock::System.now()).await?;
    if check.json {
        let rows: Vec<_> = found
            .iter()
            .map(|row| serde_json::json!({ "invariant": row.invariant, "row": row.row }))
            .collect();
        println!("{}", serde_json::json!({ "clean": found.is_empty(), "rows": rows }));
    } else {
        found.iter().for_each(|row| println!("{}: {}", row.invariant, row.row));
        println!("{}", if found.is_empty() { "clean: every invariant holds" } else { "NOT clean" });
    }
    Ok(found.is_empty())
}
