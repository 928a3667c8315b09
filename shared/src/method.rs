//! The names of the payment methods: what the shopper chooses.

use std::str::FromStr;

use crate::Malformed;

/// What the shopper chooses. A method may be carried by several channels; which one is the server's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Alipay and the Alipay+ partner wallets, by one code.
    AlipayPlus,
    /// Alipay, mainland China.
    Alipay,
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
    /// A bank transfer whose code is a passcode for the shopper's bank app.
    BankTransfer,
}

impl Method {
    /// Every method, in the order in which the list shows them by default.
    pub const ALL: [Method; 8] = [
        Method::AlipayPlus,
        Method::Alipay,
        Method::Gcash,
        Method::Maya,
        Method::Shopeepay,
        Method::Grabpay,
        Method::Zalopay,
        Method::BankTransfer,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::AlipayPlus => "ALIPAY_PLUS",
            Method::Alipay => "ALIPAY",
            Method::Gcash => "GCASH",
            Method::Maya => "MAYA",
            Method::Shopeepay => "SHOPEEPAY",
            Method::Grabpay => "GRABPAY",
            Method::Zalopay => "ZALOPAY",
            Method::BankTransfer => "BANK_TRANSFER",
        }
    }
}

impl FromStr for Method {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Method, Malformed> {
        Method::ALL.into_iter().find(|method| method.as_str() == text).ok_or(Malformed("method"))
    }
}
