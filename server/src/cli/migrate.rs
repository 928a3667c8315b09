//! `florin migrate`: the schema, step by step.

use florin_server::store::migrate::{self as steps, Step};
use serde_json::{Value, json};

use super::{Answer, Where, progress};
use crate::say;

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin migrate --list      what the database lacks; ends with 1 if it lacks something
  florin migrate             takes the steps; one commit each, safe to repeat

`florin serve` takes them by itself when it starts. Steps only ever add, so processes of the version before go on
working meanwhile. JSON: {\"pending\": [{\"version\", \"name\"}], \"applied\": number}")]
pub(crate) struct Migrate {
    #[command(flatten)]
    at: Where,
    /// Only lists what is missing.
    #[arg(long)]
    list: bool,
}

pub(super) async fn run(migrate: Migrate) -> anyhow::Result<Answer> {
    if migrate.list {
        return list(&migrate.at).await;
    }
    let mut taken = Vec::new();
    let applied = steps::apply(&migrate.at.url(), &mut |step: &Step| {
        progress(&format!("step {} ({})", step.version, step.name));
        taken.push(step.clone());
    })
    .await?;
    let told = match applied {
        0 => "the schema is up to date".to_owned(),
        _ => format!("{applied} steps taken; the schema is up to date"),
    };
    Ok(Answer::good(told, json!({ "pending": [], "applied": applied })))
}

async fn list(at: &Where) -> anyhow::Result<Answer> {
    let missing = match at.look().await {
        Ok(store) => steps::pending(&store).await?,
        // A SQLite file that is not there yet lacks everything.
        Err(error) if at.url().starts_with("sqlite") => {
            say(&format!("{error:#}"));
            steps::known()
        }
        Err(error) => return Err(error),
    };
    let rows: Vec<Value> =
        missing.iter().map(|step| json!({ "version": step.version, "name": step.name })).collect();
    let told = if missing.is_empty() {
        "the schema is up to date".to_owned()
    } else {
        let lines = missing.iter().map(|step| format!("{:04} {}", step.version, step.name));
        lines.collect::<Vec<_>>().join("\n")
    };
    Ok(Answer { good: missing.is_empty(), told, json: json!({ "pending": rows, "applied": 0 }) })
}
