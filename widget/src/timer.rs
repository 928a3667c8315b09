//! Time: when to ask next, and the ticking of the clocks. Everything here ends with the mount.
//!
//! The next question goes out `poll_after_ms` after the last one was sent, and never before that one is answered. What is
//! left comes from the server and is counted down on the monotonic clock, so that a wrong clock on the device changes nothing;
//! after a sleep, in which that clock may have stood still, the server is asked at once.

use std::cell::RefCell;

use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use crate::state::Event;
use crate::till::Till;

const TICK_MS: u32 = 500;

/// The running timers of a mount; each ends when it is dropped.
#[derive(Default)]
pub(crate) struct Timer {
    ticking: RefCell<Option<Interval>>,
    due: RefCell<Option<Timeout>>,
}

/// The monotonic clock, in whole milliseconds.
pub(crate) fn now() -> u64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0, |performance| performance.now() as u64)
}

/// Lets the clocks tick and listens for the shopper's return.
pub(crate) fn start(till: Till) {
    if let Some(kept) = till.kept() {
        kept.timer.ticking.replace(Some(Interval::new(TICK_MS, move || tick(till))));
    }
    for name in ["focus", "pageshow", "online", "visibilitychange"] {
        let hear: Box<dyn FnMut(web_sys::Event)> = Box::new(move |_| returned(till));
        till.keep(Box::new(Listening::begin(name, Closure::wrap(hear))));
    }
}

/// A listener of the window's; it ends when it is dropped.
struct Listening {
    name: &'static str,
    hear: Closure<dyn FnMut(web_sys::Event)>,
}

impl Listening {
    fn begin(name: &'static str, hear: Closure<dyn FnMut(web_sys::Event)>) -> Listening {
        if let Some(window) = web_sys::window() {
            let _known_name =
                window.add_event_listener_with_callback(name, hear.as_ref().unchecked_ref());
        }
        Listening { name, hear }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            let _known_name = window
                .remove_event_listener_with_callback(self.name, self.hear.as_ref().unchecked_ref());
        }
    }
}

/// Sets, keeps or drops the timer of the next question, by what the state wants to know.
pub(crate) fn pace(till: Till) {
    let Some((kept, state)) = till.kept().zip(till.state_now()) else { return };
    let (errands, due) = (&kept.errands, &kept.timer.due);
    let Some(pause) = state.asks_after() else {
        errands.asked_at.set(u64::MAX);
        due.take();
        return;
    };
    // What begins to be watched now is asked about after the first pause.
    let now = now();
    let asked_at = errands.asked_at.get().min(now);
    errands.asked_at.set(asked_at);
    if errands.is_asking() {
        due.take();
        return;
    }
    let wait = asked_at.saturating_add(pause).saturating_sub(now);
    let timer =
        after(u32::try_from(wait).unwrap_or(u32::MAX), Box::new(move || till.tell(Event::Due)));
    due.replace(Some(timer));
}

/// Does something later, unless the answer is dropped before.
pub(crate) fn after(milliseconds: u32, act: Box<dyn FnOnce()>) -> Timeout {
    Timeout::new(milliseconds, act)
}

fn tick(till: Till) {
    till.set_now(now());
    till.tell(Event::Ticked);
}

fn returned(till: Till) {
    let hidden = web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden());
    if !hidden {
        tick(till);
        till.tell(Event::Returned);
    }
}
