//! Time: when to ask next, and the ticking of the clocks. Everything here ends with the mount.
//!
//! The next question goes out `poll_after_ms` after the last one was sent, and never before that one is answered. What is
//! left comes from the server and is counted down on the monotonic clock, so that a wrong clock on the device changes nothing;
//! after a sleep, in which that clock may have stood still, the server is asked at once.

use gloo_timers::callback::{Interval, Timeout};
use leptos::prelude::*;

use crate::state::{Event, State};
use crate::till::Till;

const TICK_MS: u32 = 500;

/// The monotonic clock, in whole milliseconds.
pub(crate) fn now() -> u64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0, |performance| performance.now() as u64)
}

/// Lets the clocks tick and listens for the shopper's return.
pub(crate) fn start(till: Till) {
    let _ends_with_the_mount = StoredValue::new_local(Interval::new(TICK_MS, move || tick(till)));
    for name in ["focus", "pageshow", "online", "visibilitychange"] {
        let listening = window_event_listener_untyped(name, move |_| returned(till));
        on_cleanup(move || listening.remove());
    }
}

/// Sets, keeps or drops the timer of the next question, by what the state wants to know.
pub(crate) fn pace(till: Till) {
    let Some(pause) = till.state.try_with_untracked(State::asks_after) else { return };
    till.errands(|errands| {
        let Some(pause) = pause else {
            errands.due.take();
            errands.asked_at.set(u64::MAX);
            return;
        };
        // What begins to be watched now is asked about after the first pause.
        let now = now();
        let asked_at = errands.asked_at.get().min(now);
        errands.asked_at.set(asked_at);
        if errands.is_asking() {
            errands.due.take();
            return;
        }
        let wait = (asked_at + pause).saturating_sub(now);
        let timer = Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX), move || till.tell(Event::Due));
        errands.due.replace(Some(timer));
    });
}

fn tick(till: Till) {
    let _unmounted = till.now.try_set(now());
    till.tell(Event::Ticked);
}

fn returned(till: Till) {
    let hidden = web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden());
    if !hidden {
        tick(till);
        till.tell(Event::Returned);
    }
}
