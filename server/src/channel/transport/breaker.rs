//! A circuit breaker: when a channel fails again and again, calls stop at once for a while instead of queueing up.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{ChannelError, not_sent};

pub(super) struct Breaker {
    most: u32,
    rest: Duration,
    state: Mutex<State>,
}

struct State {
    // In a row.
    failures: u32,
    // Once there are too many: when the next call may try.
    next: Instant,
}

impl Breaker {
    pub(super) fn new(most: u32, rest: Duration) -> Breaker {
        Breaker { most, rest, state: Mutex::new(State { failures: 0, next: Instant::now() }) }
    }

    /// Whether a call may go out. While the channel fails, one call in each `rest` tries how it is; whether that call
    /// ever comes back does not matter, since the next one tries again.
    pub(super) fn admit(&self) -> Result<(), ChannelError> {
        let mut state = self.state();
        let now = Instant::now();
        if state.failures < self.most {
            return Ok(());
        }
        if now < state.next {
            return Err(not_sent("the channel has failed several times in a row"));
        }
        state.next = now + self.rest;
        Ok(())
    }

    /// What became of a call.
    pub(super) fn learn(&self, answered: bool) {
        let mut state = self.state();
        if answered {
            state.failures = 0;
            return;
        }
        state.failures = state.failures.saturating_add(1);
        state.next = Instant::now() + self.rest;
    }

    /// Whether calls are stopped.
    pub(super) fn is_open(&self) -> bool {
        self.state().failures >= self.most
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
