//! The six national profiles (`protocols/emvco-mpm.md` 3 to 8): which objects a scheme wants, for whom and for how much.

use florin_shared::Money;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::account::Account;
use super::currency::{self, Decimals};
use super::payload::{Fault, Objects, seal};
use crate::clock::Millis;

/// What one code asks for. Without an amount the payer types one, and the code may be paid again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill<'a> {
    /// How much.
    pub amount: Option<Money>,
    /// What the bank tells us again beside the credit.
    pub reference: Option<&'a str>,
    /// When a wallet shall no longer pay it; only PayNow and FPS can say so.
    pub expires: Option<Millis>,
}

/// The code's text.
///
/// # Errors
/// A value that the scheme has no room for.
pub fn text(account: &Account, bill: &Bill<'_>) -> Result<String, Fault> {
    seal(&objects(account, bill)?)
}

fn objects(account: &Account, bill: &Bill<'_>) -> Result<Objects, Fault> {
    match account {
        Account::VietQr { bank, number, service } => vietqr(bank, number, service, bill),
        Account::PayNow { proxy, name } => paynow(proxy, name, bill),
        Account::PromptPay { biller, second } => promptpay(biller, second.as_deref(), bill),
        Account::Fps { bank, proxy, name } => fps(bank.as_deref(), proxy, name, bill),
        Account::QrPh { code } => qrph(code, bill),
        Account::Qris { code } => qris(code, bill),
    }
}

/// The first two objects. A code with an amount is for one payment.
fn begun(bill: &Bill<'_>) -> Objects {
    Objects::default().with(0, "01").with(1, if bill.amount.is_some() { "12" } else { "11" })
}

fn amount(bill: &Bill<'_>, decimals: Decimals) -> Option<String> {
    bill.amount.map(|amount| currency::written(amount, decimals))
}

fn vietqr(bank: &str, number: &str, service: &str, bill: &Bill<'_>) -> Result<Objects, Fault> {
    let payee = Objects::default().with(0, bank).with(1, number);
    let transfer = Objects::default().with(0, "A000000727").with(1, payee.text()?).with(2, service);
    // The purpose is what the payee's bank shows; the bill number is not carried by every bank.
    let purpose = bill.reference.map(|reference| Objects::default().with(8, reference).text());
    Ok(begun(bill)
        .with(38, transfer.text()?)
        .with(53, "704")
        .with_some(54, amount(bill, Decimals::All))
        .with(58, "VN")
        .with_some(62, purpose.transpose()?))
}

fn paynow(proxy: &str, name: &str, bill: &Bill<'_>) -> Result<Objects, Fault> {
    let kind = if proxy.starts_with('+') { "0" } else { "2" };
    let editable = if bill.amount.is_some() { "0" } else { "1" };
    let payee = Objects::default()
        .with(0, "SG.PAYNOW")
        .with(1, kind)
        .with(2, proxy)
        .with(3, editable)
        // The day is the one form that every bank reads.
        .with_some(4, bill.expires.map(|at| at_east_eight(at, "%Y%m%d")));
    Ok(begun(bill)
        .with(26, payee.text()?)
        .with(52, "0000")
        .with(53, "702")
        .with_some(54, amount(bill, Decimals::IfAny))
        .with(58, "SG")
        .with(59, name)
        .with(60, "Singapore")
        .with_some(62, bill_number(bill)?))
}

fn promptpay(biller: &str, second: Option<&str>, bill: &Bill<'_>) -> Result<Objects, Fault> {
    let payee = Objects::default()
        .with(0, "A000000677010112")
        .with(1, biller)
        .with_some(2, bill.reference)
        .with_some(3, second);
    Ok(begun(bill)
        .with(30, payee.text()?)
        .with(53, "764")
        .with(58, "TH")
        .with_some(54, amount(bill, Decimals::All)))
}

fn fps(bank: Option<&str>, proxy: &str, name: &str, bill: &Bill<'_>) -> Result<Objects, Fault> {
    let kind = match proxy {
        mobile if mobile.starts_with('+') => 3,
        email if email.contains('@') => 4,
        _ => 2,
    };
    let payee = Objects::default()
        .with(0, "hk.com.hkicl")
        .with_some(1, bank)
        .with(kind, proxy)
        .with_some(5, bill.expires.map(|at| at_east_eight(at, "%Y%m%d%H%M%S")));
    Ok(begun(bill)
        .with(26, payee.text()?)
        .with(52, "0000")
        .with(53, "344")
        .with_some(54, amount(bill, Decimals::All))
        .with(58, "HK")
        .with(59, name)
        .with(60, "HK")
        .with_some(62, bill_number(bill)?))
}

/// The acquirer's own fixed code, made into one for this payment. The reference label is the merchant's.
fn qrph(code: &Objects, bill: &Bill<'_>) -> Result<Objects, Fault> {
    for_one_payment(code, bill, Decimals::All, 5)
}

/// The same; the acquirer's contract must allow it (`protocols/emvco-mpm.md` 8).
fn qris(code: &Objects, bill: &Bill<'_>) -> Result<Objects, Fault> {
    for_one_payment(code, bill, Decimals::Never, 1)
}

fn for_one_payment(
    code: &Objects,
    bill: &Bill<'_>,
    decimals: Decimals,
    place: u8,
) -> Result<Objects, Fault> {
    let mut objects = code.clone();
    if let Some(amount) = amount(bill, decimals) {
        objects = objects.with_in_order(1, "12").with_in_order(54, amount);
    }
    if let Some(reference) = bill.reference {
        let more = objects.get(62).map_or_else(|| Ok(Objects::default()), Objects::read)?;
        objects = objects.with_in_order(62, more.with_in_order(place, reference).text()?);
    }
    Ok(objects)
}

fn bill_number(bill: &Bill<'_>) -> Result<Option<String>, Fault> {
    bill.reference.map(|reference| Objects::default().with(1, reference).text()).transpose()
}

/// Singapore's and Hong Kong's time.
fn at_east_eight(at: Millis, format: &str) -> String {
    let time = Timestamp::from_millisecond(at).unwrap_or_default();
    time.to_zoned(TimeZone::fixed(Offset::constant(8))).strftime(format).to_string()
}
