//! The time and randomness, injected, so that tests can set both. Nobody else reads a clock or draws a number.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Instant, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// Where the time comes from.
#[derive(Clone)]
pub enum Clock {
    /// The machine's.
    System,
    /// A test's: stands still until it is moved.
    Set(Arc<AtomicI64>),
    /// The machine's, moved by so many milliseconds.
    Shifted(Arc<AtomicI64>),
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Millis {
        match self {
            Clock::System => machine(),
            Clock::Set(at) => at.load(Ordering::Relaxed),
            Clock::Shifted(by) => machine() + by.load(Ordering::Relaxed),
        }
    }
}

/// The one place where the machine's clocks are read. The wall clock may be set back; then the time since the start goes
/// on, so that nothing waits for an hour to come again.
#[allow(clippy::disallowed_methods)]
fn machine() -> Millis {
    static START: LazyLock<(Instant, Millis)> = LazyLock::new(|| (Instant::now(), wall()));
    let (started, then) = *START;
    let since = i64::try_from(started.elapsed().as_millis()).unwrap_or(0);
    wall().max(then + since)
}

#[allow(clippy::disallowed_methods)]
fn wall() -> Millis {
    jiff::Timestamp::try_from(SystemTime::now()).map_or(0, |now| now.as_millisecond())
}

/// How long something takes: for figures, never for decisions.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins.
    #[allow(clippy::disallowed_methods)]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// Seconds since then.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// RFC 3339 in UTC, to the second: the wire's form of a time.
pub fn rfc3339(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| String::new(), |at| format!("{at:.0}"))
}

/// The day that a time is in, in UTC: days since 1970.
pub fn day(at: Millis) -> i64 {
    at.div_euclid(24 * 60 * 60 * 1000)
}

/// Where randomness comes from.
#[derive(Clone)]
pub enum Random {
    /// The operating system's generator.
    System,
    /// A test's: SHA-256 of a counter that begins at a seed, the same in every run.
    Seeded(Arc<AtomicU64>),
}

impl Random {
    /// `N` random bytes, at most 32.
    ///
    /// # Panics
    /// When the operating system has no randomness: without it no id is safe, and nothing may go on.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            #[allow(clippy::expect_used)]
            Random::System => {
                SystemRandom::new().fill(&mut bytes).expect("the operating system's randomness")
            }
            Random::Seeded(counter) => {
                let drawn = digest(&SHA256, &counter.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                bytes.copy_from_slice(&drawn.as_ref()[..N]);
            }
        }
        bytes
    }

    /// Sixteen bytes of which the first six are the time, so that an index of such ids grows at its end.
    pub fn dated(&self, now: Millis) -> [u8; 16] {
        let mut bytes = self.bytes::<16>();
        bytes[..6].copy_from_slice(&now.to_be_bytes()[2..]);
        bytes
    }

    /// Up to `most` milliseconds, to spread what would otherwise happen at once.
    pub fn jitter(&self, most: Millis) -> Millis {
        let drawn = u32::from_be_bytes(self.bytes::<4>());
        i64::from(drawn) * most / i64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_utc_to_the_second() {
        assert_eq!(rfc3339(1_794_974_491_250), "2026-11-18T04:01:31Z");
    }

    #[test]
    fn dated_ids_grow_with_time() {
        let random = Random::System;
        assert!(random.dated(1) < random.dated(2));
        assert_ne!(random.dated(1), random.dated(1));
    }
}
