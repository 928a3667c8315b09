//! What the widget shows, what may happen, and what follows from it.
//!
//! [`State::on`] puts an event to the state and answers with what to do outside. It reads no clock and touches no
//! browser, so that every hard moment is tested like any function. Money is never guessed about: "paid" is said when
//! the server says that the session is paid, "nothing was taken" when it says that the attempt is over.

mod acts;
mod answers;
mod checkout;
mod outcome;
#[cfg(test)]
mod tests;
mod time;

use florin_shared::shopper::{CheckoutView, NextAction, OpenTransaction, StatusView};

/// How long a cancel may take before the shopper may leave it to us; and the opening of a method, before there is a way out.
pub const LEAVE_AFTER_MS: u64 = 5_000;
/// How long after a close the server is still asked: a channel's cancel may have given money back (ruling D1), and the
/// notice of it comes moments after the cancel's answer.
pub const AFTER_CLOSE_MS: u64 = 10_000;

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
    /// An attempt that the shopper has left: whatever becomes of it is still told. Once paid, for a while, whether a
    /// second payment arrives.
    pub behind: Option<Behind>,
    /// Why the method that is being opened was not; `None` while there is no answer.
    failure: Option<Trouble>,
    /// The view is older than what we know; it is asked for until it comes.
    stale: bool,
    /// The looks that the view came with.
    worn: u64,
    /// The session's time is over by our clock; the server is asked until it says so.
    overdue: bool,
    lost: u32,
}

/// One attempt to pay.
#[derive(Clone, Debug, Default, PartialEq)]
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

/// An attempt that is no longer on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Behind {
    /// Which.
    pub attempt: Attempt,
    /// It is closed and told; until then, on the monotonic clock, only the return of its money is listened for.
    pub until: Option<u64>,
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
        /// Since when, on the monotonic clock.
        since: u64,
    },
    /// The code is shown.
    Waiting {
        /// What for.
        attempt: Attempt,
        /// "I have paid" was pressed and is being asked about.
        asking: bool,
        /// The shopper has paid, the bank has not confirmed. Countdowns stop.
        confirming: bool,
        /// The method's app was opened from here, and the shopper is not back yet.
        away: bool,
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
    /// The session ends: nothing can be opened any more, and the server makes sure that nothing was paid.
    Ending,
    /// The session was tried too often to be tried again.
    TooOften,
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
    /// The button of one method.
    Took(String),
    /// "I have paid".
    AskedNow,
    /// The link to the method's app.
    WentToApp,
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

    /// A method was confirmed where nobody could hear the answer, and was refused: with `code`, `AMOUNT_CHANGED` for one.
    /// What the view says was told when it came.
    pub fn was_refused(&mut self, method: String, code: String, now: u64) {
        if let State::Ready(checkout) = self {
            checkout.was_refused(method, code, now);
        }
    }

    /// The checkout, once there is one.
    pub fn checkout(&self) -> Option<&Checkout> {
        match self {
            State::Ready(checkout) => Some(checkout),
            State::Loading | State::Failed(_) => None,
        }
    }

    /// What a clock alone can bring about: that a code has run out, that an answer is late, and whether there is something to ask.
    pub fn by_clock(&self) -> (bool, Option<Link>, Option<u64>) {
        let checkout = self.checkout();
        let has_run_out =
            checkout.is_some_and(|checkout| matches!(checkout.stage, Stage::RunOut { .. }));
        (has_run_out, checkout.map(|checkout| checkout.link), self.asks_after())
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

impl Trouble {
    /// Whether the server has dealt with the question. One that it had no room for is sent again.
    fn is_answer(&self) -> bool {
        let Trouble::Refused { code, .. } = self else { return false };
        !["BUSY", "INTERNAL", "TOO_MANY_REQUESTS", "CHANNEL_UNAVAILABLE"].contains(&code.as_str())
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
