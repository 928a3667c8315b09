//! Merchants' own accounts, which lie sealed in the database.

use anyhow::Context;
use florin_server::config::Settings;
use florin_server::config::given::Given;
use florin_server::store::accounts::Account;
use florin_server::vault::Vault;

/// The keys of these settings by which accounts are sealed; none opens nothing.
pub(super) fn vault(settings: &Settings) -> Vault {
    let keys = settings.sealing_keys().ok().flatten();
    keys.and_then(|keys| Vault::of(&keys).ok()).unwrap_or_default()
}

/// The settings of an account.
///
/// # Errors
/// They were sealed by another key.
pub(super) fn given(vault: &Vault, row: &Account) -> anyhow::Result<Given> {
    let plain = vault.open(&row.place(), &row.sealed);
    plain.and_then(|plain| serde_json::from_slice(&plain).ok()).context(
        "it was sealed by another key: give this the server's FLORIN_SEALING_KEY or data folder",
    )
}
