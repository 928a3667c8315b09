//! A session on the screen: what of it shows, and where each event goes.

use florin_shared::session::SessionStatus;
use florin_shared::shopper::{CheckoutView, Phase};

use super::{Attempt, Checkout, Effect, Event, Link, Note, Stage};

impl Checkout {
    pub(super) fn of(view: CheckoutView, now: u64) -> Checkout {
        Checkout {
            ends_at: now.saturating_add(view.expires_in_ms),
            worn: view.state.looks,
            view,
            chosen: None,
            stage: Stage::Choosing { note: None },
            link: Link::Fine,
            behind: None,
            failure: None,
            stale: false,
            overdue: false,
            lost: 0,
        }
    }

    /// Where the shopper goes afterwards. What the view said while nothing was paid may be the way of those who leave
    /// unpaid, and counts no longer once somebody has paid.
    pub fn return_url(&self) -> Option<&str> {
        let told = &self.view.state;
        let has_paid =
            told.status == SessionStatus::Success || told.phase == Some(Phase::Confirming);
        let before = self.view.return_url.as_deref().filter(|_| !has_paid);
        told.return_url.as_deref().or(before)
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

    /// Whether the pay button does anything.
    pub fn may_pay(&self) -> bool {
        let Stage::Choosing { note } = &self.stage else { return false };
        let is_over = matches!(note, Some(Note::Ending | Note::TooOften));
        self.chosen.is_some() && !is_over && !self.awaits_bank()
    }

    /// Whether a bank still confirms an attempt that was left: until it has answered, nothing else can be paid.
    pub fn awaits_bank(&self) -> bool {
        let says_so = matches!(self.stage, Stage::Choosing { note: Some(Note::Confirming(_)) });
        says_so && self.behind.is_some()
    }

    /// The attempt that is on the screen.
    pub fn attempt(&self) -> Option<&Attempt> {
        match &self.stage {
            Stage::Opening { attempt, .. } => attempt.as_ref(),
            Stage::Waiting { attempt, .. }
            | Stage::RunOut { attempt, .. }
            | Stage::Closing { attempt, .. } => Some(attempt),
            Stage::Choosing { .. } | Stage::Declined { .. } | Stage::Paid { .. } | Stage::Ended => {
                None
            }
        }
    }

    /// The attempt that a status is about: the one on the screen, or behind the list the one that was left.
    pub(super) fn awaited(&self) -> Option<&Attempt> {
        match self.stage {
            Stage::Choosing { .. } => self.behind.as_ref().map(|behind| &behind.attempt),
            _ => self.attempt(),
        }
    }

    /// Whether the attempt behind the list is closed, and told to be.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.stage, Stage::Choosing { .. })
            && self.behind.as_ref().is_some_and(|behind| behind.until.is_some())
    }

    pub(super) fn on(&mut self, event: Event, now: u64) -> Vec<Effect> {
        match event {
            Event::Viewed(Ok(view)) => self.adopt(*view, now),
            Event::Opened(Ok(open)) => self.opened(open, now),
            Event::Opened(Err(trouble)) => self.not_opened(trouble),
            Event::Told(Ok(status)) => self.hear(status, now),
            Event::Checked(answer) => self.checked(answer, now),
            Event::Closed(answer) => self.closed(answer, now),
            Event::Viewed(Err(trouble)) | Event::Told(Err(trouble)) => {
                self.note_trouble(&trouble);
                vec![]
            }
            Event::Chose(method) => self.choose(method),
            Event::Confirmed => self.confirm(now),
            Event::Took(method) => self.take(method, now),
            Event::AskedNow => self.ask_now(),
            Event::WentToApp => self.go_to_app(),
            Event::Renewed => self.renew(now),
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
