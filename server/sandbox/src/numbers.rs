//! Random numbers and codes, and how digits are shown.

use aws_lc_rs::rand;

const DIGITS: &[u8; 10] = b"0123456789";

/// This many random digits.
pub(crate) fn random_digits(length: usize) -> String {
    random(DIGITS, length)
}

/// Random signs of an alphabet. They are so small that the bias of the remainder does not matter to a sandbox.
pub(crate) fn random(alphabet: &[u8], length: usize) -> String {
    let mut bytes = vec![0; length];
    if rand::fill(&mut bytes).is_err() {
        tracing::error!("the system gives no random numbers");
    }
    bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
}

/// Digits in groups of four, as they are shown: `4821 0937 55`.
pub(crate) fn spaced(digits: &str) -> String {
    let groups: Vec<&[u8]> = digits.as_bytes().chunks(4).collect();
    String::from_utf8(groups.join(&b' ')).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passcode_is_shown_in_groups() {
        assert_eq!(spaced("4821093755"), "4821 0937 55");
    }
}
