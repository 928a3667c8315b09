//! Takes in what came into the merchant's own accounts and was not taken in when it was told: the lines of a
//! statement file, what a person has assigned, and what a crash left.

use std::sync::{Arc, Mutex, PoisonError};

use super::Progress;
use crate::flow::credits::take_in;
use crate::store::credits::{self, Kept};
use crate::{App, Result};

/// How many at a turn.
const AT_ONCE: usize = 64;

/// How far this worker has gone through what waits.
#[derive(Clone, Debug, Default)]
struct Pass {
    /// Everything up to this one has been tried.
    after: Option<Kept>,
    /// Something was taken in: perhaps there is more.
    took: bool,
}

/// Kept from turn to turn. Who begins anew tries everything again.
#[derive(Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Pass>>);

impl Memory {
    fn read(&self) -> Pass {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, pass: Pass) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = pass;
    }
}

/// What fails stays where it is, and is tried again when all behind it have been: it stands in nobody's way, such as that of an account
/// which the settings have no more.
pub(super) async fn run_once(app: App, memory: Memory) -> Result<Progress> {
    let Pass { after, mut took } = memory.read();
    let most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let waiting = credits::to_take_in(&mut app.store.read().await?, after.as_ref(), most).await?;
    // One after the other, in the order of their booking: the first under a reference is the first.
    for kept in &waiting {
        took |= is_taken_in(&app, kept).await;
    }
    let more = waiting.len() == AT_ONCE;
    let next = Pass { after: waiting.into_iter().next_back(), took };
    memory.keep(if more { next } else { Pass::default() });
    Ok(if more || took { Progress::DidSome } else { Progress::NothingToDo })
}

async fn is_taken_in(app: &App, kept: &Kept) -> bool {
    let taken = take_in(app, kept).await;
    if let Err(error) = &taken {
        tracing::warn!(
            channel = kept.channel,
            credit = kept.credit.id,
            ?error,
            "a credit was not taken in; it will be tried again"
        );
    }
    taken.is_ok()
}
