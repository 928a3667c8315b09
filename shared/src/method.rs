//! The names of the payment methods: what the shopper chooses.

use std::str::FromStr;

use crate::Malformed;

/// What the shopper chooses. A method may be carried by several channels; which one is the server's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Alipay and the Alipay+ partner wallets, by one code.
    AlipayPlus,
    /// WeChat Pay, China.
    Wechatpay,
    /// Alipay, mainland China.
    Alipay,
    /// Lakala's cashier, mainland China: a page on which the shopper picks a wallet or a bank.
    Lakala,
    /// GCash, Philippines.
    Gcash,
    /// Maya, Philippines.
    Maya,
    /// ShopeePay, by country.
    Shopeepay,
    /// GrabPay, by country.
    Grabpay,
    /// ZaloPay, Viet Nam.
    Zalopay,
    /// VietQR: a transfer from any bank in Viet Nam.
    Vietqr,
    /// PayNow: a transfer from any bank in Singapore.
    Paynow,
    /// PromptPay: a transfer from any bank in Thailand.
    Promptpay,
    /// QR Ph: a transfer from any bank or wallet in the Philippines.
    Qrph,
    /// FPS: a transfer from any bank or wallet in Hong Kong.
    Fps,
    /// QRIS: a transfer from any bank or wallet in Indonesia.
    Qris,
    /// A bank transfer whose code is a passcode for the shopper's bank app.
    BankTransfer,
    /// UnionPay, mainland China: QuickPass (云闪付) and the apps of its banks.
    Unionpay,
    /// Online banking at a computer, mainland China: the shopper picks a bank, whose own page takes the payment (L20).
    OnlineBanking,
    /// Digital RMB (e-CNY), mainland China: any of its wallets.
    Ecny,
    /// A code that is taken to a terminal at a counter, which takes the card.
    PosOrder,
    /// One code that WeChat, Alipay and other wallets of mainland China scan: whichever does, pays in its own browser (L21).
    OneCode,
    /// The same for a terminal that comes to the shopper, and takes foreign cards.
    MobilePos,
}

impl Method {
    /// Every method, in the order in which the list shows them by default.
    pub const ALL: [Method; 22] = [
        Method::AlipayPlus,
        Method::Alipay,
        Method::Wechatpay,
        Method::Unionpay,
        Method::Ecny,
        Method::OneCode,
        Method::OnlineBanking,
        Method::Lakala,
        Method::Gcash,
        Method::Maya,
        Method::Shopeepay,
        Method::Grabpay,
        Method::Zalopay,
        Method::Vietqr,
        Method::Paynow,
        Method::Promptpay,
        Method::Qrph,
        Method::Fps,
        Method::Qris,
        Method::BankTransfer,
        Method::PosOrder,
        Method::MobilePos,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::AlipayPlus => "ALIPAY_PLUS",
            Method::Wechatpay => "WECHATPAY",
            Method::Alipay => "ALIPAY",
            Method::Lakala => "LAKALA",
            Method::Gcash => "GCASH",
            Method::Maya => "MAYA",
            Method::Shopeepay => "SHOPEEPAY",
            Method::Grabpay => "GRABPAY",
            Method::Zalopay => "ZALOPAY",
            Method::Vietqr => "VIETQR",
            Method::Paynow => "PAYNOW",
            Method::Promptpay => "PROMPTPAY",
            Method::Qrph => "QRPH",
            Method::Fps => "FPS",
            Method::Qris => "QRIS",
            Method::BankTransfer => "BANK_TRANSFER",
            Method::Unionpay => "UNIONPAY",
            Method::OnlineBanking => "ONLINE_BANKING",
            Method::Ecny => "ECNY",
            Method::PosOrder => "POS_ORDER",
            Method::OneCode => "ONE_CODE",
            Method::MobilePos => "MOBILE_POS",
        }
    }
}

impl FromStr for Method {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Method, Malformed> {
        Method::ALL.into_iter().find(|method| method.as_str() == text).ok_or(Malformed("method"))
    }
}
