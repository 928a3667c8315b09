//! Every setting: from the environment, a flag, or the TOML file; parsed here and nowhere else.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::domain::fee::Fee;

mod accounts;
pub mod faults;
pub mod given;

pub use self::accounts::{
    AcquirerSettings, AlipaySettings, AntomSettings, EmvcoSettings, LakalaSettings,
    TransferSettings, UnionpaySettings, WechatpaySettings,
};

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
    /// The key that seals merchants' own accounts at channels; `sealing.key` in the data folder when absent. More of them, with
    /// spaces between, are earlier ones.
    #[arg(long, env = "FLORIN_SEALING_KEY", hide_env_values = true)]
    pub sealing_key: Option<String>,
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
    /// Accounts of the merchant's own that are transferred to by hand, by currency: `[transfer.eur]`.
    pub transfer: BTreeMap<String, TransferSettings>,
    /// The Alipay account; the sandbox's when there is no account at all.
    pub alipay: Option<AlipaySettings>,
    /// The Lakala account.
    pub lakala: Option<LakalaSettings>,
    /// The UnionPay account; the sandbox's when there is no account at all.
    pub unionpay: Option<UnionpaySettings>,
    /// The account at an operator of digital RMB.
    pub ecny: Option<AcquirerSettings>,
    /// The account at an acquirer whose terminals take order codes.
    pub pos: Option<AcquirerSettings>,
    /// What each of the accounts above costs, by its table's name: `0.6%`, `2.9% + 30`.
    pub fees: BTreeMap<String, Fee>,
    /// What merchants may do by themselves.
    pub merchants: Merchants,
    /// How much may be under way at once.
    pub limits: Limits,
    /// How to stop.
    pub stop: Stop,
    /// How long what was told is kept.
    pub keep: Keep,
}

/// What merchants may do by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Merchants {
    /// Hosts that a merchant's own account may name besides the channels' own, with spaces between them: a bank's, a connector's. This
    /// server calls them for anybody who has a merchant's key.
    pub channel_hosts: String,
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

    /// Where the sealing key lies when no setting says it.
    pub fn sealing_file(&self) -> PathBuf {
        self.data_folder().join("sealing.key")
    }

    /// The sealing keys: of the setting, else of the file; nothing when there is neither.
    pub fn sealing_keys(&self) -> anyhow::Result<Option<String>> {
        if self.sealing_key.is_some() {
            return Ok(self.sealing_key.clone());
        }
        let path = self.sealing_file();
        match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(anyhow::anyhow!("{} cannot be read: {error}", path.display())),
            Ok(text) => Ok(Some(text)),
        }
    }

    /// One table of the TOML file as it stands there.
    pub fn table(&self, name: &str) -> Option<given::Given> {
        let text = std::fs::read_to_string(self.config.as_ref()?).ok()?;
        given::table(&text, name)
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
}
