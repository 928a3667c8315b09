//! The numbers and codes the channel gives out.

use super::methods::Kind;
use crate::clock;
use crate::ledger::Ledger;
use crate::numbers::{random, random_digits};

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A code nobody has: 60 random bits, or ten digits for a person to type.
pub(super) fn fresh_code(ledger: &Ledger, kind: Kind) -> String {
    loop {
        let code = match kind {
            Kind::Passcode => random_digits(10),
            Kind::Code | Kind::Page => random(BASE32, 12),
        };
        if ledger.by_code(&code).is_none() {
            return code;
        }
    }
}

/// In Antom's form, such as `202611181940108001001889Z0000000001`.
pub(super) fn payment_id(at_ms: i64) -> String {
    format!("{}1940108001001889Z{}", clock::day(at_ms), random_digits(10))
}

pub(super) fn refund_id(at_ms: i64) -> String {
    format!("{}1940108001001890Z{}", clock::day(at_ms), random_digits(10))
}
