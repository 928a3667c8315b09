//! Whole requests, told apart so that one can arrive twice, or be overtaken by a later one.
//!
//! HTTP/1.1 without pipelining, as all who speak here speak it: who has not been answered sends no second request, so what
//! begins like a request is the beginning of one. A body of unknown length is never doubled and never held.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::Notify;

use super::{Shared, Weather};

/// For how long somebody listens to the answer to a copy, which nobody gets.
const LISTENS: Duration = Duration::from_secs(10);

/// What was done to requests, and who is held just now.
#[derive(Default)]
pub(super) struct Requests {
    pub(super) doubled: AtomicU64,
    pub(super) overtaken: AtomicU64,
    is_holding: AtomicBool,
    gone_by: Notify,
}

/// Whether this is how a request begins.
pub(super) fn begins(piece: &[u8]) -> bool {
    ["GET /", "POST /", "PUT /", "PATCH /", "DELETE /"]
        .iter()
        .any(|begin| piece.starts_with(begin.as_bytes()))
}

/// Reads on until the request is whole: false when its end cannot be known, or does not come.
pub(super) async fn complete(from: &mut OwnedReadHalf, request: &mut Vec<u8>) -> bool {
    let mut piece = [0; 4096];
    loop {
        match length(request) {
            Some(Some(length)) if request.len() >= length => return true,
            Some(None) => return false,
            Some(Some(_)) | None => {}
        }
        match from.read(&mut piece).await {
            Ok(read @ 1..) => request.extend_from_slice(&piece[..read]),
            Ok(_) | Err(_) => return false,
        }
    }
}

/// How long the whole request is. Nothing before its head is there; nothing inside if its head does not say.
fn length(request: &[u8]) -> Option<Option<usize>> {
    let head = request.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let field = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    };
    if field("transfer-encoding").is_some() {
        return Some(None);
    }
    Some(field("content-length").unwrap_or("0").parse().ok().map(|body: usize| head + body))
}

impl Shared {
    /// The same request once more, over a connection of its own and so much later. Its answer is lost.
    pub(super) async fn send_again(&self, request: Vec<u8>, late: Duration) {
        tokio::time::sleep(late).await;
        let Some(upstream) = *self.upstream.borrow() else { return };
        let Ok(mut far) = TcpStream::connect(upstream).await else { return };
        if far.write_all(&request).await.is_err() {
            return;
        }
        self.requests.doubled.fetch_add(1, Ordering::Relaxed);
        let mut lost = [0; 4096];
        let listening = async { while let Ok(1..) = far.read(&mut lost).await {} };
        _ = tokio::time::timeout(LISTENS, listening).await;
    }

    /// Waits until a later request has gone by and been answered, at most so long; where one is waiting already, it is this
    /// one that goes by, and true is the answer.
    pub(super) async fn goes_by(&self, most: Duration) -> bool {
        let gone_by = self.requests.gone_by.notified();
        if self.requests.is_holding.swap(true, Ordering::SeqCst) {
            return true;
        }
        let mut weather = self.weather.clone();
        tokio::select! {
            () = gone_by => {
                self.requests.overtaken.fetch_add(1, Ordering::Relaxed);
            }
            () = tokio::time::sleep(most) => {}
            _ = weather.wait_for(|later| !matches!(later, Weather::Overtaken(_))) => {}
        }
        self.requests.is_holding.store(false, Ordering::SeqCst);
        false
    }

    /// Who went by has been answered.
    pub(super) fn has_gone_by(&self) {
        self.requests.gone_by.notify_waiters();
    }
}
