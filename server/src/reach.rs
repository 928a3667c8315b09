//! Which channels answer just now, and what waits for one that does not.
//!
//! Whoever has asked in vain leaves word here. `worker/comeback.rs` tries a silent channel with one of those questions every
//! two seconds; when it answers, everything that waits is asked about within moments, and not at the end of its own wait
//! (G3). A channel that leaves several calls and then a question of our own unanswered counts as down: its methods are not offered until it
//! answers again. Kept in memory, since nothing depends on it: whatever is forgotten is asked about at its own pace.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use florin_shared::{PaymentId, ReversalId};

use self::share::Share;
use crate::clock::Millis;
use crate::domain::pace;

mod share;

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
pub struct Reach {
    roads: Mutex<HashMap<&'static str, Road>>,
    share: Share,
    mark: AtomicU64,
}

/// So many calls in a row must have brought nothing before a channel is doubted: one payment whose answers nobody can read is no
/// reason to send shoppers away.
const VAIN: u32 = 3;

struct Road {
    /// Since when nothing but silence has come.
    silent: Option<Millis>,
    knocked: Millis,
    waiting: HashSet<Waiting>,
    back: Option<Return>,
    /// How many calls in a row have brought nothing, and since when.
    vain: (u32, Millis),
    /// When it was last asked whether it is there.
    probed: Millis,
    /// Whether that question is under way.
    is_probed: bool,
    is_down: bool,
}

impl Road {
    fn unheard() -> Road {
        Road {
            silent: Some(Millis::MIN / 2),
            knocked: Millis::MIN / 2,
            waiting: HashSet::new(),
            back: None,
            vain: (0, 0),
            probed: Millis::MIN / 2,
            is_probed: false,
            is_down: false,
        }
    }

    /// Whether it has been silent for long enough to be asked about nothing but itself.
    fn is_doubted(&self, now: Millis) -> bool {
        self.is_down || (self.vain.0 >= VAIN && now - self.vain.1 >= pace::AWAY)
    }

    /// Whether it has been asked in vain, and not only not yet.
    fn is_silent(&self) -> bool {
        self.silent.is_some() && self.vain.0 > 0
    }

    /// It has answered. Whether that ended a silence.
    fn answers(&mut self, now: Millis) -> bool {
        self.vain.0 = 0;
        self.is_down = false;
        let Some(since) = self.silent.take() else { return false };
        let back = self.back.get_or_insert_default();
        back.waiting.extend(self.waiting.drain());
        if now - since >= pace::AWAY {
            // What is due sooner is asked about soon enough.
            back.open = Some(now + pace::WATCHED);
        }
        true
    }
}

impl Reach {
    /// These channels, of which nothing has been heard yet: what waited when the last process ended waits for them.
    pub fn new(channels: impl Iterator<Item = &'static str>) -> Reach {
        let roads = Mutex::new(channels.map(|channel| (channel, Road::unheard())).collect());
        Reach { roads, share: Share::default(), mark: AtomicU64::new(0) }
    }

    /// One more channel, of which nothing has been heard yet either; one that is known stays as it is.
    pub fn know(&self, channel: &'static str) {
        self.roads().entry(channel).or_insert_with(Road::unheard);
    }

    /// A call about this brought nothing.
    pub fn silent(&self, channel: &'static str, about: Waiting, now: Millis) {
        let mut roads = self.roads();
        let Some(road) = roads.get_mut(channel) else { return };
        road.silent.get_or_insert(now);
        road.vain = if road.vain.0 == 0 { (1, now) } else { (road.vain.0 + 1, road.vain.1) };
        if road.waiting.len() < MOST {
            road.waiting.insert(about);
        }
    }

    /// A call about this was answered. Whether that ended a silence, so that there is something to do.
    pub fn answered(&self, channel: &'static str, about: &Waiting, now: Millis) -> bool {
        let mut roads = self.roads();
        let Some(road) = roads.get_mut(channel) else { return false };
        road.waiting.remove(about);
        let has_ended = road.answers(now);
        self.note(&roads);
        has_ended
    }

    /// The channels that are to be asked now whether they are there at all, about a payment that nobody has made. Whoever asks says what
    /// came of it: [`Reach::probed`]. Whoever has waited longest comes first, since there may not be a place for each.
    pub fn doubted(&self, now: Millis) -> Vec<&'static str> {
        let mut due = Vec::new();
        for (channel, road) in self.roads().iter_mut() {
            if road.is_doubted(now) && !road.is_probed && now - road.probed >= pace::KNOCK {
                due.push((road.probed, *channel));
                (road.probed, road.is_probed) = (now, true);
            }
        }
        due.sort_unstable();
        due.into_iter().map(|(_, channel)| channel).collect()
    }

    /// Such a question could not be asked; it is tried again at once.
    pub fn unprobed(&self, channel: &'static str) {
        if let Some(road) = self.roads().get_mut(channel) {
            (road.is_probed, road.probed) = (false, Millis::MIN / 2);
        }
    }

    /// What such a question came to. Whether a channel that was down is back.
    pub fn probed(&self, channel: &'static str, has_answered: bool, now: Millis) -> bool {
        let mut roads = self.roads();
        let Some(road) = roads.get_mut(channel) else { return false };
        road.is_probed = false;
        let was_down = road.is_down;
        match has_answered {
            true if was_down => _ = road.answers(now),
            // It is only some of its answers that nobody can read: what waits for those, waits.
            true => road.vain.0 = 0,
            // Somebody may have been answered meanwhile.
            false => road.is_down = road.is_doubted(now),
        }
        let is_down = road.is_down;
        self.note(&roads);
        if is_down && !was_down {
            tracing::warn!(channel, "the channel does not answer: its methods are not offered");
        }
        was_down && !is_down
    }

    /// The channels that are down, in the order of their names.
    pub fn down(&self) -> Vec<&'static str> {
        if self.mark() == 0 {
            return Vec::new();
        }
        down(&self.roads())
    }

    /// Another number whenever other channels are down, and 0 when none is.
    pub fn mark(&self) -> u64 {
        self.mark.load(Ordering::Relaxed)
    }

    fn note(&self, roads: &HashMap<&'static str, Road>) {
        let mark = match down(roads).as_slice() {
            [] => 0,
            down => {
                let mut hasher = DefaultHasher::new();
                down.hash(&mut hasher);
                // A page reads it as a number of JSON's.
                (hasher.finish() >> 12).max(1)
            }
        };
        self.mark.store(mark, Ordering::Relaxed);
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

    /// Takes a place for a question at this channel, if there is one left (`reach/share.rs`), and says whether the channel is silent: that
    /// it has been asked, and has not answered since. [`Reach::left`] gives it back.
    pub fn entered(&self, channel: &str) -> Option<bool> {
        let is_silent = self.roads().get(channel).is_some_and(Road::is_silent);
        self.share.take(channel, is_silent).then_some(is_silent)
    }

    /// The question has ended. Whether somebody has been waiting for its place.
    pub fn left(&self, channel: &str, was_silent: bool) -> bool {
        self.share.give(channel, was_silent)
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
        self.roads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn down(roads: &HashMap<&'static str, Road>) -> Vec<&'static str> {
    let down = roads.iter().filter(|(_, road)| road.is_down);
    let mut names: Vec<&'static str> = down.map(|(channel, _)| *channel).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests;
