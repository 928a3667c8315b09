//! What the server says: views, openings, and answers that did not come.

use florin_shared::session::SessionStatus;
use florin_shared::shopper::{CheckoutView, Offer, OpenTransaction, StatusView};

use super::outcome::returned;
use super::time::rebased;
use super::{Attempt, Behind, Checkout, Effect, Link, News, Note, Stage, Trouble};

impl Checkout {
    /// Takes a whole view in: what it says replaces what we thought.
    pub(super) fn adopt(&mut self, view: CheckoutView, now: u64) -> Vec<Effect> {
        if view.state.seq < self.view.state.seq {
            // Asked again at the usual pace.
            self.stale = true;
            return vec![];
        }
        let tried = match &self.stage {
            Stage::Opening { method, .. } => Some(method.clone()),
            _ => None,
        };
        let is_on_its_way =
            matches!(self.stage, Stage::Opening { attempt: None, .. }) && self.failure.is_none();
        // What a bank is confirming is shown, whatever else was tried; and so is what another window has opened in the place
        // of ours.
        let any = self.failed_with("BEING_CONFIRMED")
            || matches!(self.stage, Stage::Opening { attempt: Some(_), .. });
        let note = self.note_after(&view, tried.clone());
        let over = self.is_over();
        self.fine();
        self.stale = false;
        self.ends_at = rebased(self.ends_at, view.expires_in_ms, now);
        let open = view
            .open
            .clone()
            .filter(|open| any || tried.as_ref().is_none_or(|method| *method == open.method));
        self.worn = view.state.looks;
        self.view = view;
        self.keep_choice();
        match self.view.state.status {
            SessionStatus::Success => self.pay_is_in(now),
            SessionStatus::Expired | SessionStatus::Cancelled => self.end(),
            SessionStatus::Processing | SessionStatus::Unknown => {
                let Some(open) = open else {
                    if !is_on_its_way {
                        self.stage = Stage::Choosing { note };
                    }
                    return vec![];
                };
                self.stage = Stage::Choosing { note };
                let fresh = tried.as_ref() == Some(&open.method);
                let mut effects = self.wait_for(open, fresh, over, now);
                // This was the view. If there is a newer one, it is asked for at the usual pace.
                effects.retain(|effect| *effect != Effect::Load);
                effects
            }
        }
    }

    fn note_after(&self, view: &CheckoutView, tried: Option<String>) -> Option<Note> {
        if view.version != self.view.version {
            return Some(Note::AmountChanged);
        }
        match (&self.stage, tried) {
            (_, Some(method)) => Some(self.why_not(method, &view.state)),
            // That money comes back is truer than a note from before it was known.
            (Stage::Choosing { note }, None) => returned(&view.state).or_else(|| note.clone()),
            (_, None) => returned(&view.state),
        }
    }

    /// Why a method was not opened.
    fn why_not(&self, method: String, told: &StatusView) -> Note {
        let Some(Trouble::Refused { code, .. }) = &self.failure else {
            return Note::NotOpened(method);
        };
        match code.as_str() {
            "AMOUNT_CHANGED" => Note::AmountChanged,
            "BEING_CONFIRMED" => Note::Confirming(told.method.clone().unwrap_or(method)),
            "SESSION_EXPIRED" | "SESSION_CLOSED" => Note::Ending,
            "TOO_MANY_REQUESTS" => Note::TooOften,
            _ => Note::NotOpened(method),
        }
    }

    fn failed_with(&self, word: &str) -> bool {
        matches!(&self.failure, Some(Trouble::Refused { code, .. }) if code == word)
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
        match &self.stage {
            Stage::Opening { attempt: None, over, method, .. } if *method == open.method => {
                let over = *over;
                self.fine();
                self.wait_for(open, true, over, now)
            }
            // Left before it was open: nobody will look at this code.
            Stage::Choosing { .. } => {
                let order = open.order_id.clone();
                self.behind = Some(Behind { attempt: attempt(open, now), until: None });
                vec![Effect::Cancel(order)]
            }
            // Something else was opened than was asked for: that is what there is to pay.
            Stage::Opening { attempt: None, over, .. } => {
                let over = *over;
                self.fine();
                self.wait_for(open, false, over, now)
            }
            // A view was first, and knew of another attempt only: which of the two counts, the next one tells.
            Stage::Waiting { attempt, .. }
            | Stage::RunOut { attempt, .. }
            | Stage::Opening { attempt: Some(attempt), .. }
                if attempt.order != open.order_id =>
            {
                self.reload()
            }
            _ => vec![],
        }
    }

    /// The method was not opened. The view tells what is true now: paid, ended, another amount, or still open.
    pub(super) fn not_opened(&mut self, trouble: Trouble) -> Vec<Effect> {
        if !matches!(trouble, Trouble::Refused { .. }) {
            self.note_trouble(&trouble);
        }
        self.failure = Some(trouble);
        self.reload()
    }

    /// The same for what was confirmed before there was a program: as if it had been confirmed here, and the view come.
    pub(super) fn was_refused(&mut self, method: String, code: String, now: u64) {
        if matches!(self.stage, Stage::Paid { .. } | Stage::Ended) {
            return;
        }
        self.failure = Some(Trouble::Refused { code, sentence: String::new() });
        self.chosen = Some(method.clone());
        self.stage = Stage::Opening { method, attempt: None, over: false, since: now };
        let _told_already = self.adopt(self.view.clone(), now);
    }

    /// Goes on with an open transaction; `fresh` when the shopper has just asked for it, `over` in the overlay.
    fn wait_for(
        &mut self,
        open: OpenTransaction,
        fresh: bool,
        over: bool,
        now: u64,
    ) -> Vec<Effect> {
        let state = open.state.clone();
        let attempt = attempt(open, now);
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
            None => {
                let method = attempt.method.clone();
                Stage::Opening { method, attempt: Some(attempt), over, since: now }
            }
            Some(_) => Stage::Waiting { attempt, asking: false, confirming: false, away: false },
        };
        effects.extend(self.hear(state, now));
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
            SessionStatus::Processing | SessionStatus::Unknown => {
                let mut effects = self.hear_of_attempt(now);
                if self.is_dressed_anew() && !effects.contains(&Effect::Load) {
                    effects.extend(self.reload());
                }
                effects
            }
        }
    }

    /// The merchant's looks have changed, and this is a moment at which a whole view changes nothing else.
    fn is_dressed_anew(&self) -> bool {
        let may = match self.stage {
            Stage::Choosing { .. } => self.behind.is_none(),
            Stage::Waiting { asking, .. } | Stage::RunOut { asking, settled: false, .. } => !asking,
            _ => false,
        };
        may && self.view.state.looks != self.worn
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
            *heard = answer.as_ref().err().is_none_or(Trouble::is_answer);
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

fn attempt(open: OpenTransaction, now: u64) -> Attempt {
    Attempt {
        order: open.order_id,
        method: open.method,
        action: open.next_action,
        ends_at: now.saturating_add(open.code_expires_in_ms),
    }
}
