//! The end, in order: not ready and no new work; a moment later no new connections; what has begun is finished; then
//! the process ends. What cannot be finished in time is left as a crash would leave it, and the next start goes on.

use std::time::Duration;

use anyhow::Context;
use florin_server::config::Limits;
use florin_server::http::listen::{Doors, Each};
use florin_server::{App, config, metrics, worker};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Running;

/// What a listener allows. The idle time is longer than any page waits between two polls.
pub(super) const DOORS: Doors = Doors {
    connections: 15_000,
    kept: 0,
    each: Each::All(usize::MAX),
    head: Duration::from_secs(30),
};

/// Files that are no connections of shoppers: the database, channels, merchants, logs.
const RESERVE: u64 = 512;

/// One connection more for so many is kept for channels' messages.
const KEPT: usize = 32;

/// The listener of shoppers, merchants and channels: as many connections as wanted, if the process may have so many open files.
pub(super) fn doors(limits: &Limits) -> Doors {
    let connections = connections(limits.connections);
    let each = match limits.connections_per_client {
        // Many shoppers of one carrier or office share an address; eight hosts together could still take all.
        None => Each::FromOutside((connections / 8).max(1)),
        Some(0) => Each::All(usize::MAX),
        Some(most) => Each::All(most),
    };
    Doors { connections, kept: connections / KEPT, each, ..DOORS }
}

fn connections(wanted: Option<usize>) -> usize {
    let now = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: now.maximum, maximum: now.maximum };
    _ = setrlimit(Resource::Nofile, raised);
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let most = usize::try_from(files.saturating_sub(RESERVE).max(64)).unwrap_or(usize::MAX);
    wanted.unwrap_or(DOORS.connections).min(most - most / KEPT)
}

/// Keeps the figures small until the end.
pub(super) async fn upkeep(close: CancellationToken) {
    while !close.is_cancelled() {
        metrics::upkeep();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
            () = close.cancelled() => {}
        }
    }
}

/// The signals that end us.
pub(super) struct Stop {
    manager: Signal,
    keyboard: Signal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// By the service manager: others must notice that we go.
    ByManager,
    /// By a person at a terminal, who waits.
    ByKeyboard,
}

impl Stop {
    /// From here on the signals are ours.
    pub(super) fn on_signals() -> anyhow::Result<Stop> {
        let listen = |kind| signal(kind).context("signals cannot be listened to");
        Ok(Stop {
            manager: listen(SignalKind::terminate())?,
            keyboard: listen(SignalKind::interrupt())?,
        })
    }

    async fn asked(&mut self) -> Asked {
        tokio::select! {
            _ = self.manager.recv() => Asked::ByManager,
            _ = self.keyboard.recv() => Asked::ByKeyboard,
        }
    }

    /// Waits until somebody asks, and ends what runs; at once when asked again.
    pub(super) async fn run(mut self, app: &App, running: Running, how: &config::Stop) {
        let asked = self.asked().await;
        tokio::select! {
            () = end(app, running, how, asked) => {}
            _ = self.asked() => tracing::warn!("asked again: ending at once"),
        }
    }
}

async fn end(app: &App, running: Running, how: &config::Stop, asked: Asked) {
    tracing::info!("stopping: not ready, no new work");
    app.life.stop();
    running.work.cancel();
    if asked == Asked::ByManager {
        tokio::time::sleep(Duration::from_secs(how.grace_seconds)).await;
    }
    tracing::info!("stopping: no new connections; finishing what has begun");
    running.close.cancel();
    let rest = async {
        running.listeners.wait().await;
        worker::wait(app, running.workers).await;
    };
    match tokio::time::timeout(Duration::from_secs(how.deadline_seconds), rest).await {
        Ok(()) => tracing::info!("stopped: everything that had begun is finished"),
        Err(_) => {
            tracing::warn!("stopped at the deadline; the next start goes on with what was left")
        }
    }
}
