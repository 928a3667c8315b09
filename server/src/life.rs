//! Whether this process is well: is it stopping, do its workers turn, does its database take a write.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Millis};
use crate::store::{Store, operate};

/// A worker that has not come round for this long hangs. Longer than its slowest turn: calls to a silent channel.
pub const LATE: Millis = 120_000;

/// How long an answer about the database is good for, so that whoever asks often does not load it.
const FRESH: Millis = 1_000;

/// A database that takes longer than this to take a write is not one to send shoppers to.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is known of this process. One for each [`crate::App`].
#[derive(Default)]
pub struct Life {
    stopping: AtomicBool,
    beats: Mutex<BTreeMap<&'static str, Millis>>,
    database: tokio::sync::Mutex<Option<(Millis, Result<(), &'static str>)>>,
}

/// What `/readyz` tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Not told to stop.
    pub running: bool,
    /// What is wrong with the database, if anything.
    pub database: Result<(), &'static str>,
    /// Workers that hang; absent before any has begun.
    pub late: Option<Vec<&'static str>>,
}

impl Health {
    /// Whether requests should be sent here.
    pub fn is_ready(&self) -> bool {
        self.running && self.database.is_ok() && self.late.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Life {
    /// From now on nothing new should be sent here.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it has been told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// A worker has come round.
    pub fn beat(&self, worker: &'static str, now: Millis) {
        self.beats().insert(worker, now);
    }

    /// Every worker, and how many milliseconds ago it came round.
    pub fn ages(&self, now: Millis) -> Vec<(&'static str, Millis)> {
        self.beats().iter().map(|(name, at)| (*name, (now - at).max(0))).collect()
    }

    /// Looks at everything.
    pub async fn look(&self, store: &Store, clock: &Clock) -> Health {
        let ages = self.ages(clock.now());
        let late = ages.iter().filter(|(_, age)| *age > LATE).map(|(name, _)| *name).collect();
        Health {
            running: !self.is_stopping(),
            database: self.database(store, clock).await,
            late: (!ages.is_empty()).then_some(late),
        }
    }

    /// One question at a time, and its answer for everyone who asks within a second.
    async fn database(&self, store: &Store, clock: &Clock) -> Result<(), &'static str> {
        let mut known = self.database.lock().await;
        let now = clock.now();
        if let Some((at, found)) = *known
            && now - at < FRESH
        {
            return found;
        }
        let found = match tokio::time::timeout(PATIENCE, probe(store, now)).await {
            Ok(found) => found,
            Err(_) => Err("it does not answer in time"),
        };
        *known = Some((now, found));
        found
    }

    fn beats(&self) -> MutexGuard<'_, BTreeMap<&'static str, Millis>> {
        self.beats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn probe(store: &Store, now: Millis) -> Result<(), &'static str> {
    let written = operate::touch(store, now).await;
    written.map_err(|error| {
        tracing::warn!(?error, "the database does not take a write");
        "it does not take a write"
    })?;
    match crate::store::migrate::pending(store).await {
        Ok(pending) if pending.is_empty() => Ok(()),
        Ok(_) => Err("migrations are missing"),
        Err(_) => Err("its migrations cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_when_everything_is() {
        let well = Health { running: true, database: Ok(()), late: Some(Vec::new()) };
        assert!(well.is_ready());
        for ill in [
            Health { running: false, ..well.clone() },
            Health { database: Err("gone"), ..well.clone() },
            Health { late: Some(vec!["expiry"]), ..well.clone() },
            Health { late: None, ..well.clone() },
        ] {
            assert!(!ill.is_ready(), "{ill:?}");
        }
    }

    #[test]
    fn a_worker_is_as_old_as_its_last_turn() {
        let life = Life::default();
        life.beat("expiry", 1_000);
        life.beat("expiry", 3_000);
        assert_eq!(life.ages(3_500), [("expiry", 500)]);
        assert_eq!(life.ages(2_000), [("expiry", 0)], "a clock set back is no age");
    }
}
