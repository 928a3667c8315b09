//! The settings of UnionPay.

use std::fmt;

use serde::Deserialize;

/// The UnionPay account in mainland China: the ACP gateway, with certificates.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnionpaySettings {
    /// `https://gateway.95516.com`, without a path.
    pub host: String,
    /// The merchant's number: 15 letters and digits.
    pub mer_id: String,
    /// The serial of the merchant's certificate, in decimal.
    pub cert_id: String,
    /// The key of that certificate, PKCS#8 PEM.
    pub private_key: String,
    /// The root certificate that UnionPay gives out, PEM.
    pub root_certificate: String,
    /// The intermediate certificate that UnionPay gives out, PEM.
    pub middle_certificate: String,
    /// The terminal's number, 8 letters and digits, of whoever charges payment codes; without it none are charged.
    #[serde(default)]
    pub term_id: Option<String>,
}

/// Without the key: settings are printed.
impl fmt::Debug for UnionpaySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnionpaySettings")
            .field("host", &self.host)
            .field("mer_id", &self.mer_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        let unionpay = UnionpaySettings {
            host: "https://a.example".into(),
            mer_id: "1".into(),
            cert_id: "2".into(),
            private_key: "hunter2".into(),
            root_certificate: "p".into(),
            middle_certificate: "p".into(),
            term_id: None,
        };
        assert!(!format!("{unionpay:?}").contains("hunter2"));
    }
}
