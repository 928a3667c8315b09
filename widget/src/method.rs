//! How each method presents itself. To add a method: an arm in [`looks`], and its mark in `assets`.

use florin_shared::Method;

use crate::texts::{Texts, joined};

include!(concat!(env!("OUT_DIR"), "/marks.rs"));

/// The picture on a method's white tile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mark {
    /// One filled path.
    Drawn { view_box: &'static str, fill: &'static str, outline: &'static str },
    /// The name itself, where no drawing is free to use.
    Written { text: &'static str, class: &'static str },
}

/// A method as the shopper sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Looks {
    /// In the list and in sentences.
    pub(crate) name: String,
    /// What to open: "Open … and choose Scan".
    pub(crate) app: String,
    /// What will happen, below the name.
    pub(crate) hint: String,
    /// On the tile.
    pub(crate) mark: Mark,
}

/// How `method` presents itself; one that this build does not know by its own word.
pub(crate) fn looks(method: &str, texts: &Texts) -> Looks {
    match method.parse() {
        Ok(Method::AlipayPlus) => Looks {
            name: "Alipay+".into(),
            app: texts.wallet_alipay_plus(),
            hint: texts.hint_alipay_plus(),
            mark: ALIPAY,
        },
        Ok(Method::Wechatpay) => {
            let name = texts.wallet_wechat();
            Looks {
                name: texts.wechat_pay(),
                hint: texts.hint_scan(&name),
                app: name,
                mark: WECHAT,
            }
        }
        Ok(Method::Alipay) => wallet(&texts.wallet_alipay(), ALIPAY, texts),
        Ok(Method::Lakala) => Looks {
            name: texts.wallet_lakala(),
            app: texts.wallet_lakala(),
            hint: texts.hint_cashier(),
            mark: Mark::Written { text: "Lakala", class: "word" },
        },
        Ok(Method::Gcash) => {
            wallet("GCash", Mark::Written { text: "GCash", class: "word gcash" }, texts)
        }
        Ok(Method::Maya) => {
            wallet("Maya", Mark::Written { text: "maya", class: "word maya" }, texts)
        }
        Ok(Method::Shopeepay) => wallet("ShopeePay", SHOPEE, texts),
        Ok(Method::Grabpay) => {
            wallet("GrabPay", Mark::Written { text: "Grab", class: "word grab" }, texts)
        }
        Ok(Method::Zalopay) => wallet("ZaloPay", ZALO, texts),
        Ok(Method::Vietqr) => bank_code("VietQR", "VietQR", texts),
        Ok(Method::Paynow) => bank_code("PayNow", "Pay Now", texts),
        Ok(Method::Promptpay) => bank_code("PromptPay", "Prompt", texts),
        Ok(Method::Qrph) => bank_code("QR Ph", "QR Ph", texts),
        Ok(Method::Fps) => bank_code("FPS", "FPS", texts),
        Ok(Method::Qris) => bank_code("QRIS", "QRIS", texts),
        Ok(Method::BankTransfer) => Looks {
            name: texts.bank_transfer(),
            app: texts.bank_app(),
            hint: texts.hint_bank_transfer(),
            mark: BANK,
        },
        Ok(Method::OnlineBanking) => Looks {
            name: texts.online_banking(),
            app: texts.online_banking(),
            hint: texts.hint_online_banking(),
            mark: BANK,
        },
        // Its word, and not the wallet's name in a script that the mark's font may lack.
        Ok(Method::Unionpay) => {
            let mark = Mark::Written { text: "Union Pay", class: "word" };
            wallet(&texts.wallet_unionpay(), mark, texts)
        }
        Ok(Method::Ecny) => {
            let mark = Mark::Written { text: "e-CNY", class: "word" };
            wallet(&texts.wallet_ecny(), mark, texts)
        }
        Ok(Method::PosOrder) => Looks {
            name: texts.pos_order(),
            app: texts.pos_order(),
            hint: texts.hint_pos(),
            mark: Mark::Written { text: "POS", class: "word" },
        },
        // The wallets that it is always for; a server may know others that scan it too.
        Ok(Method::OneCode) => {
            let wallets = joined(&[&texts.wallet_alipay(), " / ", &texts.wallet_wechat()]);
            wallet(&wallets, WALLET, texts)
        }
        Ok(Method::MobilePos) => Looks {
            name: texts.mobile_pos(),
            app: texts.mobile_pos(),
            hint: texts.hint_mobile_pos(),
            mark: Mark::Written { text: "mPOS", class: "word" },
        },
        Err(_) => wallet(&method.replace('_', " "), WALLET, texts),
    }
}

/// Whether it is a page on which the shopper picks a wallet or a bank, and no wallet itself.
pub(crate) fn is_cashier(method: &str) -> bool {
    matches!(method.parse(), Ok(Method::Lakala | Method::OnlineBanking))
}

/// A wallet app that scans.
fn wallet(name: &str, mark: Mark, texts: &Texts) -> Looks {
    Looks { name: name.into(), app: name.into(), hint: texts.hint_scan(name), mark }
}

/// A code that every bank's app of a country scans, and most wallets.
fn bank_code(name: &str, text: &'static str, texts: &Texts) -> Looks {
    let app = texts.bank_app();
    let hint = texts.hint_scan(&app);
    Looks { name: name.into(), app, hint, mark: Mark::Written { text, class: "word" } }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sheet has no rule that takes a name from an attribute.
    #[test]
    fn a_merchants_mark_can_cover_that_of_every_method() {
        let sheet = include_str!("css/early.css");
        for method in Method::ALL.map(Method::as_str) {
            let rule = format!(".{method} {{\n  --mark: var(--m-{method});\n}}");
            assert!(sheet.contains(&rule), "{method}");
        }
    }

    #[test]
    fn every_method_has_a_name_of_its_own_and_an_unknown_one_its_word() {
        let texts = Texts::english();
        let names: Vec<_> =
            Method::ALL.iter().map(|method| looks(method.as_str(), &texts).name).collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name} twice");
        }
        assert_eq!(looks("E_MONEY", &texts).name, "E MONEY");
        assert_eq!(looks("GCASH", &texts).hint, "Scan with GCash");
    }
}
