//! Chance that can be repeated: SplitMix64, which is enough for tests and small enough to read.

/// A stream of draws that a seed decides.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// The draws for one thing of a sequence: what happens to it does not depend on what others drew before.
    pub fn of(seed: u64, about: &[u64]) -> Dice {
        Dice(
            about
                .iter()
                .fold(seed, |state, word| mix(state ^ word.wrapping_mul(0x9E37_79B9_7F4A_7C15))),
        )
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.draw() % (most.max(1) as u64)).unwrap()
    }

    pub fn is_under(&mut self, percent: u64) -> bool {
        self.draw() % 100 < percent
    }

    pub fn one_of<T: Clone>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())].clone()
    }

    /// One of these, each as often as its weight says.
    pub fn weighted<T: Clone>(&mut self, things: &[(u64, T)]) -> T {
        let total: u64 = things.iter().map(|(weight, _)| weight).sum();
        let mut at = self.draw() % total;
        for (weight, thing) in things {
            if at < *weight {
                return thing.clone();
            }
            at -= weight;
        }
        unreachable!("a draw below the total falls on a thing")
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
