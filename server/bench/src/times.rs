//! Many durations, and what they say.

use std::time::Duration;

/// Durations of one kind.
#[derive(Default, Debug)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn join(&mut self, others: Times) {
        self.0.extend(others.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that so many in a thousand do not exceed.
    pub(crate) fn per_mille(&mut self, mille: usize) -> Duration {
        self.0.sort_unstable();
        let at = (self.0.len() * mille / 1000).min(self.0.len().saturating_sub(1));
        self.0.get(at).copied().unwrap_or_default()
    }
}
