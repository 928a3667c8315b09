//! The time. The sandbox is the outside world, so it may look at the real clock, but only here.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use tokio::time::Instant;

/// The clock of one sandbox, which can be put forward or back: a test need not wait for what takes days.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        real_now() + self.ahead_ms()
    }

    pub(crate) fn ahead_ms(&self) -> i64 {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn put_ahead(&self, ms: i64) {
        self.0.store(ms, Ordering::Release);
    }
}

/// How long something takes, whatever is done to the clocks meanwhile.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub(crate) fn time(&self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "the outside world has a clock of its own")]
fn real_now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since_epoch.as_millis() as i64
}

/// ISO 8601, whole seconds, at +08:00: the form of time in most channels' bodies.
pub(crate) fn iso(at_ms: i64) -> String {
    shown(at_ms, "%Y-%m-%dT%H:%M:%S%:z")
}

/// The day at +08:00, as it stands in payment ids.
pub(crate) fn day(at_ms: i64) -> String {
    shown(at_ms, "%Y%m%d")
}

/// Reads ISO 8601 with an offset.
pub(crate) fn parse_iso(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// Fourteen digits from the year to the second at +08:00, as they stand in some ids.
pub(crate) fn stamp(at_ms: i64) -> String {
    shown(at_ms, "%Y%m%d%H%M%S")
}

/// In a form of its own, at +08:00.
pub(crate) fn shown(at_ms: i64, format: &str) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    let east_eight = TimeZone::fixed(Offset::constant(8));
    at.to_zoned(east_eight).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read_at_east_eight() {
        let at = parse_iso("2026-11-18T12:10:00+08:00").unwrap();
        assert_eq!(iso(at), "2026-11-18T12:10:00+08:00");
        assert_eq!(day(at), "20261118");
        assert_eq!(stamp(at), "20261118121000");
    }
}
