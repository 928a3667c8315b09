//! Who is paid, as the settings name it, checked once at the start: a code for a wrong account would be paid to a stranger.

use anyhow::{Context, bail, ensure};

use super::payload::{self, Objects};
use crate::config::EmvcoSettings;

/// An account that can be credited, in its scheme's own terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// Viet Nam: an account or a card at a bank.
    VietQr {
        /// The bank's BIN, six digits.
        bank: String,
        /// Account or card, up to 19 letters and digits.
        number: String,
        /// `QRIBFTTA` to an account, `QRIBFTTC` to a card.
        service: String,
    },
    /// Singapore: a company's UEN, or a mobile number beginning with `+65`.
    PayNow {
        /// Which.
        proxy: String,
        /// Whom the payer reads.
        name: String,
    },
    /// Thailand: a biller, the one form that gives references back.
    PromptPay {
        /// Tax number and suffix, up to 15 digits.
        biller: String,
        /// The second reference, where the biller's bank wants one: the same for all.
        second: Option<String>,
    },
    /// Hong Kong: an FPS identifier, a mobile number or an e-mail address.
    Fps {
        /// The bank's clearing code, which only a mobile number or an address may have.
        bank: Option<String>,
        /// Which.
        proxy: String,
        /// Whom the payer reads.
        name: String,
    },
    /// Philippines: the fixed code that the acquirer issued.
    QrPh {
        /// Read, without its CRC.
        code: Objects,
    },
    /// Indonesia: the fixed code that the acquirer issued.
    Qris {
        /// Read, without its CRC.
        code: Objects,
    },
}

impl Account {
    /// The account of these settings, in the scheme of this name (`vietqr`, `paynow` …).
    ///
    /// # Errors
    /// What a setting should have been.
    pub fn of(scheme: &str, settings: &EmvcoSettings) -> anyhow::Result<Account> {
        match scheme {
            "vietqr" => vietqr(settings),
            "paynow" => paynow(settings),
            "promptpay" => promptpay(settings),
            "fps" => fps(settings),
            "qrph" => Ok(Account::QrPh { code: fixed_code(settings, "608", "PH", &[27, 28])? }),
            "qris" => {
                let networks: Vec<u8> = (26..=51).collect();
                Ok(Account::Qris { code: fixed_code(settings, "360", "ID", &networks)? })
            }
            _ => bail!("there is no scheme {scheme}"),
        }
    }
}

fn vietqr(settings: &EmvcoSettings) -> anyhow::Result<Account> {
    let (bank, number) = (wanted(&settings.bank, "bank")?, wanted(&settings.account, "account")?);
    let service = settings.service.clone().unwrap_or_else(|| "QRIBFTTA".to_owned());
    ensure!(bank.len() == 6 && are_digits(&bank), "bank is the BIN of six digits");
    let is_number = number.len() <= 19 && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    ensure!(is_number, "account is up to 19 letters and digits");
    let is_service = ["QRIBFTTA", "QRIBFTTC"].contains(&service.as_str());
    ensure!(is_service, "service is QRIBFTTA (to an account) or QRIBFTTC (to a card)");
    Ok(Account::VietQr { bank, number, service })
}

fn paynow(settings: &EmvcoSettings) -> anyhow::Result<Account> {
    let proxy = wanted(&settings.account, "account")?;
    let is_mobile =
        proxy.strip_prefix("+65").is_some_and(|rest| rest.len() == 8 && are_digits(rest));
    let is_uen = (9..=13).contains(&proxy.len())
        && proxy.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    ensure!(is_mobile || is_uen, "account is a UEN, or +65 and eight digits");
    Ok(Account::PayNow { proxy, name: name(settings)? })
}

fn promptpay(settings: &EmvcoSettings) -> anyhow::Result<Account> {
    let biller = wanted(&settings.account, "account")?;
    let is_biller = (13..=15).contains(&biller.len()) && are_digits(&biller);
    ensure!(is_biller, "account is the biller's number, 13 to 15 digits");
    let second = settings.second_reference.clone();
    let fits = |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(is_capital_or_digit);
    ensure!(second.as_deref().is_none_or(fits), "second_reference is up to 20 capitals and digits");
    Ok(Account::PromptPay { biller, second })
}

fn fps(settings: &EmvcoSettings) -> anyhow::Result<Account> {
    let (proxy, bank) = (wanted(&settings.account, "account")?, settings.bank.clone());
    let is_id = matches!(proxy.len(), 7 | 9) && are_digits(&proxy);
    let is_mobile =
        proxy.strip_prefix("+852-").is_some_and(|rest| rest.len() == 8 && are_digits(rest));
    let is_email = proxy.contains('@') && proxy.bytes().all(|byte| byte.is_ascii_graphic());
    ensure!(
        is_id || is_mobile || is_email,
        "account is an FPS identifier of 7 or 9 digits, +852- and eight digits, or an e-mail address"
    );
    ensure!(bank.is_none() || !is_id, "an FPS identifier has no bank");
    let is_bank = bank.as_deref().is_none_or(|bank| bank.len() == 3 && are_digits(bank));
    ensure!(is_bank, "bank is the clearing code of three digits");
    Ok(Account::Fps { bank, proxy, name: name(settings)? })
}

/// What the acquirer issued, if it is one for an account of this country.
fn fixed_code(
    settings: &EmvcoSettings,
    currency: &str,
    country: &str,
    networks: &[u8],
) -> anyhow::Result<Objects> {
    let code = wanted(&settings.code, "code")?;
    let objects = payload::open(&code).context("code is not what the acquirer issued")?;
    let is_of_country = objects.get(53) == Some(currency) && objects.get(58) == Some(country);
    ensure!(is_of_country, "code is for another country");
    ensure!(objects.get(54).is_none(), "code has an amount; the fixed one without is wanted");
    let is_of_scheme = networks.iter().any(|id| objects.get(*id).is_some());
    ensure!(is_of_scheme, "code names no account of this scheme");
    Ok(objects)
}

fn name(settings: &EmvcoSettings) -> anyhow::Result<String> {
    let name = settings.name.clone().unwrap_or_else(|| "NA".to_owned());
    // Some wallets count bytes where they should count characters.
    let fits =
        (1..=25).contains(&name.len()) && name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    ensure!(fits, "name is up to 25 letters of ASCII");
    Ok(name)
}

fn wanted(value: &Option<String>, name: &str) -> anyhow::Result<String> {
    value.clone().filter(|value| !value.is_empty()).with_context(|| format!("{name} is missing"))
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_capital_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
