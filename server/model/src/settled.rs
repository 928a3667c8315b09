//! "Eventually settled": from wherever we are, when faults stop and everybody does their work, all comes to rest, and rightly.
//!
//! A path that never ends shows nothing about its end, so this is asked of every single state: the same acts, those alone
//! that need no bad luck, in a fixed order, until nothing is left to be done.

use florin_server::domain::payment::{PaymentState, Role};
use florin_server::domain::reversal::ReversalState;
use florin_server::domain::session::SessionState;

use crate::channel::Held;
use crate::promises::going_back;
use crate::world::{Act, Asker, Opening, Returner, World};
use crate::{Races, Time};

/// Far more than any order needs.
const LONG: usize = 300;

impl World {
    /// Whether everything comes to rest from here, and rightly.
    pub(crate) fn settles(&self, races: &Races) -> bool {
        let mut world = self.clone();
        let mut passed = Vec::new();
        for _ in 0..LONG {
            if races.has_settled(&world) {
                races.remember(passed);
                return true;
            }
            passed.push(world.clone());
            match world.calmly(races) {
                Some(next) => world = next,
                None => {
                    let is_right = world.is_settled();
                    if is_right {
                        races.remember(passed);
                    }
                    return is_right;
                }
            }
        }
        false
    }

    /// What happens next when nothing goes wrong.
    fn calmly(&self, races: &Races) -> Option<World> {
        let ids = 0..self.book.payments.len();
        let next = |act| Some(races.after(self, act));
        if let Some(act) = self.under_way() {
            return next(act);
        }
        if self.book.session == SessionState::Open && self.now > Time::Early {
            return next(Act::Expire);
        }
        if let Some(id) = ids.clone().find(|id| self.may_lose_lease(*id)) {
            return next(Act::LeaseEnds(id));
        }
        if let Some(number) = self.book.returns.iter().position(|back| back.is_due) {
            return next(Act::Return(number));
        }
        if let Some(asked) = ids.clone().find_map(|id| self.asked(id, races)) {
            return Some(asked);
        }
        if let Some(id) = ids.clone().find(|id| self.is_open(*id) && self.now > Time::Early) {
            return next(Act::RunOut(id));
        }
        (self.now != Time::Late).then(|| races.after(self, Act::Tick))
    }

    /// The next step of what is on its way.
    fn under_way(&self) -> Option<Act> {
        if self.unlocked.is_some() {
            return Some(Act::Write);
        }
        if !self.book.unwritten.is_empty() {
            return Some(Act::Second(true));
        }
        for id in 0..self.book.payments.len() {
            match self.opening[id] {
                Opening::Idle => {}
                Opening::Sent | Opening::Adrift => return Some(Act::OpenArrives(id)),
                Opening::Answered => return Some(Act::OpenIn(id)),
            }
            if self.cancel_adrift[id] {
                return Some(Act::AdriftEnds(id, true));
            }
        }
        self.asking().or_else(|| self.returning())
    }

    fn asking(&self) -> Option<Act> {
        let who = self.askers.iter().position(|asker| *asker != Asker::Idle)?;
        Some(match self.askers[who] {
            Asker::Idle => return None,
            Asker::Asking { .. } => Act::QueryArrives(who),
            Asker::Answered { .. } => Act::QueryIn(who),
            Asker::Begins { .. } => Act::BeginCancel(who),
            Asker::Cancels { .. } => Act::CancelArrives(who, false),
            Asker::Cancelled { .. } => Act::CancelIn(who),
        })
    }

    fn returning(&self) -> Option<Act> {
        match self.returner {
            Returner::Idle => None,
            Returner::Looks { .. } => Some(Act::LookArrives),
            Returner::Looked { .. } => Some(Act::LookIn),
            Returner::Begins { .. } => Some(Act::BeginReturn),
            Returner::Calls { .. } => Some(Act::ReturnArrives(false)),
            Returner::Called { .. } => Some(Act::ReturnIn),
        }
    }

    /// The world after a question about this payment has come to its end, if that has changed anything.
    fn asked(&self, id: usize, races: &Races) -> Option<World> {
        if !self.book.payments[id].asked {
            return None;
        }
        let mut world = races.after(self, Act::Ask(0, id));
        while let Some(act) = world.asking() {
            world = races.after(&world, act);
        }
        (world != *self).then_some(world)
    }

    /// Everything is at rest, and rightly so.
    fn is_settled(&self) -> bool {
        let is_over = |state: PaymentState| state.is_final();
        let payments = self.book.payments.iter().zip(&self.channel);
        let gone = |id: usize| self.channel[id].captured() - self.channel[id].keeps();
        self.is_quiet()
            && self.book.session.is_over()
            && payments.clone().all(|(row, _)| is_over(row.state) && !row.asked)
            && payments.clone().enumerate().all(|(id, (row, channel))| match row.role {
                // What a lost cancel has given back is booked as given back by somebody else (D2).
                Role::Accepted => gone(id) == going_back(self, id),
                Role::None | Role::Surplus => channel.keeps() == 0,
            })
            && self.channel.iter().all(|channel| channel.held != Held::Open)
            && self
                .book
                .returns
                .iter()
                .all(|back| matches!(back.state, ReversalState::Success | ReversalState::Fail))
    }
}
