//! Every setting: from the environment, a flag, or the TOML file; parsed here and nowhere else.

use std::path::PathBuf;

use serde::Deserialize;

/// The Antom account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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

/// What the command line, the environment and the file say together.
#[derive(Clone, Debug, clap::Args)]
pub struct Settings {
    /// Where to listen.
    #[arg(long, env = "FLORIN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// `sqlite:path` or `postgres://…`; `florin.db` in the data folder when absent.
    #[arg(long, env = "FLORIN_DATABASE_URL")]
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
    /// A TOML file with the rest: the channels.
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
    /// The Antom account; the sandbox's when absent.
    pub antom: Option<AntomSettings>,
}

impl Settings {
    /// The data folder: what was said, else the user's own place for data.
    pub fn data_folder(&self) -> PathBuf {
        let home = || std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
        let data = || {
            std::env::var_os("XDG_DATA_HOME")
                .map_or_else(|| home().join(".local/share"), PathBuf::from)
        };
        self.data_dir.clone().unwrap_or_else(|| data().join("florin"))
    }

    /// The database.
    pub fn database(&self) -> String {
        let beside = || format!("sqlite:{}", self.data_folder().join("florin.db").display());
        self.database_url.clone().unwrap_or_else(beside)
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
        toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
    }
}
