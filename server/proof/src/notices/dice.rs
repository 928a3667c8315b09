//! Mutations for `cargo test`, where nothing guides them: seeded, so that a failure is told again by its number.

/// What a number, a word or a bracket is exchanged for.
const INSTEAD: [&str; 14] = [
    "0",
    "-1",
    "1e9",
    "0.1",
    "9223372036854775808",
    "99999999999999999999999999",
    "null",
    "true",
    "\"\"",
    "[]",
    "{}",
    "\"\\ud800\"",
    "%00",
    "=&=",
];

/// A small generator (SplitMix64): the same seed, the same mutations.
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of this number.
    pub fn seeded(number: u64) -> Dice {
        Dice(number)
    }

    /// A number below this one.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % end.max(1) as u64).unwrap_or(0)
    }

    /// A byte, any.
    pub fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }

    /// One to three things are done to it; the first byte, which says who speaks, stays.
    pub fn mutate(&mut self, input: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let begin = 1 + self.below(input.len().saturating_sub(1));
            let end = (begin + 1 + self.below(12)).min(input.len());
            if begin >= end {
                input.push(self.byte());
                continue;
            }
            match self.below(5) {
                0 => input[begin] ^= 1 << self.below(8),
                1 => input.insert(begin, self.byte()),
                2 => drop(input.drain(begin..end)),
                3 => input.extend_from_within(begin..end),
                _ => {
                    let word = INSTEAD[self.below(INSTEAD.len())];
                    drop(input.splice(begin..end, word.bytes()));
                }
            }
        }
    }
}
