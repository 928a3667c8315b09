//! How long an answer is waited for, by what was asked. A call given up on is no "no": it is asked about by our own number.
//!
//! Providers name a time for `pay` alone: ten seconds at the least (`protocols/antom.md` 9, `protocols/alipay.md` 1,
//! `protocols/lakala.md` 1). Nothing is lost by asking twice, so a question waits for less; what is unknown must be settled
//! ten seconds after a channel can be reached again (G3), and a question that hangs is a part of them.

use std::time::Duration;

/// For opening a payment. Whoever waits longer is asked about meanwhile (`flow/pay.rs`, `FIRST_ASK`).
pub const PAY: Duration = Duration::from_secs(10);

/// For a question.
pub const QUERY: Duration = Duration::from_secs(5);

/// For a cancel or a refund that goes out for this time, the first of which is 1: 6, 8, 10 … 15 s. The first is given up
/// soon, and asked about; a channel that is slow and not away is given the time that it needs at the next.
pub fn of_try(number: i64) -> Duration {
    let seconds = 4 + 2 * number.clamp(1, 6);
    Duration::from_secs(seconds.unsigned_abs()).min(LONGEST)
}

/// For anything.
pub const LONGEST: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_slow_gets_more_time_and_nobody_gets_all_of_it() {
        let of = |number| of_try(number).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 1000].map(of), [6, 8, 10, 12, 14, 15, 15, 15]);
        assert_eq!(of(0), 6);
    }
}
