//! The questions on their way to the server: at most one status at a time, and none after the mount.

use std::cell::{Cell, RefCell};

use web_sys::AbortController;

use crate::api::Api;
use crate::state::Effect;
use crate::till::{Till, spawn};
use crate::timer;

/// A status that has been on its way for longer than this may be lost in a sleep, and is asked again.
const FRESH_MS: u64 = 1_000;

/// What is on its way.
pub(crate) struct Errands {
    /// When the server was last asked, on the monotonic clock.
    pub(crate) asked_at: Cell<u64>,
    api: Api,
    flights: RefCell<Vec<Flight>>,
    next: Cell<u32>,
}

/// A question that has no answer yet.
struct Flight {
    number: u32,
    errand: Effect,
    since: u64,
    abort: AbortController,
}

impl Errands {
    pub(crate) fn of(api: Api) -> Errands {
        Errands {
            asked_at: Cell::new(0),
            api,
            flights: RefCell::new(Vec::new()),
            next: Cell::new(0),
        }
    }

    /// Whether a question is on its way whose answer brings the status.
    pub(crate) fn is_asking(&self) -> bool {
        self.flights.borrow().iter().any(Flight::brings_status)
    }

    /// Sends a question, unless the same one is on its way already. A status is overtaken by anything else.
    pub(crate) fn run(&self, till: Till, errand: Effect) {
        let now = timer::now();
        let in_the_way = |flight: &Flight| match (&errand, &flight.errand) {
            (Effect::Ask, Effect::Ask) => now < flight.since + FRESH_MS,
            (Effect::Ask, _) => flight.brings_status(),
            (errand, other) => errand == other,
        };
        if self.flights.borrow().iter().any(in_the_way) {
            return;
        }
        // A method that is chosen now replaces one that nobody waits for any more; the server closes that one.
        let pays = matches!(errand, Effect::Pay { .. });
        self.drop_if(|flight| match flight.errand {
            Effect::Ask => true,
            Effect::Pay { .. } => pays,
            _ => false,
        });
        self.send(till, errand, now);
    }

    fn send(&self, till: Till, errand: Effect, now: u64) {
        let Ok(abort) = AbortController::new() else { return };
        let number = self.next.replace(self.next.get().wrapping_add(1));
        self.asked_at.set(now);
        self.flights.borrow_mut().push(Flight {
            number,
            errand: errand.clone(),
            since: now,
            abort: abort.clone(),
        });
        let api = self.api.clone();
        spawn(Box::pin(async move {
            let answer = api.send(&errand, &abort).await;
            // An errand that was dropped has nobody to tell.
            if till.kept().is_some_and(|kept| kept.errands.landed(number)) {
                till.tell(answer);
            }
        }));
    }

    fn landed(&self, number: u32) -> bool {
        let mut flights = self.flights.borrow_mut();
        let before = flights.len();
        flights.retain(|flight| flight.number != number);
        flights.len() < before
    }

    fn drop_if(&self, which: impl Fn(&Flight) -> bool) {
        self.flights.borrow_mut().retain(|flight| {
            if which(flight) {
                flight.abort.abort();
            }
            !which(flight)
        });
    }
}

impl Flight {
    fn brings_status(&self) -> bool {
        !matches!(self.errand, Effect::Check(_))
    }
}

/// With the mount, everything on its way ends; no answer is told any more.
impl Drop for Errands {
    fn drop(&mut self) {
        self.drop_if(|_| true);
    }
}
