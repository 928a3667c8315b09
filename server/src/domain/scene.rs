//! Where the shopper is, as far as a browser tells. Some ways to pay work only in some places.

use super::words;

words! {
    /// Where the shopper is (`architecture.md` 1).
    Scene {
        /// At a computer.
        Pc = "PC",
        /// In a phone's browser.
        Mobile = "MOBILE",
        /// In WeChat's browser.
        Wechat = "WECHAT",
        /// In Alipay's browser.
        Alipay = "ALIPAY",
        /// In UnionPay's browser.
        Unionpay = "UNIONPAY",
        /// On a page within a mini-program, which cannot ask for money: only the mini-program itself can.
        MiniProgram = "MINI_PROGRAM",
        /// In a mini-program of WeChat's, which pays by WeChat Pay and by nothing else: only the mini-program itself can say so.
        WechatMiniProgram = "WECHAT_MINI_PROGRAM",
        /// In a mini-program of Alipay's, likewise.
        AlipayMiniProgram = "ALIPAY_MINI_PROGRAM",
        /// In a merchant's own app, which names itself in no common way: only a merchant can say so.
        App = "APP",
        /// At the counter: only a merchant can say so.
        InStore = "IN_STORE",
    }
}

/// A rule: whose browser names itself by this word is there, for this reason.
struct Rule {
    /// A part of the `User-Agent` header, in lower case.
    sign: &'static str,
    scene: Scene,
    because: &'static str,
}

const fn rule(sign: &'static str, scene: Scene, because: &'static str) -> Rule {
    Rule { sign, scene, because }
}

const ON_A_PHONE: &str = "it is the browser of a phone or a tablet: a page opens the wallet on it";

/// The first that fits decides, so the narrower stand first: a mini-program's page runs in its wallet's browser, and an
/// office's or a computer's WeChat calls itself WeChat too.
const RULES: [Rule; 14] = [
    rule(
        "miniprogram",
        Scene::MiniProgram,
        "it is a page inside of a mini-program, where only the mini-program itself may pay",
    ),
    rule(
        "toutiaomicroapp",
        Scene::MiniProgram,
        "it is a page inside of a mini-program, where only the mini-program itself may pay",
    ),
    rule("windowswechat", Scene::Pc, "it is WeChat on a computer: the phone scans the code"),
    rule("macwechat", Scene::Pc, "it is WeChat on a computer: the phone scans the code"),
    rule(
        "wxwork",
        Scene::Mobile,
        "it is WeCom's browser, which has no login of WeChat's: its pages are a phone's",
    ),
    rule(
        "micromessenger",
        Scene::Wechat,
        "it is WeChat's browser: WeChat pays within the page, and opens no other wallet",
    ),
    rule(
        "alipayclient",
        Scene::Alipay,
        "it is Alipay's browser: Alipay pays there, and other wallets do not open",
    ),
    rule(
        "unionpay/",
        Scene::Unionpay,
        "it is UnionPay's browser: UnionPay pays there, and other wallets do not open",
    ),
    rule("iphone", Scene::Mobile, ON_A_PHONE),
    rule("ipad", Scene::Mobile, ON_A_PHONE),
    rule("android", Scene::Mobile, ON_A_PHONE),
    rule("openharmony", Scene::Mobile, ON_A_PHONE),
    rule("harmonyos", Scene::Mobile, ON_A_PHONE),
    rule("mobile", Scene::Mobile, ON_A_PHONE),
];

/// Where a shopper is, and how we came to think so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Where.
    pub scene: Scene,
    /// One sentence.
    pub because: &'static str,
}

impl From<Scene> for Seen {
    /// Somebody who knows says so.
    fn from(scene: Scene) -> Seen {
        Seen { scene, because: "it was asked about" }
    }
}

impl Scene {
    /// Wherever a page can be shown. What stands there needs nothing of the phone; a mini-program shows no page, and pays by its own wallet
    /// only (`requirements/` M8).
    pub const EVERYWHERE: &[Scene] = &[
        Scene::Pc,
        Scene::Mobile,
        Scene::Wechat,
        Scene::Alipay,
        Scene::Unionpay,
        Scene::MiniProgram,
        Scene::App,
        Scene::InStore,
    ];
    /// No code can be scanned from a mini-program's page, and none may be shown there (`requirements/` M8).
    pub const WHERE_CODES_MAY_BE_SHOWN: &[Scene] = &[
        Scene::Pc,
        Scene::Mobile,
        Scene::Wechat,
        Scene::Alipay,
        Scene::Unionpay,
        Scene::App,
        Scene::InStore,
    ];

    /// What a `User-Agent` header says. One that lies changes only what its own shopper is offered.
    pub fn of(agent: &str) -> Scene {
        Scene::seen(agent).scene
    }

    /// The same, with the reason. Where no rule fits, it is a computer: a code always works, on a second screen.
    pub fn seen(agent: &str) -> Seen {
        let agent = agent.to_ascii_lowercase();
        let rule = RULES.iter().find(|rule| agent.contains(rule.sign));
        let computer = "it is no phone's browser that we know: the phone scans the code";
        rule.map_or(Seen { scene: Scene::Pc, because: computer }, |rule| Seen {
            scene: rule.scene,
            because: rule.because,
        })
    }
}

#[cfg(test)]
mod tests;
