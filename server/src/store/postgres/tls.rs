//! TLS to PostgreSQL, by libpq's words: `sslmode`, `sslrootcert`, `sslcert`, `sslkey`.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Wakes, Poll};

use anyhow::Context;
use sqlx::postgres::PgSslMode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream as Encrypted;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::trust::{AnyName, Anybody};

/// What an address says about TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// `sslrootcert`: a file, or `system`.
    pub(super) root: Option<String>,
    /// `sslcert` and `sslkey`: files.
    pub(super) own: Option<(String, String)>,
}

/// How connections are encrypted, and whose certificate is believed.
#[derive(Clone)]
pub(super) struct Tls(Arc<ClientConfig>);

impl Tls {
    /// As libpq has it: `require` believes anybody, but whoever names a root means it; `verify-ca` asks for a certificate of that root, and
    /// `verify-full` also that it is for this host. Without `sslrootcert` the roots are the machine's.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or holds no certificate.
    pub(super) fn of(mode: PgSslMode, said: &Said) -> anyhow::Result<Tls> {
        anyhow::ensure!(
            said.root.as_deref() != Some("system") || matches!(mode, PgSslMode::VerifyFull),
            "sslrootcert=system believes every public authority, for any name: it needs sslmode=verify-full"
        );
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier(mode, said, provider)?);
        let config = match &said.own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let key = PrivateKeyDer::from_pem_file(key)
                    .with_context(|| format!("sslkey: {key} cannot be read"))?;
                builder.with_client_auth_cert(certificates("sslcert", certificate)?, key)?
            }
        };
        Ok(Tls(Arc::new(config)))
    }
}

fn verifier(
    mode: PgSslMode,
    said: &Said,
    provider: Arc<CryptoProvider>,
) -> anyhow::Result<Arc<dyn ServerCertVerifier>> {
    let by_roots = || -> anyhow::Result<Arc<WebPkiServerVerifier>> {
        let roots = Arc::new(roots(said.root.as_deref())?);
        Ok(WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build()?)
    };
    Ok(match mode {
        PgSslMode::VerifyFull => by_roots()?,
        PgSslMode::VerifyCa => Arc::new(AnyName(by_roots()?)),
        PgSslMode::Require if said.root.is_some() => Arc::new(AnyName(by_roots()?)),
        PgSslMode::Require | PgSslMode::Prefer | PgSslMode::Allow | PgSslMode::Disable => {
            Arc::new(Anybody(provider))
        }
    })
}

fn roots(said: Option<&str>) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match said {
        None | Some("system") => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            anyhow::ensure!(
                !roots.is_empty(),
                "this machine has no root certificates: install ca-certificates, or name a file in sslrootcert"
            );
        }
        Some(file) => {
            for certificate in certificates("sslrootcert", file)? {
                roots
                    .add(certificate)
                    .with_context(|| format!("sslrootcert: {file} holds no root"))?;
            }
        }
    }
    Ok(roots)
}

fn certificates(setting: &str, file: &str) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(Path::new(file)).and_then(Iterator::collect);
    let read: Vec<_> = read.with_context(|| format!("{setting}: {file} cannot be read"))?;
    anyhow::ensure!(!read.is_empty(), "{setting}: {file} holds no certificate in PEM");
    Ok(read)
}

/// What became of it, in a sentence that says what to do; nothing when it is not about TLS.
pub(super) fn in_words(error: &tokio_postgres::Error) -> Option<String> {
    let text = error.to_string();
    text.strip_prefix("error performing TLS handshake")?;
    let cause = std::error::Error::source(error).map_or(text, ToString::to_string);
    if cause.contains("does not support TLS") {
        return Some(
            "the PostgreSQL server offers no TLS, and sslmode asks for it: set ssl = on in its postgresql.conf, \
             or say sslmode=disable if the server is on this machine or on a network of your own"
                .to_owned(),
        );
    }
    Some(format!(
        "PostgreSQL's certificate is not believed: {cause}. sslrootcert must name the certificate that has signed the server's, \
         and for sslmode=verify-full the address's host must stand in it"
    ))
}

/// The sentence alone, where `sqlx` would say more around it.
pub(in crate::store) fn plainly(error: sqlx::Error) -> anyhow::Error {
    match error {
        sqlx::Error::Tls(sentence) => anyhow::anyhow!("{sentence}"),
        error => error.into(),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Secure<S>;
    type TlsConnect = To;
    type Error = tokio_rustls::rustls::pki_types::InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<To, Self::Error> {
        Ok(To(self.0.clone(), ServerName::try_from(host)?.to_owned()))
    }
}

/// One connection to be encrypted, to this host.
pub(super) struct To(Arc<ClientConfig>, ServerName<'static>);

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for To {
    type Stream = Secure<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Secure<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let connecting = TlsConnector::from(self.0).connect(self.1, stream);
        Box::pin(async move { connecting.await.map(Secure) })
    }
}

/// An encrypted connection.
pub(super) struct Secure<S>(Encrypted<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Secure<S> {
    fn channel_binding(&self) -> ChannelBinding {
        // Passwords are proved by SCRAM either way; who insists on a binding says verify-full.
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Secure<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        wakes: &mut Wakes<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(wakes, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Secure<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        wakes: &mut Wakes<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(wakes, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, wakes: &mut Wakes<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(wakes)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, wakes: &mut Wakes<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(wakes)
    }
}
