//! What Alipay sells: renminbi, by a code for another screen or by a page on the shopper's own (`protocols/alipay.md` 4).

use florin_shared::Method;

use crate::clock::Millis;
use crate::domain::numbers::Numbers;
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60 * 1000;

/// The page for phones, by Alipay's own name of the product.
pub(super) const WAP: &str = "QUICK_WAP_WAY";

/// WeChat's browser opens no page of Alipay's, and nobody scans the phone that they hold. Alipay would let a code live for
/// two hours; but one that was left without being scanned cannot be closed, and is watched until its time is over.
pub(super) static PRODUCTS: &[Product] = &[
    Product { name: "FACE_TO_FACE_PAYMENT", scenes: &[Scene::Pc], ..YUAN },
    Product {
        name: WAP,
        kind: Kind::Redirect,
        scenes: &[Scene::Mobile, Scene::Alipay, Scene::App],
        longest: 30 * MINUTE,
        ..YUAN
    },
];

const YUAN: Product = Product {
    method: Method::Alipay,
    channel: "alipay",
    name: "",
    currency: "CNY",
    country: "",
    least: 1,
    most: 10_000_000_000,
    step: 1,
    kind: Kind::Scan,
    scenes: &[],
    cancellable: true,
    shortest: MINUTE,
    longest: 15 * MINUTE,
    settles_in: 2 * MINUTE,
    numbers: Numbers::LIKE_OURS,
};
