//! What the widget shows, what may happen, and what follows from it.
//!
//! [`State::on`] puts an event to the state and answers with what to do outside. It reads no clock and touches no
//! browser, so that every hard moment is tested like any function. Money is never guessed about: "paid" is said when
//! the server says that the session is paid, "nothing was taken" when it says that the attempt is over.

use florin_shared::session::SessionStatus;
use florin_shared::shopper::{
    CheckoutView, NextAction, Offer, OpenTransaction, PaymentStatus, Phase, StatusView,
};

/// Until the widget leaves for the shop by itself.
pub const GO_AFTER_MS: u64 = 3_000;
/// How long a cancel may take before the shopper may leave it to us.
pub const LEAVE_AFTER_MS: u64 = 5_000;
/// Remaining times that differ by less than this are the network's jitter, and do not make a clock jump.
const JITTER_MS: u64 = 1_500;
/// The pause after the first lost answer, doubled after each further one.
const FIRST_PAUSE_MS: u64 = 2_000;
const LONGEST_PAUSE_MS: u64 = 15_000;

/// Everything the widget can be showing.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// The view is on its way.
    Loading,
    /// There is nothing to show; the hosted page is offered.
    Failed(Trouble),
    /// The checkout.
    Ready(Box<Checkout>),
}

/// A session on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkout {
    /// What the server said last; `view.state` is the latest status.
    pub view: CheckoutView,
    /// The method whose row is coloured.
    pub chosen: Option<String>,
    /// How far the shopper is.
    pub stage: Stage,
    /// Whether the server answers.
    pub link: Link,
    /// When the session ends, on the monotonic clock.
    pub ends_at: u64,
    /// An attempt that the shopper left while it was being closed: whatever becomes of it is still told.
    pub behind: Option<Attempt>,
    /// The view is older than what we know; it is asked for until it comes.
    stale: bool,
    /// The session's time is over by our clock; the server is asked until it says so.
    overdue: bool,
    lost: u32,
}

/// One attempt to pay.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// `GW…`.
    pub order: String,
    /// `GCASH`, …
    pub method: String,
    /// What the shopper has to do, once the channel has said so.
    pub action: Option<NextAction>,
    /// When its code ends, on the monotonic clock.
    pub ends_at: u64,
}

/// How far the shopper is. Exactly one at a time.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The list can be used.
    Choosing {
        /// What has happened since, if it wants saying.
        note: Option<Note>,
    },
    /// The list is locked: the method is being opened.
    Opening {
        /// Which.
        method: String,
        /// Known once the server has answered, while the channel has not.
        attempt: Option<Attempt>,
        /// Whether this happens in the overlay.
        over: bool,
    },
    /// The code is shown.
    Waiting {
        /// What for.
        attempt: Attempt,
        /// "I have paid" was pressed and is being asked about.
        asking: bool,
        /// The shopper has paid, the bank has not confirmed. Countdowns stop.
        confirming: bool,
    },
    /// The code is too old.
    RunOut {
        /// Which.
        attempt: Attempt,
        /// "I have paid" was pressed and is being asked about.
        asking: bool,
        /// The server has said that nothing was taken.
        settled: bool,
    },
    /// The safe cancel: the channel is being told, and then asked what really happened.
    Closing {
        /// Which.
        attempt: Attempt,
        /// Since when, on the monotonic clock.
        since: u64,
        /// The server has answered the cancel.
        heard: bool,
    },
    /// Not paid, and finally so.
    Declined {
        /// By which method.
        method: String,
        /// Whether the payer's side refused, or the method did not work at all.
        by_payer: bool,
    },
    /// Paid.
    Paid {
        /// When to leave for the shop, if by itself.
        go_at: Option<u64>,
        /// Whether this is said in the overlay.
        over: bool,
    },
    /// Expired or closed, unpaid.
    Ended,
}

/// What is said above the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// The merchant changed the amount.
    AmountChanged,
    /// The method could not be opened.
    NotOpened(String),
    /// The attempt was cancelled, and not from here.
    Cancelled(String),
    /// Money arrived that is on its way back.
    Returned(String),
    /// A bank is still confirming an attempt that the shopper left.
    Confirming(String),
}

/// Whether the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It does.
    Fine,
    /// This device has no network.
    Offline,
    /// It does not, for now.
    Late,
}

/// Why a question has no good answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// This device has no network.
    Offline,
    /// No answer, or one that cannot be read.
    NoAnswer,
    /// The server says no.
    Refused {
        /// `WRONG_KEY`, …
        code: String,
        /// Its sentence.
        sentence: String,
    },
}

/// What may happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The view came, or did not.
    Viewed(Result<Box<CheckoutView>, Trouble>),
    /// The answer to `Pay`.
    Opened(Result<OpenTransaction, Trouble>),
    /// The answer to `Ask`.
    Told(Result<StatusView, Trouble>),
    /// The answer to `Check`.
    Checked(Result<StatusView, Trouble>),
    /// The answer to `Cancel`.
    Closed(Result<StatusView, Trouble>),
    /// A row was chosen.
    Chose(String),
    /// The pay button.
    Confirmed,
    /// "I have paid".
    AskedNow,
    /// "New code", or "try again".
    Renewed,
    /// The cross, Escape, "Pay another way" and "Leave": one thing.
    Left,
    /// "Go now", or "Back to the shop".
    WentOn,
    /// The page wants to stay where it is.
    Stayed,
    /// The shopper is back at the tab, or online.
    Returned,
    /// It is time to ask.
    Due,
    /// Half a second has gone.
    Ticked,
    /// "Try again" after a failure.
    Retried,
}

/// What to do outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// `GET` the view.
    Load,
    /// `GET` the status.
    Ask,
    /// `POST` a transaction.
    Pay {
        /// With which method.
        method: String,
        /// For the amount of which version.
        version: u64,
    },
    /// `POST` check.
    Check(String),
    /// `POST` cancel.
    Cancel(String),
    /// Tell the page.
    Tell(News),
    /// Leave for this address.
    Go(String),
}

/// What the page is told; each becomes a DOM event.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The list is there.
    Ready,
    /// Another method was chosen.
    MethodChange(String),
    /// The shopper has something to do; the page may stop the navigation to `url`.
    Action {
        /// Of which attempt.
        order: String,
        /// With which method.
        method: String,
        /// `show_code` or `redirect`.
        kind: String,
        /// Where to, when it is a redirect.
        url: Option<String>,
    },
    /// An attempt failed.
    Fail {
        /// Which.
        order: String,
        /// With which method.
        method: String,
        /// `DECLINED`, …
        reason: Option<String>,
    },
    /// An attempt was cancelled.
    Cancel {
        /// Which.
        order: String,
        /// With which method.
        method: String,
    },
    /// The session is paid; the page may stop the navigation.
    Success {
        /// By which attempt.
        order: Option<String>,
    },
    /// The session was not paid in time.
    Expire,
    /// The session was closed.
    Close,
    /// The checkout cannot be shown.
    Error(Trouble),
}

impl State {
    /// Takes an event in, at a time of the monotonic clock, and says what to do outside.
    pub fn on(&mut self, event: Event, now: u64) -> Vec<Effect> {
        if let Some(trouble) = event.last_word() {
            let news = Effect::Tell(News::Error(trouble.clone()));
            *self = State::Failed(trouble);
            return vec![news];
        }
        match (&mut *self, event) {
            (State::Ready(checkout), event) => checkout.on(event, now),
            (State::Loading, Event::Viewed(Ok(view))) => self.begin(view, now),
            (State::Loading, Event::Viewed(Err(trouble))) => {
                *self = State::Failed(trouble.clone());
                vec![Effect::Tell(News::Error(trouble))]
            }
            (State::Failed(_), Event::Retried) => {
                *self = State::Loading;
                vec![Effect::Load]
            }
            // An answer that nobody waits for.
            (State::Loading | State::Failed(_), _) => vec![],
        }
    }

    /// The checkout, once there is one.
    pub fn checkout(&self) -> Option<&Checkout> {
        match self {
            State::Ready(checkout) => Some(checkout),
            State::Loading | State::Failed(_) => None,
        }
    }

    /// Whether a code has run out: a clock alone can bring that about.
    pub fn has_run_out(&self) -> bool {
        matches!(self.checkout().map(|checkout| &checkout.stage), Some(Stage::RunOut { .. }))
    }

    /// How long after the last question the next one is due; `None` when there is nothing to ask.
    pub fn asks_after(&self) -> Option<u64> {
        self.checkout().filter(|checkout| checkout.is_watching()).map(Checkout::pause)
    }

    fn begin(&mut self, view: Box<CheckoutView>, now: u64) -> Vec<Effect> {
        let mut checkout = Checkout::of((*view).clone(), now);
        let mut effects = vec![Effect::Tell(News::Ready)];
        effects.extend(checkout.adopt(*view, now));
        *self = State::Ready(Box::new(checkout));
        effects
    }
}

impl Event {
    /// The refusal after which nothing can be shown: the token opens nothing here.
    fn last_word(&self) -> Option<Trouble> {
        let trouble = match self {
            Event::Viewed(Err(trouble)) | Event::Opened(Err(trouble)) => trouble,
            Event::Told(Err(trouble))
            | Event::Checked(Err(trouble))
            | Event::Closed(Err(trouble)) => trouble,
            _ => return None,
        };
        let Trouble::Refused { code, .. } = trouble else { return None };
        let last =
            ["NO_KEY", "WRONG_KEY", "ORIGIN_NOT_REGISTERED", "NOT_FOUND"].contains(&code.as_str());
        last.then(|| trouble.clone())
    }
}

impl Checkout {
    fn of(view: CheckoutView, now: u64) -> Checkout {
        Checkout {
            ends_at: now.saturating_add(view.expires_in_ms),
            view,
            chosen: None,
            stage: Stage::Choosing { note: None },
            link: Link::Fine,
            behind: None,
            stale: false,
            overdue: false,
            lost: 0,
        }
    }

    /// Where the shopper goes afterwards.
    pub fn return_url(&self) -> Option<&str> {
        self.view.state.return_url.as_deref().or(self.view.return_url.as_deref())
    }

    /// Whether the overlay is open.
    pub fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Waiting { .. }
            | Stage::RunOut { .. }
            | Stage::Closing { .. }
            | Stage::Declined { .. } => true,
            Stage::Opening { over, .. } | Stage::Paid { over, .. } => *over,
            Stage::Choosing { .. } | Stage::Ended => false,
        }
    }

    /// The attempt that this widget waits for.
    pub fn attempt(&self) -> Option<&Attempt> {
        match &self.stage {
            Stage::Choosing { .. } => self.behind.as_ref(),
            Stage::Opening { attempt, .. } => attempt.as_ref(),
            Stage::Waiting { attempt, .. }
            | Stage::RunOut { attempt, .. }
            | Stage::Closing { attempt, .. } => Some(attempt),
            Stage::Declined { .. } | Stage::Paid { .. } | Stage::Ended => None,
        }
    }

    /// Whether the status is asked for again and again.
    fn is_watching(&self) -> bool {
        match &self.stage {
            Stage::Choosing { .. } => self.stale || self.overdue || self.behind.is_some(),
            Stage::Opening { attempt, .. } => self.stale || attempt.is_some(),
            Stage::Waiting { .. } => self.stale || self.view.auto_query,
            Stage::RunOut { settled, .. } => self.stale || (self.view.auto_query && !settled),
            Stage::Closing { .. } => true,
            Stage::Declined { .. } | Stage::Paid { .. } | Stage::Ended => false,
        }
    }

    fn pause(&self) -> u64 {
        match self.lost {
            0 => self.view.state.poll_after_ms,
            lost => (FIRST_PAUSE_MS << (lost - 1).min(3)).min(LONGEST_PAUSE_MS),
        }
    }

    fn on(&mut self, event: Event, now: u64) -> Vec<Effect> {
        match event {
            Event::Viewed(Ok(view)) => self.adopt(*view, now),
            Event::Opened(Ok(open)) => self.opened(open, now),
            // Whatever the reason, the view tells what is true now: paid, ended, another amount, or still open.
            Event::Opened(Err(Trouble::Refused { .. })) => self.reload(),
            Event::Opened(Err(trouble)) => {
                self.note_trouble(&trouble);
                self.reload()
            }
            Event::Told(Ok(status)) => self.hear(status, now),
            Event::Checked(answer) => self.checked(answer, now),
            Event::Closed(answer) => self.closed(answer, now),
            Event::Viewed(Err(trouble)) | Event::Told(Err(trouble)) => {
                self.note_trouble(&trouble);
                vec![]
            }
            Event::Chose(method) => self.choose(method),
            Event::Confirmed => self.confirm(),
            Event::AskedNow => self.ask_now(),
            Event::Renewed => self.renew(),
            Event::Left => self.leave(now),
            Event::WentOn => {
                self.return_url().map(|url| Effect::Go(url.to_owned())).into_iter().collect()
            }
            Event::Stayed => self.stay(),
            Event::Returned => self.returned(),
            Event::Due => self.due(),
            Event::Ticked => self.tick(now),
            Event::Retried => vec![],
        }
    }

    // ---- what the server says

    /// Takes a whole view in: what it says replaces what we thought.
    fn adopt(&mut self, view: CheckoutView, now: u64) -> Vec<Effect> {
        if view.state.seq < self.view.state.seq {
            return self.reload();
        }
        let tried = match &self.stage {
            Stage::Opening { method, .. } => Some(method.clone()),
            _ => None,
        };
        let note = self.note_after(&view, tried.clone());
        let over = self.is_over();
        self.fine();
        self.stale = false;
        self.ends_at = rebased(self.ends_at, view.expires_in_ms, now);
        let open = view
            .open
            .clone()
            .filter(|open| tried.as_ref().is_none_or(|method| *method == open.method));
        self.view = view;
        self.keep_choice();
        match self.view.state.status {
            SessionStatus::Success => self.pay_is_in(now),
            SessionStatus::Expired | SessionStatus::Cancelled => self.end(),
            SessionStatus::Processing | SessionStatus::Unknown => {
                self.stage = Stage::Choosing { note };
                open.map(|open| self.wait_for(open, tried.is_some(), over, now)).unwrap_or_default()
            }
        }
    }

    fn note_after(&self, view: &CheckoutView, tried: Option<String>) -> Option<Note> {
        if view.version != self.view.version {
            return Some(Note::AmountChanged);
        }
        match (&self.stage, tried) {
            (_, Some(method)) => Some(Note::NotOpened(method)),
            (Stage::Choosing { note }, None) => note.clone(),
            (_, None) => None,
        }
    }

    /// The choice stays if it can still be had; else the first that can.
    fn keep_choice(&mut self) {
        let kept = self.chosen.take().filter(|method| self.offers(method));
        self.chosen = kept.or_else(|| {
            let first = self.view.methods.iter().find(|offer| offer.unavailable.is_none());
            first.map(|offer| offer.method.clone())
        });
    }

    fn offers(&self, method: &str) -> bool {
        let can = |offer: &Offer| offer.method == method && offer.unavailable.is_none();
        self.view.methods.iter().any(can)
    }

    fn opened(&mut self, open: OpenTransaction, now: u64) -> Vec<Effect> {
        let Stage::Opening { attempt: None, over, .. } = self.stage else { return vec![] };
        self.fine();
        self.behind = None;
        self.wait_for(open, true, over, now)
    }

    /// Goes on with an open transaction; `fresh` when the shopper has just asked for it, `over` in the overlay.
    fn wait_for(
        &mut self,
        open: OpenTransaction,
        fresh: bool,
        over: bool,
        now: u64,
    ) -> Vec<Effect> {
        let ends_at = now.saturating_add(open.code_expires_in_ms);
        let attempt = Attempt {
            order: open.order_id,
            method: open.method,
            action: open.next_action,
            ends_at,
        };
        self.chosen = Some(attempt.method.clone());
        let mut effects = vec![];
        if fresh && let Some(action) = &attempt.action {
            effects.push(Effect::Tell(News::Action {
                order: attempt.order.clone(),
                method: attempt.method.clone(),
                kind: action.kind.clone(),
                url: action.url.clone().filter(|_| action.kind == "redirect"),
            }));
        }
        self.stage = match attempt.action {
            None => Stage::Opening { method: attempt.method.clone(), attempt: Some(attempt), over },
            Some(_) => Stage::Waiting { attempt, asking: false, confirming: false },
        };
        effects.extend(self.hear(open.state, now));
        effects
    }

    /// Takes a status in. One with a lower `seq` was overtaken on the way.
    fn hear(&mut self, told: StatusView, now: u64) -> Vec<Effect> {
        if told.seq < self.view.state.seq {
            return vec![];
        }
        self.fine();
        self.ends_at = rebased(self.ends_at, told.expires_in_ms, now);
        self.view.state = told;
        match self.view.state.status {
            SessionStatus::Success => self.pay_is_in(now),
            SessionStatus::Expired | SessionStatus::Cancelled => self.end(),
            SessionStatus::Processing | SessionStatus::Unknown => self.hear_of_attempt(now),
        }
    }

    /// The session is open; how does our own attempt stand? Another order's status says nothing about it.
    fn hear_of_attempt(&mut self, now: u64) -> Vec<Effect> {
        let Some(own) = self.attempt().map(|attempt| attempt.order.clone()) else { return vec![] };
        let told = self.view.state.clone();
        match told.order_id.as_deref() {
            None => return vec![],
            Some(order) if order != own => return self.overtaken(),
            Some(_) => {}
        }
        match told.payment_status {
            None | Some(PaymentStatus::Processing | PaymentStatus::Unknown) => {
                self.still_open(&told, now)
            }
            // Paid, but not kept: it goes back. Without a notice it is about to become the session's success.
            Some(PaymentStatus::Success) if told.notice.is_some() => self.is_over_unpaid(&told),
            Some(PaymentStatus::Success) => vec![],
            Some(PaymentStatus::Fail) => self.failed(&told),
            Some(PaymentStatus::Cancelled) => self.is_over_unpaid(&told),
        }
    }

    /// Another window has opened another attempt; the view tells which one counts.
    fn overtaken(&mut self) -> Vec<Effect> {
        if matches!(self.stage, Stage::Choosing { .. }) {
            self.behind = None;
            return vec![];
        }
        self.reload()
    }

    fn still_open(&mut self, told: &StatusView, now: u64) -> Vec<Effect> {
        let phase = told.phase.unwrap_or(Phase::Unknown);
        if let Stage::Opening { .. } = self.stage {
            // The channel has answered: the view has what it said.
            return if phase == Phase::Opening { vec![] } else { self.reload() };
        }
        if phase == Phase::Confirming {
            return self.confirming();
        }
        match &mut self.stage {
            Stage::Waiting { attempt, confirming, .. } => {
                *confirming = false;
                attempt.ends_at = rebased(attempt.ends_at, told.code_expires_in_ms, now);
                if attempt.has_code() && told.code_expires_in_ms == 0 && phase != Phase::Unknown {
                    self.run_out(false);
                } else if phase == Phase::Closing {
                    self.stage =
                        Stage::Closing { attempt: attempt.clone(), since: now, heard: true };
                }
            }
            // Our clock was ahead, after a sleep for instance.
            Stage::RunOut { attempt, settled: false, .. }
                if phase == Phase::Waiting && told.code_expires_in_ms > JITTER_MS =>
            {
                let ends_at = now.saturating_add(told.code_expires_in_ms);
                let attempt = Attempt { ends_at, ..attempt.clone() };
                self.stage = Stage::Waiting { attempt, asking: false, confirming: false };
            }
            _ => {}
        }
        vec![]
    }

    /// The shopper has paid and the bank confirms: there is nothing to do but to wait, wherever we are.
    fn confirming(&mut self) -> Vec<Effect> {
        if matches!(self.stage, Stage::Choosing { note: Some(Note::Confirming(_)) }) {
            return vec![];
        }
        if let Some(attempt) = self.attempt().cloned() {
            self.stage = Stage::Waiting { attempt, asking: false, confirming: true };
        }
        vec![]
    }

    fn failed(&mut self, told: &StatusView) -> Vec<Effect> {
        let Some(attempt) = self.attempt().cloned() else { return vec![] };
        let ran_out = told.reason.as_deref() == Some("RUN_OUT");
        let news = News::Fail {
            order: attempt.order,
            method: attempt.method.clone(),
            reason: told.reason.clone(),
        };
        match &mut self.stage {
            Stage::Waiting { .. } | Stage::RunOut { .. } if ran_out => self.run_out(true),
            Stage::RunOut { settled, .. } => *settled = true,
            Stage::Waiting { .. } | Stage::Opening { .. } => {
                let by_payer = told.reason.as_deref().is_none_or(|reason| reason == "DECLINED");
                self.stage = Stage::Declined { method: attempt.method, by_payer };
            }
            _ => self.back_to_list(None),
        }
        vec![Effect::Tell(news)]
    }

    /// Cancelled, or paid and given back: the attempt is over and the session is not paid.
    fn is_over_unpaid(&mut self, told: &StatusView) -> Vec<Effect> {
        let Some(Attempt { order, method, .. }) = self.attempt().cloned() else { return vec![] };
        let returned = told
            .notice
            .is_some()
            .then(|| Note::Returned(told.notice_method.clone().unwrap_or_else(|| method.clone())));
        let mut effects = vec![Effect::Tell(News::Cancel { order, method: method.clone() })];
        let ran_out = told.reason.as_deref() == Some("RUN_OUT") && returned.is_none();
        match &mut self.stage {
            // The server's clock was first: what the shopper needs is a new code.
            Stage::Waiting { .. } if ran_out => self.run_out(true),
            Stage::RunOut { settled, .. } if returned.is_none() => *settled = true,
            Stage::Closing { .. } | Stage::Choosing { .. } | Stage::RunOut { .. } => {
                self.back_to_list(returned)
            }
            _ => {
                // Not from here: the amount may have changed with it.
                self.back_to_list(returned.or(Some(Note::Cancelled(method))));
                effects.extend(self.reload());
            }
        }
        effects
    }

    fn checked(&mut self, answer: Result<StatusView, Trouble>, now: u64) -> Vec<Effect> {
        if let Stage::Waiting { asking, .. } | Stage::RunOut { asking, .. } = &mut self.stage {
            *asking = false;
        }
        match answer {
            Ok(status) => self.hear(status, now),
            // Asked too often: the last answer is a second old.
            Err(Trouble::Refused { .. }) => vec![],
            Err(trouble) => {
                self.note_trouble(&trouble);
                vec![]
            }
        }
    }

    fn closed(&mut self, answer: Result<StatusView, Trouble>, now: u64) -> Vec<Effect> {
        if let Stage::Closing { heard, .. } = &mut self.stage {
            *heard = matches!(answer, Ok(_) | Err(Trouble::Refused { .. }));
        }
        match answer {
            Ok(status) => self.hear(status, now),
            Err(trouble) => {
                self.note_trouble(&trouble);
                vec![]
            }
        }
    }

    fn note_trouble(&mut self, trouble: &Trouble) {
        self.lost = self.lost.saturating_add(1);
        self.link = if *trouble == Trouble::Offline { Link::Offline } else { Link::Late };
    }

    fn fine(&mut self) {
        self.link = Link::Fine;
        self.lost = 0;
    }

    fn reload(&mut self) -> Vec<Effect> {
        self.stale = true;
        vec![Effect::Load]
    }

    fn pay_is_in(&mut self, now: u64) -> Vec<Effect> {
        if matches!(self.stage, Stage::Paid { .. }) {
            return vec![];
        }
        let over = self.is_over();
        // A second payment is told at leisure: nobody is led away from that.
        let leaves = self.return_url().is_some() && self.view.state.notice.is_none();
        self.behind = None;
        self.stage = Stage::Paid { go_at: leaves.then(|| now.saturating_add(GO_AFTER_MS)), over };
        vec![Effect::Tell(News::Success { order: self.view.state.order_id.clone() })]
    }

    fn end(&mut self) -> Vec<Effect> {
        if self.stage == Stage::Ended {
            return vec![];
        }
        self.behind = None;
        self.stage = Stage::Ended;
        let expired = self.view.state.status == SessionStatus::Expired;
        vec![Effect::Tell(if expired { News::Expire } else { News::Close })]
    }

    fn run_out(&mut self, settled: bool) {
        if let Stage::Waiting { attempt, asking, .. } | Stage::RunOut { attempt, asking, .. } =
            &self.stage
        {
            self.stage = Stage::RunOut { attempt: attempt.clone(), asking: *asking, settled };
        }
    }

    fn back_to_list(&mut self, note: Option<Note>) {
        self.behind = None;
        self.stage = Stage::Choosing { note };
    }

    // ---- what the shopper does

    fn choose(&mut self, method: String) -> Vec<Effect> {
        let free = matches!(self.stage, Stage::Choosing { .. });
        if !free || !self.offers(&method) || self.chosen.as_ref() == Some(&method) {
            return vec![];
        }
        self.chosen = Some(method.clone());
        vec![Effect::Tell(News::MethodChange(method))]
    }

    fn confirm(&mut self) -> Vec<Effect> {
        let Stage::Choosing { .. } = self.stage else { return vec![] };
        let Some(method) = self.chosen.clone().filter(|method| self.offers(method)) else {
            return vec![];
        };
        self.open(method, false)
    }

    fn renew(&mut self) -> Vec<Effect> {
        match &self.stage {
            Stage::RunOut { attempt: Attempt { method, .. }, .. }
            | Stage::Declined { method, .. } => {
                let method = method.clone();
                self.open(method, true)
            }
            _ => vec![],
        }
    }

    fn open(&mut self, method: String, over: bool) -> Vec<Effect> {
        self.stage = Stage::Opening { method: method.clone(), attempt: None, over };
        vec![Effect::Pay { method, version: self.view.version }]
    }

    fn ask_now(&mut self) -> Vec<Effect> {
        match &mut self.stage {
            Stage::Waiting { attempt, asking, .. } | Stage::RunOut { attempt, asking, .. }
                if !*asking =>
            {
                *asking = true;
                vec![Effect::Check(attempt.order.clone())]
            }
            _ => vec![],
        }
    }

    fn leave(&mut self, now: u64) -> Vec<Effect> {
        match &mut self.stage {
            // What a bank is confirming cannot be cancelled; it can be left alone.
            Stage::Waiting { attempt, confirming: true, .. } => {
                let attempt = attempt.clone();
                let note = Note::Confirming(attempt.method.clone());
                self.walk_away(attempt, Some(note))
            }
            Stage::Waiting { attempt, .. }
            | Stage::RunOut { attempt, settled: false, .. }
            | Stage::Opening { attempt: Some(attempt), .. } => {
                let attempt = attempt.clone();
                let order = attempt.order.clone();
                self.stage = Stage::Closing { attempt, since: now, heard: false };
                vec![Effect::Cancel(order)]
            }
            Stage::Closing { attempt, since, .. }
                if now.saturating_sub(*since) >= LEAVE_AFTER_MS =>
            {
                let attempt = attempt.clone();
                self.walk_away(attempt, None)
            }
            Stage::RunOut { .. } | Stage::Declined { .. } => {
                self.back_to_list(None);
                vec![]
            }
            Stage::Paid { go_at, over } => {
                (*go_at, *over) = (None, false);
                vec![]
            }
            Stage::Closing { .. }
            | Stage::Opening { attempt: None, .. }
            | Stage::Choosing { .. }
            | Stage::Ended => {
                vec![]
            }
        }
    }

    /// Back to the list, and whatever becomes of the attempt is still told.
    fn walk_away(&mut self, attempt: Attempt, note: Option<Note>) -> Vec<Effect> {
        self.behind = Some(attempt);
        self.stage = Stage::Choosing { note };
        vec![]
    }

    fn stay(&mut self) -> Vec<Effect> {
        if let Stage::Paid { go_at, .. } = &mut self.stage {
            *go_at = None;
        }
        vec![]
    }

    // ---- what time does

    fn returned(&mut self) -> Vec<Effect> {
        match &self.stage {
            Stage::Declined { .. } | Stage::Paid { .. } | Stage::Ended => vec![],
            Stage::Opening { attempt: None, .. } if !self.stale => vec![],
            Stage::Waiting { .. } | Stage::RunOut { .. } if !self.view.auto_query => vec![],
            _ => self.question(),
        }
    }

    fn due(&mut self) -> Vec<Effect> {
        if self.is_watching() { self.question() } else { vec![] }
    }

    /// What we most need to know.
    fn question(&self) -> Vec<Effect> {
        match &self.stage {
            _ if self.stale => vec![Effect::Load],
            Stage::Closing { attempt, heard: false, .. } => {
                vec![Effect::Cancel(attempt.order.clone())]
            }
            _ => vec![Effect::Ask],
        }
    }

    fn tick(&mut self, now: u64) -> Vec<Effect> {
        if matches!(self.stage, Stage::Choosing { .. }) {
            self.overdue = self.ends_at <= now;
        }
        match &mut self.stage {
            Stage::Waiting { attempt, confirming: false, .. }
                if attempt.has_code() && attempt.ends_at <= now =>
            {
                self.run_out(false);
                self.due()
            }
            Stage::Paid { go_at, .. } if go_at.is_some_and(|at| at <= now) => {
                *go_at = None;
                self.return_url().map(|url| Effect::Go(url.to_owned())).into_iter().collect()
            }
            _ => vec![],
        }
    }
}

impl Attempt {
    /// Whether there is a code that can run out.
    pub fn has_code(&self) -> bool {
        self.action.as_ref().is_some_and(|action| action.kind == "show_code")
    }

    /// The text of a code to scan; a passcode is none.
    pub fn scannable(&self) -> Option<&str> {
        let action = self.action.as_ref().filter(|action| action.kind == "show_code")?;
        action.text.as_deref().filter(|_| action.code_kind.as_deref() != Some("passcode"))
    }
}

/// A deadline by a fresh remaining time; the network's jitter does not move it.
fn rebased(deadline: u64, remaining: u64, now: u64) -> u64 {
    let fresh = now.saturating_add(remaining);
    if fresh.abs_diff(deadline) > JITTER_MS { fresh } else { deadline }
}

#[cfg(test)]
mod tests;
