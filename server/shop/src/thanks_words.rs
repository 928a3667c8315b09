//! The words of the thank-you page, in both languages.

use crate::locale::{Locale, Words};

pub(crate) const SHOP: Words = Words { en: "Northwind Tea", zh: "北风茶庄" };

pub(crate) const PAID: Words = Words { en: "Paid {amount}", zh: "已支付 {amount}" };
pub(crate) const PAID_SENTENCE: Words = Words {
    en: "Thank you. The kettle is on, and your tea is being packed.",
    zh: "谢谢惠顾，水已烧上，您的茶正在包装。",
};
pub(crate) const RETURNED: Words = Words {
    en: "Since then {amount} has gone back to you.",
    zh: "其中 {amount} 此后已退还给您。",
};

pub(crate) const CONFIRMING: Words =
    Words { en: "Still being confirmed", zh: "正在确认付款" };
pub(crate) const CONFIRMING_SENTENCE: Words = Words {
    en: "Nobody has said yes or no yet. This page looks again by itself; please do not pay a second time meanwhile.",
    zh: "支付方尚未给出结果。本页会自动刷新，期间请勿重复付款。",
};

pub(crate) const OPEN: Words = Words { en: "Not paid yet", zh: "尚未付款" };
pub(crate) const OPEN_SENTENCE: Words = Words {
    en: "Your order is still waiting for its payment.",
    zh: "您的订单仍在等待付款。",
};

pub(crate) const OVER: Words = Words { en: "Not paid", zh: "未付款" };
pub(crate) const OVER_SENTENCE: Words = Words {
    en: "This order has ended and can no longer be paid. You are welcome to order again.",
    zh: "此订单已结束，无法再付款。欢迎重新下单。",
};

pub(crate) const NOTHING_TAKEN: Words =
    Words { en: "You have not been charged for it.", zh: "您没有为此被扣款。" };
pub(crate) const GOING_BACK: Words = Words {
    en: "A payment arrived that this order could not keep; it is on its way back to you, in full.",
    zh: "有一笔付款到达，但订单无法收取，款项正全额退还给您。",
};

pub(crate) const NO_SUCH_ORDER: Words =
    Words { en: "We cannot find this order", zh: "找不到此订单" };
pub(crate) const NO_SUCH_ORDER_SENTENCE: Words = Words {
    en: "The link may be cut short or belong to another shop.",
    zh: "链接可能不完整，或属于其他商店。",
};

pub(crate) const NO_ANSWER: Words =
    Words { en: "We cannot check just now", zh: "暂时无法查询" };
pub(crate) const NO_ANSWER_SENTENCE: Words = Words {
    en: "The checkout does not answer, so we do not know yet whether this order is paid. Whatever you paid is not \
         lost. This page looks again by itself.",
    zh: "收银台暂无响应，我们还不知道订单是否已付款。您已支付的款项不会丢失，本页会自动刷新。",
};

pub(crate) const ORDER: Words = Words { en: "Order", zh: "订单号" };
pub(crate) const METHOD: Words = Words { en: "Paid with", zh: "付款方式" };
pub(crate) const TIME: Words = Words { en: "Paid at", zh: "付款时间" };
pub(crate) const PAYMENT: Words = Words { en: "Payment", zh: "交易号" };

pub(crate) const HOME: Words = Words { en: "Back to the shop", zh: "返回商店" };
pub(crate) const PAY: Words = Words { en: "Continue to payment", zh: "继续付款" };
pub(crate) const PAY_BACK: Words = Words { en: "Back to the payment", zh: "返回付款页" };
pub(crate) const LOOK: Words = Words { en: "Look again now", zh: "立即刷新" };

pub(crate) const HOW: Words =
    Words { en: "How does the shop know?", zh: "商店如何得知结果？" };
pub(crate) const HOW_SENTENCE: Words = Words {
    en: "It did not believe the browser. Its server asked <code>GET /v1/sessions</code> with the secret key, and goes \
         by <code>status</code>. What webhooks said is listed at <a href=\"/shop/webhooks\">/shop/webhooks</a>.",
    zh: "它不相信浏览器，而是由服务器用密钥查询 <code>GET /v1/sessions</code>，以 <code>status</code> 为准。\
         收到的 webhook 列在 <a href=\"/shop/webhooks\">/shop/webhooks</a>。",
};

/// A method's name for people. One that the shop does not know is shown as it came.
pub(crate) fn methods(method: &str, locale: Locale) -> &str {
    let words = match method {
        "ALIPAY" => Words { en: "Alipay", zh: "支付宝" },
        "LAKALA" => Words { en: "Lakala", zh: "拉卡拉" },
        "ALIPAY_PLUS" => Words { en: "Alipay+", zh: "Alipay+" },
        "GCASH" => Words { en: "GCash", zh: "GCash" },
        "MAYA" => Words { en: "Maya", zh: "Maya" },
        "SHOPEEPAY" => Words { en: "ShopeePay", zh: "ShopeePay" },
        "GRABPAY" => Words { en: "GrabPay", zh: "GrabPay" },
        "ZALOPAY" => Words { en: "ZaloPay", zh: "ZaloPay" },
        "BANK_TRANSFER" => Words { en: "Bank transfer", zh: "银行转账" },
        "WECHATPAY" => Words { en: "WeChat Pay", zh: "微信支付" },
        "VIETQR" => Words { en: "VietQR", zh: "VietQR" },
        "PAYNOW" => Words { en: "PayNow", zh: "PayNow" },
        "PROMPTPAY" => Words { en: "PromptPay", zh: "PromptPay" },
        "QRPH" => Words { en: "QR Ph", zh: "QR Ph" },
        "FPS" => Words { en: "FPS", zh: "转数快 FPS" },
        "QRIS" => Words { en: "QRIS", zh: "QRIS" },
        "ECNY" => Words { en: "e-CNY", zh: "数字人民币" },
        "POS_ORDER" => Words { en: "Card terminal", zh: "POS 机刷卡" },
        "MOBILE_POS" => Words { en: "Mobile card terminal", zh: "移动 POS" },
        "ONLINE_BANKING" => Words { en: "Online banking", zh: "网上银行" },
        "UNIONPAY" => Words { en: "UnionPay", zh: "银联云闪付" },
        "ONE_CODE" => Words { en: "One code", zh: "聚合码" },
        "BANKCARD" => Words { en: "Card", zh: "银行卡" },
        other => return other,
    };
    words.in_locale(locale)
}
