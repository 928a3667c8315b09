//! What the server says: views, openings, and answers that did not come.

use florin_shared::session::SessionStatus;
use florin_shared::shopper::{CheckoutView, Offer, OpenTransaction, StatusView};

use super::outcome::returned;
use super::time::rebased;
use super::{Attempt, Checkout, Effect, Link, News, Note, Stage, Trouble};

impl Checkout {
    /// Takes a whole view in: what it says replaces what we thought.
    pub(super) fn adopt(&mut self, view: CheckoutView, now: u64) -> Vec<Effect> {
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
            // That money comes back is truer than a note from before it was known.
            (Stage::Choosing { note }, None) => returned(&view.state).or_else(|| note.clone()),
            (_, None) => returned(&view.state),
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

    pub(super) fn offers(&self, method: &str) -> bool {
        let can = |offer: &Offer| offer.method == method && offer.unavailable.is_none();
        self.view.methods.iter().any(can)
    }

    pub(super) fn opened(&mut self, open: OpenTransaction, now: u64) -> Vec<Effect> {
        let Stage::Opening { attempt: None, over, .. } = self.stage else { return vec![] };
        self.fine();
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
        self.behind = None;
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
    pub(super) fn hear(&mut self, told: StatusView, now: u64) -> Vec<Effect> {
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

    pub(super) fn checked(&mut self, answer: Result<StatusView, Trouble>, now: u64) -> Vec<Effect> {
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

    pub(super) fn closed(&mut self, answer: Result<StatusView, Trouble>, now: u64) -> Vec<Effect> {
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

    pub(super) fn note_trouble(&mut self, trouble: &Trouble) {
        self.lost = self.lost.saturating_add(1);
        self.link = if *trouble == Trouble::Offline { Link::Offline } else { Link::Late };
    }

    fn fine(&mut self) {
        self.link = Link::Fine;
        self.lost = 0;
    }

    pub(super) fn reload(&mut self) -> Vec<Effect> {
        self.stale = true;
        vec![Effect::Load]
    }
}
