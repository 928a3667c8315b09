//! What a status makes of the session and of our attempt.

use florin_shared::session::SessionStatus;
use florin_shared::shopper::{PaymentStatus, Phase, StatusView};

use super::time::{JITTER_MS, rebased};
use super::{AFTER_CLOSE_MS, Attempt, Behind, Checkout, Effect, News, Note, Stage};

impl Checkout {
    /// The session is open; how does our own attempt stand? Another order's status says nothing about it.
    pub(super) fn hear_of_attempt(&mut self, now: u64) -> Vec<Effect> {
        let Some(own) = self.awaited().map(|attempt| attempt.order.clone()) else { return vec![] };
        let told = self.view.state.clone();
        if self.is_closed() {
            return self.hear_afterwards(&told, &own);
        }
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
            Some(PaymentStatus::Success) if told.notice.is_some() => {
                self.is_over_unpaid(&told, now)
            }
            Some(PaymentStatus::Success) => vec![],
            Some(PaymentStatus::Fail) => self.failed(&told),
            Some(PaymentStatus::Cancelled) => self.is_over_unpaid(&told, now),
        }
    }

    /// The attempt was closed and told to be: all that is left to hear is that its money comes back.
    fn hear_afterwards(&mut self, told: &StatusView, own: &str) -> Vec<Effect> {
        let note = returned(told);
        let is_replaced = told.order_id.as_deref().is_some_and(|order| order != own);
        if note.is_some() || is_replaced {
            self.behind = None;
        }
        if note.is_some() {
            self.stage = Stage::Choosing { note };
        }
        vec![]
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
            return match phase {
                Phase::Opening | Phase::Unknown => vec![],
                Phase::Confirming => self.confirming(),
                // The channel has answered: the view has what it said.
                _ => self.reload(),
            };
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
            // Whatever was answered, the server has not begun to close it.
            Stage::Closing { heard, .. } if phase == Phase::Waiting => *heard = false,
            // Our clock was ahead, after a sleep for instance.
            Stage::RunOut { attempt, settled: false, .. }
                if phase == Phase::Waiting && told.code_expires_in_ms > JITTER_MS =>
            {
                let ends_at = now.saturating_add(told.code_expires_in_ms);
                let attempt = Attempt { ends_at, ..attempt.clone() };
                self.stage =
                    Stage::Waiting { attempt, asking: false, confirming: false, away: false };
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
        if let Some(attempt) = self.awaited().cloned() {
            self.stage = Stage::Waiting { attempt, asking: false, confirming: true, away: false };
        }
        vec![]
    }

    fn failed(&mut self, told: &StatusView) -> Vec<Effect> {
        let Some(attempt) = self.awaited().cloned() else { return vec![] };
        let ran_out = told.reason.as_deref() == Some("RUN_OUT");
        let news = News::Fail {
            order: attempt.order,
            method: attempt.method.clone(),
            reason: told.reason.clone(),
        };
        let awaits_bank = self.awaits_bank();
        match &mut self.stage {
            Stage::Waiting { .. } | Stage::RunOut { .. } if ran_out => self.run_out(true),
            Stage::RunOut { settled, .. } => *settled = true,
            // Whoever was told not to pay again before the bank answers is told what it answered.
            Stage::Choosing { .. } if awaits_bank => {
                self.behind = None;
                self.decline(attempt.method, told);
            }
            Stage::Waiting { .. } | Stage::Opening { .. } => self.decline(attempt.method, told),
            _ => {
                self.behind = None;
                self.back_to_list(None);
            }
        }
        vec![Effect::Tell(news)]
    }

    fn decline(&mut self, method: String, told: &StatusView) {
        let by_payer = told.reason.as_deref().is_none_or(|reason| reason == "DECLINED");
        self.stage = Stage::Declined { method, by_payer };
    }

    /// Cancelled, or paid and given back: the attempt is over and the session is not paid.
    fn is_over_unpaid(&mut self, told: &StatusView, now: u64) -> Vec<Effect> {
        let Some(attempt) = self.awaited().cloned() else { return vec![] };
        let Attempt { order, method, .. } = attempt.clone();
        let returned = returned(told);
        let mut effects = vec![];
        if !matches!(self.stage, Stage::RunOut { settled: true, .. }) {
            effects.push(Effect::Tell(News::Cancel { order, method: method.clone() }));
            self.listen_on(attempt, now);
        }
        if returned.is_some() {
            self.behind = None;
        }
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

    /// Whoever asks at all asks on for a while: the notice of a return comes after the cancel's answer.
    fn listen_on(&mut self, attempt: Attempt, now: u64) {
        let until = Some(now.saturating_add(AFTER_CLOSE_MS));
        self.behind = self.view.auto_query.then_some(Behind { attempt, until });
    }

    pub(super) fn pay_is_in(&mut self, now: u64) -> Vec<Effect> {
        if matches!(self.stage, Stage::Paid { .. }) {
            // Two payments are told: there is nothing more to wait for.
            self.behind.take_if(|_| self.view.state.notice.is_some());
            return vec![];
        }
        let attempt = self.awaited().cloned().unwrap_or_default();
        let over = self.is_over();
        // A second payment is told at leisure: nobody is led away from that.
        let leaves = self.return_url().is_some() && self.view.state.notice.is_none();
        let after = self.view.appearance.go_after_ms.filter(|_| leaves);
        self.behind = None;
        if self.view.state.notice.is_none() {
            self.listen_on(attempt, now);
        }
        self.stage = Stage::Paid { go_at: after.map(|after| now.saturating_add(after)), over };
        vec![Effect::Tell(News::Success { order: self.view.state.order_id.clone() })]
    }

    pub(super) fn end(&mut self) -> Vec<Effect> {
        if self.stage == Stage::Ended {
            return vec![];
        }
        self.behind = None;
        self.stage = Stage::Ended;
        let expired = self.view.state.status == SessionStatus::Expired;
        vec![Effect::Tell(if expired { News::Expire } else { News::Close })]
    }

    pub(super) fn run_out(&mut self, settled: bool) {
        if let Stage::Waiting { attempt, asking, .. } | Stage::RunOut { attempt, asking, .. } =
            &self.stage
        {
            self.stage = Stage::RunOut { attempt: attempt.clone(), asking: *asking, settled };
        }
    }

    pub(super) fn back_to_list(&mut self, note: Option<Note>) {
        self.stage = Stage::Choosing { note };
    }
}

/// What there is to say about money that is on its way back.
pub(super) fn returned(told: &StatusView) -> Option<Note> {
    told.notice.as_ref()?;
    let method = told.notice_method.as_ref().or(told.method.as_ref());
    Some(Note::Returned(method.cloned().unwrap_or_default()))
}
