//! What UnionPay sells: renminbi, by a code for a computer's screen, or by the payer's own code at a counter
//! (`protocols/unionpay-qr.md` 1). Its page for phones is a form that a browser sends, which no next action carries.

use florin_shared::Method;

use crate::clock::Millis;
use crate::domain::numbers::Numbers;
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60 * 1000;

/// Every row.
pub(super) static PRODUCTS: &[Product] = &[QR, CODE];

/// Those of an account without a terminal's number, which every charge at a counter names.
pub(super) static WITHOUT_TERMINAL: &[Product] = &[QR];

/// Nobody can call a code back, and one that was left is watched until its time is over: so its life is short. UnionPay's
/// word is final when `payTimeout` has passed; what was begun before may be told of a little later.
const QR: Product = Product {
    method: Method::Unionpay,
    channel: "unionpay",
    name: "QRCODE",
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
