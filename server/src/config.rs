//! Every setting: from the environment, a flag, or the TOML file; parsed here and nowhere else.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

pub mod faults;

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
    /// `PUB_KEY_ID_…`, or the serial of a platform certificate.
    pub public_key_id: String,
    /// WeChat Pay's key of that id, SubjectPublicKeyInfo PEM.
    pub public_key: String,
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

/// What the command line, the environment and the file say together.
#[derive(Clone, clap::Args)]
pub struct Settings {
    /// Where to listen.
    #[arg(long, env = "FLORIN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// Where /metrics, /healthz and /readyz are told to the operator, or `off`; 127.0.0.1:8082 when absent, if it is free.
    #[arg(long, env = "FLORIN_ADMIN_LISTEN")]
    pub admin_listen: Option<String>,
    /// `sqlite:path` or `postgres://…`; `florin.db` in the data folder when absent.
    #[arg(long, env = "FLORIN_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where Florin keeps its data.
    #[arg(long, env = "FLORIN_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where the sandbox listens, or `off`.
    #[arg(long, env = "FLORIN_SANDBOX_LISTEN", default_value = "127.0.0.1:8081")]
    pub sandbox_listen: String,
    /// Where the server reaches the sandbox, when it is not its own.
    #[arg(long, env = "FLORIN_SANDBOX_URL")]
    pub sandbox_url: Option<String>,
    /// The address by which shoppers and channels reach this server.
    #[arg(long, env = "FLORIN_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The folder with the built widget.
    #[arg(long, env = "FLORIN_ASSETS_DIR")]
    pub assets_dir: Option<PathBuf>,
    /// The longest life of a code in seconds, when it is to be shorter than the channel's own.
    #[arg(long, env = "FLORIN_CODE_SECONDS", value_parser = clap::value_parser!(i64).range(5..=86400))]
    pub code_seconds: Option<i64>,
    /// A TOML file with the rest: channels, limits, how to stop.
    #[arg(long, env = "FLORIN_CONFIG")]
    pub config: Option<PathBuf>,
    /// Logs as JSON lines.
    #[arg(long, env = "FLORIN_LOG_JSON")]
    pub log_json: bool,
}

/// The TOML file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    /// The Antom account. When no account is named at all, every channel has the sandbox's.
    pub antom: Option<AntomSettings>,
    /// The WeChat Pay account.
    pub wechatpay: Option<WechatpaySettings>,
    /// The account in Viet Nam, VietQR.
    pub vietqr: Option<EmvcoSettings>,
    /// The account in Singapore, PayNow.
    pub paynow: Option<EmvcoSettings>,
    /// The account in Thailand, PromptPay.
    pub promptpay: Option<EmvcoSettings>,
    /// The account in Philippines, QR Ph.
    pub qrph: Option<EmvcoSettings>,
    /// The account in Hong Kong, FPS.
    pub fps: Option<EmvcoSettings>,
    /// The account in Indonesia, QRIS.
    pub qris: Option<EmvcoSettings>,
    /// The Alipay account; the sandbox's when there is no account at all.
    pub alipay: Option<AlipaySettings>,
    /// How much may be under way at once.
    pub limits: Limits,
    /// How to stop.
    pub stop: Stop,
    /// How long what was told is kept.
    pub keep: Keep,
}

/// How long what was told is kept. What is about money is kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keep {
    /// For how many days a message stays after it was delivered or given up; more than the 30 on which it is tried.
    #[serde(deserialize_with = "longer_than_tried")]
    pub deliveries_days: u16,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep { deliveries_days: 90 }
    }
}

fn longer_than_tried<'de, D: serde::Deserializer<'de>>(value: D) -> Result<u16, D::Error> {
    let days = u16::deserialize(value)?;
    if days > 30 {
        Ok(days)
    } else {
        Err(serde::de::Error::custom("deliveries_days is at least 31"))
    }
}

/// How much may be under way at once in one process; what is more is answered 503 with `Retry-After`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Requests of merchants.
    pub merchant: Option<usize>,
    /// Requests of merchants about refunds and reversals.
    pub refund: Option<usize>,
    /// Acts of shoppers, and hosted pages.
    pub shopper: Option<usize>,
    /// Notifications of channels.
    pub notice: Option<usize>,
    /// Status polls.
    pub poll: Option<usize>,
    /// The widget's files.
    pub asset: Option<usize>,
    /// Open connections; never more than the process may have open files.
    pub connections: Option<usize>,
    /// How many of them one client may hold, wherever it comes from; 0 is no limit. An eighth of `connections` when absent, for clients
    /// from outside of our own network.
    pub connections_per_client: Option<usize>,
}

/// How to stop when the service manager says so.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stop {
    /// For how many seconds it still answers while `/readyz` says no, so that a load balancer sees it, and so that every
    /// page that polls has been told to open its next connection elsewhere.
    pub grace_seconds: u64,
    /// After how many seconds more it ends whatever has not ended by itself.
    pub deadline_seconds: u64,
}

impl Default for Stop {
    fn default() -> Stop {
        Stop { grace_seconds: 3, deadline_seconds: 25 }
    }
}

impl Settings {
    /// Where the sandbox would be reached.
    pub fn sandbox(&self) -> String {
        self.sandbox_url.clone().unwrap_or_else(|| format!("http://{}", self.sandbox_listen))
    }

    /// The data folder: what was said, else the user's own place for data.
    pub fn data_folder(&self) -> PathBuf {
        data_folder(self.data_dir.as_ref())
    }

    /// The database.
    pub fn database(&self) -> String {
        database(self.database_url.as_ref(), self.data_dir.as_ref())
    }

    /// The address by which others reach this server.
    pub fn public(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }

    /// The TOML file's content; empty when there is none.
    pub fn file(&self) -> anyhow::Result<File> {
        let Some(path) = &self.config else { return Ok(File::default()) };
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow::anyhow!("{} cannot be read: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| {
            // The library's own words quote the line, which may hold a key.
            let line = error.span().map_or(1, |span| faults::line_of(&text, span.start));
            anyhow::anyhow!(
                "{}:{line}: {}; `florin check-config` names every fault",
                path.display(),
                error.message()
            )
        })
    }
}

/// The data folder, when so much was said about it.
pub fn data_folder(said: Option<&PathBuf>) -> PathBuf {
    let home = || std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let data = || {
        std::env::var_os("XDG_DATA_HOME").map_or_else(|| home().join(".local/share"), PathBuf::from)
    };
    said.cloned().unwrap_or_else(|| data().join("florin"))
}

/// The database's address, when so much was said about it.
pub fn database(said: Option<&String>, folder: Option<&PathBuf>) -> String {
    let beside = || format!("sqlite:{}", data_folder(folder).join("florin.db").display());
    said.cloned().unwrap_or_else(beside)
}

/// An address as it may be printed: without a password.
pub fn without_password(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            _ = url.set_password(Some("…"));
            url.to_string().replace("%E2%80%A6", "…")
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        let shown = without_password("postgres://florin:hunter2@db.example:5432/florin");
        assert_eq!(shown, "postgres://florin:…@db.example:5432/florin");
        assert_eq!(without_password("sqlite:/data/florin.db"), "sqlite:/data/florin.db");
    }

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
            public_key_id: "PUB_KEY_ID_1".into(),
            public_key: "p".into(),
            other_public_key_id: None,
            other_public_key: None,
            api_v3_key: "hunter2".into(),
            app_secret: Some("hunter2".into()),
        };
        let alipay = AlipaySettings {
            host: "https://a.example".into(),
            app_id: "1".into(),
            seller_id: "2".into(),
            private_key: "hunter2".into(),
            public_key: "p".into(),
            products: None,
        };
        let file = File {
            antom: Some(account),
            wechatpay: Some(wechatpay),
            alipay: Some(alipay),
            ..File::default()
        };
        assert!(!format!("{file:?}").contains("hunter2"));
    }
}
