//! How many questions may be under way at each provider, so that what hangs at one holds up none of another's (G7, a bulkhead).
//!
//! Of all places (`app::ASKS`) no provider has more than three quarters, with all accounts that merchants have there. What does not
//! answer just now has a few for each provider, enough to hear when it does again, and all of it together a quarter: the rest is for
//! those that answer.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::app::ASKS;
use crate::domain::account;

/// At one provider.
const ONE: usize = ASKS / 4 * 3;

/// At one provider, at channels that do not answer.
const SILENT: usize = 4;

/// At all channels that do not.
const ALL_SILENT: usize = ASKS / 4;

/// What is under way, by provider.
#[derive(Default)]
pub(super) struct Share(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    of: HashMap<String, Count>,
    /// Whether somebody got no place since one was given back.
    is_awaited: bool,
}

#[derive(Default)]
struct Count {
    answering: usize,
    silent: usize,
}

impl Share {
    /// Takes a place at this channel, if there is one. Whoever has it gives it back in the same words.
    pub(super) fn take(&self, channel: &str, is_silent: bool) -> bool {
        let mut counts = self.counts();
        let silent: usize = counts.of.values().map(|count| count.silent).sum();
        let here = counts.of.entry(provider(channel).to_owned()).or_default();
        let may_be_silent = here.silent < SILENT && silent < ALL_SILENT;
        let is_free = here.answering + here.silent < ONE && (!is_silent || may_be_silent);
        if is_free {
            *here.those(is_silent) += 1;
        } else {
            counts.is_awaited = true;
        }
        is_free
    }

    /// Gives one back. Whether somebody waits for it.
    pub(super) fn give(&self, channel: &str, was_silent: bool) -> bool {
        let mut counts = self.counts();
        if let Some(here) = counts.of.get_mut(provider(channel)) {
            let those = here.those(was_silent);
            *those = those.saturating_sub(1);
        }
        counts.of.retain(|_, count| count.answering + count.silent > 0);
        std::mem::take(&mut counts.is_awaited)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    fn those(&mut self, silent: bool) -> &mut usize {
        if silent { &mut self.silent } else { &mut self.answering }
    }
}

/// Whose channel it is: merchants' own accounts are their provider's.
fn provider(channel: &str) -> &str {
    account::of_name(channel).map_or(channel, |(provider, _)| provider)
}

#[cfg(test)]
mod tests {
    use florin_shared::AccountId;

    use super::*;

    /// How many places this channel gets.
    fn all(share: &Share, channel: &str, is_silent: bool) -> usize {
        (0..2 * ASKS).filter(|_| share.take(channel, is_silent)).count()
    }

    fn own(provider: &str, number: u8) -> String {
        account::name(provider, &AccountId::of([number; 16]))
    }

    #[test]
    fn no_provider_takes_every_place_and_what_is_silent_a_few() {
        let share = Share::default();
        assert_eq!((all(&share, "a", false), all(&share, "b", true)), (24, 4));
        share.give("a", false);
        share.give("b", true);
        assert_eq!((all(&share, "a", false), all(&share, "b", true)), (1, 1));
    }

    #[test]
    fn a_hundred_accounts_at_one_provider_are_one_provider() {
        let share = Share::default();
        let taken: usize = (0..100).map(|number| all(&share, &own("a", number), false)).sum();
        assert_eq!(taken, 24, "before anybody knows that they hang");
        assert_eq!(all(&share, "b", false), 24);
        (0..24).for_each(|_| _ = share.give("a", false));
        let taken: usize = (0..100).map(|number| all(&share, &own("a", number), true)).sum();
        assert_eq!(taken, 4, "and after");
    }

    #[test]
    fn however_many_are_silent_most_places_are_not_theirs() {
        let share = Share::default();
        let names = ["a", "b", "c", "d"];
        let taken: usize = names.map(|name| all(&share, name, true)).iter().sum();
        assert_eq!(taken, 8);
        assert_eq!(all(&share, "e", false), 24);
        share.give("a", true);
        assert_eq!(all(&share, "d", true), 1, "what is given back is anybody's");
    }

    #[test]
    fn whoever_got_no_place_is_told_of_the_next_one() {
        let share = Share::default();
        assert!(share.take("a", true));
        assert!(!share.give("a", true), "nobody waits");
        assert_eq!(all(&share, "a", true), 4);
        assert!(share.give("a", true));
        assert!(!share.give("a", true), "it has been told");
        (0..2).for_each(|_| _ = share.give("a", true));
        assert!(share.counts().of.is_empty(), "what is at rest is not remembered");
    }
}
