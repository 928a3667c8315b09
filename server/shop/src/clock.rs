//! The time, so that tests can set it.

use std::sync::Arc;

use jiff::Timestamp;

/// Says what time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Clock {
        Clock::from(Timestamp::now)
    }

    /// A clock that stands still at `seconds` after 1970.
    pub fn stopped_at(seconds: i64) -> Clock {
        let then = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        Clock::from(move || then)
    }

    fn from(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}
