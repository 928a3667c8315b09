//! Who is paid, as the settings name it, checked once at the start: a transfer to a wrong account is paid to a stranger.

use anyhow::{Context, ensure};
use florin_shared::{Currency, Money};
use url::Url;

use crate::config::TransferSettings;
use crate::domain::creditor;

/// An account that can be transferred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) currency: Currency,
    /// Whom the payer transfers to.
    pub(super) payee: String,
    pub(super) bank: String,
    /// Without gaps where it is an IBAN.
    pub(super) number: String,
    /// BIC, sort code, routing number: what this country calls it; or empty.
    pub(super) bank_code: String,
    is_iban: bool,
}

/// The currency that a table is named after, in small letters.
pub(super) fn currency(name: &str) -> Option<Currency> {
    let is_small = name.bytes().all(|byte| byte.is_ascii_lowercase());
    name.to_ascii_uppercase().parse().ok().filter(|_| is_small)
}

impl Account {
    /// The account of these settings, for transfers in this currency.
    ///
    /// # Errors
    /// What a setting should have been.
    pub(super) fn of(currency: &str, settings: &TransferSettings) -> anyhow::Result<Account> {
        let currency = self::currency(currency).with_context(|| {
            format!("the table is named after a currency, such as [transfer.eur], and {currency} is none")
        })?;
        let plain: String = settings.account.chars().filter(|char| *char != ' ').collect();
        let is_iban = looks_like_iban(&plain);
        ensure!(
            !is_iban || creditor::is_right(&plain),
            "account is an IBAN with a slip in it: its check digits are wrong"
        );
        let is_number = (4..=34).contains(&plain.len())
            && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-/.".contains(&byte));
        ensure!(is_number, "account is 4 to 34 letters, digits, hyphens and strokes");
        Ok(Account {
            currency,
            payee: line("name", &settings.name)?,
            bank: line("bank", &settings.bank)?,
            number: if is_iban { plain } else { settings.account.clone() },
            bank_code: settings
                .bank_code
                .as_deref()
                .map_or(Ok(String::new()), |code| line("bank_code", code))?,
            is_iban,
        })
    }

    /// The same transfer for programs: an address of RFC 8905, which bank apps may one day open. Only an IBAN has one.
    pub(super) fn payto(&self, amount: Money, reference: &str) -> Option<String> {
        let address = format!("payto://iban/{}", self.number);
        let mut address = Url::parse(&address).ok().filter(|_| self.is_iban)?;
        address
            .query_pairs_mut()
            .append_pair("amount", &format!("{}:{}", amount.currency(), written(amount)))
            .append_pair("receiver-name", &self.payee)
            .append_pair("message", reference);
        Some(address.to_string())
    }
}

/// As a bank's form wants it: no sign, no gaps, a point before all decimals that the currency has.
pub(super) fn written(amount: Money) -> String {
    let exponent = usize::from(amount.currency().exponent());
    let digits = format!("{:0width$}", amount.minor(), width = exponent + 1);
    let (whole, part) = digits.split_at(digits.len() - exponent);
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

/// A country, two digits, and letters and digits behind them: whoever writes this means an IBAN.
fn looks_like_iban(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let head = text.as_bytes().first_chunk::<4>();
    let begins = head.is_some_and(|head| {
        head[..2].iter().all(u8::is_ascii_uppercase) && head[2..].iter().all(u8::is_ascii_digit)
    });
    is_plain && begins && text.len() >= 15
}

/// One line that a person reads.
fn line(name: &str, text: &str) -> anyhow::Result<String> {
    let fits = (1..=70).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    ensure!(fits && text.trim() == text, "{name} is one line of up to 70 characters");
    Ok(text.to_owned())
}
