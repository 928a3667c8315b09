//! What was taken and could not be finished is given back. A database that was away for a moment must not cost the minute
//! for which it was taken (G5).

use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::clock::Millis;
use crate::{App, Result};

/// When it is tried again.
const SOON: Millis = 1000;

/// How often it is given back, and the pause between: about as long as a database takes to come back. Later than that the
/// lease ends by itself.
const TRIES: (u32, Duration) = (60, Duration::from_millis(500));

/// Moves it forward, as soon as somebody can write that down.
pub(super) async fn give_back<'a>(app: &App, hasten: impl Fn(Millis) -> BoxFuture<'a, Result<()>>) {
    for _ in 0..TRIES.0 {
        match hasten(app.now() + SOON).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(?error, "it cannot be given back yet"),
        }
        tokio::time::sleep(TRIES.1).await;
    }
}
