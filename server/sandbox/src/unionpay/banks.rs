//! The banks whose own pages UnionPay leads to, by the form's `issInsCode`: those that the sandbox's merchant may name (网银前置). Without one
//! the payer picks a bank on UnionPay's page; neither is for phones (`channelType` `07` alone).

use super::admit::Asked;
use super::apply::Refusal;
use crate::ledger::Payment;
use crate::page::fill;

/// A code, the name in Chinese, the name in English.
type Bank = (&'static str, &'static str, &'static str);

const BANKS: [Bank; 14] = [
    ("ABC", "中国农业银行", "Agricultural Bank of China"),
    ("BCCB", "北京银行", "Bank of Beijing"),
    ("BOCOM", "交通银行", "Bank of Communications"),
    ("BOCSH", "中国银行", "Bank of China"),
    ("BOS", "上海银行", "Bank of Shanghai"),
    ("CCB", "中国建设银行", "China Construction Bank"),
    ("CIB", "兴业银行", "Industrial Bank"),
    ("CMB", "招商银行", "China Merchants Bank"),
    ("CMBC", "中国民生银行", "China Minsheng Bank"),
    ("GDB", "广发银行", "China Guangfa Bank"),
    ("ICBC", "中国工商银行", "ICBC"),
    ("PAB", "平安银行", "Ping An Bank"),
    ("PSBC", "中国邮政储蓄银行", "Postal Savings Bank of China"),
    ("SPDB", "上海浦东发展银行", "SPD Bank"),
];

/// How a transaction on a computer's page is kept.
const WEB: &str = "WEB";
/// The same on a phone's.
const WAP: &str = "WAP";

/// What kind of page a form is for.
pub(super) fn terminal(asked: &Asked) -> Result<&'static str, Refusal> {
    match (asked.get("channelType"), asked.get("issInsCode")) {
        ("08", "") => Ok(WAP),
        ("08", _) => Err(("13", "issInsCode is for computers, channelType 07")),
        (_, "") => Ok(WEB),
        (_, code) if BANKS.iter().any(|(known, ..)| *known == code) => Ok(WEB),
        _ => Err(("13", "there is no bank with this issInsCode")),
    }
}

/// Whether it is paid on a page.
pub(super) fn is_page(payment: &Payment) -> bool {
    [WAP, WEB].contains(&payment.opened.terminal.as_str())
}

/// The bank that the form has named, in a line of the page.
pub(super) fn named(payment: &Payment, label: &str, is_chinese: bool) -> String {
    let found = BANKS.iter().find(|(code, ..)| *code == payment.opened.payer);
    found.map_or_else(String::new, |bank| {
        let values = [("label", label), ("name", name(bank, is_chinese))];
        fill("<div><dt>{{label}}</dt><dd>{{name}}</dd></div>", &values)
    })
}

/// The list to pick one of, where the form has named none.
pub(super) fn list(payment: &Payment, label: &str, is_chinese: bool) -> String {
    if payment.opened.terminal != WEB || !payment.opened.payer.is_empty() {
        return String::new();
    }
    let option = |bank: &Bank| {
        let values = [("code", bank.0), ("name", name(bank, is_chinese))];
        fill(r#"<option value="{{code}}">{{name}}</option>"#, &values)
    };
    let options: String = BANKS.iter().map(option).collect();
    let list = r#"<label>{{label}} <select name="bank">{{{options}}}</select></label>"#;
    fill(list, &[("label", label), ("options", &options)])
}

fn name((_, chinese, english): &Bank, is_chinese: bool) -> &'static str {
    if is_chinese { chinese } else { english }
}
