//! A network that breaks: a proxy on one TCP address that passes bytes on, late, slowly, in one direction or not at all.
//!
//! What is under way feels every change at once. Chance is drawn from a seed.

mod requests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::requests::Requests;

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Fair,
    /// Nothing passes; what was sent meanwhile arrives afterwards, as after a pulled plug.
    Cut,
    /// Requests pass, replies are lost.
    RepliesLost,
    /// Nothing passes and nobody is told, and what is connected now stays so: the other side has forgotten it.
    HalfOpen,
    /// Every connection is reset, also new ones.
    Reset,
    /// So many bytes of a reply pass, and the connection ends.
    HalfBody(usize),
    /// Everything passes, each piece up to so many milliseconds late.
    Late(u64),
    /// So many bytes a second in each direction.
    Slow(u64),
    /// Every whole request arrives twice: the copy so many milliseconds later, over a connection of its own, and its answer is
    /// lost.
    Twice(u64),
    /// A whole request is held back until a later one has gone by and been answered, at most so many milliseconds.
    Overtaken(u64),
}

/// The proxy.
pub struct Chaos {
    /// Where it listens: `http://127.0.0.1:…`.
    pub url: String,
    weather: watch::Sender<Weather>,
    upstream: watch::Sender<Option<SocketAddr>>,
    shared: Arc<Shared>,
}

struct Shared {
    weather: watch::Receiver<Weather>,
    upstream: watch::Receiver<Option<SocketAddr>>,
    dice: AtomicU64,
    requests: Requests,
}

impl Chaos {
    /// Listens on a port of its own. Nothing passes before it is told where [`Chaos::to`].
    pub async fn start(seed: u64, stop: &CancellationToken) -> std::io::Result<Chaos> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (weather, weather_now) = watch::channel(Weather::Fair);
        let (upstream, upstream_now) = watch::channel(None);
        let shared = Arc::new(Shared {
            weather: weather_now,
            upstream: upstream_now,
            dice: AtomicU64::new(seed),
            requests: Requests::default(),
        });
        let (stop, ours) = (stop.clone(), shared.clone());
        tokio::spawn(async move {
            _ = stop.run_until_cancelled(accept(listener, ours)).await;
        });
        Ok(Chaos { url, weather, upstream, shared })
    }

    /// How many copies of requests have arrived so far.
    pub fn doubled(&self) -> u64 {
        self.shared.requests.doubled.load(Ordering::Relaxed)
    }

    /// How many requests have been overtaken so far.
    pub fn overtaken(&self) -> u64 {
        self.shared.requests.overtaken.load(Ordering::Relaxed)
    }

    /// Passes on to this address.
    pub fn to(&self, upstream: SocketAddr) {
        self.upstream.send_replace(Some(upstream));
    }

    /// From now on it is like this.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((near, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move { connect(near, shared).await });
    }
}

/// One connection. A side that ends, ends the other; whoever is told nothing keeps an open connection.
async fn connect(near: TcpStream, shared: Arc<Shared>) {
    let Some(upstream) = *shared.upstream.borrow() else { return };
    if *shared.weather.borrow() == Weather::Reset {
        // Nothing is left to be sent: the other side learns at once that there is nobody.
        _ = near.set_zero_linger();
        return;
    }
    let Ok(far) = TcpStream::connect(upstream).await else { return };
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let goes_by = Arc::new(AtomicBool::new(false));
    let mut request =
        Way { from: near_in, to: far_out, is_reply: false, passed: 0, goes_by: goes_by.clone() };
    let mut reply = Way { from: far_in, to: near_out, is_reply: true, passed: 0, goes_by };
    let mut ends = shared.weather.clone();
    let is_reset = tokio::select! {
        () = request.pass(&shared) => false,
        () = reply.pass(&shared) => false,
        _ = ends.wait_for(|weather| *weather == Weather::Reset) => true,
    };
    if is_reset {
        _ = request.from.as_ref().set_zero_linger();
    }
}

struct Way {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    is_reply: bool,
    /// Since the weather became [`Weather::HalfBody`].
    passed: usize,
    /// Whether the connection's request overtakes another one, and is not answered yet.
    goes_by: Arc<AtomicBool>,
}

impl Way {
    async fn pass(&mut self, shared: &Arc<Shared>) {
        let mut piece = [0; 4096];
        loop {
            let most = match *shared.weather.borrow() {
                Weather::Slow(_) => 64,
                _ => piece.len(),
            };
            let Ok(read) = self.from.read(&mut piece[..most]).await else { return };
            if read == 0 {
                return;
            }
            if !self.is_reply && requests::begins(&piece[..read]) {
                let weather = *shared.weather.borrow();
                if let Weather::Twice(_) | Weather::Overtaken(_) = weather {
                    let mut request = piece[..read].to_vec();
                    self.whole(shared, weather, &mut request).await;
                    if self.to.write_all(&request).await.is_err() {
                        return;
                    }
                    continue;
                }
            }
            match self.weathered(shared, read).await {
                Some(passes) if self.to.write_all(&piece[..passes]).await.is_err() => return,
                Some(passes) if passes < read => return,
                Some(_) if self.is_reply && self.goes_by.swap(false, Ordering::SeqCst) => {
                    shared.has_gone_by();
                }
                Some(_) | None => {}
            }
        }
    }

    /// Reads the rest of a request, and does to it what the weather does. It passes when this ends.
    async fn whole(&mut self, shared: &Arc<Shared>, weather: Weather, request: &mut Vec<u8>) {
        if !requests::complete(&mut self.from, request).await {
            return;
        }
        if let Weather::Twice(late) = weather {
            let (ours, copy) = (shared.clone(), request.clone());
            let late = Duration::from_millis(late);
            tokio::spawn(async move { ours.send_again(copy, late).await });
        }
        if let Weather::Overtaken(most) = weather {
            let goes_by = shared.goes_by(Duration::from_millis(most)).await;
            self.goes_by.store(goes_by, Ordering::SeqCst);
        }
    }

    /// How much of a piece passes, when it may; nothing at all if it is lost on the way.
    async fn weathered(&mut self, shared: &Shared, read: usize) -> Option<usize> {
        let now = *shared.weather.borrow();
        match now {
            Weather::Fair | Weather::Reset | Weather::Twice(_) | Weather::Overtaken(_) => {
                Some(read)
            }
            Weather::Cut => {
                _ = shared.weather.clone().wait_for(|later| *later != Weather::Cut).await;
                Some(read)
            }
            Weather::RepliesLost => (!self.is_reply).then_some(read),
            // Forgotten for ever, whatever the weather is later.
            Weather::HalfOpen => std::future::pending().await,
            Weather::HalfBody(most) => {
                let left = if self.is_reply { most.saturating_sub(self.passed) } else { read };
                self.passed += read;
                Some(read.min(left))
            }
            Weather::Late(most) => {
                shared.wait(now, shared.roll() % (most + 1)).await;
                Some(read)
            }
            Weather::Slow(rate) => {
                let bytes = u64::try_from(read).unwrap_or(u64::MAX);
                shared.wait(now, 1000 * bytes / rate.max(1)).await;
                Some(read)
            }
        }
    }
}

impl Shared {
    /// So many milliseconds, or until the weather is another one.
    async fn wait(&self, now: Weather, ms: u64) {
        let mut weather = self.weather.clone();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(ms)) => {}
            _ = weather.wait_for(|later| *later != now) => {}
        }
    }

    /// SplitMix64: the same seed, the same numbers.
    fn roll(&self) -> u64 {
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut number = self.dice.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}

#[cfg(test)]
mod tests;
