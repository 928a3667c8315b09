//! The listener: connections in bounded number, in all and of one client, heads in bounded time, and an end at which nobody's request is
//! lost.

mod clients;
pub(super) mod kept;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use self::clients::Clients;
use self::kept::{Kept, SOON};
use super::peer::Peer;

/// What a listener allows.
#[derive(Clone, Copy, Debug)]
pub struct Doors {
    /// Open connections. Beyond them and those that are kept the kernel lets newcomers wait, and then refuses them.
    pub connections: usize,
    /// How many more there are when all of these are taken, for channels' messages: who asks anything else there is refused.
    pub kept: usize,
    /// How many of them one client may hold.
    pub each: Each,
    /// For the head of a request, for how long a connection may be idle, and for how long its other side may not read.
    pub head: Duration,
}

/// How many connections one client may hold: an address, or with IPv6 the /64 that one host may choose its addresses from. One more is
/// closed at once. So no single host can take all of them, and shut the channels' messages out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// So many. Addresses of our own machine and network are not counted: there the proxies are, behind which everybody stands.
    FromOutside(usize),
    /// So many, wherever they come from.
    All(usize),
}

/// The kernel may hold connections that are complete and that we have not taken yet: how long they get to be served.
const LAST_ONES: Duration = Duration::from_millis(300);

/// Serves until `close`, then refuses new connections and serves to its end what has begun.
pub async fn serve(listener: TcpListener, router: Router, doors: Doors, close: CancellationToken) {
    let mut room = Room::new(router, doors);
    loop {
        let place = tokio::select! {
            place = room.place() => place,
            () = close.cancelled() => break,
        };
        let Some(place) = place else { break };
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => room.seat(stream, Peer(peer), place),
                Err(error) => unaccepted(&error).await,
            },
            () = close.cancelled() => break,
        }
    }
    room.last_ones(listener);
    tokio::time::sleep(LAST_ONES).await;
    room.all.shutdown().await;
}

/// A connection's place.
struct Place {
    held: OwnedSemaphorePermit,
    is_kept: bool,
}

fn places(most: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)))
}

struct Room {
    router: Router,
    doors: Doors,
    all: GracefulShutdown,
    places: Arc<Semaphore>,
    kept: Arc<Semaphore>,
    clients: Clients,
    at_kept: Clients,
}

impl Room {
    fn new(router: Router, doors: Doors) -> Room {
        Room {
            router,
            doors,
            all: GracefulShutdown::new(),
            places: places(doors.connections),
            kept: places(doors.kept),
            clients: Clients::of(doors.each),
            at_kept: Clients::of(kept::each(doors)),
        }
    }

    /// The next free place: one that is kept only when there is no other.
    async fn place(&self) -> Option<Place> {
        let (held, is_kept) = tokio::select! {
            biased;
            held = self.places.clone().acquire_owned() => (held, false),
            held = self.kept.clone().acquire_owned() => (held, true),
        };
        Some(Place { held: held.ok()?, is_kept })
    }

    fn seat(&mut self, stream: TcpStream, peer: Peer, mut place: Place) {
        // Closed without a word: whoever holds so many gets no more of our time.
        let Some(held) = self.clients.admit(peer.0.ip()) else { return };
        // Answers are small, and a shopper waits for each of them.
        _ = stream.set_nodelay(true);
        give_up_on_deaf(&stream, self.doors.head);
        // While nobody came, another one may have become free.
        if place.is_kept
            && let Ok(held) = self.places.clone().try_acquire_owned()
        {
            place = Place { held, is_kept: false };
        }
        let one_of_kept = match place.is_kept {
            true => match self.at_kept.admit(peer.0.ip()) {
                Some(held) => Some(held),
                None => return,
            },
            false => None,
        };
        let head = if place.is_kept { self.doors.head.min(SOON) } else { self.doors.head };
        let router = self.router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            if place.is_kept {
                request.extensions_mut().insert(Kept);
            }
            request
        });
        let service = TowerToHyperService::new(router);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head)
            .keep_alive(!place.is_kept)
            .max_buf_size(32 * 1024)
            .serve_connection(TokioIo::new(stream), service);
        let watched = self.all.watch(connection);
        tokio::spawn(async move {
            // A connection that breaks is its client's affair.
            _ = watched.await;
            drop((place.held, held, one_of_kept));
        });
    }

    /// Takes what the kernel has already completed for us, so that closing the listener breaks nobody's connection.
    fn last_ones(&mut self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, peer)) = listener.accept() {
            let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
            if let (Ok(stream), Some(Some(place))) = (stream, self.place().now_or_never()) {
                self.seat(stream, Peer(peer), place);
            }
        }
    }
}

/// Who asks and then never reads would keep the connection for ever: a full window has no time limit of its own.
fn give_up_on_deaf(stream: &TcpStream, most: Duration) {
    #[cfg(target_os = "linux")]
    {
        let milliseconds = u32::try_from(most.as_millis()).unwrap_or(u32::MAX);
        if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, milliseconds) {
            tracing::debug!(%error, "a connection has no time limit for reading");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _only_linux_counts_this = (stream, most);
}

/// Out of file handles, most likely: waiting a moment lets some of them be closed.
async fn unaccepted(error: &std::io::Error) {
    let gone = [std::io::ErrorKind::ConnectionAborted, std::io::ErrorKind::ConnectionReset];
    if !gone.contains(&error.kind()) {
        tracing::error!(%error, "a connection could not be accepted");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
