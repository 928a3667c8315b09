//! What may happen next, as a list.

use florin_server::domain::payment::PaymentState;
use florin_server::domain::session::SessionState;

use crate::channel::Held;
use crate::world::{Act, Asker, Opening, Returner, World};
use crate::{Bounds, Time};

impl World {
    pub(crate) fn acts(&self, bounds: Bounds) -> Vec<Act> {
        let mut acts = Vec::with_capacity(16);
        self.people(bounds, &mut acts);
        for id in 0..self.book.payments.len() {
            self.about(id, bounds, &mut acts);
            self.opening(id, bounds, &mut acts);
        }
        for who in 0..bounds.askers {
            self.asker(who, bounds, &mut acts);
        }
        self.returner(bounds, &mut acts);
        acts
    }

    fn people(&self, bounds: Bounds, acts: &mut Vec<Act>) {
        let is_open = self.book.session == SessionState::Open;
        if is_open && self.now == Time::Early && self.chosen < bounds.tabs {
            acts.extend((0..=u8::from(self.chosen > 0)).map(Act::Choose));
        }
        if is_open && bounds.closes {
            acts.push(Act::Close);
        }
        if is_open && self.now > Time::Early {
            acts.push(Act::Expire);
        }
        if self.unlocked.is_some() {
            acts.push(Act::Write);
        }
        if !self.book.unwritten.is_empty() {
            acts.push(Act::Second(true));
            acts.extend(bounds.crashes[1].then_some(Act::Second(false)));
        }
        if self.may_tick() {
            acts.push(Act::Tick);
        }
    }

    /// Two minutes after a code's end nothing can be under way that began before it.
    fn may_tick(&self) -> bool {
        match self.now {
            Time::Early => true,
            Time::Over => self.is_quiet() && !self.is_open(0) && !self.is_open(1),
            Time::Late => false,
        }
    }

    fn about(&self, id: usize, bounds: Bounds, acts: &mut Vec<Act>) {
        let (held, row) = (self.channel[id], self.book.payments[id]);
        if held.held == Held::Open {
            acts.push(Act::Pay(id, true));
            if bounds.wrong_amounts && id == 0 {
                acts.push(Act::Pay(id, false));
            }
            if bounds.declines && id == 0 && !held.was_declined {
                acts.push(Act::Decline(id));
            }
            if self.now > Time::Early {
                acts.push(Act::RunOut(id));
            }
        }
        if bounds.notices && self.unlocked.is_none() {
            acts.extend((0..held.messages().count()).map(|word| Act::Notice(id, word)));
        }
        if row.state.is_live() && bounds.stops {
            acts.push(Act::Stop(id));
        }
        if self.may_lose_lease(id) {
            acts.push(Act::LeaseEnds(id));
        }
        if self.cancel_adrift[id] {
            acts.extend([true, false].map(|lands| Act::AdriftEnds(id, lands)));
        }
    }

    fn opening(&self, id: usize, bounds: Bounds, acts: &mut Vec<Act>) {
        match self.opening[id] {
            Opening::Idle => {}
            Opening::Sent => {
                acts.extend([Act::OpenArrives(id), Act::OpenNotSent(id)]);
                acts.extend([Act::OpenLost(id, true), Act::OpenLost(id, false)]);
            }
            Opening::Answered => acts.extend([Act::OpenIn(id), Act::OpenLost(id, false)]),
            Opening::Adrift => acts.extend([Act::OpenArrives(id), Act::OpenVanishes(id)]),
        }
        let is_called = matches!(self.opening[id], Opening::Sent | Opening::Answered);
        if is_called && bounds.crashes[0] {
            acts.push(Act::OpenCrashes(id));
        }
    }

    fn asker(&self, who: usize, bounds: Bounds, acts: &mut Vec<Act>) {
        match self.askers[who] {
            Asker::Idle => {
                let asked = (0..self.book.payments.len()).filter(|id| self.may_ask(*id));
                acts.extend(asked.map(|id| Act::Ask(who, id)));
            }
            Asker::Asking { .. } => acts.extend([Act::QueryArrives(who), Act::QueryLost(who)]),
            Asker::Answered { .. } => acts.push(Act::QueryIn(who)),
            Asker::Begins { .. } => acts.push(Act::BeginCancel(who)),
            Asker::Cancels { .. } => {
                acts.extend([false, true].map(|is_refused| Act::CancelArrives(who, is_refused)));
                acts.push(Act::CancelLost(who, false));
                acts.extend(bounds.strays.then_some(Act::CancelLost(who, true)));
            }
            Asker::Cancelled { .. } => {
                acts.extend([Act::CancelIn(who), Act::CancelLost(who, false)])
            }
        }
        if self.askers[who] != Asker::Idle && bounds.crashes[1] {
            acts.push(Act::AskerCrashes(who));
        }
    }

    fn may_ask(&self, id: usize) -> bool {
        let row = self.book.payments[id];
        // The first question comes after the call's own time; until then whoever opens it knows more.
        row.asked && (row.state > PaymentState::Intent || self.opening[id] == Opening::Idle)
    }

    fn returner(&self, bounds: Bounds, acts: &mut Vec<Act>) {
        match self.returner {
            Returner::Idle => {
                let due = self.book.returns.iter().enumerate().filter(|(_, back)| back.is_due);
                acts.extend(due.map(|(number, _)| Act::Return(number)));
            }
            Returner::Looks { .. } => acts.extend([Act::LookArrives, Act::LookLost]),
            Returner::Looked { .. } => acts.push(Act::LookIn),
            Returner::Begins { .. } => acts.push(Act::BeginReturn),
            Returner::Calls { asks, .. } => {
                acts.extend([Act::ReturnArrives(false), Act::ReturnLost]);
                if !asks && !self.has_refused {
                    acts.push(Act::ReturnArrives(true));
                }
            }
            Returner::Called { .. } => acts.extend([Act::ReturnIn, Act::ReturnLost]),
        }
        if self.returner != Returner::Idle && bounds.crashes[2] {
            acts.push(Act::ReturnerCrashes);
        }
    }
}
