//! Where PostgreSQL is, and how long it may take.

use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};

use super::tls::{self, Said, Tls};
use super::told;

/// A server that has gone without a word is given up after this; longer than a statement may take.
const SILENCE: Duration = Duration::from_secs(20);

/// The address as `sqlx` reads it: with `PGPASSWORD` and its like, and `.pgpass`.
pub(in crate::store) fn connect_options(
    url: &str,
    settings: &[(&str, &str)],
) -> sqlx::Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)?
        .options(settings.iter().copied())
        .log_statements(tracing::log::LevelFilter::Trace))
}

/// A database on a server: where it is, and whom it is believed to be.
#[derive(Clone)]
pub(in crate::store) struct Address {
    config: Config,
    tls: Tls,
}

impl Address {
    /// The same as `options` say, of which `sqlx` is only the reader.
    ///
    /// # Errors
    ///
    /// When a file of certificates that they name cannot be used.
    pub(in crate::store) fn of(options: &PgConnectOptions) -> anyhow::Result<Address> {
        let tls = Tls::of(options.get_ssl_mode(), &said(options))?;
        Ok(Address { config: config(options)?, tls })
    }

    /// A connection, and what carries its words; that ends when the client is gone.
    pub(super) async fn connect(&self) -> sqlx::Result<(Client, JoinHandle<()>)> {
        let connected = self.config.connect(self.tls.clone()).await;
        let (client, connection) = connected.map_err(|error| match tls::in_words(&error) {
            Some(sentence) => sqlx::Error::Tls(sentence.into()),
            None => told(error),
        })?;
        let carrying = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to PostgreSQL has ended");
            }
        });
        Ok((client, carrying))
    }
}

/// What the address says of certificates: the options give them back only as part of an address.
fn said(options: &PgConnectOptions) -> Said {
    let url = options.to_url_lossy();
    let find = |name: &str| {
        let mut pairs = url.query_pairs();
        let (_, value) = pairs.find(|(one, _)| one == name)?;
        Some(value.strip_prefix("file: ").unwrap_or(&value).to_owned())
    };
    Said { root: find("sslrootcert"), own: find("sslcert").zip(find("sslkey")) }
}

fn config(options: &PgConnectOptions) -> anyhow::Result<Config> {
    let mut url = options.to_url_lossy();
    url.set_query(None);
    let mut config: Config = url.as_str().parse()?;
    config.connect_timeout(Duration::from_secs(5)).tcp_user_timeout(SILENCE);
    config.keepalives_idle(SILENCE).keepalives_interval(SILENCE / 4);
    if let Some(settings) = options.get_options() {
        config.options(settings);
    }
    if let Some(name) = options.get_application_name() {
        config.application_name(name);
    }
    config.ssl_mode(match options.get_ssl_mode() {
        // What does not leave the machine needs none.
        _ if config.get_hosts().iter().any(|host| matches!(host, Host::Unix(_))) => {
            SslMode::Disable
        }
        PgSslMode::Disable | PgSslMode::Allow => SslMode::Disable,
        PgSslMode::Prefer => SslMode::Prefer,
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => SslMode::Require,
    });
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_means_the_same_to_both() {
        let url = "postgres://sh%6Fp:p%40ss+w%2Fd@db.example:6543/flo-rin?application_name=till";
        let config = config(&connect_options(url, &[("lock_timeout", "5s")]).unwrap()).unwrap();
        assert_eq!(config.get_user(), Some("shop"));
        assert_eq!(config.get_password(), Some(&b"p@ss+w/d"[..]));
        assert_eq!(config.get_ports(), [6543]);
        assert_eq!(config.get_dbname(), Some("flo-rin"));
        assert_eq!(config.get_application_name(), Some("till"));
        assert_eq!(config.get_options(), Some("-c lock_timeout=5s"));
        let socket = "postgres://florin@localhost/florin?host=/run/postgresql";
        let config = super::config(&connect_options(socket, &[]).unwrap()).unwrap();
        assert_eq!(config.get_hosts(), [Host::Unix("/run/postgresql".into())]);
        assert_eq!(config.get_ssl_mode(), SslMode::Disable);
    }

    #[test]
    fn an_address_says_who_is_believed() {
        let url = "postgres://florin@db.example/florin?sslmode=verify-full&sslrootcert=/etc/ca.pem&sslcert=/etc/c.pem&sslkey=/etc/k.pem";
        let options = connect_options(url, &[]).unwrap();
        let own = Some(("/etc/c.pem".to_owned(), "/etc/k.pem".to_owned()));
        assert_eq!(said(&options), Said { root: Some("/etc/ca.pem".into()), own });
        let error = Address::of(&options).err().unwrap().to_string();
        assert!(error.contains("sslrootcert: /etc/ca.pem cannot be read"), "{error}");
        for weak in ["", "&sslmode=prefer", "&sslmode=require", "&sslmode=verify-ca"] {
            let url = format!("postgres://florin@db.example/florin?sslrootcert=system{weak}");
            let error =
                Address::of(&connect_options(&url, &[]).unwrap()).err().unwrap().to_string();
            assert!(error.contains("it needs sslmode=verify-full"), "{error}");
        }
        for (word, mode) in [
            ("disable", SslMode::Disable),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::Require),
            ("verify-full", SslMode::Require),
        ] {
            let url = format!("postgres://florin@db.example/florin?sslmode={word}");
            let config = config(&connect_options(&url, &[]).unwrap()).unwrap();
            assert_eq!(config.get_ssl_mode(), mode, "{word}");
        }
    }
}
