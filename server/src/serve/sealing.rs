//! The key that seals merchants' own accounts: of the settings, else of a file in the data folder, which is made at the first start.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, ensure};
use florin_server::App;
use florin_server::clock::Random;
use florin_server::config::{File, Settings};
use florin_server::flow::sellers;
use florin_server::store::accounts;
use florin_server::vault::Vault;

/// Where the key lies when no setting says it.
const FILE: &str = "sealing.key";

/// Gives the app its keys and the hosts that accounts may name, and meets the accounts at which something waits.
///
/// # Errors
/// There are accounts that none of the keys opens: money could not be asked about.
pub(super) async fn begin(
    app: &App,
    settings: &Settings,
    file: &File,
    sandbox: Option<&str>,
) -> anyhow::Result<()> {
    let vault = vault(settings)?;
    let known = vault.marks();
    let used = accounts::sealing_keys(&mut app.store.read().await?).await?;
    ensure!(
        used.iter().all(|mark| known.contains(mark)),
        "merchants' accounts in this database were sealed by another key: give this process the same FLORIN_SEALING_KEY as the \
         others, or put {FILE} back into the data folder"
    );
    app.own.begin(vault, file.fees.clone());
    let hosts = file.merchants.channel_hosts.split_whitespace().chain(sandbox);
    hosts.for_each(|host| app.own.allow(host));
    sellers::recall(app).await.context("what waits at merchants' own accounts cannot be read")
}

/// The keys that these settings name.
pub(crate) fn vault(settings: &Settings) -> anyhow::Result<Vault> {
    match &settings.sealing_key {
        Some(keys) => Vault::of(keys).context("FLORIN_SEALING_KEY"),
        None => {
            let path = settings.data_folder().join(FILE);
            let name = path.display();
            let text = kept(&path).with_context(|| format!("{name} cannot be read or made"))?;
            Vault::of(&text).with_context(|| name.to_string())
        }
    }
}

/// The file's text; it is made for this user alone when it is not there.
fn kept(path: &Path) -> anyhow::Result<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        read => return Ok(read?),
    }
    let folder = path.parent().context("it lies nowhere")?;
    std::fs::create_dir_all(folder)?;
    let drawn = Random::System.bytes::<32>();
    let text: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::File::open(folder)?.sync_all()?;
    Ok(text)
}
