//! `florin backup`: a copy of a SQLite database, made while it is in use, and proved before it is called one.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use anyhow::{bail, ensure};
use florin_server::clock::Clock;
use florin_server::store::checks::{self, When};
use florin_server::store::{Store, backup};
use serde_json::json;

use super::{Answer, Where, progress};

/// How often it says how far it is.
const BEAT: Duration = Duration::from_secs(2);

/// The command's arguments.
#[derive(clap::Args)]
#[command(after_help = "EXAMPLES
  florin backup /backup/florin-2026-11-22.db
  florin backup /backup/florin.db --database sqlite:/var/lib/florin/florin.db

The copy is whole and on the disk, has been read page by page, and `florin check` is clean on it. An existing file is never
replaced. PostgreSQL has tools of its own; docs/operations.md has the procedure and what to do after a restore.
JSON: {\"file\", \"bytes\", \"clean\": bool}; ends with 1 if an invariant is broken in the copy.")]
pub(crate) struct Backup {
    /// Where to.
    file: PathBuf,
    #[command(flatten)]
    at: Where,
}

pub(super) async fn run(wanted: Backup) -> anyhow::Result<Answer> {
    let url = wanted.at.url();
    if url.starts_with("postgres") {
        bail!(
            "PostgreSQL is backed up by its own tools: pg_dump --format=custom --file={} DATABASE_URL",
            wanted.file.display()
        );
    }
    let bytes = copy(&url, &wanted.file).await?;
    let copy = Store::connect_read_only(&format!("sqlite:{}", wanted.file.display())).await?;
    let (now, mut reader) = (Clock::System.now(), copy.read().await?);
    let found = checks::run_telling(&mut reader, When::Always, now, progress).await?;
    drop(reader);
    copy.close().await;
    ensure!(wanted.file.exists(), "the copy is gone");
    let good = found.is_empty();
    let verdict = if good { "clean" } else { "NOT clean: run `florin check` on it" };
    Ok(Answer {
        good,
        told: format!("{} ({bytes} bytes): {verdict}", wanted.file.display()),
        json: json!({ "file": wanted.file.display().to_string(), "bytes": bytes, "clean": good }),
    })
}

/// Says meanwhile how much of it is there: the copy is never larger than the database.
async fn copy(url: &str, to: &Path) -> anyhow::Result<u64> {
    let (whole, mut beat) = (backup::size(url).await?, tokio::time::interval(BEAT));
    let mut copying = pin!(backup::copy(url, to));
    loop {
        tokio::select! {
            done = &mut copying => return done,
            _ = beat.tick() => progress(&share(backup::unfinished(to), whole)),
        }
    }
}

/// How much has been copied, of at most how much; once that is all, the copy is being read again.
fn share(done: u64, whole: u64) -> String {
    let [done, whole] = [done, whole].map(|bytes| bytes / 1_000_000);
    format!("copied {done} of at most {whole} MB, then reading it page by page")
}
