//! A merchant's endpoint that remembers everything, and takes nothing that is not signed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The demo merchant's secret.
pub const SECRET: &str = "whsec_Zmxvcmluc2FuZGJveGRlbW9zZWNyZXQwMDAx";

/// Where redirects lead. Nobody may follow them, so nothing ever comes here.
pub const TRAP: &str = "/trap";

/// A message as it came in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// To which path.
    pub path: String,
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// The exact body.
    pub raw: String,
}

impl Message {
    /// The body, or null.
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.raw).unwrap_or_default()
    }

    /// Whether one of these secrets (`whsec_…`) has signed it.
    pub fn is_signed(&self, secrets: &[String]) -> bool {
        let signed = format!("{}.{}.{}", self.id, self.timestamp, self.raw);
        let macs = self.signature.split(' ').filter_map(|mac| mac.strip_prefix("v1,"));
        let macs: Vec<Vec<u8>> = macs.filter_map(|mac| STANDARD.decode(mac).ok()).collect();
        let keys = secrets.iter().filter_map(|secret| secret.strip_prefix("whsec_"));
        keys.filter_map(|key| STANDARD.decode(key).ok()).any(|key| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            macs.iter().any(|mac| hmac::verify(&key, signed.as_bytes(), mac).is_ok())
        })
    }
}

#[derive(Default)]
struct Kept {
    messages: Vec<Message>,
    refused: Vec<Message>,
    answers: BTreeMap<String, u16>,
    slow: BTreeMap<String, Duration>,
    secrets: Vec<String>,
}

/// The endpoint.
#[derive(Clone)]
pub struct Merchant {
    /// Where it listens: `http://127.0.0.1:…`.
    pub url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Merchant {
    /// Listens on a port of its own, until it is told to stop.
    pub async fn start(stop: &CancellationToken) -> anyhow::Result<Merchant> {
        Merchant::listen(([127, 0, 0, 1], 0).into(), stop).await
    }

    /// The same at this address.
    pub async fn listen(address: SocketAddr, stop: &CancellationToken) -> anyhow::Result<Merchant> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let kept = Arc::<Mutex<Kept>>::default();
        kept.lock().unwrap_or_else(PoisonError::into_inner).secrets.push(SECRET.to_owned());
        let router = Router::new().fallback(hear).with_state(kept.clone());
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(
            async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await },
        );
        Ok(Merchant { url, kept })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address for sessions.
    pub fn hook(&self) -> String {
        format!("{}/hook", self.url)
    }

    /// From now on this path is answered so. A redirect leads to [`TRAP`].
    pub fn answer(&self, path: &str, status: u16) {
        self.kept().answers.insert(path.to_owned(), status);
    }

    /// From now on this path is answered so late.
    pub fn slow(&self, path: &str, time: Duration) {
        self.kept().slow.insert(path.to_owned(), time);
    }

    /// This secret too may sign.
    pub fn trust(&self, secret: &str) {
        self.kept().secrets.push(secret.to_owned());
    }

    /// Everything that came and was taken, and by what it may be signed.
    pub fn heard(&self) -> Heard {
        let kept = self.kept();
        let (messages, refused) = (kept.messages.clone(), kept.refused.clone());
        Heard { messages, refused, secrets: kept.secrets.clone() }
    }
}

async fn hear(
    State(kept): State<Arc<Mutex<Kept>>>,
    uri: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response {
    let wait = kept.lock().unwrap_or_else(PoisonError::into_inner).slow.get(uri.path()).copied();
    tokio::time::sleep(wait.unwrap_or_default()).await;
    let text = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = kept.answers.get(uri.path()).copied().unwrap_or(200);
    if answer != 200 {
        let status = StatusCode::from_u16(answer).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return (status, [(header::LOCATION, TRAP)]).into_response();
    }
    let message = Message {
        path: uri.path().to_owned(),
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        raw: String::from_utf8_lossy(&raw).into_owned(),
    };
    // Also when the secret is on its way to us: the message comes again.
    if !message.is_signed(&kept.secrets) {
        kept.refused.push(message);
        return StatusCode::UNAUTHORIZED.into_response();
    }
    kept.messages.push(message);
    StatusCode::OK.into_response()
}

/// What an endpoint received, in the order in which it came.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Messages that were answered with 200.
    pub messages: Vec<Message>,
    /// Messages that nobody known had signed, and that were answered with 401.
    pub refused: Vec<Message>,
    /// Who may sign.
    pub secrets: Vec<String>,
}

impl Heard {
    /// Messages that were kept in a file, one a line as JSON.
    pub fn read(path: &Path, secrets: Vec<String>) -> anyhow::Result<Heard> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let lines = text.lines().map(serde_json::from_str);
        let messages = lines.collect::<Result<_, _>>().context("a line is no message")?;
        Ok(Heard { messages, refused: Vec::new(), secrets })
    }

    /// The same as a file holds them.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = String::new();
        for message in &self.messages {
            text.push_str(&serde_json::to_string(message)?);
            text.push('\n');
        }
        Ok(std::fs::write(path, text)?)
    }
}
