//! How late this process is, for [`crate::admission`]: by how much a moment's sleep is too long, and how long units of work have waited for
//! the database.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::App;
use crate::clock::Stopwatch;

/// How often it is measured.
pub const EVERY: Duration = Duration::from_millis(25);

/// Measures until told to stop.
pub async fn follow(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let watch = Stopwatch::start();
        tokio::time::sleep(EVERY).await;
        let late = watch.time().saturating_sub(EVERY);
        app.admission.measured(late.max(app.store.waited()));
    }
}
