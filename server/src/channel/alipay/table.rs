//! What Alipay sells: renminbi, by a code for another screen, by a page on the shopper's own, within Alipay's own browser or the merchant's
//! mini-program, in the merchant's own app, or by a code of the payer's that the merchant scans (`protocols/alipay.md` 4). A merchant signs for each of these; the settings say
//! for which.

use anyhow::{Context, ensure};
use florin_shared::Method;

use crate::clock::Millis;
use crate::domain::numbers::Numbers;
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60 * 1000;

/// The page for phones, by Alipay's own name of the product.
pub(super) const WAP: &str = "QUICK_WAP_WAY";

/// The page for computers.
pub(super) const PAGE: &str = "FAST_INSTANT_TRADE_PAY";

/// What is paid within Alipay's own browser.
pub(super) const INSIDE: &str = "JSAPI_PAY";

/// What is paid in the merchant's mini-program: the same contract as [`INSIDE`].
pub(super) const IN_MINI_PROGRAM: &str = "MINI_PROGRAM";

/// What Alipay's SDK is given in the merchant's own app.
pub(super) const IN_APP: &str = "QUICK_MSECURITY_PAY";

/// Codes, for another screen and of the payer's.
pub(super) const FACE_TO_FACE: &str = "FACE_TO_FACE_PAYMENT";

/// What the merchant's scanner reads, by Alipay's own word for that way in: it is signed for with [`FACE_TO_FACE`].
pub(super) const SCANNED: &str = "BAR_CODE";

/// What is signed for where the settings do not say.
pub(super) const USUAL: &str = "FACE_TO_FACE_PAYMENT QUICK_WAP_WAY";

/// What a merchant sells who has signed for these, in the order in which they were named: at a computer the first of code and
/// page is offered. Within Alipay, and in the merchant's own app, its own way comes before the page.
///
/// # Errors
/// A name that is none, or stands twice; no name; a mini-program without the contract for it.
pub(super) fn products(signed: &str, has_mini_program: bool) -> anyhow::Result<Vec<Product>> {
    let mut products: Vec<Product> = Vec::new();
    for name in signed.split_whitespace() {
        let known = SOLD.iter().find(|(known, _)| *known == name);
        let (_, sold) = known.with_context(|| format!("Alipay's products have no {name}"))?;
        let is_twice = products.iter().any(|product| product.name == name);
        ensure!(!is_twice, "Alipay's products name {name} twice");
        products.extend_from_slice(sold);
    }
    ensure!(!products.is_empty(), "Alipay's products must not be empty");
    if has_mini_program {
        let is_sold = products.iter().any(|product| product.name == INSIDE);
        ensure!(is_sold, "mini_program_app_id needs JSAPI_PAY among Alipay's products");
        products.push(MINI_PROGRAM);
    }
    products.sort_by_key(|product| ![INSIDE, IN_APP].contains(&product.name));
    Ok(products)
}

const SOLD: [(&str, &[Product]); 5] = [
    (FACE_TO_FACE, &[CODE, BAR_CODE]),
    (WAP, &[FOR_PHONES]),
    (PAGE, &[FOR_COMPUTERS]),
    (INSIDE, &[JSAPI]),
    (IN_APP, &[APP]),
];

/// Alipay would let a code live for two hours; but one that was left without being scanned cannot be closed, and is watched
/// until its time is over.
const CODE: Product = Product {
    method: Method::Alipay,
    channel: "alipay",
    name: FACE_TO_FACE,
    currency: "CNY",
    country: "",
    least: 1,
    most: 10_000_000_000,
    step: 1,
    kind: Kind::Scan,
    scenes: &[Scene::Pc],
    cancellable: true,
    shortest: MINUTE,
    longest: 15 * MINUTE,
    settles_in: 2 * MINUTE,
    numbers: Numbers::LIKE_OURS,
};

/// WeChat's browser opens no page of Alipay's, and nobody scans the phone that they hold.
const FOR_PHONES: Product = Product {
    name: WAP,
    kind: Kind::Redirect,
    scenes: &[Scene::Mobile, Scene::Alipay, Scene::App],
    longest: 30 * MINUTE,
    ..CODE
};

/// Alipay's page has a code of its own, and a login for whoever has no phone at hand.
const FOR_COMPUTERS: Product = Product { name: PAGE, scenes: &[Scene::Pc], ..FOR_PHONES };

/// To the login and back, and there Alipay itself asks for the money. Before the login Alipay knows of no trade and so closes none:
/// one that was left is watched until its time is over, which is therefore short.
const JSAPI: Product =
    Product { name: INSIDE, kind: Kind::Redirect, scenes: &[Scene::Alipay], ..CODE };

/// Alipay asks for the money over the mini-program.
const MINI_PROGRAM: Product = Product {
    name: IN_MINI_PROGRAM,
    kind: Kind::MiniProgram,
    scenes: &[Scene::AlipayMiniProgram],
    ..JSAPI
};

/// The app hands it to Alipay's SDK, which opens Alipay and comes back. Until then Alipay knows of no trade and closes none.
const APP: Product = Product { name: IN_APP, kind: Kind::App, scenes: &[Scene::App], ..CODE };

/// The payer types a password, or need not. Who has not done so after this time is not waited for: the trade is cancelled.
const BAR_CODE: Product = Product {
    name: SCANNED,
    kind: Kind::PaymentCode,
    scenes: &[Scene::InStore],
    shortest: MINUTE / 2,
    longest: MINUTE,
    ..CODE
};
