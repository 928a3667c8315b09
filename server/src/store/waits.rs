//! How long units of work wait for their turn at the database.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// All of them since somebody looked, and how many.
#[derive(Clone, Debug, Default)]
pub(super) struct Waits(Arc<Mutex<(Duration, u32)>>);

impl Waits {
    /// Somebody has waited.
    pub(super) fn note(&self, time: Duration) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *noted = (noted.0 + time, noted.1 + 1);
    }

    /// Their mean; then it begins anew. Nothing when nobody came.
    pub(super) fn take(&self) -> Duration {
        let (all, many) =
            std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.checked_div(many).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_told_once() {
        let waits = Waits::default();
        assert_eq!(waits.take(), Duration::ZERO);
        waits.note(Duration::from_millis(10));
        waits.clone().note(Duration::from_millis(30));
        assert_eq!(waits.take(), Duration::from_millis(20));
        assert_eq!(waits.take(), Duration::ZERO);
    }
}
