//! What WeChat Pay sells: a code of the payer's that the merchant scans, a code for a computer's screen or a counter, and a page that opens the wallet on the same phone.
//! Inside WeChat neither works: there it is JSAPI, which needs the payer's `openid` (`protocols/wechatpay-v3.md` 4), and so the
//! account's login. In a merchant's own app it is APP payment, for an account with a mobile
//! application; that app hands what it is given to WeChat's SDK. In the merchant's mini-program it is JSAPI again, in the mini-program's own
//! name, and nothing else is allowed there.

use florin_shared::Method;

use crate::clock::Millis;
use crate::domain::numbers::{Letters, Numbers};
use crate::domain::offer::{Kind, Product};
use crate::domain::scene::Scene;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;

/// What an account has besides itself.
pub(super) struct Has {
    /// An official account, by which it learns who pays inside WeChat.
    pub(super) login: bool,
    /// A mobile application.
    pub(super) app: bool,
    /// A mini-program, with its secret.
    pub(super) mini_program: bool,
}

/// What an account sells: inside WeChat only if it can learn who its payers are, in an app or a mini-program only if it has one. The most
/// is what a wallet pays at once; the contract says better, and WeChat Pay refuses beyond it.
pub(super) fn products(has: Has) -> Vec<Product> {
    let mut products = vec![NATIVE, H5, CODE];
    products.extend(Some(JSAPI).filter(|_| has.login));
    products.extend(Some(APP).filter(|_| has.app));
    products.extend(Some(MINI_PROGRAM).filter(|_| has.mini_program));
    products
}

/// The name of what is paid in the mini-program.
pub(super) const IN_MINI_PROGRAM: &str = "MINI_PROGRAM";

/// The name of what is paid in the merchant's own app.
pub(super) const IN_APP: &str = "APP";

/// The name of what is paid inside WeChat.
pub(super) const IN_WECHAT: &str = "JSAPI";

/// The name of what the merchant's scanner reads.
pub(super) const CODEPAY: &str = "CODEPAY";

/// Its code lives for two hours. A deduction that began before the end may be told of a little later.
const NATIVE: Product = Product {
    method: Method::Wechatpay,
    channel: "wechatpay",
    name: "NATIVE",
    currency: "CNY",
    country: "",
    least: 1,
    most: 5_000_000,
    step: 1,
    kind: Kind::Scan,
    scenes: &[Scene::Pc, Scene::InStore],
    cancellable: true,
    // An end less than a minute ahead is refused.
    shortest: 2 * MINUTE,
    longest: 2 * HOUR,
    settles_in: 5 * MINUTE,
    numbers: Numbers { longest: 32, letters: Letters::Both },
};

/// Its address must be opened within five minutes.
const H5: Product = Product {
    name: "H5",
    kind: Kind::Redirect,
    scenes: &[Scene::Mobile],
    longest: 5 * MINUTE,
    ..NATIVE
};

/// To the login and back, and there WeChat itself asks for the money. Before the login WeChat Pay knows of no order and so closes
/// none: one that was left is watched until its time is over, which is therefore short.
const JSAPI: Product = Product {
    name: IN_WECHAT,
    kind: Kind::Redirect,
    scenes: &[Scene::Wechat],
    longest: 15 * MINUTE,
    ..NATIVE
};

/// WeChat opens over the app at once, and leads back to it.
const APP: Product = Product {
    name: IN_APP,
    kind: Kind::App,
    scenes: &[Scene::App],
    longest: 30 * MINUTE,
    ..NATIVE
};

/// WeChat asks for the money over the mini-program. Before it has said who pays, WeChat Pay knows of no order and so closes none: one that
/// was left is watched until its time is over, which is therefore short.
const MINI_PROGRAM: Product = Product {
    name: IN_MINI_PROGRAM,
    kind: Kind::MiniProgram,
    scenes: &[Scene::WechatMiniProgram],
    longest: 15 * MINUTE,
    ..NATIVE
};

/// The payer types a password, or need not. Who has not done so after this time is not asked any longer: the order is reversed.
const CODE: Product = Product {
    name: CODEPAY,
    kind: Kind::PaymentCode,
    scenes: &[Scene::InStore],
    shortest: MINUTE / 2,
    longest: MINUTE,
    ..NATIVE
};
