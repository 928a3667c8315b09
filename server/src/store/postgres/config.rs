//! Where PostgreSQL is, and how long it may take.

use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

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

/// The same for everything but migrations.
pub(in crate::store) fn config(options: &PgConnectOptions) -> anyhow::Result<Config> {
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
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => SslMode::Prefer,
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
        let host = tokio_postgres::config::Host::Unix("/run/postgresql".into());
        assert_eq!(config.get_hosts(), [host]);
    }
}
