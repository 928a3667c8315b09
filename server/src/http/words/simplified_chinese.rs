//! Chinese in simplified characters.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "付款",
    gone: ["没有这个付款页面", "请检查网址，或返回商店重新开始。"],
    later: ["暂时无法显示这笔付款", "如果您已付款，款项是安全的，请不要重复付款。请稍后刷新本页。"],
    paid: ["这笔订单已支付", "您无需再进行任何操作，谢谢。"],
    ended: ["本次付款已结束", "付款未完成。您可以从商店重新开始。"],
    elsewhere: ["无法在此应用中付款", "请用支付宝或微信扫码，或在手机浏览器中打开此网址。"],
    onward: "请在那里付款，然后返回此处。如果没有反应，请点按按钮。",
    past: ["此页面已不能使用", "已超过时限，或付款已有进展。付款页面会显示最新情况。"],
    order: "您的订单",
    enter: "请输入金额",
    go: "继续",
    least: "最低 {least}",
    between: "{least} 至 {most}",
    outside: "此处无法支付该金额。",
    unread: "请输入金额，例如 {example}。",
    often: "该收款码当前使用过于频繁，请一分钟后再试。",
    unused: ["该收款码未启用", "请向商家询问其他付款方式。"],
    refused: ["暂时无法收款", "没有扣款，请稍后再试。"],
    test: "测试模式：不会产生真实扣款",
    point: '.',
};
