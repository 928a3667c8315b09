//! The payment methods the sandbox carries, with what is special about each
//! (`protocols/antom.md` 6, 7 and 10).

/// What the payer gets to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A code to scan.
    Code,
    /// Digits to type into the bank's app.
    Passcode,
    /// Only a page to go to.
    Page,
}

/// Until when a payment may be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancel {
    Any,
    Unpaid,
    Never,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Method {
    /// Antom's word; one ending in `*` stands for all that begin so.
    pub(crate) name: &'static str,
    /// What people call it.
    pub(crate) title: &'static str,
    pub(crate) region: &'static str,
    /// `*` for any.
    pub(crate) currency: &'static str,
    pub(crate) category: &'static str,
}

impl Method {
    /// The method of this name. Exact names stand before those with a star.
    pub(crate) fn find(name: &str) -> Option<&'static Method> {
        let exact = METHODS.iter().find(|method| method.name == name);
        exact.or_else(|| METHODS.iter().find(|method| method.begins(name)))
    }

    pub(crate) fn all() -> impl Iterator<Item = &'static Method> {
        METHODS.iter().filter(|method| !method.name.ends_with('*'))
    }

    pub(crate) fn takes(&self, currency: &str) -> bool {
        self.currency == "*" || self.currency == currency
    }

    /// The smallest and the largest amount, in the smallest unit.
    pub(crate) fn limits(&self) -> Option<(i64, i64)> {
        match self.name {
            "ALIPAY_CN" => Some((10, i64::MAX)),
            "ALIPAY_HK" => Some((1, 5_000_000)),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.name {
            "BPI" => Kind::Passcode,
            name if name.starts_with("BANKTRANSFER_") => Kind::Passcode,
            _ if matches!(self.category, "ONLINE_BANKING" | "CARD") => Kind::Page,
            _ => Kind::Code,
        }
    }

    pub(crate) fn cancel(&self) -> Cancel {
        match (self.name, self.region) {
            ("JKOPAY", _) => Cancel::Never,
            ("DANA", _) => Cancel::Any,
            (_, "ID") => Cancel::Never,
            (_, "TH") if self.category != "WALLET" => Cancel::Unpaid,
            _ => Cancel::Any,
        }
    }

    pub(crate) fn can_refund(&self) -> bool {
        !matches!(self.name, "GOPAY_ID" | "OVO")
    }

    fn begins(&self, name: &str) -> bool {
        let stem = self.name.strip_suffix('*');
        stem.is_some_and(|stem| name.len() > stem.len() && name.starts_with(stem))
    }
}

const fn method(
    name: &'static str,
    title: &'static str,
    region: &'static str,
    currency: &'static str,
    category: &'static str,
) -> Method {
    Method { name, title, region, currency, category }
}

#[rustfmt::skip]
const METHODS: &[Method] = &[
    method("ALIPAY_CN", "Alipay", "CN", "CNY", "WALLET"),
    method("ALIPAY_HK", "AlipayHK", "HK", "HKD", "WALLET"),
    method("GCASH", "GCash", "PH", "PHP", "WALLET"),
    method("MAYA", "Maya", "PH", "PHP", "WALLET"),
    method("BPI", "BPI", "PH", "PHP", "MOBILE_BANKING_APP"),
    method("BILLEASE", "BillEase", "PH", "PHP", "WALLET"),
    method("SHOPEEPAY_PH", "ShopeePay", "PH", "PHP", "WALLET"),
    method("GRABPAY_PH", "GrabPay", "PH", "PHP", "WALLET"),
    method("ONLINEBANKING_UBP", "UnionBank", "PH", "PHP", "ONLINE_BANKING"),
    method("TNG", "Touch 'n Go", "MY", "MYR", "WALLET"),
    method("BOOST", "Boost", "MY", "MYR", "WALLET"),
    method("SHOPEEPAY_MY", "ShopeePay", "MY", "MYR", "WALLET"),
    method("GRABPAY_MY", "GrabPay", "MY", "MYR", "WALLET"),
    method("ONLINEBANKING_FPX", "FPX", "MY", "MYR", "ONLINE_BANKING"),
    method("KAKAOPAY", "KakaoPay", "KR", "KRW", "WALLET"),
    method("NAVERPAY", "Naver Pay", "KR", "KRW", "WALLET"),
    method("TOSSPAY", "Toss Pay", "KR", "KRW", "WALLET"),
    method("BANKTRANSFER_QUICKPAY", "Quick bank transfer", "KR", "KRW", "BANK_TRANSFER"),
    method("DANA", "DANA", "ID", "IDR", "WALLET"),
    method("OVO", "OVO", "ID", "IDR", "WALLET"),
    method("GOPAY_ID", "GoPay", "ID", "IDR", "WALLET"),
    method("SHOPEEPAY_ID", "ShopeePay", "ID", "IDR", "WALLET"),
    method("QRIS", "QRIS", "ID", "IDR", "WALLET"),
    method("KREDIVO_ID", "Kredivo", "ID", "IDR", "WALLET"),
    method("BANKTRANSFER_MAYBANK", "Maybank transfer", "ID", "IDR", "BANK_TRANSFER"),
    method("BANKTRANSFER_BNI", "BNI transfer", "ID", "IDR", "BANK_TRANSFER"),
    method("BANKTRANSFER_PERMATA", "Permata transfer", "ID", "IDR", "BANK_TRANSFER"),
    method("BANKTRANSFER_BSI", "BSI transfer", "ID", "IDR", "BANK_TRANSFER"),
    method("CIMBNIAGA", "CIMB Niaga", "ID", "IDR", "VA"),
    method("ATMTRANSFER_ID", "ATM transfer", "ID", "IDR", "VA"),
    method("TRUEMONEY", "TrueMoney", "TH", "THB", "WALLET"),
    method("RABBIT_LINE_PAY", "Rabbit LINE Pay", "TH", "THB", "WALLET"),
    method("SHOPEEPAY_TH", "ShopeePay", "TH", "THB", "WALLET"),
    method("PROMPTPAY", "PromptPay", "TH", "THB", "MOBILE_BANKING_APP"),
    method("KPLUS", "K PLUS", "TH", "THB", "MOBILE_BANKING_APP"),
    method("ZALOPAY", "ZaloPay", "VN", "VND", "WALLET"),
    method("MOMO", "MoMo", "VN", "VND", "WALLET"),
    method("PAYNOW", "PayNow", "SG", "SGD", "MOBILE_BANKING_APP"),
    method("GRABPAY_SG", "GrabPay", "SG", "SGD", "WALLET"),
    method("SHOPEEPAY_SG", "ShopeePay", "SG", "SGD", "WALLET"),
    method("PAYPAY", "PayPay", "JP", "JPY", "WALLET"),
    method("KONBINI", "Konbini", "JP", "JPY", "OTC"),
    method("SEVENELEVEN", "7-Eleven", "JP", "JPY", "OTC"),
    method("ONLINEBANKING_PAYEASY", "Pay-easy", "JP", "JPY", "ONLINE_BANKING"),
    method("JKOPAY", "JKOPay", "TW", "TWD", "WALLET"),
    method("PIX", "Pix", "BR", "BRL", "MOBILE_BANKING_APP"),
    method("PAGALEVE", "Pagaleve", "BR", "BRL", "WALLET"),
    method("MERCADOPAGO_BR", "Mercado Pago", "BR", "BRL", "WALLET"),
    method("MERCADOPAGO_CL", "Mercado Pago", "CL", "CLP", "WALLET"),
    method("MERCADOPAGO_MX", "Mercado Pago", "MX", "MXN", "WALLET"),
    method("MERCADOPAGO_PE", "Mercado Pago", "PE", "PEN", "WALLET"),
    method("IDEAL", "iDEAL", "NL", "EUR", "ONLINE_BANKING"),
    method("EPS", "EPS", "AT", "EUR", "ONLINE_BANKING"),
    method("BANCONTACT", "Bancontact", "BE", "EUR", "ONLINE_BANKING"),
    method("BANCOMATPAY", "BANCOMAT Pay", "IT", "EUR", "ONLINE_BANKING"),
    method("P24", "Przelewy24", "PL", "PLN", "ONLINE_BANKING"),
    method("BLIK", "BLIK", "PL", "PLN", "ONLINE_BANKING"),
    method("PAYU", "PayU", "PL", "PLN", "ONLINE_BANKING"),
    method("UPI", "UPI", "IN", "INR", "MOBILE_BANKING_APP"),
    method("ONLINEBANKING_NETBANKING", "Netbanking", "IN", "INR", "ONLINE_BANKING"),
    method("CARD", "Card", "GLOBAL", "*", "CARD"),
    method("APPLEPAY", "Apple Pay", "GLOBAL", "*", "CARD"),
    method("CONNECT_WALLET", "Alipay+", "GLOBAL", "*", "ALIPAY_PLUS"),
    method("BANKAPP_*", "Thai bank app", "TH", "THB", "MOBILE_BANKING_APP"),
    method("ONLINEBANKING_*", "Thai online banking", "TH", "THB", "ONLINE_BANKING"),
    method("BANKTRANSFER_*", "Thai bank transfer", "TH", "THB", "BANK_TRANSFER"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_thai_banks_and_yields_to_exact_names() {
        let currency = |name| Method::find(name).map(|method| method.currency);
        assert_eq!(currency("BANKTRANSFER_SCB"), Some("THB"));
        assert_eq!(currency("BANKTRANSFER_BNI"), Some("IDR"));
        assert_eq!(currency("BANKTRANSFER_"), None);
        assert_eq!(currency("NOSUCHPAY"), None);
    }

    #[test]
    fn banks_that_take_a_passcode_give_digits() {
        for name in ["BPI", "BANKTRANSFER_BNI", "BANKTRANSFER_SCB"] {
            assert_eq!(Method::find(name).map(Method::kind), Some(Kind::Passcode), "{name}");
        }
        assert_eq!(Method::find("GCASH").map(Method::kind), Some(Kind::Code));
    }
}
