//! Who carries out a payment: for a new one the merchant's own accounts and the server's, for one that is there already whoever
//! has carried it from its first moment, whatever has become of that account since.

use std::sync::Arc;

use florin_shared::MerchantId;

use crate::app::App;
use crate::channel::one_code::{self, OneCode};
use crate::channel::{Channel, accounts};
use crate::config::given::Given;
use crate::domain::account::{self, AccountState};
use crate::domain::offer::Seller;
use crate::own::Sellers;
use crate::store::accounts::{self as stored, Account};
use crate::{Error, Result};

/// Who may carry out a merchant's new payments, at most two seconds old. Where a merchant has an account of its own at a channel, the
/// server's at that channel is not for it, also while its own is disabled or cannot be used: money never goes to another account than its
/// owner thinks. Whoever removes it says that the server's is meant again.
pub async fn of_merchant(app: &App, merchant: &MerchantId) -> Result<Arc<Sellers>> {
    let now = app.now();
    if let Some(known) = app.own.sellers(merchant, now) {
        return Ok(known);
    }
    let age = app.own.age();
    let rows = stored::of_merchant(&mut app.store.read().await?, merchant).await?;
    let rows: Vec<Account> =
        rows.into_iter().filter(|row| row.state != AccountState::Removed).collect();
    let mut each = Vec::new();
    for row in rows.iter().filter(|row| row.state == AccountState::Enabled) {
        match opened(app, row).await {
            Ok(channel) => {
                let fee = row.fee.parse().ok();
                each.push((channel.clone(), Seller { channel: channel.name(), is_own: true, fee }));
            }
            Err(error) => tracing::error!(account = %row.id, %error, "an account cannot be used"),
        }
    }
    let is_own = |name: &str| rows.iter().any(|row| row.channel == name);
    let is_servers = |name: &str| name != one_code::NAME && !is_own(name);
    let servers = app.channels.all().filter(|channel| is_servers(channel.name()));
    each.extend(servers.map(|channel| {
        let name = channel.name();
        (channel.clone(), Seller { channel: name, is_own: false, fee: app.own.fee(name) })
    }));
    each.extend(one_code(app, &each));
    let sellers = Arc::new(Sellers::new(each));
    app.own.keep_sellers(merchant.clone(), sellers.clone(), (age, now));
    Ok(sellers)
}

/// The one code, where these between them can pay by it: a merchant's own account may have what the server's has not, or lack it.
fn one_code(app: &App, each: &[(Arc<dyn Channel>, Seller)]) -> Option<(Arc<dyn Channel>, Seller)> {
    let channels: Vec<_> = each.iter().map(|(channel, _)| channel.clone()).collect();
    let code: Arc<dyn Channel> = Arc::new(OneCode::of(&channels)?);
    let name = code.name();
    Some((code, Seller { channel: name, is_own: false, fee: app.own.fee(name) }))
}

/// The channel of that name: one of the server's, or a merchant's own account, be it removed; nothing where there never was one.
///
/// # Errors
/// The account is there and cannot be opened, or the database cannot be asked.
pub async fn named(app: &App, name: &str) -> Result<Option<Arc<dyn Channel>>> {
    if let Some(channel) = app.channels.named(name) {
        return Ok(Some(channel.clone()));
    }
    let Some((channel, id)) = account::of_name(name) else { return Ok(None) };
    if let Some(known) = app.own.account(&id, app.now()) {
        return Ok(Some(known).filter(|known| known.name() == name));
    }
    let row = stored::get(&mut app.store.read().await?, &id).await?;
    match row.filter(|row| row.channel == channel) {
        Some(row) => opened(app, &row).await.map(Some),
        None => Ok(None),
    }
}

/// The channel of that name as this process has met it last, however long ago; nothing where it never has.
pub(super) fn at_hand(app: &App, name: &str) -> Option<Arc<dyn Channel>> {
    let servers = app.channels.named(name).cloned();
    servers.or_else(|| app.own.at_hand(&account::of_name(name)?.1))
}

/// The channels at which something waited when the last process ended: they are known from the start, so that what waits is asked
/// about soon.
pub async fn recall(app: &App) -> Result<()> {
    let names = stored::waited_for(&mut app.store.read().await?).await?;
    for name in names {
        if let Err(error) = named(app, &name).await {
            tracing::error!(name, ?error, "an account at which something waits cannot be used");
        }
    }
    Ok(())
}

/// The channel of a stored account, made anew only when the account has changed: it keeps its connections.
async fn opened(app: &App, row: &Account) -> Result<Arc<dyn Channel>> {
    let now = app.now();
    if let Some(known) = app.own.still(&row.id, row.version, now) {
        return Ok(known);
    }
    let name = account::name(&row.channel, &row.id);
    let channel = made(row.channel.clone(), settings(app, row)?, name.clone()).await?;
    let channel = channel.map_err(|error| Error::Internal(format!("{name}: {error:#}")))?;
    channel.listens_at(&format!("{}/notify/{name}", app.public_url));
    app.reach.know(channel.name());
    app.own.keep_account(row.id.clone(), row.version, channel.clone(), now);
    Ok(channel)
}

/// What an account is made of; certificates are read from the disk.
pub(super) async fn made(
    channel: String,
    given: Given,
    name: String,
) -> Result<anyhow::Result<Arc<dyn Channel>>> {
    let making = move || accounts::of_merchant(&channel, &given, &name);
    let made = tokio::task::spawn_blocking(making).await;
    made.map_err(|_| Error::Internal("an account could not be made".to_owned()))
}

/// An account's settings.
///
/// # Errors
/// They were sealed by a key that this process has not, or have been tampered with.
pub(super) fn settings(app: &App, row: &Account) -> Result<Given> {
    let vault = app.own.vault();
    let plain = vault.and_then(|vault| vault.open(&row.place(), &row.sealed));
    let given = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
    given.ok_or_else(|| Error::Internal(format!("{} was sealed by another key", row.id)))
}
