//! The questions on their way to the server: at most one status at a time, and none after the mount.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use js_sys::Function;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, CssStyleDeclaration, HtmlElement};

use crate::api::Api;
use crate::options::Options;
use crate::state::{Effect, Event, Trouble};
use crate::till::Till;
use crate::timer;

/// A status that has been on its way for longer than this may be lost in a sleep, and is asked again.
const FRESH_MS: u64 = 1_000;

/// What a mount keeps of the outside.
pub(crate) struct Errands {
    pub(crate) session: String,
    pub(crate) emit: Option<Function>,
    pub(crate) hosted: String,
    pub(crate) root: HtmlElement,
    pub(crate) rule: Option<CssStyleDeclaration>,
    /// When the server was last asked, on the monotonic clock.
    pub(crate) asked_at: Cell<u64>,
    /// The next question.
    pub(crate) due: RefCell<Option<Timeout>>,
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
    pub(crate) fn of(options: Options) -> Errands {
        let session = options.api.session.rsplit('/').next().unwrap_or_default().to_owned();
        Errands {
            session,
            emit: options.emit,
            hosted: options.hosted,
            root: options.root,
            rule: options.rule,
            asked_at: Cell::new(options.viewed_at),
            due: RefCell::new(None),
            api: options.api,
            flights: RefCell::new(Vec::new()),
            next: Cell::new(0),
        }
    }

    /// Whether a question is on its way whose answer brings the status.
    pub(crate) fn is_asking(&self) -> bool {
        self.flights.borrow().iter().any(|flight| !matches!(flight.errand, Effect::Check(_)))
    }

    /// Sends a question, unless the same one is on its way already. A status is overtaken by anything else.
    pub(crate) fn run(&self, till: Till, errand: Effect) {
        let now = timer::now();
        match &errand {
            Effect::Ask => {
                let fresh = |flight: &Flight| flight.errand != Effect::Ask || now < flight.since + FRESH_MS;
                if self.flights.borrow().iter().any(|flight| !matches!(flight.errand, Effect::Check(_)) && fresh(flight)) {
                    return;
                }
            }
            same => {
                if self.flights.borrow().iter().any(|flight| flight.errand == *same) {
                    return;
                }
            }
        }
        self.drop_if(|flight| flight.errand == Effect::Ask);
        self.send(till, errand, now);
    }

    fn send(&self, till: Till, errand: Effect, now: u64) {
        let Ok(abort) = AbortController::new() else { return };
        let number = self.next.replace(self.next.get() + 1);
        self.asked_at.set(now);
        self.flights.borrow_mut().push(Flight { number, errand: errand.clone(), since: now, abort: abort.clone() });
        let api = self.api.clone();
        spawn_local(async move {
            let answer = ask(&api, errand, &abort).await;
            // An errand that was dropped has nobody to tell.
            if till.errands(|errands| errands.landed(number)).unwrap_or_default() {
                till.tell(answer);
            }
        });
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

/// With the mount, everything on its way ends; no answer is told any more.
impl Drop for Errands {
    fn drop(&mut self) {
        self.drop_if(|_| true);
    }
}

async fn ask(api: &Api, errand: Effect, abort: &AbortController) -> Event {
    match errand {
        Effect::Load => Event::Viewed(api.view(abort).await.map(Box::new)),
        Effect::Ask => Event::Told(api.status(abort).await),
        Effect::Pay { method, version } => Event::Opened(api.pay(&method, version, abort).await),
        Effect::Check(order) => Event::Checked(api.check(&order, abort).await),
        Effect::Cancel(order) => Event::Closed(api.cancel(&order, abort).await),
        // Not for the server; `Till` keeps them.
        Effect::Tell(_) | Effect::Go(_) => Event::Told(Err(Trouble::NoAnswer)),
    }
}
