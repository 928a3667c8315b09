//! `florin check`: the ledger's invariants, on a database that may be in use.

use florin_server::clock::Clock;
use florin_server::store::checks::{self, When};
use serde_json::json;

use super::{Answer, Where, progress};

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin check
  florin check --at-rest --database sqlite:/backup/florin.db
  florin check --json | jq .clean

Only looks: it may run beside a server, and on a copy. JSON: {\"clean\": bool, \"rows\": [{\"invariant\", \"row\"}]}")]
pub(crate) struct Check {
    #[command(flatten)]
    at: Where,
    /// Also what must hold when everything has come to rest: nothing hangs, every surplus is back.
    #[arg(long)]
    at_rest: bool,
}

pub(super) async fn run(check: Check) -> anyhow::Result<Answer> {
    let store = check.at.look().await?;
    let when = if check.at_rest { When::AtRest } else { When::Always };
    let now = Clock::System.now();
    let found = checks::run_telling(&mut store.read().await?, when, now, progress).await?;
    let good = found.is_empty();
    let mut told: Vec<String> =
        found.iter().map(|row| format!("{}: {}", row.invariant, row.row)).collect();
    told.push(if good { "clean: every invariant holds" } else { "NOT clean" }.into());
    let rows: Vec<_> =
        found.iter().map(|row| json!({ "invariant": row.invariant, "row": row.row })).collect();
    Ok(Answer { good, told: told.join("\n"), json: json!({ "clean": good, "rows": rows }) })
}
