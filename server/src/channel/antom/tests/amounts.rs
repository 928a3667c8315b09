//! Money on Antom's wire: smallest units by ISO 4217, whole and in text (threat S08).

use florin_shared::Currency;
use florin_shared::money::MOST;

use super::*;
use crate::channel::antom::wire::Amount;

/// Every three letters; those that are no money are refused by the currency itself.
fn currencies() -> impl Iterator<Item = Currency> {
    let letters = || b'A'..=b'Z';
    let codes = letters().flat_map(move |a| {
        letters().flat_map(move |b| letters().map(move |c| [a, b, c].map(char::from)))
    });
    codes.filter_map(|code| code.iter().collect::<String>().parse().ok())
}

#[test]
fn every_amount_of_every_currency_comes_back_as_it_was_sent() {
    let amounts = [1, 9, 10, 99, 100, 101, 999, 1000, 8005, 123_456_789, MOST];
    let mut seen = 0;
    for currency in currencies() {
        for minor in amounts {
            let money = Money::new(minor, currency).unwrap();
            let sent = serde_json::to_value(Amount::from(money)).unwrap();
            assert_eq!(sent, json!({ "currency": currency.code(), "value": minor.to_string() }));
            let heard: Amount = serde_json::from_value(sent).unwrap();
            assert_eq!(heard.money(), Some(money));
        }
        for wrong in [
            "8.005",
            "8e2",
            "\u{668}",
            "-1",
            "9223372036854775808",
            "0",
            "+1",
            " 1",
            "1,000",
            "0x10",
            "",
        ] {
            let said = json!({ "currency": currency.code(), "value": wrong });
            let heard: Amount = serde_json::from_value(said).unwrap();
            assert_eq!(heard.money(), None, "{wrong} {currency}");
        }
        seen += 1;
    }
    assert!(seen > 150, "{seen} currencies");
}
