//! What is sold over this protocol, by the tables of the settings: digital RMB, and order codes for terminals, in renminbi.

use florin_shared::Method;

use crate::clock::Millis;
use crate::domain::numbers::Numbers;
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60 * 1000;

/// The account of this name, and what it sells.
pub(super) fn sold(name: &str) -> Option<(&'static str, &'static [Product])> {
    SOLD.iter().find(|(known, _)| *known == name).copied()
}

pub(super) static SOLD: [(&str, &[Product]); 2] =
    [("ecny", &[ECNY]), ("pos", &[POS_ORDER, MOBILE_POS])];

/// A code for the wallet's app, and a link that opens it on the same phone: not within other wallets' browsers, which open no app but
/// their own.
const ECNY: Product = Product {
    method: Method::Ecny,
    channel: "ecny",
    name: "ECNY",
    currency: "CNY",
    country: "",
    least: 1,
    // What one payment may be depends on the class of the payer's wallet.
    most: 10_000_000_000,
    step: 1,
    kind: Kind::Scan,
    scenes: &[Scene::Pc, Scene::Mobile, Scene::App, Scene::InStore],
    cancellable: true,
    shortest: MINUTE,
    longest: 15 * MINUTE,
    settles_in: 5 * MINUTE,
    numbers: Numbers::LIKE_OURS,
};

/// A code that is taken to a terminal, on whatever screen it stands. Whoever walks to one needs time.
const POS_ORDER: Product = Product {
    method: Method::PosOrder,
    channel: "pos",
    name: "POS_ORDER",
    scenes: Scene::WHERE_CODES_MAY_BE_SHOWN,
    shortest: 2 * MINUTE,
    longest: 30 * MINUTE,
    ..ECNY
};

/// The same for a terminal that is carried to the shopper, mostly for cards from abroad.
const MOBILE_POS: Product = Product { method: Method::MobilePos, name: "MOBILE_POS", ..POS_ORDER };
