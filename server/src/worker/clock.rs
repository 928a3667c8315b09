//! One clock for all processes on a database: the database's (rule R10). Deadlines and leases are compared with it, so a
//! machine whose clock is wrong closes nobody's session and takes nobody's lease.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::App;
use crate::clock::{Clock, Followed, Millis};
use crate::metrics::CLOCK_LEAD;
use crate::store::{Store, StoreError, operate};

const EVERY: Duration = Duration::from_secs(30);

/// How many times it is read at once: the quickest answer says most.
const READINGS: usize = 3;

/// How often a process that starts tries to measure it.
const ATTEMPTS: usize = 5;

/// A reading whose way there and back took longer says nothing.
const SLOW: Millis = 1_000;

/// A machine that is further off than this wants a look: its log, and the time in its signatures, are wrong.
const TOO_FAR: Millis = 2_000;

/// Smaller steps back are jitter of the measurement.
const STEP: Millis = 250;

/// The clock for this store: a shared one's own, as seen from `machine`; for one that a single process has, `machine`.
/// Without a measurement there is none: a process that guesses the time could close other people's sessions.
pub async fn of(store: &Store, machine: Clock) -> anyhow::Result<Clock> {
    if !store.is_shared() {
        return Ok(machine);
    }
    let machine = machine.steadied();
    for _ in 0..ATTEMPTS {
        if let Some(lead) = measured(store, &machine).await? {
            watch(lead - machine.step());
            return Ok(Clock::Followed(Arc::new(Followed::new(machine, lead))));
        }
    }
    anyhow::bail!("the database answers too slowly to tell the time")
}

/// Measures it again and again, until it is told to stop.
pub(super) async fn follow(app: App, followed: Arc<Followed>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
        look(&app.store, &followed).await;
    }
}

/// Measures once. What cannot be measured stays as it was: this machine's clock runs on.
pub async fn look(store: &Store, followed: &Followed) {
    match measured(store, followed.machine()).await {
        Ok(Some(lead)) => {
            let step = followed.steer(lead);
            if step < -STEP {
                tracing::warn!(
                    step,
                    "the database's clock, or ours, was set back; time goes on slowly until they agree"
                );
            }
            watch(lead - followed.machine().step());
        }
        Ok(None) => tracing::warn!("the database answers too slowly to tell the time"),
        Err(error) => tracing::warn!(?error, "the database's clock could not be read"),
    }
}

// Figures are no money: a lead that a double cannot hold exactly is beyond any clock.
#[allow(clippy::cast_precision_loss)]
fn watch(lead: Millis) {
    metrics::gauge!(CLOCK_LEAD).set(lead as f64);
    if lead.abs() > TOO_FAR {
        tracing::error!(
            lead,
            "the database's clock is far ahead of this machine's, or behind it: let both follow a time service"
        );
    }
}

/// By how many milliseconds the database's clock is ahead of `machine`; nothing when it answered too slowly.
async fn measured(store: &Store, machine: &Clock) -> Result<Option<Millis>, StoreError> {
    // The connection first: waiting for one is not a part of the way.
    let mut tx = store.read().await?;
    let mut best: Option<(Millis, Millis)> = None;
    for _ in 0..READINGS {
        let sent = machine.now();
        let there = operate::clock_of(&mut tx).await?;
        let took = machine.now() - sent;
        if took <= SLOW && best.is_none_or(|(quickest, _)| took < quickest) {
            best = Some((took, there - (sent + took / 2)));
        }
    }
    Ok(best.map(|(_, lead)| lead))
}
