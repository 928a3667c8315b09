//! An open loop: whoever comes, comes when it was planned, whether those before are served or not. What is measured is measured
//! from the planned time, so that a server that stalls cannot hide it by keeping its callers from asking (coordinated omission).

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// So many a second, for so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrivals {
    /// The first number that somebody gets.
    pub(crate) first: u64,
    /// How many a second.
    pub(crate) rate: u64,
    /// For how long.
    pub(crate) time: Duration,
}

impl Arrivals {
    /// How many come.
    pub(crate) fn all(&self) -> u64 {
        self.rate * u64::try_from(self.time.as_millis()).unwrap_or(u64::MAX) / 1000
    }

    /// Lets them come; each is told its number and when it was meant to come. Ends when the last has left.
    pub(crate) async fn each<F>(self, shopper: impl Fn(u64, Instant) -> F) -> Vec<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let begun = Instant::now();
        let mut inside = JoinSet::new();
        for number in 0..self.all() {
            let planned = begun + Duration::from_micros(1_000_000 * number / self.rate);
            sleep_until(planned).await;
            inside.spawn(shopper(self.first + number, planned));
        }
        inside.join_all().await
    }
}
