//! The fuzz targets in small, unguided: `server/fuzz` goes on for as long as one likes.

use super::*;

/// How many of each kind: a signature takes a millisecond.
const TRIES: u64 = 1_500;

/// Knocks at every door; gives what was understood of those who spoke with a channel's own voice.
fn knock(name: &str, who: u8) -> usize {
    let door = Door::of(name).unwrap();
    let seeds = door.seeds();
    let mut understood = 0;
    for number in 0..TRIES {
        let mut dice = Dice::seeded(number);
        let mut input = match who {
            0 => seeds[dice.below(seeds.len())].clone(),
            _ => [1].into_iter().chain((0..5 * (1 + dice.below(3))).map(|_| dice.byte())).collect(),
        };
        if who == 0 {
            dice.mutate(&mut input);
        }
        let knocked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| door.knock(&input)));
        let said = knocked
            .unwrap_or_else(|_| panic!("{name}, {number}: {:?}", input.escape_ascii().to_string()));
        understood += usize::from(said.is_ok());
    }
    understood
}

#[test]
fn every_seed_is_read() {
    for name in READERS {
        let door = Door::of(name).unwrap();
        for seed in door.seeds() {
            let said = door.knock(&seed);
            assert!(said.is_ok(), "{name}: {said:?} {:?}", seed.escape_ascii().to_string());
        }
    }
}

#[test]
fn a_channel_that_has_lost_its_mind_breaks_nothing() {
    for name in READERS {
        let understood = knock(name, 0);
        // Some say what can still be read, or the reader was never reached; some cannot.
        assert!((20..1_450).contains(&understood), "{name}: {understood} of {TRIES}");
    }
}

#[test]
fn a_stranger_who_changes_a_message_says_nothing_else_by_it() {
    for name in READERS {
        // Some changes take away what stood there already, or stand in a header that says nothing.
        let understood = knock(name, 1);
        assert!(understood < 700, "{name}: {understood} of {TRIES}");
    }
}
