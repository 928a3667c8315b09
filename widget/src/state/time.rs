//! What time does: when to ask, and what a clock alone brings about.

use florin_shared::shopper::Offer;

use super::{Checkout, Effect, LEAVE_AFTER_MS, Link, Note, Stage};

/// Remaining times that differ by less than this are the network's jitter, and do not make a clock jump.
pub(super) const JITTER_MS: u64 = 1_500;
/// The pause after the first lost answer, doubled after each further one.
const FIRST_PAUSE_MS: u64 = 2_000;
const LONGEST_PAUSE_MS: u64 = 15_000;

impl Checkout {
    /// Whether the status is asked for again and again.
    pub(super) fn is_watching(&self) -> bool {
        match &self.stage {
            Stage::Choosing { note } => {
                let is_ending = *note == Some(Note::Ending);
                // A channel that is silent comes back by itself, and the status says so.
                let is_down = |offer: &Offer| {
                    offer.unavailable.as_ref().is_some_and(|why| why.reason == "DOWN")
                };
                let waits = self.view.methods.iter().any(is_down);
                self.stale || self.overdue || is_ending || waits || self.behind.is_some()
            }
            Stage::Opening { attempt, .. } => self.stale || attempt.is_some(),
            // A question that got no answer is asked again, whoever asked it.
            Stage::Waiting { .. } => self.stale || self.view.auto_query || self.lost > 0,
            Stage::RunOut { settled: true, .. } => self.stale || self.behind.is_some(),
            Stage::RunOut { .. } => self.stale || self.view.auto_query || self.lost > 0,
            Stage::Closing { .. } => true,
            // Whoever stays here hears of a second payment too.
            Stage::Paid { go_at, .. } => go_at.is_none() && self.behind.is_some(),
            Stage::Declined { .. } | Stage::Ended => false,
        }
    }

    pub(super) fn pause(&self) -> u64 {
        match self.lost {
            0 => self.view.state.poll_after_ms,
            lost => (FIRST_PAUSE_MS << (lost - 1).min(3)).min(LONGEST_PAUSE_MS),
        }
    }

    pub(super) fn returned(&mut self) -> Vec<Effect> {
        match &mut self.stage {
            // Back from the app: whoever has just paid there should not wait for the channel to tell us.
            Stage::Waiting { away, asking: false, .. } if *away => {
                *away = false;
                self.ask_now()
            }
            Stage::Declined { .. } | Stage::Paid { .. } | Stage::Ended => vec![],
            Stage::Opening { attempt: None, .. } if !self.stale => vec![],
            _ => self.question(),
        }
    }

    pub(super) fn due(&mut self) -> Vec<Effect> {
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

    pub(super) fn tick(&mut self, now: u64) -> Vec<Effect> {
        if matches!(self.stage, Stage::Choosing { .. }) {
            self.overdue = self.ends_at <= now;
        }
        let until = self.behind.as_ref().and_then(|behind| behind.until);
        if until.is_some_and(|until| until <= now) {
            self.behind = None;
        }
        match &mut self.stage {
            // The server keeps us waiting: whoever wants to go another way need not wait until this one is given up.
            Stage::Opening { attempt: None, since, .. }
                if self.link == Link::Fine && now.saturating_sub(*since) >= LEAVE_AFTER_MS =>
            {
                self.link = Link::Late;
                vec![]
            }
            Stage::Waiting { attempt, confirming: false, .. }
                if attempt.has_code() && attempt.ends_at <= now =>
            {
                self.run_out(false);
                self.question()
            }
            Stage::Paid { go_at, .. } if go_at.is_some_and(|at| at <= now) => {
                *go_at = None;
                self.return_url().map(|url| Effect::Go(url.to_owned())).into_iter().collect()
            }
            _ => vec![],
        }
    }
}

/// A deadline by a fresh remaining time; the network's jitter does not move it.
pub(super) fn rebased(deadline: u64, remaining: u64, now: u64) -> u64 {
    let fresh = now.saturating_add(remaining);
    if fresh.abs_diff(deadline) > JITTER_MS { fresh } else { deadline }
}
