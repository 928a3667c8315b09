//! What UnionPay sells: renminbi, by a code for a computer's screen, by its own page in a phone's browser, by banks' own pages at a
//! computer, by its control in a merchant's own app, or by the payer's own code at a counter (`protocols/unionpay-qr.md` 1). A merchant
//! signs for each apart; the settings say for which.

use anyhow::{Context, ensure};
use florin_shared::Method;

use crate::clock::Millis;
use crate::domain::numbers::Numbers;
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60 * 1000;

/// Codes: those that the payer scans, and with a terminal's number the payer's own.
const CODES: &str = "QRCODE";

/// UnionPay's own page for phones.
const WAP: &str = "WAP";

/// UnionPay's own page for computers, on which the shopper picks a bank.
const WEB: &str = "WEB";

/// The same, past which a shopper who has picked a bank here goes straight to that bank's own page (网银前置, `banks`).
const NETBANK: &str = "NETBANK";

/// UnionPay's control in a merchant's own app (手机控件支付).
const APP: &str = "APP";

/// What is signed for where the settings do not say.
pub(super) const USUAL: &str = CODES;

/// What the sandbox's merchant has signed for.
pub(super) const EVERYTHING: &str = "QRCODE WAP NETBANK APP";

/// What a merchant sells who has signed for these. Every charge at a counter names its terminal.
///
/// # Errors
/// A name that is none, or stands twice; no name.
pub(super) fn products(signed: &str, has_terminal: bool) -> anyhow::Result<Vec<Product>> {
    let names: Vec<&str> = signed.split_whitespace().collect();
    let mut sold = Vec::new();
    for (at, name) in names.iter().enumerate() {
        ensure!(!names[..at].contains(name), "UnionPay's products name {name} twice");
        let known = SOLD.iter().find(|(known, _)| known == name);
        let (_, products) = known.with_context(|| format!("UnionPay's products have no {name}"))?;
        sold.extend_from_slice(products);
    }
    ensure!(!sold.is_empty(), "UnionPay's products must not be empty");
    sold.retain(|product| has_terminal || product.kind != Kind::PaymentCode);
    Ok(sold)
}

/// Whether the payment of this product is opened by a form that the shopper's browser sends.
pub(super) fn is_page(product: &str) -> bool {
    [WAP, WEB, NETBANK].contains(&product)
}

/// Whether the merchant's app hands the payment of this product to UnionPay's SDK.
pub(super) fn is_in_app(product: &str) -> bool {
    product == APP
}

/// Whether the payment of this product is UnionPay's gateway's, and no code.
pub(super) fn is_gateways(product: &str) -> bool {
    is_page(product) || is_in_app(product)
}

/// Whether the shopper picks a bank here before that form goes out.
pub(super) fn names_banks(product: &str) -> bool {
    product == NETBANK
}

/// The `channelType` of a phone, and of whatever is said of no product.
pub(super) const PHONE: &str = "08";

/// By what the payer pays: who pays by a code, or on the page for phones, by a phone.
pub(super) fn channel_type(product: &str) -> &'static str {
    if leads_to_a_bank(product) { "07" } else { PHONE }
}

/// Whether it may end at a bank's page, which goes on after `payTimeout`.
pub(super) fn leads_to_a_bank(product: &str) -> bool {
    [WEB, NETBANK].contains(&product)
}

const SOLD: [(&str, &[Product]); 5] =
    [(CODES, &[QR, CODE]), (WAP, &[PAGE]), (WEB, &[DESK]), (NETBANK, &[BANKS]), (APP, &[IN_APP])];

/// Nobody can call a code back, and one that was left is watched until its time is over: so its life is short. UnionPay's
/// word is final when `payTimeout` has passed; what was begun before may be told of a little later.
const QR: Product = Product {
    method: Method::Unionpay,
    channel: "unionpay",
    name: CODES,
    currency: "CNY",
    country: "",
    least: 1,
    // What one payment may be is the payer's bank's business: `txnAmt` has twelve digits.
    most: 10_000_000_000,
    step: 1,
    kind: Kind::Scan,
    scenes: &[Scene::Pc, Scene::InStore],
    cancellable: false,
    shortest: MINUTE,
    longest: 15 * MINUTE,
    settles_in: 5 * MINUTE,
    numbers: Numbers::LIKE_OURS,
};

/// UnionPay's page opens QuickPass, a bank's app or the phone maker's own way to pay, whichever the phone has, and takes a card's number
/// where it has none (`requirements/` L18). Other wallets' browsers do not let it do so. It can be called back no more than a code.
const PAGE: Product =
    Product { name: WAP, kind: Kind::Redirect, scenes: &[Scene::Mobile, Scene::Unionpay], ..QR };

/// A page for computers: certificates and keys that banks' pages ask for are there. UnionPay's own page ends with `payTimeout`, a bank's
/// does not; what a bank takes later UnionPay gives back by itself (its sample `Form_6_2_FrontConsume`). The longest that the same sample
/// would ask for what comes of a page is two hours.
const DESK: Product = Product {
    method: Method::OnlineBanking,
    name: WEB,
    kind: Kind::Redirect,
    scenes: &[Scene::Pc],
    settles_in: 2 * 60 * MINUTE,
    ..QR
};

const BANKS: Product = Product { name: NETBANK, ..DESK };

/// UnionPay's SDK opens QuickPass over the app, or asks for a card itself. Nobody can call it back either.
const IN_APP: Product = Product { name: APP, kind: Kind::App, scenes: &[Scene::App], ..QR };

/// It is paid at once, or UnionPay says that it goes on with it. Nobody can stop it: who pays within these minutes has paid,
/// unless the merchant has closed the session meanwhile.
const CODE: Product = Product {
    name: "CODEPAY",
    kind: Kind::PaymentCode,
    scenes: &[Scene::InStore],
    shortest: MINUTE / 2,
    longest: MINUTE,
    settles_in: 10 * MINUTE,
    ..QR
};
