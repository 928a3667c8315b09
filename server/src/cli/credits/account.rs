//! Whose account a statement is of: the one of the settings that has its number.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use florin_server::channel::statement::is_same_account;
use florin_server::channel::{Channel, accounts, transfer};
use florin_server::config::Settings;

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
    pub(super) fn of(
        settings: &Settings,
        (channel, number): (Option<&str>, Option<&str>),
        in_files: &[&str],
    ) -> anyhow::Result<Own> {
        let Known { accounts, numbers } = known(settings)?;
        let section = match channel {
            Some(channel) => channel.to_owned(),
            None => found(&numbers, number, in_files)?,
        };
        let account = accounts.into_iter().find(|account| account.section == section);
        let Some(account) = account else { bail!("there is no account [{section}]") };
        let of_settings = numbers.into_iter().find(|(of, _)| *of == section);
        ensure!(
            of_settings.is_some() || CODES.contains(&section.as_str()),
            "[{section}] is told of its payments by its channel, not by a bank"
        );
        let number = match (number, of_settings) {
            (Some(said), Some((_, number))) => {
                ensure!(
                    is_same_account(said, &number),
                    "the account of [{section}] is {number}, not {said}"
                );
                number
            }
            (Some(said), None) => said.to_owned(),
            (None, Some((_, number))) => number,
            (None, None) => bail!("say the account's number as the file has it: --account"),
        };
        let channel = account.channel?;
        let currency = channel.products().first().map(|product| product.currency.to_owned());
        Ok(Own { currency: currency.context("it sells nothing")?, channel, number })
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
