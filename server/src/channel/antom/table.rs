//! What Antom sells: method, country and currency to Antom's own type (`protocols/antom.md` 10). Where that page gives
//! no limit, the most is about USD 10,000: the contract says better, and Antom refuses beyond it.

use florin_shared::Method;
use florin_shared::Method::{AlipayPlus, BankTransfer, Gcash, Grabpay, Maya, Shopeepay, Zalopay};

use crate::clock::Millis;
use crate::domain::numbers::{Letters, Numbers};
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;

/// Every row. `CONNECT_WALLET` is one code for all Alipay+ wallets, wherever the shopper comes from; the last rows are the
/// payment codes that these wallets show, charged where the merchant is.
#[rustfmt::skip]
pub(super) static PRODUCTS: &[Product] = &[
    wallet(AlipayPlus, "ALIPAY_CN", "CN", "CNY", 10, 7_200_000),
    wallet(AlipayPlus, "ALIPAY_HK", "HK", "HKD", 1, 5_000_000),
    wallet(AlipayPlus, "CONNECT_WALLET", "", "PHP", 1, 56_000_000),
    wallet(AlipayPlus, "CONNECT_WALLET", "", "KRW", 1, 13_500_000),
    wallet(AlipayPlus, "CONNECT_WALLET", "", "MYR", 1, 4_500_000),
    wallet(AlipayPlus, "CONNECT_WALLET", "", "THB", 1, 35_000_000),
    in_hundreds(wallet(AlipayPlus, "CONNECT_WALLET", "", "IDR", 100, 16_000_000_000)),
    wallet(AlipayPlus, "CONNECT_WALLET", "", "SGD", 1, 1_350_000),
    wallet(AlipayPlus, "CONNECT_WALLET", "", "VND", 1, 250_000_000),
    wallet(AlipayPlus, "CONNECT_WALLET", "", "JPY", 1, 1_500_000),
    wallet(Gcash, "GCASH", "PH", "PHP", 1, 56_000_000),
    wallet(Maya, "MAYA", "PH", "PHP", 1, 56_000_000),
    wallet(Shopeepay, "SHOPEEPAY_PH", "PH", "PHP", 1, 56_000_000),
    wallet(Shopeepay, "SHOPEEPAY_MY", "MY", "MYR", 1, 4_500_000),
    in_hundreds(uncancellable(wallet(Shopeepay, "SHOPEEPAY_ID", "ID", "IDR", 100, 16_000_000_000))),
    wallet(Shopeepay, "SHOPEEPAY_TH", "TH", "THB", 1, 35_000_000),
    wallet(Shopeepay, "SHOPEEPAY_SG", "SG", "SGD", 1, 1_350_000),
    wallet(Grabpay, "GRABPAY_PH", "PH", "PHP", 1, 56_000_000),
    wallet(Grabpay, "GRABPAY_MY", "MY", "MYR", 1, 4_500_000),
    wallet(Grabpay, "GRABPAY_SG", "SG", "SGD", 1, 1_350_000),
    wallet(Zalopay, "ZALOPAY", "VN", "VND", 1, 250_000_000),
    transfer("BPI", "PH", "PHP", 1, 56_000_000),
    transfer("BANKTRANSFER_QUICKPAY", "KR", "KRW", 1, 13_500_000),
    in_hundreds(uncancellable(transfer("BANKTRANSFER_BNI", "ID", "IDR", 100, 16_000_000_000))),
    code("CNY", 1, 7_200_000),
    code("HKD", 1, 5_000_000),
    code("PHP", 1, 56_000_000),
    code("KRW", 1, 13_500_000),
    code("MYR", 1, 4_500_000),
    code("THB", 1, 35_000_000),
    in_hundreds(code("IDR", 100, 16_000_000_000)),
    code("SGD", 1, 1_350_000),
    code("VND", 1, 250_000_000),
    code("JPY", 1, 1_500_000),
];

/// What the shopper does with the code of this type, on a page.
pub(super) fn kind(name: &str) -> Kind {
    PRODUCTS.iter().find(|product| product.name == name).map_or(Kind::Scan, |product| product.kind)
}

/// Antom's code lives 14 minutes unless told otherwise, and only shorter lives are promised.
const fn wallet(
    method: Method,
    name: &'static str,
    country: &'static str,
    currency: &'static str,
    least: i64,
    most: i64,
) -> Product {
    Product {
        method,
        channel: "antom",
        name,
        currency,
        country,
        least,
        most,
        step: 1,
        kind: Kind::Scan,
        scenes: Scene::WHERE_CODES_MAY_BE_SHOWN,
        cancellable: true,
        shortest: MINUTE,
        longest: 14 * MINUTE,
        settles_in: 2 * MINUTE,
        numbers: Numbers { longest: 64, letters: Letters::Both },
    }
}

/// A payment code, whichever wallet shows it. The payer has this long to type a password: Antom's public guide asks 10 to 20
/// times, every three seconds, and cancels then.
const fn code(currency: &'static str, least: i64, most: i64) -> Product {
    let product = wallet(AlipayPlus, "CONNECT_WALLET", "", currency, least, most);
    Product {
        kind: Kind::PaymentCode,
        scenes: &[Scene::InStore],
        shortest: MINUTE,
        longest: 90 * SECOND,
        ..product
    }
}

/// A bank confirms after one to three days.
const fn transfer(
    name: &'static str,
    country: &'static str,
    currency: &'static str,
    least: i64,
    most: i64,
) -> Product {
    let product = wallet(BankTransfer, name, country, currency, least, most);
    Product {
        kind: Kind::Passcode,
        scenes: Scene::EVERYWHERE,
        longest: 24 * HOUR,
        settles_in: 72 * HOUR,
        ..product
    }
}

/// Indonesia's own methods cannot be cancelled.
const fn uncancellable(product: Product) -> Product {
    Product { cancellable: false, ..product }
}

/// A rupiah has two decimals at Antom, which must be zero.
const fn in_hundreds(product: Product) -> Product {
    Product { step: 100, ..product }
}

#[cfg(test)]
mod tests {
    use florin_shared::Currency;

    use super::*;

    #[test]
    fn no_method_has_two_types_in_one_country_and_currency() {
        let key = |product: &Product| {
            (product.method, product.country, product.currency, product.kind.is_for_pages())
        };
        for (place, product) in PRODUCTS.iter().enumerate() {
            assert!(
                PRODUCTS[..place].iter().all(|before| key(before) != key(product)),
                "{product:?}"
            );
        }
    }

    #[test]
    fn every_row_is_possible() {
        for product in PRODUCTS {
            assert!(product.currency.parse::<Currency>().is_ok(), "{product:?}");
            assert!(product.least > 0 && product.least < product.most, "{product:?}");
            assert!(
                product.shortest < product.longest && product.longest <= 24 * HOUR,
                "{product:?}"
            );
            assert_eq!(product.currency == "IDR", product.step == 100, "{product:?}");
            assert_eq!(product.least % product.step, 0, "{product:?}");
            assert_eq!(
                product.kind == Kind::Passcode,
                product.method == BankTransfer,
                "{product:?}"
            );
        }
    }

    #[test]
    fn antoms_own_limits_are_kept() {
        let limits =
            |name| PRODUCTS.iter().find(|product| product.name == name).map(|p| (p.least, p.most));
        assert_eq!(limits("ALIPAY_CN").unwrap().0, 10);
        assert_eq!(limits("ALIPAY_HK"), Some((1, 5_000_000)));
    }
}
