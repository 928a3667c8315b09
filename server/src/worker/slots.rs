//! Work in the background, each piece in a slot: what hangs takes its slot and holds nobody else up.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Bell;
use crate::App;

/// Does each of these as soon as a slot is free, and rings when one is given back after all were taken: what is due waits
/// for it.
pub(super) async fn each<T, F>(
    app: &App,
    slots: &Arc<Semaphore>,
    bell: Bell,
    claimed: Vec<T>,
    one: impl Fn(App, T) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    for item in claimed {
        let Ok(slot) = slots.clone().acquire_owned().await else { break };
        let (app, slots, work) = (app.clone(), slots.clone(), one(app.clone(), item));
        tokio::spawn(async move {
            work.await;
            let were_taken = slots.available_permits() == 0;
            drop(slot);
            if were_taken {
                bell(&app).notify_one();
            }
        });
    }
}
