//! What the wallet says to a person, in the first of the browser's languages that it has.

use axum::http::{HeaderMap, header};

/// The words of one language. What stands in braces is put in by [`put`].
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) wallet: &'static str,
    pub(super) sandbox: &'static str,
    pub(super) pretend: &'static str,
    pub(super) pay: &'static str,
    pub(super) pay_title: &'static str,
    pub(super) to: &'static str,
    pub(super) purpose: &'static str,
    pub(super) order: &'static str,
    pub(super) method: &'static str,
    pub(super) approve: &'static str,
    pub(super) decline: &'static str,
    pub(super) with_a_code: &'static str,
    pub(super) how: &'static str,
    pub(super) code: &'static str,
    pub(super) go_on: &'static str,
    pub(super) back: &'static str,
    pub(super) another: &'static str,
    pub(super) no_code: &'static str,
    pub(super) choose: &'static str,
    pub(super) run_out: [&'static str; 2],
    pub(super) paid: [&'static str; 2],
    pub(super) given_back: &'static str,
    pub(super) pending: [&'static str; 2],
    pub(super) too_low: &'static str,
    pub(super) declined: &'static str,
    pub(super) nothing_taken: &'static str,
    pub(super) cancelled: &'static str,
    pub(super) all_given_back: &'static str,
    pub(super) show_a_code: &'static str,
    pub(super) payment_code: [&'static str; 2],
    pub(super) fresh_code: &'static str,
    pub(super) code_at_once: &'static str,
    pub(super) password: [&'static str; 2],
}

impl Words {
    /// The first language that the browser names and we have; weights are as good as always in order.
    pub(super) fn asked(headers: &HeaderMap) -> &'static Words {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut tags = asked.unwrap_or_default().split(',').map(str::trim);
        let known = tags.find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
        if known.is_some_and(|tag| tag.starts_with("zh")) { &CHINESE } else { &ENGLISH }
    }
}

/// Puts a value where its name stands in braces.
pub(super) fn put(text: &str, name: &str, value: &str) -> String {
    text.replace(&format!("{{{name}}}"), value)
}

static ENGLISH: Words = Words {
    lang: "en",
    wallet: "Sandbox wallet",
    sandbox: "Sandbox.",
    pretend: "This is a pretend wallet: no real money moves.",
    pay: "Pay",
    pay_title: "Pay {amount}",
    to: "to {payee}",
    purpose: "For",
    order: "Order",
    method: "Method",
    approve: "Approve {amount}",
    decline: "Decline",
    with_a_code: "Pay with a code",
    how: "Scan the code with your phone’s camera, or type or paste it here.",
    code: "Code or passcode",
    go_on: "Continue",
    back: "Back to {payee}",
    another: "Pay another code",
    no_code: "No payment has this code.",
    choose: "Choose to approve or to decline.",
    run_out: ["This code has run out", "Nothing was taken. Ask the shop for a new code."],
    paid: ["Paid {amount}", "To {payee}. The shop is being told."],
    given_back: "{payee} has given back {back}.",
    pending: ["{amount} is on its way", "You have paid. Your bank has not confirmed it yet."],
    too_low: "Your balance is too low",
    declined: "You declined",
    nothing_taken: "Nothing was taken.",
    cancelled: "The shop has cancelled",
    all_given_back: "You had paid {back}. All of it was given back.",
    show_a_code: "Show a payment code",
    payment_code: ["Your payment code", "Show it to the cashier. It is good for one payment."],
    fresh_code: "Another code",
    code_at_once: "A code that pays without a password",
    password: ["Password", "Any password will do here."],
};

static CHINESE: Words = Words {
    lang: "zh-Hans",
    wallet: "沙盒钱包",
    sandbox: "沙盒。",
    pretend: "这是模拟钱包，不会产生真实资金往来。",
    pay: "支付",
    pay_title: "支付 {amount}",
    to: "收款方：{payee}",
    purpose: "用途",
    order: "订单",
    method: "方式",
    approve: "确认支付 {amount}",
    decline: "拒绝",
    with_a_code: "用付款码支付",
    how: "用手机相机扫码，或在此输入、粘贴。",
    code: "付款码或口令",
    go_on: "继续",
    back: "返回 {payee}",
    another: "支付另一个码",
    no_code: "没有与此码对应的付款。",
    choose: "请选择确认或拒绝。",
    run_out: ["此码已失效", "未扣款。请向商店索取新的码。"],
    paid: ["已支付 {amount}", "收款方：{payee}。正在通知商店。"],
    given_back: "{payee} 已退还 {back}。",
    pending: ["{amount} 正在处理", "您已付款，银行尚未确认。"],
    too_low: "余额不足",
    declined: "您已拒绝",
    nothing_taken: "未扣款。",
    cancelled: "商店已取消",
    all_given_back: "您曾支付 {back}，已全额退还。",
    show_a_code: "出示付款码",
    payment_code: ["您的付款码", "请向收银员出示，仅限一次付款。"],
    fresh_code: "换一个码",
    code_at_once: "免密付款码",
    password: ["支付密码", "此处可输入任意密码。"],
};
