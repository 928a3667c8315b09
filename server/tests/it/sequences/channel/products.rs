//! What is sold.

use florin_server::clock::Millis;
use florin_server::domain::numbers::Numbers;
use florin_server::domain::offer::{Kind, Product};
use florin_server::domain::scene::Scene;
use florin_shared::Method;

use super::{MINUTE, NAME, SECOND};

const fn sold(method: Method, name: &'static str, longest: Millis) -> Product {
    Product {
        method,
        channel: NAME,
        name,
        currency: "PHP",
        country: "",
        least: 1,
        most: 1_000_000,
        step: 1,
        kind: Kind::Scan,
        scenes: Scene::EVERYWHERE,
        cancellable: true,
        shortest: MINUTE,
        longest,
        settles_in: 2 * MINUTE,
        numbers: Numbers::LIKE_OURS,
    }
}

pub static PRODUCTS: [Product; 4] = [
    sold(Method::Gcash, "ONE", 14 * MINUTE),
    sold(Method::Maya, "TWO", 5 * MINUTE),
    Product {
        cancellable: false,
        settles_in: 60 * MINUTE,
        ..sold(Method::BankTransfer, "THREE", 120 * MINUTE)
    },
    Product { kind: Kind::PaymentCode, ..sold(Method::AlipayPlus, "FOUR", 90 * SECOND) },
];
