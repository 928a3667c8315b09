//! How many questions may be under way at each channel, so that what hangs at one holds up none of another's (G7, a bulkhead).
//!
//! Of all places (`app::ASKS`) no channel has more than three quarters. A channel that does not answer just now has a few, which
//! is enough to hear when it does again, and all such channels together have a share that leaves the rest to those that answer: a
//! hundred accounts of merchants may be at one provider, and fall silent with it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::app::ASKS;

/// At a channel that answers.
const ANSWERING: usize = ASKS / 4 * 3;

/// At one that does not.
const SILENT: usize = 4;

/// At all that do not.
const ALL_SILENT: usize = ASKS / 2;

/// What is under way, by channel.
#[derive(Default)]
pub(super) struct Share(Mutex<HashMap<String, usize>>);

impl Share {
    /// Takes a place at this channel, if there is one; whoever has it gives it back.
    pub(super) fn take(&self, channel: &str, is_silent: impl Fn(&str) -> bool) -> bool {
        let mut under_way = self.under_way();
        let here = under_way.get(channel).copied().unwrap_or_default();
        let is_free = if is_silent(channel) {
            let silent = under_way.iter().filter(|(channel, _)| is_silent(channel));
            here < SILENT && silent.map(|(_, many)| many).sum::<usize>() < ALL_SILENT
        } else {
            here < ANSWERING
        };
        if is_free {
            *under_way.entry(channel.to_owned()).or_default() += 1;
        }
        is_free
    }

    /// Gives one back.
    pub(super) fn give(&self, channel: &str) {
        let mut under_way = self.under_way();
        match under_way.get_mut(channel) {
            Some(many) if *many > 1 => *many -= 1,
            _ => _ = under_way.remove(channel),
        }
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many places this channel gets.
    fn all(share: &Share, channel: &str) -> usize {
        (0..2 * ASKS)
            .filter(|_| share.take(channel, |channel| channel.starts_with("silent")))
            .count()
    }

    #[test]
    fn no_channel_takes_every_place_and_a_silent_one_few() {
        let share = Share::default();
        assert_eq!((all(&share, "a"), all(&share, "silent")), (24, 4));
        share.give("a");
        share.give("silent");
        assert_eq!((all(&share, "a"), all(&share, "silent")), (1, 1));
    }

    #[test]
    fn however_many_are_silent_half_of_the_places_is_not_theirs() {
        let share = Share::default();
        let taken: usize = (0..100).map(|number| all(&share, &format!("silent {number}"))).sum();
        assert_eq!(taken, 16);
        assert_eq!(all(&share, "a"), 24);
        share.give("silent 0");
        assert_eq!(all(&share, "silent 99"), 1, "what is given back is anybody's");
    }

    #[test]
    fn what_was_taken_before_the_silence_counts() {
        let share = Share::default();
        assert!((0..20).all(|_| share.take("a", |_| false)));
        assert!(!share.take("b", |_| true), "twenty hang already");
        (0..20).for_each(|_| share.give("a"));
        assert!(share.take("b", |_| true));
        assert_eq!(share.under_way().len(), 1, "what is at rest is not remembered");
    }
}
