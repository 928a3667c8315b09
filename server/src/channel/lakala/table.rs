//! What Lakala sells: its cashier, a page on which the shopper picks a wallet or a bank (`protocols/lakala.md` 3), in renminbi.

use florin_shared::Method;

use crate::clock::Millis;
use crate::domain::numbers::Numbers;
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60 * 1000;

/// Every browser opens the page, but a mini-program's: that needs Lakala's own mini-program. Nobody has said how long an order may
/// live, so it is half an hour at the most, and its close is believed.
pub(super) static PRODUCTS: &[Product] = &[Product {
    method: Method::Lakala,
    channel: "lakala",
    name: "COUNTER",
    currency: "CNY",
    country: "",
    least: 1,
    most: 10_000_000_000,
    step: 1,
    kind: Kind::Redirect,
    scenes: &[Scene::Pc, Scene::Mobile, Scene::Wechat, Scene::Alipay, Scene::Unionpay, Scene::App],
    cancellable: true,
    shortest: 2 * MINUTE,
    longest: 30 * MINUTE,
    settles_in: 5 * MINUTE,
    numbers: Numbers::LIKE_OURS,
}];
