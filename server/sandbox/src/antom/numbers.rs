//! The numbers and codes the channel gives out.

use aws_lc_rs::rand;

use super::methods::Kind;
use crate::clock;
use crate::ledger::Ledger;

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const DIGITS: &[u8; 10] = b"0123456789";

/// A code nobody has: 60 random bits, or ten digits for a person to type.
pub(super) fn fresh_code(ledger: &Ledger, kind: Kind) -> String {
    loop {
        let code = match kind {
            Kind::Passcode => random(DIGITS, 10),
            Kind::Code | Kind::Page => random(BASE32, 12),
        };
        if ledger.by_code(&code).is_none() {
            return code;
        }
    }
}

/// A payment code that a wallet shows: 18 digits that begin so.
pub(crate) fn fresh_payment_code(beginning: &str) -> String {
    format!("{beginning}{}", random(DIGITS, 18_usize.saturating_sub(beginning.len())))
}

/// Digits in groups of four, as they are shown: `4821 0937 55`.
pub(crate) fn spaced(passcode: &str) -> String {
    let groups: Vec<&[u8]> = passcode.as_bytes().chunks(4).collect();
    String::from_utf8(groups.join(&b' ')).unwrap_or_default()
}

/// In Antom's form, such as `202611181940108001001889Z0000000001`.
pub(super) fn payment_id(at_ms: i64) -> String {
    format!("{}1940108001001889Z{}", clock::day(at_ms), random(DIGITS, 10))
}

pub(super) fn refund_id(at_ms: i64) -> String {
    format!("{}1940108001001890Z{}", clock::day(at_ms), random(DIGITS, 10))
}

/// The alphabets are so small that the bias of the remainder does not matter to a sandbox.
fn random(alphabet: &[u8], length: usize) -> String {
    let mut bytes = vec![0; length];
    if rand::fill(&mut bytes).is_err() {
        tracing::error!("the system gives no random numbers");
    }
    bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passcode_is_shown_in_groups() {
        assert_eq!(spaced("4821093755"), "4821 0937 55");
    }
}
