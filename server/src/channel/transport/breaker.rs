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
    // When the last answer came.
    heard: Option<Instant>,
}

/// Leave to call, with the time when it was given.
pub(super) struct Admitted(Instant);

impl Breaker {
    pub(super) fn new(most: u32, rest: Duration) -> Breaker {
        Breaker {
            most,
            rest,
            state: Mutex::new(State { failures: 0, next: Instant::now(), heard: None }),
        }
    }

    /// Whether a call may go out. While the channel fails, one call in each `rest` tries how it is; whether that call
    /// ever comes back does not matter, since the next one tries again.
    pub(super) fn admit(&self) -> Result<Admitted, ChannelError> {
        let mut state = self.state();
        let now = Instant::now();
        if state.failures < self.most {
            return Ok(Admitted(now));
        }
        if now < state.next {
            return Err(not_sent("the channel has failed several times in a row"));
        }
        state.next = now + self.rest;
        Ok(Admitted(now))
    }

    /// What became of a call. One that failed and had been sent before the last answer came says nothing of how the channel
    /// is now; and those that fail once calls are stopped do not put off the next that may try: both are calls that went
    /// out long ago and hung, and the channel may be back since.
    pub(super) fn learn(&self, admitted: Admitted, answered: bool) {
        let mut state = self.state();
        let now = Instant::now();
        if answered {
            state.failures = 0;
            state.heard = Some(now);
            return;
        }
        if state.heard.is_some_and(|heard| admitted.0 < heard) {
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures == self.most {
            state.next = now + self.rest;
        }
    }

    /// Whether calls are stopped.
    pub(super) fn is_open(&self) -> bool {
        self.state().failures >= self.most
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
