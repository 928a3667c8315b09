//! Which accounts are taken, and what the shopper is told. How the bank proves itself is tested beside the codes between banks.

use florin_shared::{Method, Money, PaymentId};

use super::account::{Account, written};
use super::{Transfer, sandbox};
use crate::channel::{Asking, Channel};
use crate::config::TransferSettings;
use crate::domain::creditor;
use crate::domain::order::tests::payment as fresh;
use crate::domain::payment::{Payment, PaymentState};

const HOST: &str = "https://bank.example";

fn with(change: impl FnOnce(&mut TransferSettings)) -> TransferSettings {
    let mut settings = TransferSettings { client_id: "shop-1".into(), ..sandbox(HOST) };
    change(&mut settings);
    settings
}

#[test]
fn an_account_that_cannot_be_right_is_refused() {
    for (currency, account) in [
        ("eur", "DE75512108001245126199"),
        ("gbp", "GB82 WEST 1234 5698 7654 32"),
        ("gbp", "60-16-13 31926819"),
        ("cny", "6222021001116245702"),
        ("kes", "0123456789"),
    ] {
        let settings = with(|settings| settings.account = account.into());
        let channel = Transfer::new(currency, &settings).unwrap();
        assert_eq!(channel.name(), format!("transfer.{currency}"));
        assert_eq!(channel.products()[0].currency, currency.to_ascii_uppercase());
        assert!(channel.is_live());
    }
    let right = with(|_| ());
    for (currency, wrong) in [
        ("EUR", right.clone()),
        ("euro", right.clone()),
        ("xau", right.clone()),
        ("eur", with(|settings| settings.account = "DE75512108001245126198".into())),
        ("eur", with(|settings| settings.account = "12".into())),
        ("eur", with(|settings| settings.account = "<b>1234</b>".into())),
        ("eur", with(|settings| settings.name = String::new())),
        ("eur", with(|settings| settings.bank = "Bank\nof two lines".into())),
        ("eur", with(|settings| settings.bank_code = Some(" ".into()))),
        ("eur", with(|settings| settings.secret = "s".into())),
        ("eur", with(|settings| settings.client_id = String::new())),
        ("eur", with(|settings| settings.host = "http://bank.example".into())),
    ] {
        assert!(Transfer::new(currency, &wrong).is_err(), "{currency} {wrong:?}");
    }
    assert!(!format!("{right:?}").contains("whsec_"));
}

#[test]
fn an_amount_is_written_as_a_banks_form_wants_it() {
    for (minor, currency, expected) in [
        ("1", "EUR", "0.01"),
        ("123450", "EUR", "1234.50"),
        ("120000", "VND", "120000"),
        ("7", "KWD", "0.007"),
    ] {
        assert_eq!(written(Money::parse(minor, currency).unwrap()), expected);
    }
}

fn payment(channel: &Transfer) -> Payment {
    let id = PaymentId::of([7; 16]);
    Payment {
        request_id: channel.products()[0].numbers.of(&id),
        id,
        amount: Money::parse("1234567", "EUR").unwrap(),
        method: Method::BankTransfer,
        channel: channel.name().into(),
        cancellable: false,
        ..fresh(PaymentState::Intent)
    }
}

#[tokio::test]
async fn the_shopper_is_told_whom_where_how_much_and_under_which_reference() {
    let channel = Transfer::new("eur", &sandbox("http://127.0.0.1:1")).unwrap();
    let payment = payment(&channel);
    let asking = Asking {
        payee: "Northwind Tea".into(),
        return_url: String::new(),
        notify_url: String::new(),
        scanned: None,
        login: crate::channel::nobodys_login(),
    };
    let action = channel.pay(&payment, &asking).await.unwrap().action.unwrap();
    let told = action.transfer.unwrap();
    assert_eq!(action.kind, "show_transfer");
    assert!(creditor::is_right(&told.reference) && told.reference.len() == 16, "{told:?}");
    assert_eq!(
        (told.account.as_str(), told.amount.as_str()),
        ("DE75512108001245126199", "12345.67")
    );
    let expected = format!(
        "payto://iban/DE75512108001245126199?amount=EUR%3A12345.67&receiver-name=Northwind+Tea+GmbH&message={}",
        told.reference
    );
    assert_eq!(action.text.as_deref(), Some(expected.as_str()));
    assert!(!channel.is_live());
    let typed = told.reference.to_ascii_lowercase();
    assert_eq!(channel.references_in(&format!("Order 7: {typed}")), [told.reference]);
}

#[test]
fn an_account_that_is_no_iban_has_no_address_for_programs() {
    let settings = with(|settings| settings.account = "60-16-13 31926819".into());
    let account = Account::of("gbp", &settings).unwrap();
    assert_eq!(account.payto(Money::parse("1", "GBP").unwrap(), "RF18539007547034"), None);
}
