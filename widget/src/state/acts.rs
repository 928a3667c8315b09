//! What the shopper does.

use super::{Attempt, Behind, Checkout, Effect, LEAVE_AFTER_MS, Link, News, Note, Stage};

impl Checkout {
    pub(super) fn choose(&mut self, method: String) -> Vec<Effect> {
        let free = matches!(self.stage, Stage::Choosing { .. });
        if !free || !self.offers(&method) || self.chosen.as_ref() == Some(&method) {
            return vec![];
        }
        self.chosen = Some(method.clone());
        vec![Effect::Tell(News::MethodChange(method))]
    }

    pub(super) fn confirm(&mut self, now: u64) -> Vec<Effect> {
        match self.chosen.clone().filter(|_| self.may_pay()) {
            Some(method) => self.open(method, false, now),
            None => vec![],
        }
    }

    /// Chooses a method and confirms it, or does neither.
    pub(super) fn take(&mut self, method: String, now: u64) -> Vec<Effect> {
        let mut effects = self.choose(method.clone());
        if self.chosen.as_ref() == Some(&method) {
            effects.extend(self.confirm(now));
        }
        effects
    }

    pub(super) fn renew(&mut self, now: u64) -> Vec<Effect> {
        match &self.stage {
            Stage::RunOut { attempt: Attempt { method, .. }, .. }
            | Stage::Declined { method, .. } => {
                let method = method.clone();
                self.open(method, true, now)
            }
            _ => vec![],
        }
    }

    fn open(&mut self, method: String, over: bool, now: u64) -> Vec<Effect> {
        self.failure = None;
        self.stage = Stage::Opening { method: method.clone(), attempt: None, over, since: now };
        vec![Effect::Pay { method, version: self.view.version }]
    }

    pub(super) fn ask_now(&mut self) -> Vec<Effect> {
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

    pub(super) fn go_to_app(&mut self) -> Vec<Effect> {
        if let Stage::Waiting { away, .. } = &mut self.stage {
            *away = true;
        }
        vec![]
    }

    pub(super) fn leave(&mut self, now: u64) -> Vec<Effect> {
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
            // What is on its way is closed again when it arrives (`opened`); what got no answer is looked for still.
            Stage::Opening { attempt: None, .. }
            | Stage::RunOut { .. }
            | Stage::Declined { .. } => {
                // That answer was late. The next one is not yet.
                if self.lost == 0 {
                    self.link = Link::Fine;
                }
                self.back_to_list(None);
                vec![]
            }
            Stage::Paid { go_at, over } => {
                (*go_at, *over) = (None, false);
                vec![]
            }
            Stage::Closing { .. } | Stage::Choosing { .. } | Stage::Ended => vec![],
        }
    }

    /// Back to the list, and whatever becomes of the attempt is still told.
    fn walk_away(&mut self, attempt: Attempt, note: Option<Note>) -> Vec<Effect> {
        self.behind = Some(Behind { attempt, until: None });
        self.stage = Stage::Choosing { note };
        vec![]
    }

    pub(super) fn stay(&mut self) -> Vec<Effect> {
        if let Stage::Paid { go_at, .. } = &mut self.stage {
            *go_at = None;
        }
        vec![]
    }
}
