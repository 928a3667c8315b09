//! Closes what ran out of time. What cannot be closed holds nobody up: the newest are looked at first and once, and what
//! is left behind is tried again by itself, some at a time.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, StreamExt};

use super::Progress;
use crate::clock::Millis;
use crate::flow::expire;
use crate::store::sessions::Place;
use crate::{App, Result};

/// How many are read at a time.
const PAGE: i64 = 200;

/// How many are closed at once: each is a commit, and commits are cheap together.
const AT_ONCE: usize = 16;

/// What was left behind is looked through again after this time, and no more than a page of it at each turn.
const AGAIN: Millis = 5_000;

/// How far this worker has come.
#[derive(Clone, Debug, Default)]
struct Looks {
    /// Everything up to here has been tried once.
    front: Place,
    /// How far the look at what is left behind has come; nothing between two of them.
    behind: Option<Place>,
    /// When the last one ended.
    rested: Millis,
}

/// Kept from turn to turn. Who begins anew tries everything again.
#[derive(Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Looks>>);

impl Memory {
    fn read(&self) -> Looks {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, looks: Looks) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = looks;
    }
}

pub(super) async fn run_once(app: App, memory: Memory) -> Result<Progress> {
    let mut looks = memory.read();
    let found = page(&app, &mut looks.front).await?;
    let now = app.now();
    if looks.behind.is_none() && now - looks.rested >= AGAIN {
        looks.behind = Some(Place::default());
    }
    if let Some(mut behind) = looks.behind.take() {
        let more = page(&app, &mut behind).await?;
        // It never overtakes the front: what is new is the front's.
        looks.behind = (more && behind < looks.front).then_some(behind);
        looks.rested = now;
    }
    memory.keep(looks);
    Ok(if found { Progress::DidSome } else { Progress::NothingToDo })
}

/// Closes what comes next behind that place, and moves it on. Says whether there may be more.
async fn page(app: &App, after: &mut Place) -> Result<bool> {
    let due = expire::due(app, after, PAGE).await?;
    let Some(last) = due.last().cloned() else { return Ok(false) };
    stream::iter(due).for_each_concurrent(AT_ONCE, |place| close(app, place)).await;
    *after = last;
    Ok(true)
}

async fn close(app: &App, place: Place) {
    let closed = match place.session.parse() {
        Ok(id) => expire::expire(app, &id).await,
        Err(_) => Err(crate::Error::Internal("a session's id cannot be read".into())),
    };
    if let Err(error) = closed {
        tracing::warn!(
            session_id = place.session,
            ?error,
            "a session could not be closed; it will be tried again"
        );
    }
}
