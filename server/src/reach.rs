//! Which channels answer just now, and what waits for one that does not.
//!
//! Whoever has asked in vain leaves word here. `worker/comeback.rs` tries a silent channel with one of those questions every
//! two seconds; when it answers, everything that waits is asked about within moments, and not at the end of its own wait
//! (G3). Kept in memory, since nothing depends on it: whatever is forgotten is asked about at its own pace.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use florin_shared::{PaymentId, ReversalId};

use crate::clock::Millis;
use crate::domain::pace;

/// How many are remembered for each channel. The others wait at their own pace.
const MOST: usize = 10_000;

/// What was asked about in vain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Waiting {
    /// What became of a payment.
    Payment(PaymentId),
    /// What became of money going back.
    Reversal(ReversalId),
}

/// A channel that has answered again.
#[derive(Debug, Default)]
pub struct Return {
    /// What was asked about in vain.
    pub waiting: Vec<Waiting>,
    /// How far everything else that is open there has been gone through, by when it is due; nothing when it need not be,
    /// because the silence was short.
    pub open: Option<Millis>,
}

/// Every channel.
pub struct Reach(Mutex<HashMap<&'static str, Road>>);

struct Road {
    /// Since when nothing but silence has come.
    silent: Option<Millis>,
    knocked: Millis,
    waiting: HashSet<Waiting>,
    back: Option<Return>,
}

impl Reach {
    /// These channels, of which nothing has been heard yet: what waited when the last process ended waits for them.
    pub fn new(channels: impl Iterator<Item = &'static str>) -> Reach {
        let unheard = || Road {
            silent: Some(Millis::MIN / 2),
            knocked: Millis::MIN / 2,
            waiting: HashSet::new(),
            back: None,
        };
        Reach(Mutex::new(channels.map(|channel| (channel, unheard())).collect()))
    }

    /// A call about this brought nothing.
    pub fn silent(&self, channel: &'static str, about: Waiting, now: Millis) {
        let mut roads = self.roads();
        let Some(road) = roads.get_mut(channel) else { return };
        road.silent.get_or_insert(now);
        if road.waiting.len() < MOST {
            road.waiting.insert(about);
        }
    }

    /// A call about this was answered. Whether that ended a silence, so that there is something to do.
    pub fn answered(&self, channel: &'static str, about: &Waiting, now: Millis) -> bool {
        let mut roads = self.roads();
        let Some(road) = roads.get_mut(channel) else { return false };
        road.waiting.remove(about);
        let Some(since) = road.silent.take() else { return false };
        let back = road.back.get_or_insert_default();
        back.waiting.extend(road.waiting.drain());
        if now - since >= pace::AWAY {
            // What is due sooner is asked about soon enough.
            back.open = Some(now + pace::WATCHED);
        }
        true
    }

    /// The silent channels that are to be tried now, each with something that was asked there in vain, if there is any.
    pub fn knocks(&self, now: Millis) -> Vec<(&'static str, Option<Waiting>)> {
        let mut due = Vec::new();
        for (channel, road) in self.roads().iter_mut() {
            if road.silent.is_some() && now - road.knocked >= pace::KNOCK {
                road.knocked = now;
                let first = road.waiting.iter().next().cloned();
                // What is asked in vain again comes back by itself.
                due.push((*channel, first.inspect(|first| _ = road.waiting.remove(first))));
            }
        }
        due
    }

    /// Nothing is open at this channel: there is nobody to ask about, and nothing to make up for.
    pub fn nothing_open(&self, channel: &'static str) {
        if let Some(road) = self.roads().get_mut(channel)
            && road.waiting.is_empty()
        {
            road.silent = None;
        }
    }

    /// The channels that have answered again. Whoever has not done everything puts the rest [`Reach::back`].
    pub fn returns(&self) -> Vec<(&'static str, Return)> {
        let mut roads = self.roads();
        roads.iter_mut().filter_map(|(channel, road)| Some((*channel, road.back.take()?))).collect()
    }

    /// What is left to do about a channel that has answered again.
    pub fn back(&self, channel: &'static str, rest: Return) {
        if let Some(road) = self.roads().get_mut(channel) {
            let back = road.back.get_or_insert_default();
            back.waiting.extend(rest.waiting);
            back.open = back.open.or(rest.open);
        }
    }

    fn roads(&self) -> MutexGuard<'_, HashMap<&'static str, Road>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
