//! The comparison at the end of a load: from the addresses of a running installation that nothing is under way in.

use florin_server::store::Store;

use crate::books::{self, Stored};
use crate::compare::{Found, compare_those};
use crate::merchant::Heard;
use crate::promises::Told;

/// Compares the database and the book of the sandbox at this address with what each of the merchant's addresses heard; with
/// none, those two.
pub async fn compare_at(database: &str, sandbox: &str, heard: &[Heard]) -> anyhow::Result<Found> {
    let store = Store::connect_read_only(database).await?;
    let stored = Stored::read(&store).await?;
    store.close().await;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let held = books::sandbox(&http, sandbox).await?;
    let of = |heard| compare_those(&stored, Some(&held), heard, &Told::default());
    let Some((first, others)) = heard.split_first() else { return Ok(of(None)) };
    let mut found = of(Some(first));
    for heard in others {
        found.wrong.extend(of(Some(heard)).wrong);
    }
    if !others.is_empty() {
        let (all, wrong) = (heard.len(), found.wrong.len());
        found.told = format!("{}; {wrong} wrong at all {all} addresses", found.told);
    }
    Ok(found)
}
