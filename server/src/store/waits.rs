//! How long units of work wait for their turn at the database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Stopwatch;

/// The line in front of the database.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits(Arc<Mutex<Line>>);

#[derive(Debug, Default)]
struct Line {
    /// All waits that have ended since somebody looked, and how many.
    ended: (Duration, u32),
    /// Who waits, in the order in which they came.
    waiting: BTreeMap<u64, Stopwatch>,
    came: u64,
}

/// Somebody's place in the line, until it is dropped.
#[derive(Debug)]
pub(super) struct Waiting {
    line: Waits,
    number: u64,
}

impl Waits {
    /// Somebody begins to wait.
    pub(super) fn begin(&self) -> Waiting {
        let mut line = self.line();
        line.came += 1;
        let number = line.came;
        line.waiting.insert(number, Stopwatch::start());
        Waiting { line: self.clone(), number }
    }

    /// The mean of the waits that have ended since somebody asked. If none has, how long the first in the line has waited by
    /// now: while a database stands still nobody's wait ends, and nobody must take that for quiet.
    pub(super) fn take(&self) -> Duration {
        let mut line = self.line();
        let (all, many) = std::mem::take(&mut line.ended);
        let first = line.waiting.first_key_value().map(|(_, watch)| watch.time());
        all.checked_div(many).or(first).unwrap_or_default()
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut line = self.line.line();
        if let Some(watch) = line.waiting.remove(&self.number) {
            line.ended = (line.ended.0 + watch.time(), line.ended.1 + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_millis(3);

    #[test]
    fn the_mean_of_what_has_ended_is_told_once() {
        let waits = Waits::default();
        assert_eq!(waits.take(), Duration::ZERO);
        let long = waits.begin();
        std::thread::sleep(MOMENT);
        drop((long, waits.clone().begin()));
        assert!(waits.take() >= MOMENT / 2);
        assert_eq!(waits.take(), Duration::ZERO);
    }

    #[test]
    fn whoever_waits_still_is_seen_again_and_again() {
        let waits = Waits::default();
        let first = waits.begin();
        std::thread::sleep(MOMENT);
        let _second = waits.begin();
        assert!(waits.take() >= MOMENT);
        assert!(waits.take() >= MOMENT, "nobody's wait has ended, and it is no shorter");
        drop(first);
        assert!(waits.take() >= MOMENT, "the first one's, ended, and not the second's");
    }
}
