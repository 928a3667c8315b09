//! The key that seals merchants' own accounts: of the settings, else of a file in the data folder, which is made at the first start on SQLite.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, ensure};
use florin_server::App;
use florin_server::clock::Random;
use florin_server::config::{File, Settings};
use florin_server::flow::{channels, sellers};
use florin_server::store::accounts;
use florin_server::vault::Vault;

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
    let vault = vault(settings, app.store.is_shared())?;
    let known = vault.marks();
    let used = accounts::sealing_keys(&mut app.store.read().await?).await?;
    ensure!(
        used.iter().all(|mark| known.contains(mark)),
        "merchants' accounts in this database were sealed by another key: give this process the same FLORIN_SEALING_KEY as the \
         others, or put sealing.key back into the data folder"
    );
    app.own.begin(vault, file.fees.clone());
    let hosts = file.merchants.channel_hosts.split_whitespace().chain(sandbox);
    hosts.for_each(|host| app.own.allow(host));
    // Where nobody has accounts, a start reads nothing for them (G2).
    if used.is_empty() {
        return Ok(());
    }
    let anew = channels::reseal(app).await.context("accounts cannot be sealed by the new key")?;
    if anew > 0 {
        tracing::info!(
            anew,
            "merchants' accounts were sealed anew, by the first of the sealing keys"
        );
    }
    sellers::recall(app).await.context("what waits at merchants' own accounts cannot be read")
}

/// The keys that these settings name; where there is none, one is drawn. On a database that other processes may share, none is: each
/// would draw its own, and could not open what the others seal.
fn vault(settings: &Settings, is_shared: bool) -> anyhow::Result<Vault> {
    let keys = match settings.sealing_keys()? {
        Some(keys) => keys,
        None if is_shared => return Ok(Vault::default()),
        None => {
            let path = settings.sealing_file();
            drawn(&path).with_context(|| format!("{} cannot be made", path.display()))?
        }
    };
    Vault::of(&keys).context("FLORIN_SEALING_KEY, or sealing.key in the data folder")
}

/// A new key, in a file that only this user reads. It gets its name when it is whole and on the disk: a crash leaves no half of one, and of
/// two processes that draw at once both use the first.
fn drawn(path: &Path) -> anyhow::Result<String> {
    let folder = path.parent().context("it lies nowhere")?;
    std::fs::create_dir_all(folder)?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text = hex(&Random::System.bytes::<32>());
    let draft = folder.join(format!(".sealing-{}", hex(&Random::System.bytes::<8>())));
    let mut file =
        std::fs::OpenOptions::new().append(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let named = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match named {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Ok(std::fs::read_to_string(path)?);
        }
        named => named?,
    }
    std::fs::File::open(folder)?.sync_all()?;
    Ok(text)
}
