//! A copy of a SQLite database while it is in use.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use sqlx::{ConnectOptions, Connection, Row};

use super::sqlite_options;

/// Writes a whole, consistent copy of `url` to `to`, which must not exist yet; what is committed while it runs is not
/// in it. The copy is on the disk, and its pages are whole, when this returns; until then it has another name.
pub async fn copy(url: &str, to: &Path) -> anyhow::Result<u64> {
    ensure!(!to.exists(), "{} exists already; a backup never replaces another", to.display());
    let unfinished = other_name(to);
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).context("removing an unfinished backup")?;
    }
    vacuum(url, &unfinished).await?;
    whole(&unfinished).await?;
    File::open(&unfinished)?.sync_all()?;
    std::fs::rename(&unfinished, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(std::fs::metadata(to)?.len())
}

fn other_name(to: &Path) -> PathBuf {
    to.with_added_extension("unfinished")
}

/// How many bytes of a copy to `to` are there by now.
pub fn unfinished(to: &Path) -> u64 {
    std::fs::metadata(other_name(to)).map_or(0, |file| file.len())
}

/// How many bytes the database has, of which a copy may need fewer.
pub async fn size(url: &str) -> anyhow::Result<u64> {
    let options = sqlite_options(url)?.create_if_missing(false).read_only(true);
    let mut connection = options.connect().await?;
    let sql = "select page_count * page_size from pragma_page_count(), pragma_page_size()";
    let row = sqlx::query(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(u64::try_from(row.try_get::<i64, _>(0)?)?)
}

async fn vacuum(url: &str, to: &Path) -> anyhow::Result<()> {
    let path = to.to_str().context("the backup's path is not UTF-8")?;
    let options = sqlite_options(url)?.create_if_missing(false);
    let mut connection = options.connect().await?;
    sqlx::query("vacuum into ?").bind(path).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Every page is readable and every index agrees with its table.
async fn whole(copy: &Path) -> anyhow::Result<()> {
    let url = format!("sqlite:{}", copy.display());
    let options = sqlite_options(&url)?.create_if_missing(false).read_only(true);
    let mut connection = options.connect().await?;
    let row = sqlx::query("pragma integrity_check").fetch_one(&mut connection).await?;
    connection.close().await?;
    let told: String = row.try_get(0)?;
    ensure!(told == "ok", "the copy is damaged: {told}");
    Ok(())
}
