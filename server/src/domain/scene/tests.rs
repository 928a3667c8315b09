//! What browsers really say of themselves.

use super::{RULES, Scene};

/// As they were sent, versions and all.
#[rustfmt::skip]
const BROWSERS: &[(&str, Scene)] = &[
    // Computers.
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", Scene::Pc),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", Scene::Pc),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", Scene::Pc),
    ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", Scene::Pc),
    // An iPad says that it is a Mac, if nobody asked it for the phone's page.
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", Scene::Pc),
    ("curl/8.5.0", Scene::Pc),
    ("", Scene::Pc),
    // Phones and tablets.
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", Scene::Mobile),
    ("Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1", Scene::Mobile),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1", Scene::Mobile),
    ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", Scene::Mobile),
    ("Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36", Scene::Mobile),
    ("Mozilla/5.0 (Android 14; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", Scene::Mobile),
    ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile", Scene::Mobile),
    ("Mozilla/5.0 (Linux; U; Android 14; zh-cn; 23013RK75C Build/UKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/109.0.5414.118 Mobile Safari/537.36 XiaoMi/MiuiBrowser/18.5.41122", Scene::Mobile),
    // Other people's apps that open neither wallet's bridge.
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 AliApp(TB/10.30.10) WindVane/8.7.2 1170x2532", Scene::Mobile),
    ("Mozilla/5.0 (Linux; Android 13; V2145A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 Weibo (vivo-V2145A__weibo__14.2.0__android__android13)", Scene::Mobile),
    ("Mozilla/5.0 (Linux; Android 12; ANA-AN00; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/86.0.4240.99 Mobile Safari/537.36 V1_AND_SQ_8.8.50_2324_YYB_D QQ/8.8.50.6735 NetType/WIFI", Scene::Mobile),
    // WeCom has WeChat's name in its own, and none of its logins.
    ("Mozilla/5.0 (Linux; Android 12; NOH-AN00; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/107.0.5304.141 Mobile Safari/537.36 wxwork/4.1.20 MicroMessenger/7.0.1 NetType/WIFI Language/zh Lang/zh", Scene::Mobile),
    // WeChat, on both phones.
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN", Scene::Wechat),
    ("Mozilla/5.0 (Linux; Android 14; 22081212C Build/UKQ1.230917.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.188 Mobile Safari/537.36 XWEB/1260183 MMWEBSDK/20241103 MMWEBID/1067 MicroMessenger/8.0.55.2780(0x28003737) WeChat/arm64 Weixin NetType/5G Language/zh_CN ABI/arm64", Scene::Wechat),
    // WeChat on a computer.
    ("Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36 wxwork/4.1.16 (MicroMessenger/6.2) WindowsWechat MailPlugin_Electron", Scene::Pc),
    ("Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI WindowsWechat(0x63090a13) XWEB/8555 Flue", Scene::Pc),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) MicroMessenger/6.8.0(0x16080000) NetType/WIFI MacWechat/3.8.7(0x13080710) XWEB/1191 Flue", Scene::Pc),
    // Alipay, here and in Hong Kong.
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 ChannelId(40) NebulaSDK/1.8.100112 Nebula PSDType(1) AlipayDefined(nt:WIFI,ws:390|780|3.0) AliApp(AP/10.6.60.6000) AlipayClient/10.6.60.6000 Language/zh-Hans", Scene::Alipay),
    ("Mozilla/5.0 (Linux; U; Android 13; zh-CN; M2102J2SC Build/TKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/69.0.3497.100 UWS/3.22.2 Mobile Safari/537.36 UCBS/3.22.2 NebulaSDK/1.8.100112 Nebula AlipayDefined(nt:WIFI) AliApp(AP/10.5.80) AlipayClient/10.5.80 Language/zh-Hans", Scene::Alipay),
    // UnionPay.
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148/sa-sdk-ios (com.unionpay.chsp) (cordova 4.5.4) (updebug 0) (version 1017) (UnionPay/1.0 CloudPay) (clientVersion 317)", Scene::Unionpay),
    // Mini-programs, of either wallet, on a phone and on a computer.
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x1800323c) NetType/WIFI Language/zh_CN miniProgram/wx1234567890abcdef", Scene::MiniProgram),
    ("Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Windows WindowsWechat/WMPF XWEB/11275", Scene::MiniProgram),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 NebulaSDK/1.8.100112 Nebula AliApp(AP/10.6.60) AlipayClient/10.6.60 MiniProgram APXWebView NebulaX/1.0.0", Scene::MiniProgram),
    ("Mozilla/5.0 (Linux; Android 12; M2007J17C; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/98.0.4758.101 Mobile Safari/537.36 ToutiaoMicroApp/2.58.0 PluginVersion/25800076", Scene::MiniProgram),
];

#[test]
fn a_browser_tells_where_the_shopper_is() {
    for (agent, scene) in BROWSERS {
        assert_eq!(Scene::of(agent), *scene, "{agent}");
    }
}

#[test]
fn every_rule_is_of_use_and_has_its_reason() {
    for (at, rule) in RULES.iter().enumerate() {
        assert_eq!(rule.sign, rule.sign.to_ascii_lowercase());
        let seen = Scene::seen(rule.sign);
        assert_eq!((seen.scene, seen.because), (rule.scene, rule.because), "{}", rule.sign);
        let is_hidden = RULES[..at].iter().any(|earlier| rule.sign.contains(earlier.sign));
        assert!(!is_hidden && !rule.because.is_empty(), "{}", rule.sign);
    }
}
