//! Method, country and currency to the type that Antom is asked for: the methods of row P3 that Antom carries, and
//! transfers (`protocols/antom.md` 10).

use std::collections::BTreeSet;

use florin_shared::Method::{
    self, AlipayPlus, BankTransfer, Gcash, Grabpay, Maya, Shopeepay, Zalopay,
};

use super::*;
use crate::channel::antom::table::PRODUCTS;
use crate::domain::offer::{Kind, Wanted, charge, choose};
use crate::domain::scene::Scene;

const ASKED: &[(Method, &str, &str, &str)] = &[
    (AlipayPlus, "CN", "CNY", "ALIPAY_CN"),
    (AlipayPlus, "HK", "HKD", "ALIPAY_HK"),
    (AlipayPlus, "PH", "PHP", "CONNECT_WALLET"),
    (AlipayPlus, "KR", "KRW", "CONNECT_WALLET"),
    (AlipayPlus, "MY", "MYR", "CONNECT_WALLET"),
    (AlipayPlus, "TH", "THB", "CONNECT_WALLET"),
    (AlipayPlus, "ID", "IDR", "CONNECT_WALLET"),
    (AlipayPlus, "SG", "SGD", "CONNECT_WALLET"),
    (AlipayPlus, "VN", "VND", "CONNECT_WALLET"),
    (AlipayPlus, "JP", "JPY", "CONNECT_WALLET"),
    // A traveller pays with the wallet from home.
    (AlipayPlus, "DE", "SGD", "CONNECT_WALLET"),
    (Gcash, "PH", "PHP", "GCASH"),
    (Maya, "PH", "PHP", "MAYA"),
    (Shopeepay, "PH", "PHP", "SHOPEEPAY_PH"),
    (Shopeepay, "MY", "MYR", "SHOPEEPAY_MY"),
    (Shopeepay, "ID", "IDR", "SHOPEEPAY_ID"),
    (Shopeepay, "TH", "THB", "SHOPEEPAY_TH"),
    (Shopeepay, "SG", "SGD", "SHOPEEPAY_SG"),
    (Grabpay, "PH", "PHP", "GRABPAY_PH"),
    (Grabpay, "MY", "MYR", "GRABPAY_MY"),
    (Grabpay, "SG", "SGD", "GRABPAY_SG"),
    (Zalopay, "VN", "VND", "ZALOPAY"),
    (BankTransfer, "PH", "PHP", "BPI"),
    (BankTransfer, "KR", "KRW", "BANKTRANSFER_QUICKPAY"),
    (BankTransfer, "ID", "IDR", "BANKTRANSFER_BNI"),
];

fn chosen(method: Method, country: &str, currency: &str) -> Option<&'static str> {
    let wanted = Wanted {
        amount: money(100_000, currency),
        country,
        rest: 1_800_000,
        scene: Scene::Pc,
        down: &[],
        sellers: &[],
    };
    choose(PRODUCTS, method, wanted).ok().map(|product| product.name)
}

#[test]
fn antom_is_asked_for_its_own_type() {
    for (method, country, currency, name) in ASKED {
        let product = chosen(*method, country, currency);
        assert_eq!(product, Some(*name), "{method:?} {country} {currency}");
        let payment = Payment {
            method: *method,
            product: (*name).into(),
            amount: money(100_000, currency),
            ..payment()
        };
        let asked: Value = serde_json::from_str(&asked(&payment, None)).unwrap();
        assert_eq!(asked["paymentMethod"]["paymentMethodType"], *name);
        assert_eq!(asked["paymentAmount"]["currency"], *currency);
    }
}

#[test]
fn every_type_that_is_sold_and_every_method_has_its_row() {
    let names = |of: &mut dyn Iterator<Item = &'static str>| of.collect::<BTreeSet<_>>();
    let asked = names(&mut ASKED.iter().map(|row| row.3));
    assert_eq!(asked, names(&mut PRODUCTS.iter().map(|product| product.name)));
    for product in PRODUCTS {
        assert!(ASKED.iter().any(|row| row.0 == product.method), "{product:?}");
    }
}

#[test]
fn what_antom_does_not_sell_there_is_not_asked_for() {
    for (method, country, currency) in [
        (Gcash, "PH", "HKD"),
        (Gcash, "HK", "PHP"),
        (Maya, "MY", "MYR"),
        (Shopeepay, "VN", "VND"),
        (Shopeepay, "MY", "PHP"),
        (Grabpay, "TH", "THB"),
        (Zalopay, "PH", "PHP"),
        (BankTransfer, "SG", "SGD"),
        (AlipayPlus, "HK", "CNY"),
        (AlipayPlus, "US", "USD"),
    ] {
        assert_eq!(chosen(method, country, currency), None, "{method:?} {country} {currency}");
    }
}

#[test]
fn payment_codes_are_sold_apart_from_what_pages_show() {
    let sold = |method, currency| {
        let wanted = Wanted {
            amount: money(100_000, currency),
            country: "DE",
            rest: 0,
            scene: Scene::Pc,
            down: &[],
            sellers: &[],
        };
        charge(PRODUCTS, method, wanted)
    };
    for currency in ["CNY", "HKD", "PHP", "KRW", "MYR", "THB", "IDR", "SGD", "VND", "JPY"] {
        let product = sold(AlipayPlus, currency).unwrap();
        assert_eq!((product.name, product.kind), ("CONNECT_WALLET", Kind::PaymentCode));
        assert!((60_000..=120_000).contains(&product.longest) && product.cancellable);
    }
    assert_eq!(sold(AlipayPlus, "USD").unwrap_err().reason, "CURRENCY");
    assert!(sold(Gcash, "PHP").is_err());
    // A page in Germany shows no code for Hong Kong dollars, although a counter takes them.
    assert_eq!(chosen(AlipayPlus, "DE", "HKD"), None);
}
