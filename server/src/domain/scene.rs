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
        /// In a mini-program.
        MiniProgram = "MINI_PROGRAM",
        /// In a merchant's own app, which names itself in no common way: only a merchant can say so.
        App = "APP",
        /// At the counter: only a merchant can say so.
        InStore = "IN_STORE",
    }
}

/// What browsers say of themselves, the narrower first: a mini-program's page runs in its wallet's browser.
const SIGNS: [(&str, Scene); 8] = [
    ("miniprogram", Scene::MiniProgram),
    ("micromessenger", Scene::Wechat),
    ("alipayclient", Scene::Alipay),
    ("unionpay/", Scene::Unionpay),
    ("iphone", Scene::Mobile),
    ("ipad", Scene::Mobile),
    ("android", Scene::Mobile),
    ("mobile", Scene::Mobile),
];

impl Scene {
    /// Everywhere.
    pub const EVERYWHERE: &[Scene] = Scene::ALL;
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
        let agent = agent.to_ascii_lowercase();
        let sign = SIGNS.iter().find(|(sign, _)| agent.contains(sign));
        sign.map_or(Scene::Pc, |(_, scene)| *scene)
    }
}

#[cfg(test)]
mod tests {
    use super::Scene;

    #[test]
    fn a_browser_tells_where_the_shopper_is() {
        let browsers = [
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36", Scene::Pc),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", Scene::Mobile),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/142.0 Mobile Safari/537.36",
                Scene::Mobile,
            ),
            ("Mozilla/5.0 (Linux; Android 15) MicroMessenger/8.0.50 NetType/WIFI", Scene::Wechat),
            ("Mozilla/5.0 (iPhone) MicroMessenger/8.0.50 miniProgram/wx0", Scene::MiniProgram),
            ("Mozilla/5.0 (iPhone) AliApp(AP/10.6) AlipayClient/10.6", Scene::Alipay),
            ("Mozilla/5.0 (iPhone) AlipayClient/10.6 MiniProgram APXWebView", Scene::MiniProgram),
            ("Mozilla/5.0 (Linux; Android 15) UnionPay/1.0 CloudPay", Scene::Unionpay),
            ("", Scene::Pc),
        ];
        for (agent, scene) in browsers {
            assert_eq!(Scene::of(agent), scene, "{agent}");
        }
    }
}
