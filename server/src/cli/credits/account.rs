//! Whose account a statement is of: the one of the settings that has its number, or a merchant's own, by its name.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use florin_server::channel::statement::is_same_account;
use florin_server::channel::{Channel, accounts, transfer};
use florin_server::config::Settings;
use florin_server::domain::account;
use florin_server::store::Store;
use florin_server::store::accounts as own_accounts;
use florin_shared::AccountId;
use serde_json::Value;

use crate::cli::own;

/// An account of the settings, as its bank's files have it.
pub(super) struct Own {
    pub(super) channel: Arc<dyn Channel>,
    pub(super) number: String,
    pub(super) currency: String,
}

/// The codes between banks: what they are paid to has another number in the bank's files than in the code.
const CODES: [&str; 6] = ["vietqr", "paynow", "promptpay", "qrph", "fps", "qris"];

impl Own {
    /// The account of this channel and number; where either is not said, the one that the files are of.
    ///
    /// # Errors
    /// There is none, or more than one, or it is not what was said.
    pub(super) async fn of(
        settings: &Settings,
        (channel, number): (Option<&str>, Option<&str>),
        in_files: &[&str],
    ) -> anyhow::Result<Own> {
        if let Some((section, id)) = channel.and_then(account::of_name) {
            return Own::of_merchant(settings, (section, &id), number).await;
        }
        let Known { accounts, numbers } = known(settings)?;
        let section = match channel {
            Some(channel) => channel.to_owned(),
            None => found(&numbers, number, in_files)?,
        };
        let account = accounts.into_iter().find(|account| account.section == section);
        let Some(account) = account else { bail!("there is no account [{section}]") };
        let of_settings = numbers.into_iter().find(|(of, _)| *of == section);
        let number = meant(&section, number, of_settings.map(|(_, number)| number))?;
        Own::at(account.channel?, number)
    }

    /// A merchant's own account, removed or not: its money comes in as before.
    async fn of_merchant(
        settings: &Settings,
        (section, id): (&str, &AccountId),
        number: Option<&str>,
    ) -> anyhow::Result<Own> {
        let url = settings.database();
        let store = Store::connect_read_only(&url).await;
        let store = store.map_err(|error| super::super::unopened(&url, error.as_ref()))?;
        let row = own_accounts::get(&mut store.read().await?, id).await?;
        store.close().await;
        let name = account::name(section, id);
        let row = row.filter(|row| row.channel == section);
        let row = row.with_context(|| format!("no merchant has an account {name}"))?;
        let given = own::given(&own::vault(settings), &row).with_context(|| name.clone())?;
        let of_settings = transfer::currency_of(section).and(given.get("account"));
        let of_settings = of_settings.and_then(Value::as_str).map(str::to_owned);
        let number = meant(section, number, of_settings)?;
        Own::at(accounts::of_merchant(section, &given, &name)?, number)
    }

    fn at(channel: Arc<dyn Channel>, number: String) -> anyhow::Result<Own> {
        let currency = channel.products().first().map(|product| product.currency.to_owned());
        Ok(Own { currency: currency.context("it sells nothing")?, channel, number })
    }
}

/// The account's number in files: what the settings say, where they do.
fn meant(section: &str, said: Option<&str>, of_settings: Option<String>) -> anyhow::Result<String> {
    ensure!(
        of_settings.is_some() || CODES.contains(&section),
        "[{section}] is told of its payments by its channel, not by a bank"
    );
    match (said, of_settings) {
        (Some(said), Some(number)) => {
            ensure!(
                is_same_account(said, &number),
                "the account of [{section}] is {number}, not {said}"
            );
            Ok(number)
        }
        (Some(said), None) => Ok(said.to_owned()),
        (None, Some(number)) => Ok(number),
        (None, None) => bail!("say the account's number as the file has it: --account"),
    }
}

/// The accounts of the settings, else the sandbox's.
struct Known {
    accounts: Vec<accounts::Account>,
    /// Those that are paid by transfers: the table and the account's number.
    numbers: Vec<(String, String)>,
}

fn known(settings: &Settings) -> anyhow::Result<Known> {
    let file = settings.file()?;
    let own = accounts::own(&file);
    if own.is_empty() {
        let host = settings.sandbox();
        let number = ("transfer.eur".to_owned(), transfer::sandbox(&host).account);
        return Ok(Known { accounts: accounts::of_sandbox(&host), numbers: vec![number] });
    }
    let number = |(currency, account): (&String, &florin_server::config::TransferSettings)| {
        (format!("transfer.{currency}"), account.account.clone())
    };
    Ok(Known { accounts: own, numbers: file.transfer.iter().map(number).collect() })
}

/// The one table whose account the files are of.
fn found(
    numbers: &[(String, String)],
    said: Option<&str>,
    in_files: &[&str],
) -> anyhow::Result<String> {
    let is_meant = |number: &str| match said {
        Some(said) => is_same_account(said, number),
        None => in_files.iter().any(|of| is_same_account(of, number)),
    };
    let mut found = numbers.iter().filter(|(_, number)| is_meant(number));
    match (found.next(), found.next()) {
        (Some((section, _)), None) => Ok(section.clone()),
        (Some(_), Some(_)) => {
            bail!("more than one account of the settings has this number: --channel")
        }
        (None, _) => bail!(
            "no [transfer.…] of the settings has the account {}; for a code between banks say --channel and --account",
            said.map_or_else(|| in_files.join(", "), str::to_owned)
        ),
    }
}
