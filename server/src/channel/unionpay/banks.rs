//! The banks to whose own pages UnionPay leads a shopper past its own: the form's `issInsCode` (网银前置). UnionPay's sample for its gateway says
//! so (`Form_6_2_FrontConsume` of `ACPSample_PCGate`: "a click on a bank's picture at the merchant leads straight to its online banking"), and
//! that UnionPay must have allowed it to the merchant's number.
//!
//! The codes stand in the appendix of UnionPay's interface (平台接入接口规范 第5部分 附录, 全渠道平台银行名称-简码对照表), which only merchants are given. `ICBC` and
//! `ABC` are in UnionPay's own samples. The others are those that a public shop sends to `frontTransReq.do` with `channelType` `07`
//! (`cqingt/jingpai: lepai/api/payment/unionpay/banklist.php`); a bank that is not among them is for UnionPay's own page to offer.

use crate::channel::Bank;

const fn bank(code: &'static str, chinese: &'static str, english: &'static str) -> Bank {
    Bank { code, chinese, english }
}

/// By how many people bank there.
pub(super) static BANKS: [Bank; 14] = [
    bank("ICBC", "中国工商银行", "ICBC"),
    bank("CCB", "中国建设银行", "China Construction Bank"),
    bank("ABC", "中国农业银行", "Agricultural Bank of China"),
    bank("BOCSH", "中国银行", "Bank of China"),
    bank("PSBC", "中国邮政储蓄银行", "Postal Savings Bank of China"),
    bank("BOCOM", "交通银行", "Bank of Communications"),
    bank("CMB", "招商银行", "China Merchants Bank"),
    bank("SPDB", "上海浦东发展银行", "SPD Bank"),
    bank("CIB", "兴业银行", "Industrial Bank"),
    bank("CMBC", "中国民生银行", "China Minsheng Bank"),
    bank("PAB", "平安银行", "Ping An Bank"),
    bank("GDB", "广发银行", "China Guangfa Bank"),
    bank("BCCB", "北京银行", "Bank of Beijing"),
    bank("BOS", "上海银行", "Bank of Shanghai"),
];
