//! A merchant's own accounts at channels: make, list, change, remove.
//!
//! None is ever deleted. What an account has carried is asked about, and given back, by that account for as long as there are payments;
//! so a removed one takes no new payments and keeps its keys.

use std::sync::Arc;

use florin_shared::{AccountId, Code, PaymentId};
use serde_json::Value;

use super::sellers::{made, settings};
use crate::app::App;
use crate::channel::diagnose::{self, Finding};
use crate::channel::nobody::nobodys;
use crate::channel::{Channel, accounts as channels};
use crate::config::given::{self, Given};
use crate::domain::account::{self, AccountState, MOST_ACCOUNTS};
use crate::store::accounts::{self, Account};
use crate::store::merchants::Merchant;
use crate::store::{Tx, notify_secrets};
use crate::vault::{Sealed, Vault};
use crate::{Error, Result};

/// What is wanted of an account; what is absent stays as it is.
#[derive(Clone, Default)]
pub struct Change {
    /// The merchant's own words.
    pub label: Option<String>,
    /// What a payment costs, already read as a fee; empty to take it back.
    pub fee: Option<String>,
    /// Whether payments are opened with it.
    pub enabled: Option<bool>,
    /// Settings by their names; null takes one away.
    pub settings: Option<Given>,
}

impl Change {
    /// Whether nothing but settings is to change.
    fn is_of_keys(&self) -> bool {
        (&self.label, &self.fee, self.enabled) == (&None, &None, None)
    }

    fn carry_out(&self, account: &mut Account) {
        account.label = self.label.clone().unwrap_or_else(|| account.label.clone());
        account.fee = self.fee.clone().unwrap_or_else(|| account.fee.clone());
        match self.enabled {
            Some(true) => account.state = AccountState::Enabled,
            Some(false) => account.state = AccountState::Disabled,
            None => {}
        }
    }
}

fn no_such() -> Error {
    Error::no_such("channel")
}

fn wrong(key: &str, what: &str) -> Error {
    let path = format!("settings.{key}");
    Error::field(Code::InvalidField, path.clone(), format!("{path} {what}"))
}

/// Makes an account of these settings. A request that runs again after a crash comes with the same `seed`, and finds the account that its
/// first run made.
pub async fn create(
    app: &App,
    merchant: &Merchant,
    seed: Option<[u8; 16]>,
    (channel, wanted): (String, Change),
) -> Result<(Account, Given)> {
    if app.own.vault().is_none_or(Vault::is_empty) {
        let sentence = "this server has no sealing key that all its processes share; its operator sets FLORIN_SEALING_KEY";
        return Err(Error::refused(Code::ProductNotAvailable, sentence));
    }
    let now = app.now();
    let given = wanted.settings.clone().unwrap_or_default();
    let id = AccountId::of(seed.unwrap_or_else(|| app.random.dated(now)));
    check(app, merchant, &channel, &given, &id).await?;
    let mut account = Account {
        sealed: seal(app, &account::place(&merchant.id, &channel, &id), &given)?,
        id,
        merchant: merchant.id.clone(),
        channel,
        label: String::new(),
        fee: String::new(),
        state: AccountState::Enabled,
        version: 1,
        created: now,
        changed: now,
    };
    wanted.carry_out(&mut account);
    let marks = app.own.vault().map(|vault| vault.marks()).unwrap_or_default();
    let account = app
        .store
        .write(async move |tx: &mut Tx| {
            if !notify_secrets::lock(tx, &account.merchant, now).await? {
                return Err(Error::no_such("merchant"));
            }
            if let Some(made) = accounts::get(tx, &account.id).await? {
                return Ok(made);
            }
            if accounts::count(tx, &account.merchant).await? >= MOST_ACCOUNTS {
                return Err(Error::refused(
                    Code::LimitReached,
                    format!("a merchant has at most {MOST_ACCOUNTS} accounts, removed ones too"),
                ));
            }
            if accounts::sealing_keys(tx).await?.iter().any(|mark| !marks.contains(mark)) {
                let why = "another process seals accounts by a key that this one has not: see FLORIN_SEALING_KEY";
                return Err(Error::Internal(why.to_owned()));
            }
            accounts::add(tx, &account).await?;
            Ok(account)
        })
        .await?;
    app.own.forget(&account.merchant, &account.id);
    let given = settings(app, &account)?;
    Ok((account, given))
}

/// Refuses settings that no account can be made of, hosts that nobody has allowed, and real money beside pretend money.
async fn check(
    app: &App,
    merchant: &Merchant,
    channel: &str,
    given: &Given,
    id: &AccountId,
) -> Result<Arc<dyn Channel>> {
    if !channels::is_for_merchants(channel) {
        let sentence = format!("channel must be one of {}", channels::for_merchants());
        return Err(Error::field(Code::InvalidField, "channel", sentence));
    }
    given::check(channel, given).map_err(|bad| wrong(&bad.key, &bad.what))?;
    let host = given.get("host").and_then(Value::as_str).unwrap_or_default().trim_end_matches('/');
    if !channels::is_own_host(channel, host) && !app.own.allows(host) {
        let what = "is neither a host of the channel's own nor one that this server's operator allows (channel_hosts)";
        return Err(wrong("host", what));
    }
    let unusable = |sentence: String| {
        Error::field(Code::InvalidField, "settings", format!("settings: {sentence}"))
    };
    diagnose::keys(given).map_err(&unusable)?;
    let made = made(channel.to_owned(), given.clone(), account::name(channel, id)).await?;
    let made = made.map_err(|error| unusable(format!("{error:#}")))?;
    if made.is_live() != merchant.livemode {
        let mode = |is_live: bool| if is_live { "live" } else { "for tests" };
        return Err(unusable(format!(
            "this account is {}, and the merchant is {}",
            mode(made.is_live()),
            mode(merchant.livemode)
        )));
    }
    Ok(made)
}

fn seal(app: &App, place: &str, given: &Given) -> Result<Sealed> {
    let failed = || Error::Internal("an account could not be sealed".to_owned());
    let plain = serde_json::to_vec(given).map_err(|_| failed())?;
    let sealed = app.own.vault().and_then(|vault| vault.seal(place, &plain, app.random.bytes()));
    sealed.ok_or_else(failed)
}

/// Seals anew what an older key has sealed, so that it can go; says how many accounts that were. One that somebody changes meanwhile is
/// sealed by whoever changes it.
pub async fn reseal(app: &App) -> Result<usize> {
    let marks = app.own.vault().map(|vault| vault.marks()).unwrap_or_default();
    let Some(mark) = marks.first() else { return Ok(0) };
    let rows = accounts::sealed_by_others(&mut app.store.read().await?, mark).await?;
    let mut done = 0;
    for row in rows {
        // One that cannot be opened keeps nobody else from working; whoever needs it is told so.
        let Ok(given) = settings(app, &row) else {
            tracing::error!(account = %row.id, "an account cannot be opened, and stays as it is sealed");
            continue;
        };
        let sealed = seal(app, &row.place(), &given)?;
        match write(app, row.version, Account { sealed, ..row }).await {
            Ok(_) => done += 1,
            Err(error) if error.code() == Code::Busy => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// A merchant's accounts, oldest first, with their settings.
pub async fn list(app: &App, merchant: &Merchant) -> Result<Vec<(Account, Given)>> {
    let rows = accounts::of_merchant(&mut app.store.read().await?, &merchant.id).await?;
    let rows = rows.into_iter().filter(|row| row.state != AccountState::Removed);
    rows.map(|row| settings(app, &row).map(|given| (row, given))).collect()
}

/// One of them.
pub async fn get(app: &App, merchant: &Merchant, id: &AccountId) -> Result<(Account, Given)> {
    let found = found(app, merchant, id).await?;
    if found.0.state == AccountState::Removed { Err(no_such()) } else { Ok(found) }
}

/// The same, removed or not.
async fn found(app: &App, merchant: &Merchant, id: &AccountId) -> Result<(Account, Given)> {
    let row = accounts::get(&mut app.store.read().await?, id).await?;
    let row = row.filter(|row| row.merchant == merchant.id).ok_or_else(no_such)?;
    let given = settings(app, &row)?;
    Ok((row, given))
}

/// Changes one. Keys may be exchanged; what says which account it is may not.
pub async fn change(
    app: &App,
    merchant: &Merchant,
    id: AccountId,
    change: Change,
) -> Result<(Account, Given)> {
    let (before, old) = found(app, merchant, &id).await?;
    // What it has carried is still asked about and given back, by the keys that its owner has by then.
    if before.state == AccountState::Removed && !change.is_of_keys() {
        return Err(no_such());
    }
    let given = merged(&old, change.settings.clone().unwrap_or_default())?;
    let mut account = before.clone();
    if given != old {
        check(app, merchant, &before.channel, &given, &id).await?;
        account.sealed = seal(app, &account.place(), &given)?;
    }
    change.carry_out(&mut account);
    account.changed = app.now();
    write(app, before.version, account).await.map(|account| (account, given))
}

/// The settings as they are to be.
fn merged(old: &Given, new: Given) -> Result<Given> {
    let mut given = old.clone();
    for (key, value) in new {
        let is_new = !old.contains_key(&key) && given::may_be_added(&key);
        if given::is_fixed(&key) && !is_new && old.get(&key) != Some(&value) {
            return Err(wrong(
                &key,
                "says which account it is, and cannot change: make another account, and remove this one",
            ));
        }
        match value {
            Value::Null => given.remove(&key),
            value => given.insert(key, value),
        };
    }
    Ok(given)
}

/// Removes one: it takes no new payments, and goes on being asked about those that it has carried.
pub async fn remove(app: &App, merchant: &Merchant, id: AccountId) -> Result<()> {
    let (before, _) = get(app, merchant, &id).await?;
    let account = Account { state: AccountState::Removed, changed: app.now(), ..before.clone() };
    write(app, before.version, account).await.map(drop)
}

/// Tries an account: its keys, the way to the channel, its clock, and whether the channel knows us and we it. Nothing is changed.
pub async fn test(app: &App, merchant: &Merchant, id: &AccountId) -> Result<Vec<Finding>> {
    let (row, given) = get(app, merchant, id).await?;
    let name = account::name(&row.channel, id);
    // One at a time of an account, however often it is asked for: each keeps a connection waiting.
    let lane = format!("test {name}");
    if app.courier.lanes.is_busy(&lane) {
        let sentence = "a test of this channel is under way; wait for its answer";
        return Err(Error::refused(Code::TooMany, sentence));
    }
    let _place = app.courier.lanes.begin(&lane);
    let channel = made(row.channel, given.clone(), name).await?;
    let channel = channel.map_err(|error| Error::Internal(format!("{error:#}")))?;
    let now = app.now();
    let nobodys = nobodys(channel.as_ref(), PaymentId::of(app.random.dated(now)), now);
    let nobodys = nobodys.ok_or_else(|| Error::Internal("it sells nothing".to_owned()))?;
    Ok(diagnose::diagnose(channel.as_ref(), &given, &nobodys).await)
}

/// Writes an account down, if nobody has changed it since it was read as this version.
async fn write(app: &App, read: i64, account: Account) -> Result<Account> {
    let account = app
        .store
        .write(async move |tx: &mut Tx| {
            if !notify_secrets::lock(tx, &account.merchant, account.changed).await? {
                return Err(Error::no_such("merchant"));
            }
            let locked = accounts::lock(tx, &account.merchant, &account.id).await?;
            let locked = locked.ok_or_else(no_such)?;
            if locked.version != read + 1 {
                let sentence =
                    "somebody else has changed this channel meanwhile; nothing was done, try again";
                return Err(Error::refused(Code::Busy, sentence));
            }
            accounts::save(tx, &account).await?;
            Ok(account)
        })
        .await?;
    app.own.forget(&account.merchant, &account.id);
    Ok(account)
}
