//! The time and randomness, injected, so that tests can set both. Nobody else reads a clock or draws a number.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// Where the time comes from.
#[derive(Clone)]
pub enum Clock {
    /// The machine's.
    System,
    /// The machine's as it was when it was first read, and the time that has passed since: who sets the machine's clock
    /// does not move it.
    Steady,
    /// A test's: stands still until it is moved.
    Set(Arc<AtomicI64>),
    /// The machine's, moved by so many milliseconds.
    Shifted(Arc<AtomicI64>),
    /// A database's, which several machines share.
    Followed(Arc<Followed>),
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Millis {
        match self {
            Clock::System => machine(),
            Clock::Steady => steady(),
            Clock::Set(at) => at.load(Ordering::Relaxed),
            Clock::Shifted(by) => machine() + by.load(Ordering::Relaxed),
            Clock::Followed(followed) => followed.now(),
        }
    }

    /// The same machine's, for measuring another by it: a step of ten minutes must not move what is followed.
    pub fn steadied(self) -> Clock {
        match self {
            Clock::System => Clock::Steady,
            other => other,
        }
    }

    /// By how much the machine's clock was set ahead since it was first read, for whoever goes by the steady one.
    pub fn step(&self) -> Millis {
        match self {
            Clock::Steady => wall() - steady(),
            Clock::System | Clock::Set(_) | Clock::Shifted(_) | Clock::Followed(_) => 0,
        }
    }
}

/// A clock that stands elsewhere, told by this machine's and the measured difference between the two. It never goes back:
/// when the other one was set back, this one runs at half its speed until they agree.
pub struct Followed {
    here: Clock,
    course: RwLock<Course>,
    latest: AtomicI64,
}

/// By how much the other clock is ahead.
#[derive(Clone, Copy)]
struct Course {
    /// When this course was taken, by this machine's clock.
    since: Millis,
    /// Its lead as it was used until then.
    from: Millis,
    /// Its lead as it was measured then.
    to: Millis,
}

impl Course {
    fn lead(self, here: Millis) -> Millis {
        let slowed = self.from - (here - self.since).max(0) / 2;
        self.to.max(slowed)
    }
}

impl Followed {
    /// The other clock is ahead of `here` by so much.
    pub fn new(here: Clock, lead: Millis) -> Followed {
        let course = Course { since: here.now(), from: lead, to: lead };
        Followed { here, course: RwLock::new(course), latest: AtomicI64::new(Millis::MIN) }
    }

    /// This machine's own clock: for measuring.
    pub fn machine(&self) -> &Clock {
        &self.here
    }

    /// It was measured again: this is its lead. Gives by how much that differs from what was taken for its lead.
    pub fn steer(&self, lead: Millis) -> Millis {
        let here = self.here.now();
        let mut course = self.course.write().unwrap_or_else(PoisonError::into_inner);
        let before = course.lead(here);
        *course = Course { since: here, from: before.max(lead), to: lead };
        lead - before
    }

    fn now(&self) -> Millis {
        let here = self.here.now();
        let course = *self.course.read().unwrap_or_else(PoisonError::into_inner);
        let at = here + course.lead(here);
        self.latest.fetch_max(at, Ordering::Relaxed).max(at)
    }
}

/// The one place where the machine's clocks are read. The wall clock may be set back; then the time since the start goes
/// on, so that nothing waits for an hour to come again.
fn machine() -> Millis {
    wall().max(steady())
}

/// The time since the start goes on, whatever is set.
#[allow(clippy::disallowed_methods)]
fn steady() -> Millis {
    static START: LazyLock<(Instant, Millis)> = LazyLock::new(|| (Instant::now(), wall()));
    let (started, then) = *START;
    then + i64::try_from(started.elapsed().as_millis()).unwrap_or(0)
}

#[allow(clippy::disallowed_methods)]
fn wall() -> Millis {
    let now = jiff::Timestamp::try_from(SystemTime::now()).map_or(0, |now| now.as_millisecond());
    #[cfg(feature = "failpoints")]
    let now = now + crate::point::ahead();
    now
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

    /// How long ago that was.
    pub fn time(self) -> Duration {
        self.0.elapsed()
    }

    /// The same in seconds, for figures.
    pub fn seconds(self) -> f64 {
        self.time().as_secs_f64()
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

    fn set(at: Millis) -> (Clock, Arc<AtomicI64>) {
        let here = Arc::new(AtomicI64::new(at));
        (Clock::Set(here.clone()), here)
    }

    #[test]
    fn a_clock_that_is_followed_is_told_by_its_lead() {
        let (machine, here) = set(1_000);
        let followed = Followed::new(machine, -400);
        assert_eq!(followed.now(), 600);
        here.store(2_000, Ordering::Relaxed);
        assert_eq!(followed.now(), 1_600);
        assert_eq!(followed.steer(100), 500);
        assert_eq!(followed.now(), 2_100, "what was too late is right at once");
    }

    #[test]
    fn a_clock_that_was_set_back_is_waited_for_and_never_followed_back() {
        let (machine, here) = set(0);
        let followed = Followed::new(machine, 10_000);
        assert_eq!(followed.now(), 10_000);
        assert_eq!(followed.steer(9_000), -1_000);
        let mut before = followed.now();
        for at in 1..=2_000 {
            here.store(at, Ordering::Relaxed);
            let now = followed.now();
            assert!(now >= before, "{now} after {before}");
            before = now;
        }
        assert_eq!(before, 11_000, "after twice the step they agree");
        here.store(5_000, Ordering::Relaxed);
        assert_eq!(followed.now(), 14_000);
    }

    #[test]
    fn a_machine_that_is_set_back_takes_nobody_back() {
        let (machine, here) = set(5_000);
        let followed = Followed::new(machine, 0);
        assert_eq!(followed.now(), 5_000);
        here.store(1_000, Ordering::Relaxed);
        assert_eq!(followed.now(), 5_000);
    }

    #[test]
    fn ids_are_drawn_from_every_bit() {
        let (drawn, mut ones) = (100_000, [0; 160]);
        let ids: std::collections::BTreeSet<[u8; 20]> =
            (0..drawn).map(|_| Random::System.bytes()).collect();
        assert_eq!(ids.len(), drawn, "two are the same");
        for id in &ids {
            for (bit, count) in ones.iter_mut().enumerate() {
                *count += usize::from(id[bit / 8] >> (bit % 8) & 1);
            }
        }
        // Seven standard deviations: once in a billion runs.
        let is_even = |count: &usize| count.abs_diff(drawn / 2) < 1_107;
        assert!(ones.iter().all(is_even), "{ones:?}");
    }

    #[test]
    fn dated_ids_grow_with_time() {
        let random = Random::System;
        assert!(random.dated(1) < random.dated(2));
        assert_ne!(random.dated(1), random.dated(1));
    }
}
