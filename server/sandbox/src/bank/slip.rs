//! A transfer that a customer fills in by hand: to which account, how much, and what they write. It comes as a `payto` address
//! (RFC 8905), with whatever slips of the pen the customer makes.

use url::Url;

use crate::money::{self, Money};
use crate::numbers::random_digits;

/// As our protocol calls the account that is kept here, and what people call a transfer to it.
pub(super) const ACCOUNT: &str = "SANDBOX_TRANSFER";
pub(super) const TITLE: &str = "Bank transfer";
/// The account itself, and what it is kept in.
const IBAN: &str = "DE75512108001245126199";
const CURRENCY: &str = "EUR";

/// A filled-in slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) payee: String,
    pub(super) amount: Money,
    /// What the customer wrote, to the letter.
    pub(super) message: String,
}

/// The slip, if it is one for the account that is kept here.
pub(super) fn read(text: &str) -> Option<Slip> {
    let url = Url::parse(text.trim()).ok().filter(|url| url.scheme() == "payto")?;
    let account = url.path().rsplit('/').next()?;
    if url.host_str() != Some("iban") || !account.eq_ignore_ascii_case(IBAN) {
        return None;
    }
    let of = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    Some(Slip {
        payee: of("receiver-name"),
        amount: amount(&of("amount"))?,
        message: of("message"),
    })
}

fn amount(text: &str) -> Option<Money> {
    let (currency, figure) = text.split_once(':').filter(|(currency, _)| *currency == CURRENCY)?;
    let (whole, part) = figure.split_once('.').unwrap_or((figure, ""));
    let digits = money::digits(currency)? as usize;
    let value = (part.len() <= digits).then(|| format!("{whole}{part:0<digits$}"))?;
    Some(Money {
        currency: currency.to_owned(),
        value: value.parse().ok().filter(|value| *value > 0)?,
    })
}

impl Slip {
    /// Under what this bank books it: the structured reference in what was written (ISO 11649), as banks read it; else a number of
    /// its own, since nobody will ask for it by another.
    pub(super) fn booked_under(&self) -> String {
        let plain: String = self.message.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_uppercase();
        let starts = (0..plain.len()).filter(|at| plain[*at..].starts_with("RF"));
        let mut all = starts.filter_map(|at| plain.get(at..at + 16));
        let right = all.find(|text| is_right(text)).map(str::to_owned);
        right.unwrap_or_else(|| format!("NONE{}", random_digits(12)))
    }
}

/// The whole as one number, the first four last, letters as two digits: one is left of it by 97.
fn is_right(reference: &str) -> bool {
    let turned = reference.chars().cycle().skip(4).take(reference.len());
    let number: String =
        turned.filter_map(|char| char.to_digit(36)).map(|value| value.to_string()).collect();
    let rest = number.bytes().fold(0_u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip(amount: &str, message: &str) -> Option<Slip> {
        read(&format!(
            "payto://iban/{IBAN}?amount={amount}&receiver-name=Northwind+Tea&message={message}"
        ))
    }

    #[test]
    fn a_slip_is_read_to_the_letter() {
        let read = slip("EUR:12345.6", "rf18+5390+0754+7034%21").unwrap();
        assert_eq!((read.amount.value, read.payee.as_str()), (1_234_560, "Northwind Tea"));
        assert_eq!(read.message, "rf18 5390 0754 7034!");
        assert_eq!(read.booked_under(), "RF18539007547034");
        assert!(slip("EUR:1", "RF19539007547034").unwrap().booked_under().starts_with("NONE"));
        assert!(slip("EUR:1", "").unwrap().booked_under().starts_with("NONE"));
    }

    #[test]
    fn what_is_no_slip_for_this_account_is_none() {
        for amount in ["USD:1", "EUR:0", "EUR:1.234", "EUR", "EUR:-1", "EUR:1e3"] {
            assert_eq!(slip(amount, "x"), None, "{amount}");
        }
        let other = "payto://iban/GB82WEST12345698765432?amount=EUR:1&message=x";
        for text in ["", "https://iban/DE75512108001245126199?amount=EUR:1", other] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
