//! How much may be under way to whom. A lane is one endpoint, or one origin of one merchant.
//!
//! A lane begins with a few messages at once, gets more while they succeed, and one at a time when nobody answers. Lanes
//! that do not answer share places of their own: however many endpoints hang, those that answer have room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Millis;

/// What a new lane may have under way.
const FIRST: usize = 4;
/// What a lane may have under way at most.
const MOST: usize = 64;
/// Under way at once, to those that answer.
const ANSWERING: usize = 768;
/// Under way at once, to those that do not.
const SILENT: usize = 64;
/// The longest that a lane rests because it asked to.
const LONGEST_REST: Millis = 60 * 60 * 1000;

/// Every lane that something is under way on, or that is known to be in trouble.
#[derive(Clone, Default)]
pub struct Lanes(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    lanes: HashMap<String, Lane>,
    answering: usize,
    silent: usize,
}

struct Lane {
    under_way: usize,
    most: usize,
    is_silent: bool,
    rests_until: Millis,
}

/// How a try ended, as far as the lane is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Delivered.
    Well,
    /// Answered, and refused.
    Refused,
    /// Answered: not now, not for so long.
    NotNow(Millis),
    /// Nobody answered.
    Silent,
}

/// A place on a lane, given back when it is dropped: a try that is broken off keeps none.
pub struct Place {
    lanes: Lanes,
    lane: String,
    was_silent: bool,
}

impl Place {
    /// What the try taught about the lane.
    pub fn learn(&self, ended: Ended, now: Millis) {
        if let Some(lane) = self.lanes.state().lanes.get_mut(&self.lane) {
            lane.learn(ended, now);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.lanes.state();
        *state.places(self.was_silent) -= 1;
        let Some(lane) = state.lanes.get_mut(&self.lane) else { return };
        lane.under_way -= 1;
        if lane.is_forgettable() {
            state.lanes.remove(&self.lane);
        }
    }
}

impl Lanes {
    /// How many more messages each of these lanes may be sent now. The free places are shared out evenly.
    pub fn room(&self, names: Vec<String>, now: Millis) -> Vec<(String, usize)> {
        let state = self.state();
        let wanted: Vec<(String, usize, bool)> =
            names.into_iter().filter_map(|name| state.wanted(name, now)).collect();
        let silent = wanted.iter().filter(|(.., is_silent)| *is_silent).count();
        let answering = wanted.len() - silent;
        let share = |free: usize, lanes: usize| free.div_ceil(lanes.max(1));
        let mut free =
            (ANSWERING.saturating_sub(state.answering), SILENT.saturating_sub(state.silent));
        let shares = (share(free.0, answering), share(free.1, silent));
        let mut rooms = Vec::new();
        for (name, room, is_silent) in wanted {
            let (free, share) =
                if is_silent { (&mut free.1, shares.1) } else { (&mut free.0, shares.0) };
            let room = room.min(share).min(*free);
            *free -= room;
            if room > 0 {
                rooms.push((name, room));
            }
        }
        rooms
    }

    /// Whether something is under way on this lane.
    pub fn is_busy(&self, name: &str) -> bool {
        self.state().lanes.get(name).is_some_and(|lane| lane.under_way > 0)
    }

    /// Takes a place.
    pub fn begin(&self, name: &str) -> Place {
        let mut state = self.state();
        let lane = state.lanes.entry(name.to_owned()).or_insert_with(Lane::fresh);
        lane.under_way += 1;
        let was_silent = lane.is_silent;
        *state.places(was_silent) += 1;
        Place { lanes: self.clone(), lane: name.to_owned(), was_silent }
    }

    /// How much is under way in all.
    pub fn under_way(&self) -> usize {
        let state = self.state();
        state.answering + state.silent
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wanted(&self, name: String, now: Millis) -> Option<(String, usize, bool)> {
        let Some(lane) = self.lanes.get(&name) else { return Some((name, FIRST, false)) };
        let room =
            if lane.rests_until > now { 0 } else { lane.most.saturating_sub(lane.under_way) };
        (room > 0).then_some((name, room, lane.is_silent))
    }

    fn places(&mut self, is_silent: bool) -> &mut usize {
        if is_silent { &mut self.silent } else { &mut self.answering }
    }
}

impl Lane {
    fn fresh() -> Lane {
        Lane { under_way: 0, most: FIRST, is_silent: false, rests_until: 0 }
    }

    fn learn(&mut self, ended: Ended, now: Millis) {
        match ended {
            Ended::Well => {
                (self.most, self.is_silent) = ((self.most + 2).min(MOST), false);
                // It has rested, and is in good health again.
                if self.rests_until <= now {
                    self.rests_until = 0;
                }
            }
            Ended::Refused => (self.most, self.is_silent) = ((self.most / 2).max(1), false),
            Ended::NotNow(wait) => {
                (self.most, self.is_silent) = (1, false);
                self.rests_until = now + wait.min(LONGEST_REST);
            }
            Ended::Silent => (self.most, self.is_silent) = (1, true),
        }
    }

    /// What is quiet and in good health is as good as new.
    fn is_forgettable(&self) -> bool {
        self.under_way == 0 && !self.is_silent && self.rests_until == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(lanes: &Lanes, name: &str) -> usize {
        lanes.room(vec![name.to_owned()], 0).first().map_or(0, |(_, room)| *room)
    }

    fn one(lanes: &Lanes, name: &str, ended: Ended) {
        lanes.begin(name).learn(ended, 0);
    }

    #[test]
    fn a_lane_gets_more_while_it_succeeds_up_to_a_bound() {
        let lanes = Lanes::default();
        let held = lanes.begin("a");
        for _ in 0..100 {
            one(&lanes, "a", Ended::Well);
        }
        assert_eq!(room(&lanes, "a"), MOST - 1);
        held.learn(Ended::Refused, 0);
        drop(held);
        assert_eq!((room(&lanes, "a"), lanes.under_way()), (FIRST, 0));
    }

    #[test]
    fn a_silent_lane_gets_one_place_until_it_answers() {
        let lanes = Lanes::default();
        one(&lanes, "a", Ended::Silent);
        assert_eq!(room(&lanes, "a"), 1);
        let place = lanes.begin("a");
        assert_eq!(room(&lanes, "a"), 0);
        place.learn(Ended::Well, 0);
        drop(place);
        assert_eq!(room(&lanes, "a"), FIRST);
    }

    #[test]
    fn however_many_lanes_are_silent_an_answering_one_has_room() {
        let lanes = Lanes::default();
        let mut held = Vec::new();
        for number in 0..5 * SILENT {
            let name = format!("dead{number}");
            one(&lanes, &name, Ended::Silent);
            let taken = lanes.room(vec![name.clone()], 0);
            held.extend(taken.iter().map(|(name, _)| lanes.begin(name)));
        }
        assert_eq!((held.len(), lanes.under_way()), (SILENT, SILENT));
        assert_eq!(room(&lanes, "good"), FIRST);
    }

    #[test]
    fn a_lane_that_says_not_now_rests_as_long_as_it_asks_within_bounds() {
        let lanes = Lanes::default();
        one(&lanes, "a", Ended::NotNow(30_000));
        assert_eq!(lanes.room(vec!["a".into()], 29_999), []);
        assert_eq!(lanes.room(vec!["a".into()], 30_000), [("a".into(), 1)]);
        one(&lanes, "b", Ended::NotNow(Millis::MAX));
        assert_eq!(lanes.room(vec!["b".into()], LONGEST_REST).len(), 1);
    }

    #[test]
    fn many_lanes_share_the_places_and_none_takes_them_all() {
        let lanes = Lanes::default();
        let names = (0..2 * ANSWERING).map(|number| number.to_string()).collect();
        let rooms = lanes.room(names, 0);
        assert_eq!(rooms.iter().map(|(_, room)| room).sum::<usize>(), ANSWERING);
        assert!(rooms.iter().all(|(_, room)| *room == 1));
    }
}
