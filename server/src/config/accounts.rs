//! The accounts at channels, one for each table of the TOML file. Keys stand in them, so none is printed whole.

use std::fmt;

use serde::Deserialize;

/// The Antom account.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AntomSettings {
    /// `https://open-sea-global.alipay.com`, without a path.
    pub host: String,
    /// The id that Antom issued; `SANDBOX_…` goes to the sandbox's paths.
    pub client_id: String,
    /// Our key, PKCS#8 PEM.
    pub private_key: String,
    /// The version of our key at Antom, usually 1.
    pub key_version: u32,
    /// Antom's key, SubjectPublicKeyInfo PEM.
    pub public_key: String,
    /// ISO 4217, when more than one settlement currency is contracted.
    #[serde(default)]
    pub settlement_currency: Option<String>,
}

/// Without the key: settings are printed.
impl fmt::Debug for AntomSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AntomSettings")
            .field("host", &self.host)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The WeChat Pay account: API v3, as a merchant of one's own.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatpaySettings {
    /// `https://api.mch.weixin.qq.com`, without a path.
    pub host: String,
    /// The merchant's number: digits.
    pub mchid: String,
    /// The app that is bound to the merchant: `wx…`.
    pub appid: String,
    /// The serial of our certificate, hexadecimal.
    pub serial: String,
    /// Our key, PKCS#8 PEM: `apiclient_key.pem`.
    pub private_key: String,
    /// `PUB_KEY_ID_…`, or the serial of a platform certificate. Without it and the key the platform certificates are fetched.
    #[serde(default)]
    pub public_key_id: Option<String>,
    /// WeChat Pay's key of that id, SubjectPublicKeyInfo PEM.
    #[serde(default)]
    pub public_key: Option<String>,
    /// The id of a second key, while WeChat Pay changes from one to the other.
    #[serde(default)]
    pub other_public_key_id: Option<String>,
    /// That key.
    #[serde(default)]
    pub other_public_key: Option<String>,
    /// The APIv3 key, 32 characters.
    pub api_v3_key: String,
    /// The AppSecret of the official account that `appid` is: inside WeChat the payer is known by it. Without it WeChat Pay is
    /// not offered there.
    #[serde(default)]
    pub app_secret: Option<String>,
    /// The mobile application that is bound to the merchant, `wx…`: orders in the merchant's own app are its. Without it WeChat Pay is
    /// not offered there.
    #[serde(default)]
    pub mobile_appid: Option<String>,
    /// The mini-program that is bound to the merchant, `wx…`: orders in it are its. Without it WeChat Pay is not offered there.
    #[serde(default)]
    pub mini_program_appid: Option<String>,
    /// The AppSecret of that mini-program: the payer is known by it.
    #[serde(default)]
    pub mini_program_secret: Option<String>,
}

/// Without the keys: settings are printed.
impl fmt::Debug for WechatpaySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WechatpaySettings")
            .field("host", &self.host)
            .field("mchid", &self.mchid)
            .finish_non_exhaustive()
    }
}

/// An account that is paid by EMVCo codes, and the bank that says what came in.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmvcoSettings {
    /// Where the bank, or the connector in front of it, is asked for credits: `https://bank.example`, without a path.
    pub host: String,
    /// The name by which it knows the account in what is signed; `SANDBOX_…` is pretend money.
    pub client_id: String,
    /// `whsec_…`: signs what is asked, what is answered, and its messages.
    pub secret: String,
    /// The payee's bank, as the scheme writes it: a BIN, a clearing code.
    pub bank: Option<String>,
    /// The payee's account or proxy, as the scheme writes it.
    pub account: Option<String>,
    /// VietQR: `QRIBFTTA` to an account, which it is without a word, `QRIBFTTC` to a card.
    pub service: Option<String>,
    /// PromptPay: the second reference, where the biller's bank wants one.
    pub second_reference: Option<String>,
    /// QR Ph and QRIS: the fixed code that the acquirer issued.
    pub code: Option<String>,
    /// Whom the payer reads, where the scheme says it.
    pub name: Option<String>,
}

/// Without the secret: settings are printed.
impl fmt::Debug for EmvcoSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmvcoSettings")
            .field("host", &self.host)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// An account of the merchant's own that is transferred to by hand, in the currency that its table is named after.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferSettings {
    /// Where the bank, or the connector in front of it, is asked for credits: `https://bank.example`, without a path.
    pub host: String,
    /// The name by which it knows the account in what is signed; `SANDBOX_…` is pretend money.
    pub client_id: String,
    /// `whsec_…`: signs what is asked, what is answered, and its messages.
    pub secret: String,
    /// To whom the account belongs, as the payer must write it.
    pub name: String,
    /// The bank's name.
    pub bank: String,
    /// IBAN, or the account's number as its country writes it.
    pub account: String,
    /// BIC, sort code, routing number, where one is needed.
    #[serde(default)]
    pub bank_code: Option<String>,
}

/// Without the secret: settings are printed.
impl fmt::Debug for TransferSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferSettings")
            .field("host", &self.host)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The Alipay account in mainland China, in the mode with public keys.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlipaySettings {
    /// `https://openapi.alipay.com`, without a path.
    pub host: String,
    /// The application's number.
    pub app_id: String,
    /// The merchant's own number at Alipay, `2088…`: messages about other sellers are refused.
    pub seller_id: String,
    /// The application's key, PKCS#8, PEM or its Base64 alone.
    pub private_key: String,
    /// Alipay's key (not the application's), SubjectPublicKeyInfo, PEM or its Base64 alone.
    pub public_key: String,
    /// Which of Alipay's products the merchant has signed for, by their codes, with spaces between them; the one for codes and
    /// the one for phones when absent.
    pub products: Option<String>,
    /// The application that the mini-program is; it has the same key of ours. Without it Alipay is not offered there.
    #[serde(default)]
    pub mini_program_app_id: Option<String>,
    /// Alipay's key for that application, where it is another one.
    #[serde(default)]
    pub mini_program_public_key: Option<String>,
}

/// Without the key: settings are printed.
impl fmt::Debug for AlipaySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlipaySettings")
            .field("host", &self.host)
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

/// The Lakala account: a merchant of its open platform.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LakalaSettings {
    /// `https://s2.lakala.com`, without a path; or Lakala's test, `https://test.wsmsd.cn/sit`.
    pub host: String,
    /// The application that Lakala has issued, `OP…`.
    pub appid: String,
    /// The serial of our certificate.
    pub serial: String,
    /// The merchant's number.
    pub merchant_no: String,
    /// The merchant's terminal: refunds are made by it.
    pub term_no: String,
    /// The address from which this server is seen to ask; Lakala's control of risks wants it with refunds.
    pub request_ip: String,
    /// Our key, PKCS#8 PEM.
    pub private_key: String,
    /// Lakala's key by which answers are signed, SubjectPublicKeyInfo PEM.
    pub public_key: String,
    /// Lakala's key by which messages are signed, where it is another one.
    #[serde(default)]
    pub notify_public_key: Option<String>,
}

/// Without the key: settings are printed.
impl fmt::Debug for LakalaSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LakalaSettings")
            .field("host", &self.host)
            .field("appid", &self.appid)
            .field("merchant_no", &self.merchant_no)
            .finish_non_exhaustive()
    }
}

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
    /// What the merchant has signed for, with spaces between: `QRCODE`, `WAP`, `WEB`, `NETBANK`, `APP`; codes alone when absent.
    #[serde(default)]
    pub products: Option<String>,
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

/// An account at a gateway that speaks Florin's own protocol (`docs/acquirer-protocol.md`).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcquirerSettings {
    /// `https://gateway.example`, without a path.
    pub host: String,
    /// How the gateway calls the merchant; `SANDBOX_…` is pretend money.
    pub merchant: String,
    /// The id under which the gateway knows our key.
    pub key_id: String,
    /// Our key, Ed25519 in PKCS#8 PEM.
    pub private_key: String,
    /// The id of the gateway's key.
    pub public_key_id: String,
    /// The gateway's key, Ed25519 in SubjectPublicKeyInfo PEM.
    pub public_key: String,
    /// The id of a second key, while the gateway changes from one to the other.
    #[serde(default)]
    pub other_public_key_id: Option<String>,
    /// That key.
    #[serde(default)]
    pub other_public_key: Option<String>,
}

/// Without the key: settings are printed.
impl fmt::Debug for AcquirerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcquirerSettings")
            .field("host", &self.host)
            .field("merchant", &self.merchant)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::File;
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        let account = AntomSettings {
            host: "https://a.example".into(),
            client_id: "c".into(),
            private_key: "hunter2".into(),
            key_version: 1,
            public_key: "p".into(),
            settlement_currency: None,
        };
        let wechatpay = WechatpaySettings {
            host: "https://a.example".into(),
            mchid: "1".into(),
            appid: "wx".into(),
            serial: "4F".into(),
            private_key: "hunter2".into(),
            public_key_id: Some("PUB_KEY_ID_1".into()),
            public_key: Some("p".into()),
            other_public_key_id: None,
            other_public_key: None,
            api_v3_key: "hunter2".into(),
            app_secret: Some("hunter2".into()),
            mobile_appid: None,
            mini_program_appid: None,
            mini_program_secret: Some("hunter2".into()),
        };
        let alipay = AlipaySettings {
            host: "https://a.example".into(),
            app_id: "1".into(),
            seller_id: "2".into(),
            private_key: "hunter2".into(),
            public_key: "p".into(),
            products: None,
            mini_program_app_id: None,
            mini_program_public_key: None,
        };
        let lakala = LakalaSettings {
            host: "https://a.example".into(),
            appid: "OP1".into(),
            serial: "4f".into(),
            merchant_no: "1".into(),
            term_no: "2".into(),
            request_ip: "203.0.113.7".into(),
            private_key: "hunter2".into(),
            public_key: "p".into(),
            notify_public_key: None,
        };
        let unionpay = UnionpaySettings {
            host: "https://a.example".into(),
            mer_id: "1".into(),
            cert_id: "2".into(),
            private_key: "hunter2".into(),
            root_certificate: "p".into(),
            middle_certificate: "p".into(),
            term_id: None,
            products: None,
        };
        let pos = AcquirerSettings {
            host: "https://a.example".into(),
            merchant: "1".into(),
            key_id: "2".into(),
            private_key: "hunter2".into(),
            public_key_id: "3".into(),
            public_key: "p".into(),
            other_public_key_id: None,
            other_public_key: None,
        };
        let file = File {
            pos: Some(pos),
            antom: Some(account),
            wechatpay: Some(wechatpay),
            alipay: Some(alipay),
            lakala: Some(lakala),
            unionpay: Some(unionpay),
            ..File::default()
        };
        assert!(!format!("{file:?}").contains("hunter2"));
    }
}
